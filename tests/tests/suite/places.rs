//! Places for handler calls, which a step reserves while the messages that it claims are stored.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kakaopay::Checkout;
use kakaopay::types::Reference;
use kakaopay::types::endpoint::MarkChargeAsPaid;
use kakaopay_hooked_store::{HookedStore, StoreCall, StoreFault};
use kakaopay_tests::Shop;
use kakaopay_tests::shop::Notifications;
use kakaopay_tests::virtual_shop::{VirtualShop, virtual_store, within};

const HELD: Duration = Duration::from_secs(10);

/// F50: a commit hangs with the only place, and another writer is faster. Messages that were stored meanwhile are
/// delivered once the place is free.
#[tokio::test(start_paused = true)]
async fn f50_i8_a_place_that_a_step_gives_up_serves_the_messages_of_others() {
    let is_armed = Arc::new(AtomicBool::new(false));
    let armed = Arc::clone(&is_armed);
    let store = HookedStore::new(virtual_store()).fault(move |call| {
        let hangs = call == StoreCall::Commit && armed.swap(false, Ordering::SeqCst);
        if hangs { StoreFault::Late(HELD) } else { StoreFault::None }
    });
    let shop = VirtualShop::open_with(store, |service| service, |builder| builder.max_concurrent_handlers(1));
    let notifications = Notifications::default();
    let running = shop.run(notifications.clone());
    let orders = ["order-1", "order-2"].map(|name| Reference::parse(name).expect("a reference"));
    for order in &orders {
        let checkout = shop.merchant.checkout(Shop::order_of(order.clone())).await.expect("a checkout");
        let Checkout::Redirect { charge, .. } = checkout else { panic!("{checkout:?}") };
        shop.client().send(MarkChargeAsPaid::new(charge)).await.expect("paid");
    }
    is_armed.store(true, Ordering::SeqCst);
    let held = tokio::spawn({
        let (merchant, order) = (shop.merchant.clone(), orders[0].clone());
        async move { merchant.refresh(&order).await }
    });
    within(Duration::from_millis(500), "a commit hangs", async || !is_armed.load(Ordering::SeqCst)).await;
    for order in &orders {
        shop.merchant.refresh(order).await.expect("read");
    }
    tokio::time::sleep(HELD / 2).await;
    assert_eq!(notifications.events().len(), 0, "no place is free");
    held.await.expect("no panic").expect("another writer was faster");
    within(Duration::from_secs(2), "both are notified", async || notifications.events().len() == 2).await;
    running.shut_down().await;
}
