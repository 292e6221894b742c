//! F59: views of the pages of orders that the store may lack.

use std::num::NonZeroU32;
use std::time::Duration;

use kakaopay::store::{MemoryStore, Store, restore};
use kakaopay::types::endpoint::{ListCharges, MarkChargeAsFailed};
use kakaopay::{Checkout, Merchant};
use kakaopay_tests::Shop;
use kakaopay_tests::slow_reads::{Only, Reads, Slow};
use kakaopay_tests::virtual_shop::{VirtualShop, opening, virtual_store};
use kakaopay_transport::Client;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Views of a page in 10 s.
const VIEWS: u64 = 1_000;
/// The reads that they may cause: a look each 2 s, which reads a list up to four times, and a comparison of the newest
/// charges, which does the same.
const MOST: usize = 6 * 2 * 4;

/// A shop whose store has been put back to before its order, and the reads of a process that starts over it.
async fn put_back(
    before: impl AsyncFn(&VirtualShop<MemoryStore>),
) -> (VirtualShop<MemoryStore>, Merchant<MemoryStore>, Reads) {
    let shop = VirtualShop::open(virtual_store());
    before(&shop).await;
    let reads = Reads::default();
    let (delay, only) = (Duration::from_millis(500), Only::default());
    let service =
        Slow { inner: shop.sandbox.service(), delay, other_delay: Some(delay), only, reads: reads.clone() };
    let client = Client::builder(service, shop.sandbox.secret_key().clone()).build();
    let clock = shop.sandbox.clock().clone();
    let merchant =
        Merchant::builder(client, shop.store.clone()).clock(move || clock.now()).jitter_seed(7).build();
    (shop, merchant, reads)
}

async fn lose_the_order(shop: &VirtualShop<MemoryStore>) {
    let backup = shop.store.backup();
    shop.merchant.checkout(Shop::order()).await.expect("a checkout");
    shop.store.replace_with(&backup);
    restore(&shop.store).await.expect("marked");
}

/// The call that a view of the page makes.
#[derive(Debug, Clone, Copy)]
enum Page {
    CheckOut,
    PayAgain,
}

/// 100 views each second; returns how many saw the buyer's link, after the last of them has been answered.
async fn view(merchant: &Merchant<MemoryStore>, page: Page) -> usize {
    let begun = Instant::now();
    let mut views = JoinSet::new();
    for number in 0..VIEWS {
        let merchant = merchant.clone();
        views.spawn(async move {
            tokio::time::sleep_until(begun + Duration::from_millis(number * 10)).await;
            let checkout = match page {
                Page::CheckOut => merchant.checkout(Shop::order()).await,
                Page::PayAgain => merchant.pay_again(Shop::order(), NonZeroU32::MIN).await,
            };
            matches!(checkout.expect("a checkout"), Checkout::Redirect { .. })
        });
    }
    views.join_all().await.into_iter().filter(|is_link| *is_link).count()
}

/// Whether the process sent reads, and few of them.
fn are_few(reads: &Reads) -> bool {
    (1..=MOST).contains(&reads.of_charges())
}

/// The lost charge is found by the first view, and the others wait for it.
#[tokio::test(start_paused = true)]
async fn f59_f51_views_of_a_lost_order_look_for_it_once() {
    for is_recorded in [false, true] {
        let (shop, merchant, reads) = put_back(lose_the_order).await;
        if is_recorded {
            merchant.reconcile(opening()).await.expect("reconciled");
            assert_eq!(shop.store.charges_of(&Shop::reference()).await.expect("read").len(), 1);
        }
        reads.forget();
        let links = view(&merchant, Page::CheckOut).await;
        assert_eq!(u64::try_from(links), Ok(VIEWS));
        assert!(are_few(&reads), "{is_recorded}");
        let charges = shop.client().send(ListCharges::new()).await.expect("a list");
        assert_eq!(charges.data.items.len(), 1);
    }
}

/// The charges cannot be read: each view is answered, and few of them try again.
#[tokio::test(start_paused = true)]
async fn f59_f51_views_do_not_hammer_at_a_list_that_cannot_be_read() {
    let (shop, merchant, reads) = put_back(lose_the_order).await;
    let rule = "status=500@charges.list".parse().expect("a rule");
    shop.sandbox.set_faults(vec![rule]);
    let links = view(&merchant, Page::CheckOut).await;
    assert_eq!(links, 0);
    assert!(shop.sandbox.triggered_fault_count() > 0);
    assert!(are_few(&reads));
}

/// An order that failed is paid again over a store that may lack its next attempt.
#[tokio::test(start_paused = true)]
async fn f59_f64_views_that_pay_again_look_for_attempts_once() {
    for is_readable in [true, false] {
        let failed = async |shop: &VirtualShop<MemoryStore>| {
            shop.merchant.checkout(Shop::order()).await.expect("a checkout");
            let charges = shop.client().send(ListCharges::new()).await.expect("a list");
            let charge = charges.data.items[0].id.clone();
            shop.client().send(MarkChargeAsFailed::new(charge)).await.expect("failed");
            shop.merchant.refresh(&Shop::reference()).await.expect("read");
            restore(&shop.store).await.expect("marked");
        };
        let (shop, merchant, reads) = put_back(failed).await;
        if !is_readable {
            shop.sandbox.set_faults(vec!["status=500@charges.list".parse().expect("a rule")]);
        }
        let links = view(&merchant, Page::PayAgain).await;
        // Those in the first seconds wait for the look, and not for the charge.
        let (least, most) = if is_readable { (800, 900) } else { (0, 0) };
        assert!((least..=most).contains(&links), "{links}");
        assert!(are_few(&reads), "{is_readable}");
    }
}
