//! Handlers that fail, panic, hang or are slow: no other payment waits for them, and the worker lives on.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use kakaopay::store::{ClaimRequest, MemoryStore, Store};
use kakaopay::{EventHandler, Notification};
use kakaopay_hooked_store::{HookedStore, StoreCall};
use kakaopay_tests::eventually;
use kakaopay_tests::virtual_shop::{VirtualShop, add_notification, virtual_store, within};
use tokio::time::Instant;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The end of a handler call.
#[derive(Debug, Clone, Copy)]
enum End {
    Accept,
    Fail,
    Panic,
    Hang,
    AcceptAfter(Duration),
    FailAfter(Duration),
}

/// A handler that ends each call as planned for its order and the number of the call, from 1.
#[derive(Clone)]
struct Planned {
    plan: fn(&str, usize) -> End,
    begun: Arc<Mutex<BTreeMap<String, usize>>>,
    accepted: Arc<Mutex<BTreeMap<String, Instant>>>,
}

impl Planned {
    fn new(plan: fn(&str, usize) -> End) -> Self {
        Self { plan, begun: Arc::default(), accepted: Arc::default() }
    }

    /// The number of calls for an order.
    fn calls(&self, order: &str) -> usize {
        self.begun.lock().expect("no panic").get(&format!("{order}/expired")).copied().unwrap_or(0)
    }

    /// When the handler accepted the notification of an order.
    fn accepted(&self, order: &str) -> Option<Instant> {
        self.accepted.lock().expect("no panic").get(&format!("{order}/expired")).copied()
    }
}

