//! The background worker in virtual time: its latency, its jobs, and trouble that must not end it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use kakaopay::store::{Backlog, MemoryStore, NewInboxEvent, Store, StoreErrorKind};
use kakaopay::types::endpoint::CreateRefund;
use kakaopay::types::{EventId, EventKey, Reference, RefundAmount, Timestamp};
use kakaopay::{Checkout, Merchant, PaymentEvent};
use kakaopay_hooked_store::{HookedStore, StoreCall, StoreFault};
use kakaopay_sandbox::{Sandbox, SandboxService};
use kakaopay_tests::Shop;
use kakaopay_tests::known_account::KnownAccount;
use kakaopay_tests::shop::Notifications;
use kakaopay_tests::virtual_shop::{VirtualShop, add_notification, virtual_store, within};
use kakaopay_transport::testing::Capture;
use kakaopay_transport::{BoxError, Client, HttpRequest};
use tower_service::Service;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn is_paid(notifications: &Notifications) -> bool {
    notifications.events().iter().any(|(_, event)| matches!(event, PaymentEvent::Paid(_)))
}

/// A service that fails each read while a switch is set: with an error, or once with a panic.
#[derive(Debug, Clone)]
struct Trouble<S> {
    inner: S,
    is_down: Arc<AtomicBool>,
    panics: Arc<AtomicBool>,
}

impl<S> Trouble<S> {
    fn new(inner: S) -> Self {
        Self { inner, is_down: Arc::default(), panics: Arc::default() }
    }
}

impl<S> Service<HttpRequest> for Trouble<S>
where
    S: Service<HttpRequest, Error: Into<BoxError>, Future: Send + 'static>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        if request.method() == http::Method::GET {
            assert!(!self.panics.swap(false, Ordering::SeqCst), "the transport panics, as planned");
            if self.is_down.load(Ordering::SeqCst) {
                return Box::pin(async { Err("the connection was reset".into()) });
            }
        }
        let response = self.inner.call(request);
        Box::pin(async { response.await.map_err(Into::into) })
    }
}

#[tokio::test(start_paused = true)]
async fn f41_i8_run_survives_an_error_of_each_store_call() {
    use StoreCall::{
        ClaimDue, ClaimEvents, ClaimJob, ClaimMessages, Commit, CompleteEvent, CompleteMessages,
        FindByCharge, InsertEvent, Load, NextDueIn, RescheduleJob,
    };
    for call in [
        Commit,
        Load,
        FindByCharge,
        InsertEvent,
        ClaimEvents,
        CompleteEvent,
        ClaimDue,
        ClaimMessages,
        CompleteMessages,
        ClaimJob,
        RescheduleJob,
        NextDueIn,
    ] {
        let (store, armed) = HookedStore::failing_once(virtual_store(), call);
        let shop = VirtualShop::open(store);
        let notifications = Notifications::default();
        shop.merchant.checkout(Shop::order()).await.expect("a checkout");
        shop.pay().await;
        armed.store(true, Ordering::SeqCst);
        let running = shop.run(notifications.clone());
        shop.deliver(&EventKey::ChargeComplete).await;
        within(seconds(3_600), "notified", async || is_paid(&notifications)).await;
        let is_empty = async || shop.merchant.backlog().await.expect("read") == Backlog::default();
        within(seconds(3_600), "nothing waits", is_empty).await;
        assert!(!armed.load(Ordering::SeqCst), "{call:?} was never called");
        // A second delivery has the same key.
        assert!(notifications.events().iter().all(|(key, _)| key == "order-345678/paid"), "{call:?}");
        running.shut_down().await;
    }
}

