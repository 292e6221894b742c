//! How many calls of the store a payment takes, each of which is a round trip to a database.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kakaopay::store::MemoryStore;
use kakaopay::types::endpoint::{ListEvents, MarkChargeAsPaid};
use kakaopay::types::{Currency, EventKey, Money, PaymentAmount, Reference, ReturnUri};
use kakaopay::{Checkout, Order};
use kakaopay_hooked_store::{HookedStore, StoreCall};
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

async fn figures(at_once: usize, rounds: usize) -> BTreeMap<String, f64> {
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
        for charge in &charges {
            shop.client().send(MarkChargeAsPaid::new(charge.clone())).await.expect("paid");
        }
        let events = shop.client().send(ListEvents::default()).await.expect("a list").data.items;
        let _ = events;
        let is_done = async || notifications.events().len() == (round + 1) * at_once;
        shop.deliver_all(&EventKey::ChargeComplete, at_once).await;
        within(Duration::from_secs(1), "all are paid", is_done).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    running.shut_down().await;
    let payments = (at_once * rounds) as f64;
    let calls = calls.lock().expect("no panic").clone();
    calls.into_iter().map(|(call, count)| (call, count as f64 / payments)).collect()
}

#[tokio::test(start_paused = true)]
async fn the_calls_of_a_payment_are_counted() {
    for at_once in [1, 16] {
        let figures = figures(at_once, 20).await;
        println!("{at_once} at once: {:.2} {figures:#.2?}", figures.values().sum::<f64>());
    }
    let _ = StoreCall::Commit;
}
