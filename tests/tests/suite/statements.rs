//! How many calls of the store a payment takes, each of which is a round trip to a database.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kakaopay::store::MemoryStore;
use kakaopay::types::endpoint::MarkChargeAsPaid;
use kakaopay::types::{Currency, EventKey, Money, PaymentAmount, Reference, ReturnUri};
use kakaopay::{Checkout, Order};
use kakaopay_hooked_store::HookedStore;
use kakaopay_tests::shop::Notifications;
use kakaopay_tests::virtual_shop::{VirtualShop, virtual_store, within};

/// The calls of a store, by name.
type Calls = Arc<Mutex<BTreeMap<String, usize>>>;

fn counted() -> (HookedStore<MemoryStore>, Calls) {
    let calls = Calls::default();
    let count = Arc::clone(&calls);
    let store = HookedStore::new(virtual_store()).after(move |call| {
        *count.lock().expect("no panic").entry(format!("{call:?}")).or_default() += 1;
    });
    (store, calls)
}

fn order(name: &str) -> Order {
    let amount = PaymentAmount::new(Money::new(150_000, Currency::SGD)).expect("an amount");
    let uri = ReturnUri::parse("https://example.com/done").expect("an address");
    Order::new(Reference::parse(name).expect("a reference"), amount, uri)
}

/// Checks out and pays so many orders at once, so many times, and returns the calls of a payment.
async fn calls_of_a_payment(at_once: usize, rounds: usize) -> BTreeMap<String, usize> {
    let (store, calls) = counted();
    let shop = VirtualShop::open(store);
    let notifications = Notifications::default();
    let running = shop.run(notifications.clone());
    tokio::time::sleep(Duration::from_secs(100)).await;
    calls.lock().expect("no panic").clear();
    for round in 0..rounds {
        let mut charges = Vec::new();
        for number in 0..at_once {
            match shop.merchant.checkout(order(&format!("order-{round}-{number}"))).await.expect("a checkout")
            {
                Checkout::Redirect { charge, .. } => charges.push(charge),
                other => panic!("no page: {other:?}"),
            }
        }
        for charge in charges {
            shop.client().send(MarkChargeAsPaid::new(charge)).await.expect("paid");
        }
        shop.deliver_all(&EventKey::ChargeComplete, at_once).await;
        let is_done = async || notifications.events().len() == (round + 1) * at_once;
        within(Duration::from_secs(1), "all are paid", is_done).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    running.shut_down().await;
    calls.lock().expect("no panic").clone()
}

/// Of each payment, by itself and with 15 others: all calls, and those that sync, in hundredths.
const MOST: [(usize, usize, usize); 2] = [(1, 1_650, 1_100), (16, 980, 560)];

#[tokio::test(start_paused = true)]
async fn a_payment_takes_few_calls_of_the_store() {
    for (at_once, most, most_syncs) in MOST {
        let calls = calls_of_a_payment(at_once, 20).await;
        let payments = at_once * 20;
        let is_sync =
            |call: &str| ["Commit", "Complete", "Insert", "Claim"].iter().any(|kind| call.starts_with(kind));
        let all = calls.values().sum::<usize>() * 100 / payments;
        let syncs = calls.iter().filter(|(call, _)| is_sync(call)).map(|(_, count)| count).sum::<usize>();
        let syncs = syncs * 100 / payments;
        assert!(
            all > 0 && all <= most && syncs <= most_syncs,
            "{at_once} at once: {all} {syncs} of {calls:#?}"
        );
    }
}

/// 17.5: a worker with nothing to do makes little more than one call a second.
#[tokio::test(start_paused = true)]
async fn an_idle_worker_makes_one_call_a_second() {
    let (store, calls) = counted();
    let shop = VirtualShop::open(store);
    let running = shop.run(Notifications::default());
    // With one payment, which is polled once an hour by then, so that the store belongs to an account.
    shop.merchant.checkout(order("order-1")).await.expect("a checkout");
    tokio::time::sleep(Duration::from_secs(4 * 3_600)).await;
    calls.lock().expect("no panic").clear();
    tokio::time::sleep(Duration::from_secs(600)).await;
    let calls = calls.lock().expect("no panic").clone();
    let all = calls.values().sum::<usize>();
    assert!((600..=720).contains(&all), "{calls:#?}");
    running.shut_down().await;
}