#[tokio::test(start_paused = true)]
async fn f50_i8_run_survives_a_panic_of_each_store_call() {
    use StoreCall::{
        ClaimDue, ClaimEvents, ClaimJob, ClaimMessages, Commit, CompleteEvent, CompleteMessages,
        FindByCharge, Load, NextDueIn, RescheduleJob,
    };
    for call in [
        Commit,
        Load,
        FindByCharge,
        ClaimEvents,
        CompleteEvent,
        ClaimDue,
        ClaimMessages,
        CompleteMessages,
        ClaimJob,
        RescheduleJob,
        NextDueIn,
    ] {
        let armed = Arc::new(AtomicBool::new(false));
        let switch = Arc::clone(&armed);
        let store = HookedStore::new(virtual_store()).fault(move |found| {
            assert!(found != call || !switch.swap(false, Ordering::SeqCst), "the store panics, as planned");
            StoreFault::None
        });
        let shop = VirtualShop::open(store);
        let notifications = Notifications::default();
        shop.merchant.checkout(Shop::order()).await.expect("a checkout");
        shop.pay().await;
        shop.deliver(&EventKey::ChargeComplete).await;
        armed.store(true, Ordering::SeqCst);
        let running = shop.run(notifications.clone());
        within(seconds(3_600), "notified", async || is_paid(&notifications)).await;
        let is_empty = async || shop.merchant.backlog().await.expect("read") == Backlog::default();
        within(seconds(3_600), "nothing waits", is_empty).await;
        assert!(!armed.load(Ordering::SeqCst), "{call:?} was never called");
        assert!(running.is_alive(), "{call:?} ended the worker");
        running.shut_down().await;
    }
}