impl EventHandler for Planned {
    async fn handle(&self, notification: &Notification) -> Result<(), BoxError> {
        let key = notification.idempotency_key.clone();
        let number = {
            let mut begun = self.begun.lock().expect("no panic");
            let number = begun.entry(key.clone()).or_default();
            *number += 1;
            *number
        };
        match (self.plan)(notification.event.reference().as_str(), number) {
            End::Accept => {}
            End::Fail => return Err("no".into()),
            End::Panic => panic!("the handler panics, as planned"),
            End::Hang => std::future::pending().await,
            End::AcceptAfter(time) => tokio::time::sleep(time).await,
            End::FailAfter(time) => {
                tokio::time::sleep(time).await;
                return Err("no".into());
            }
        }
        self.accepted.lock().expect("no panic").insert(key, Instant::now());
        Ok(())
    }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

async fn outbox(store: &MemoryStore) -> u64 {
    store.backlog().await.expect("read").outbox.count
}

#[tokio::test(start_paused = true)]
async fn f50_i10_a_notification_is_complete_only_after_ok() {
    let store = virtual_store();
    let shop = VirtualShop::open(store.clone());
    add_notification(&store, "order-1").await;
    let handler = Planned::new(|_, number| [End::Fail, End::Panic, End::Hang, End::Accept][number - 1]);
    let running = shop.run(handler.clone());
    for number in 1..=3 {
        within(seconds(3_600), "the next call", async || handler.calls("order-1") == number).await;
        assert_eq!((outbox(&store).await, shop.merchant.metrics().notifications_delivered), (1, 0));
    }
    // Each call had the same key, or this would not be its fourth.
    within(seconds(3_600), "accepted", async || handler.accepted("order-1").is_some()).await;
    within(seconds(1), "completed", async || outbox(&store).await == 0).await;
    let metrics = shop.merchant.metrics();
    let failed = (metrics.handler_failures, metrics.handler_panics, metrics.handler_timeouts);
    assert_eq!((failed, metrics.notifications_delivered), ((3, 1, 1), 1));
    tokio::time::sleep(seconds(86_400)).await;
    assert_eq!(handler.calls("order-1"), 4);
    running.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn f50_a_call_that_hangs_is_cancelled_after_its_timeout() {
    for timeout in [None, Some(5), Some(600)] {
        let store = virtual_store();
        let shop = VirtualShop::open_with(
            store.clone(),
            |service| service,
            |builder| match timeout {
                Some(timeout) => builder.handler_timeout(seconds(timeout)),
                None => builder,
            },
        );
        add_notification(&store, "order-1").await;
        let handler = Planned::new(|_, _| End::Hang);
        let running = shop.run(handler.clone());
        let waited =
            within(seconds(1_000), "a timeout", async || shop.merchant.metrics().handler_timeouts == 1);
        let (waited, timeout) = (waited.await, seconds(timeout.unwrap_or(60)));
        assert!(waited >= timeout && waited <= timeout + seconds(2), "{waited:?} for {timeout:?}");
        assert_eq!(handler.calls("order-1"), 1);
        running.shut_down().await;
    }
}

#[tokio::test(start_paused = true)]
async fn f50_i8_slow_failing_calls_delay_no_other_payment() {
    let store = virtual_store();
    let shop = VirtualShop::open(store.clone());
    let handler = Planned::new(|order, _| match order {
        "slow-1" => End::FailAfter(seconds(59)),
        "slow-2" => End::Hang,
        "slow-3" => End::Panic,
        _ => End::AcceptAfter(seconds(1)),
    });
    let slow = ["slow-1", "slow-2", "slow-3"];
    for order in slow {
        add_notification(&store, order).await;
    }
    for number in 1..=9 {
        add_notification(&store, &format!("order-{number}")).await;
    }
    let running = shop.run(handler.clone());
    let all = async || (1..=9).all(|number| handler.accepted(&format!("order-{number}")).is_some());
    within(seconds(2), "nine other orders", all).await;
    // And so it stays, whenever another order comes.
    for number in 10..=40 {
        tokio::time::sleep(seconds(601)).await;
        let order = format!("order-{number}");
        add_notification(&store, &order).await;
        // The store does not wake the worker, which looks at least every 30 s.
        within(seconds(40), "taken", async || handler.calls(&order) == 1).await;
        within(seconds(2), "accepted", async || handler.accepted(&order).is_some()).await;
    }
    assert!(slow.iter().all(|order| handler.calls(order) > 10 && handler.accepted(order).is_none()));
    assert!(running.is_alive());
    running.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn f44_f50_shutdown_waits_no_longer_than_the_handler_timeout() {
    let store = virtual_store();
    let shop = VirtualShop::open(store.clone());
    add_notification(&store, "order-1").await;
    add_notification(&store, "order-2").await;
    let handler = Planned::new(|order, _| match order {
        "order-1" => End::Hang,
        _ => End::AcceptAfter(seconds(20)),
    });
    let running = shop.run(handler.clone());
    within(seconds(1), "both", async || handler.calls("order-1") + handler.calls("order-2") == 2).await;
    let took = running.shut_down().await;
    assert!(took <= seconds(60), "{took:?}");
    // A call in flight ends, and the one that hung is redelivered by another process.
    assert!(handler.accepted("order-2").is_some());
    assert_eq!(outbox(&store).await, 1);
    let handler = Planned::new(|_, _| End::Accept);
    let running = shop.run(handler.clone());
    within(seconds(3_600), "redelivered", async || handler.accepted("order-1").is_some()).await;
    assert!(running.shut_down().await < seconds(1));
}

#[tokio::test(start_paused = true)]
async fn f50_no_more_notifications_are_claimed_than_begun() {
    let store = virtual_store();
    let shop = VirtualShop::open_with(
        store.clone(),
        |service| service,
        |builder| builder.max_concurrent_handlers(2),
    );
    for number in 1..=6 {
        add_notification(&store, &format!("order-{number}")).await;
    }
    let handler = Planned::new(|_, _| End::AcceptAfter(seconds(10)));
    let running = shop.run(handler.clone());
    let begun = || handler.begun.lock().expect("no panic").len();
    within(seconds(1), "two calls", async || begun() == 2).await;
    tokio::time::sleep(seconds(5)).await;
    assert_eq!(begun(), 2);
    // Another process can have all the others.
    let lease = ClaimRequest::new(seconds(10), 16);
    assert_eq!(store.claim_messages(lease).await.expect("claimed").len(), 4);
    within(seconds(60), "all", async || outbox(&store).await == 0).await;
    running.shut_down().await;
}

/// One claim fills the places of all the calls that have ended.
#[tokio::test(start_paused = true)]
async fn notifications_are_claimed_for_all_free_calls_at_once() {
    let claims = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&claims);
    let store = HookedStore::new(virtual_store()).after(move |call| {
        counted.fetch_add(usize::from(call == StoreCall::ClaimMessages), Ordering::SeqCst);
    });
    let shop = VirtualShop::open(store.clone());
    for number in 1..=160 {
        add_notification(store.inner(), &format!("order-{number}")).await;
    }
    let handler = Planned::new(|_, _| End::AcceptAfter(seconds(1)));
    let running = shop.run(handler.clone());
    let took = within(seconds(60), "all", async || outbox(store.inner()).await == 0).await;
    // Sixteen at once, of a second each.
    assert!(took < seconds(11), "{took:?}");
    let claims = claims.load(Ordering::SeqCst);
    assert!((10..=24).contains(&claims), "{claims} claims for 160 notifications");
    running.shut_down().await;
}

/// A handler that blocks its thread cannot be cancelled; the worker goes on without it.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn f50_a_call_that_blocks_its_thread_delays_no_other() {
    struct Blocking(Mutex<mpsc::Receiver<()>>, Arc<Mutex<Vec<String>>>);

    impl EventHandler for Blocking {
        async fn handle(&self, notification: &Notification) -> Result<(), BoxError> {
            if notification.event.reference().as_str() == "order-1" {
                self.0.lock().expect("no panic").recv()?;
            }
            self.1.lock().expect("no panic").push(notification.idempotency_key.clone());
            Ok(())
        }
    }

    let store = virtual_store();
    let shop = VirtualShop::open_with(
        store.clone(),
        |service| service,
        |builder| builder.handler_timeout(Duration::from_millis(20)),
    );
    add_notification(&store, "order-1").await;
    add_notification(&store, "order-2").await;
    let (release, blocked) = mpsc::channel();
    let accepted = Arc::default();
    let running = shop.run(Blocking(Mutex::new(blocked), Arc::clone(&accepted)));
    eventually("the timeout, and the other order", async || {
        shop.merchant.metrics().handler_timeouts == 1 && accepted.lock().expect("no panic").len() == 1
    })
    .await;
    running.shut_down().await;
    assert_eq!(*accepted.lock().expect("no panic"), ["order-2/expired"]);
    release.send(()).expect("it waits");
}

/// Keeps the level and the fields of each warning and error of the worker.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0.lock().expect("no panic"), " {}={value:?}", field.name()).expect("text");
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        if *metadata.level() > Level::WARN || !metadata.target().starts_with("kakaopay::worker") {
            return;
        }
        write!(self.0.lock().expect("no panic"), "\n{}:", metadata.level()).expect("text");
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test(start_paused = true)]
async fn f50_ten_failures_of_one_notification_are_an_error() {
    let store = virtual_store();
    // Another test may log for the first time at this moment: the shop installs a subscriber that takes every
    // event, so that none is switched off meanwhile.
    let shop = VirtualShop::open(store.clone());
    let log = Log::default();
    let guard = tracing::subscriber::set_default(log.clone());
    add_notification(&store, "order-1").await;
    add_notification(&store, "order-2").await;
    let handler = Planned::new(|order, number| match (order, number) {
        ("order-1", 1..=12) | ("order-2", 1..=9) => End::Fail,
        _ => End::Accept,
    });
    let running = shop.run(handler.clone());
    within(seconds(86_400), "accepted", async || outbox(&store).await == 0).await;
    running.shut_down().await;
    drop(guard);
    let log = log.0.lock().expect("no panic").clone();
    let count = |level: &str, key: &str| {
        let key = format!("key=\"{key}\"");
        log.lines().filter(|line| line.starts_with(level) && line.contains(&key)).count()
    };
    assert_eq!((count("WARN", "order-1/expired"), count("WARN", "order-2/expired")), (12, 9), "{log}");
    assert_eq!((count("ERROR", "order-1/expired"), count("ERROR", "order-2/expired")), (1, 0), "{log}");
    assert!(log.contains("find the cause"), "{log}");
}