#[tokio::test(start_paused = true)]
async fn f13_i8_run_goes_on_when_its_store_is_back() {
    let is_down = Arc::new(AtomicBool::new(false));
    let down = Arc::clone(&is_down);
    let store = HookedStore::new(virtual_store()).fault(move |_| {
        if down.load(Ordering::SeqCst) { StoreFault::Before(StoreErrorKind::Busy) } else { StoreFault::None }
    });
    let shop = VirtualShop::open(store);
    let notifications = Notifications::default();
    let running = shop.run(notifications.clone());
    shop.merchant.checkout(Shop::order()).await.expect("a checkout");
    is_down.store(true, Ordering::SeqCst);
    shop.pay().await;
    assert_eq!(shop.deliver(&EventKey::ChargeComplete).await, 503);
    tokio::time::sleep(seconds(600)).await;
    is_down.store(false, Ordering::SeqCst);
    // Its deadline has passed long ago.
    within(seconds(5), "notified", async || is_paid(&notifications)).await;
    running.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn f50_i8_a_panic_in_a_task_does_not_end_run() {
    // At the start, the reconciliation reads first; later, what processes the webhook.
    for wait in [seconds(0), seconds(1)] {
        let mut panics = None;
        let over = |service: SandboxService| {
            let service = Trouble::new(service);
            panics = Some(Arc::clone(&service.panics));
            service
        };
        let shop = VirtualShop::open_with(virtual_store(), over, |builder| builder);
        let panics = panics.expect("a transport");
        let notifications = Notifications::default();
        shop.merchant.checkout(Shop::order()).await.expect("a checkout");
        if wait.is_zero() {
            panics.store(true, Ordering::SeqCst);
        }
        let running = shop.run(notifications.clone());
        tokio::time::sleep(wait).await;
        panics.store(true, Ordering::SeqCst);
        shop.pay().await;
        shop.deliver(&EventKey::ChargeComplete).await;
        within(seconds(1), "a panic", async || !panics.load(Ordering::SeqCst)).await;
        within(seconds(180), "notified", async || is_paid(&notifications)).await;
        running.shut_down().await;
    }
}

#[tokio::test(start_paused = true)]
async fn i8_a_webhook_is_notified_within_100_ms() {
    let shop = VirtualShop::open(virtual_store());
    let notifications = Notifications::default();
    let running = shop.run(notifications.clone());
    shop.merchant.checkout(Shop::order()).await.expect("a checkout");
    // Between two polls, and with nothing due for a while.
    tokio::time::sleep(Duration::from_millis(130_500)).await;
    shop.pay().await;
    assert_eq!(shop.deliver(&EventKey::ChargeComplete).await, 200);
    within(Duration::from_millis(100), "notified", async || is_paid(&notifications)).await;
    running.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn i8_a_buyers_return_is_notified_within_100_ms() {
    let shop = VirtualShop::open(virtual_store());
    let notifications = Notifications::default();
    let running = shop.run(notifications.clone());
    shop.merchant.checkout(Shop::order()).await.expect("a checkout");
    tokio::time::sleep(Duration::from_millis(130_500)).await;
    shop.pay().await;
    shop.merchant.buyer_returned(&Shop::reference()).await.expect("read");
    within(Duration::from_millis(100), "notified", async || is_paid(&notifications)).await;
    running.shut_down().await;
}

/// A poll is made on time although the worker sleeps: the commit that plans it wakes the worker.
#[tokio::test(start_paused = true)]
async fn i8_a_poll_is_on_time_after_an_idle_while() {
    let shop = VirtualShop::open(virtual_store());
    let notifications = Notifications::default();
    let running = shop.run(notifications.clone());
    // It sleeps for 30 s at a time.
    tokio::time::sleep(seconds(95)).await;
    shop.merchant.checkout(Shop::order()).await.expect("a checkout");
    shop.pay().await;
    within(seconds(4), "paid", async || is_paid(&notifications)).await;
    running.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn i8_the_work_of_another_process_is_done_within_30_s() {
    let store = virtual_store();
    let shop = VirtualShop::open(store.clone());
    let notifications = Notifications::default();
    let running = shop.run(notifications.clone());
    tokio::time::sleep(seconds(100)).await;
    // Another process stores both, and cannot wake this one.
    add_notification(&store, "order-1").await;
    within(seconds(2), "the notification", async || notifications.events().len() == 1).await;
    let event = EventId::parse("evnt_test_1").expect("an id");
    let body = br#"{"object":"event","id":"evnt_test_1","key":"charge.complete","data":{}}"#;
    store.insert_event(NewInboxEvent::new(event, *body)).await.expect("stored");
    let inbox = async || store.backlog().await.expect("read").inbox.count;
    assert_eq!(inbox().await, 1);
    within(seconds(2), "the webhook", async || inbox().await == 0).await;
    running.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn f41_a_job_that_was_cut_off_is_due_again_after_its_lease() {
    let mut parts = None;
    let over = |service: SandboxService| {
        let trouble = Trouble::new(service);
        let is_down = Arc::clone(&trouble.is_down);
        let capture = Capture::new(trouble);
        parts = Some((capture.clone(), is_down));
        KnownAccount::new(capture)
    };
    let shop = VirtualShop::open_with(virtual_store(), over, |builder| builder);
    let (capture, is_down) = parts.expect("a transport");
    let lists = || capture.requests().iter().filter(|request| request.uri().path() == "/events").count();
    is_down.store(true, Ordering::SeqCst);
    let running = shop.run(Notifications::default());
    tokio::time::sleep(seconds(60)).await;
    let tried = lists();
    assert!(tried > 0);
    is_down.store(false, Ordering::SeqCst);
    tokio::time::sleep(seconds(530)).await;
    assert_eq!(lists(), tried);
    // Once each, and then not before the hour is over.
    within(seconds(130), "both jobs", async || lists() == tried + 2).await;
    tokio::time::sleep(seconds(3_500)).await;
    assert_eq!(lists(), tried + 2);
    within(seconds(180), "the hourly job", async || lists() == tried + 3).await;
    running.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn f03_a_reconciliation_reaches_back_to_the_one_before() {
    let shop = VirtualShop::open(virtual_store());
    let notifications = Notifications::default();
    let running = shop.run(notifications.clone());
    shop.merchant.checkout(Shop::order()).await.expect("a checkout");
    let charge = shop.pay().await;
    shop.deliver(&EventKey::ChargeComplete).await;
    within(seconds(1), "paid", async || is_paid(&notifications)).await;
    // Both clocks: a second after the first reconciliation, staff refund a part, and no webhook comes.
    let pass = async |time: u64| {
        shop.sandbox.clock().advance_seconds(i64::try_from(time).expect("small"));
        tokio::time::sleep(seconds(time)).await;
    };
    pass(1).await;
    let amount = RefundAmount::new(1_000).expect("an amount");
    let by_hand = Reference::parse("by-hand").expect("a reference");
    shop.client().send(CreateRefund::new(charge, amount, by_hand)).await.expect("made");
    pass(3_590).await;
    assert_eq!(notifications.events().len(), 1);
    pass(80).await;
    let events = notifications.events();
    assert!(events[1].0.contains("/refunded_elsewhere/"), "{events:?}");
    running.shut_down().await;
}

/// F40: this process was suspended between the commit and the request.
#[tokio::test]
async fn f40_i1_a_stale_mutation_does_not_leave() {
    for (suspended, sent) in [(15, 1), (16, 0)] {
        let sandbox = Sandbox::builder().seed(1).build();
        let capture = Capture::new(sandbox.service());
        let client = Client::builder(capture.clone(), sandbox.secret_key().clone()).build();
        let (time, is_first) = (Arc::new(AtomicI64::new(1_709_208_000)), AtomicBool::new(true));
        let (now, jump) = (Arc::clone(&time), Arc::clone(&time));
        let clock = move || Timestamp::UNIX_EPOCH.saturating_add_seconds(now.load(Ordering::SeqCst));
        let memory = MemoryStore::new().with_clock(clock.clone());
        let store = HookedStore::new(memory.clone()).after(move |call| {
            if call == StoreCall::Commit && is_first.swap(false, Ordering::SeqCst) {
                jump.fetch_add(suspended, Ordering::SeqCst);
            }
        });
        let merchant = Merchant::builder(client, store).clock(clock).jitter_seed(7).build();
        let checkout = merchant.checkout(Shop::order()).await.expect("a checkout");
        let mutations = capture.requests().iter().filter(|sent| sent.method() == http::Method::POST).count();
        assert_eq!((mutations, sandbox.events().len()), (sent, sent), "{suspended} s");
        assert_eq!(matches!(checkout, Checkout::Redirect { .. }), sent == 1, "{checkout:?}");
        let journal = memory.read_journal(&Shop::reference()).await.expect("read");
        let last = journal.last().map(|entry| String::from_utf8_lossy(&entry.bytes).into_owned());
        let name = if sent == 1 { "charge_found" } else { "charge_not_sent" };
        assert!(last.as_ref().is_some_and(|last| last.contains(name)), "{last:?}");
        // It goes on at its deadline, and one charge is made in all.
        time.fetch_add(60, Ordering::SeqCst);
        merchant.run_once(&Notifications::default()).await.expect("worked");
        let checkout = merchant.checkout(Shop::order()).await.expect("a checkout");
        assert!(matches!(checkout, Checkout::Redirect { .. }), "{checkout:?}");
        assert_eq!(sandbox.events().len(), 1);
    }
}

/// A webhook that says only that a known charge was created is neither stored nor a reason to read the charge.
#[tokio::test(start_paused = true)]
async fn a_known_charges_creation_is_not_stored() {
    let shop = VirtualShop::open(virtual_store());
    shop.merchant.checkout(Shop::order()).await.expect("a checkout");
    for times in 1..=2 {
        assert_eq!(shop.deliver(&EventKey::ChargeCreate).await, 200);
        let metrics = shop.merchant.metrics();
        assert_eq!((metrics.webhooks_received, metrics.webhooks_duplicate), (0, times));
        assert_eq!(shop.merchant.backlog().await.expect("read").inbox.count, 0);
    }
    shop.pay().await;
    assert_eq!(shop.deliver(&EventKey::ChargeComplete).await, 200);
    assert_eq!(shop.merchant.metrics().webhooks_received, 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_waits_after_a_finished_payment() {
    let shop = VirtualShop::open(virtual_store());
    let notifications = Notifications::default();
    let running = shop.run(notifications.clone());
    shop.merchant.checkout(Shop::order()).await.expect("a checkout");
    shop.pay().await;
    for key in [EventKey::ChargeCreate, EventKey::ChargeComplete] {
        assert_eq!(shop.deliver(&key).await, 200);
    }
    within(seconds(1), "notified", async || is_paid(&notifications)).await;
    let is_empty = async || shop.merchant.backlog().await.expect("read") == Backlog::default();
    within(seconds(1), "nothing waits", is_empty).await;
    // Nor does a webhook about an order of another shop.
    let event = EventId::parse("evnt_test_stranger").expect("an id");
    let body =
        br#"{"object":"event","id":"evnt_test_stranger","key":"charge.complete","data":{"object":"charge",
        "id":"chrg_test_stranger","amount":1,"currency":"SGD","status":"pending",
        "metadata":{"kakaopay_reference":"stranger/1"}}}"#;
    shop.store.insert_event(NewInboxEvent::new(event, *body)).await.expect("stored");
    within(seconds(31), "nothing waits", is_empty).await;
    running.shut_down().await;
}
