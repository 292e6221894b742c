//! Leases of claimed work: renewed while it lasts, and over within seconds when its process is gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use kakaopay::store::{MemoryStore, Store, StoreErrorKind};
use kakaopay::types::{EventKey, Timestamp};
use kakaopay::{EventHandler, Merchant, Notification, PaymentEvent};
use kakaopay_hooked_store::{HookedStore, StoreCall, StoreFault};
use kakaopay_sandbox::Sandbox;
use kakaopay_tests::Shop;
use kakaopay_tests::shop::Notifications;
use kakaopay_tests::virtual_shop::{Running, VirtualShop, add_notification, virtual_store, within};
use kakaopay_transport::Client;
use tokio::runtime::{Builder, Runtime};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A handler that takes its time, and counts its calls.
#[derive(Clone)]
struct Slow {
    takes: Duration,
    begun: Arc<AtomicUsize>,
    accepted: Arc<AtomicUsize>,
}

impl Slow {
    fn new(takes: u64) -> Self {
        Self { takes: seconds(takes), begun: Arc::default(), accepted: Arc::default() }
    }

    fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }

    fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }
}

impl EventHandler for Slow {
    async fn handle(&self, _: &Notification) -> Result<(), BoxError> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(self.takes).await;
        self.accepted.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Starts a process whose handler takes so many seconds, and waits until it has claimed the one notification.
async fn holding<S: Store>(store: S, takes: u64) -> (Running, Slow) {
    add_notification(&store, "order-1").await;
    let handler = Slow::new(takes);
    let running = VirtualShop::open(store).run(handler.clone());
    within(seconds(1), "a call", async || handler.begun() == 1).await;
    (running, handler)
}

/// A process dies with a notification claimed, also after it has renewed its lease often: another delivers it within
/// 20 s, and within a lease more if the store's clock is set back meanwhile.
#[tokio::test(start_paused = true)]
async fn f68_f40_another_process_goes_on_within_20_s() {
    for (lived, set_back) in [(1, 0), (40, 0), (40, 3_600_000), (1, 100_000)] {
        let back = Arc::new(AtomicI64::new(0));
        let (virtual_time, shift) = (virtual_store(), Arc::clone(&back));
        let begun = tokio::time::Instant::now();
        let clock = move || {
            let passed = i64::try_from(begun.elapsed().as_millis()).expect("small");
            let at = 1_709_208_000_000 + passed - shift.load(Ordering::SeqCst);
            Timestamp::from_unix_millis(at).expect("a time")
        };
        let store = virtual_time.with_clock(clock);
        let (dying, first) = holding(store.clone(), 55).await;
        let second = Slow::new(0);
        let other = VirtualShop::open(store.clone()).run(second.clone());
        tokio::time::sleep(seconds(lived)).await;
        assert_eq!(second.begun(), 0);
        dying.kill().await;
        back.store(set_back, Ordering::SeqCst);
        // A correction of the clock begins the lease anew.
        let limit = if set_back == 0 { 20 } else { 35 };
        within(seconds(limit), "the other", async || second.accepted() == 1).await;
        assert_eq!((first.begun(), first.accepted()), (1, 0));
        other.shut_down().await;
    }
}

/// A handler that takes long, or hangs up to its timeout, keeps its notification all the while.
#[tokio::test(start_paused = true)]
async fn f50_f68_a_slow_handler_keeps_its_notification() {
    for takes in [14, 16, 59, 1_000] {
        let store = virtual_store();
        let (running, first) = holding(store.clone(), takes).await;
        let second = Slow::new(0);
        let other = VirtualShop::open(store.clone()).run(second.clone());
        tokio::time::sleep(seconds(takes.min(59))).await;
        assert_eq!((first.begun(), second.begun()), (1, 0), "{takes}");
        if takes > 60 {
            // Its timeout is a failure, and either process may have the next try.
            within(seconds(20), "another try", async || first.begun() + second.begun() == 2).await;
        } else {
            within(seconds(2), "accepted", async || first.accepted() == 1).await;
            tokio::time::sleep(seconds(300)).await;
            assert_eq!((first.begun(), second.begun()), (1, 0), "{takes}");
        }
        running.shut_down().await;
        other.shut_down().await;
    }
}

/// While the store is away from one process, its leases end; a blip ends none.
#[tokio::test(start_paused = true)]
async fn f68_f41_leases_outlive_a_blip_and_no_outage() {
    for (away, taken_over) in [(4, false), (8, false), (30, true)] {
        let (store, is_away) = (virtual_store(), Arc::new(AtomicBool::new(false)));
        let (switch, refused) = (Arc::clone(&is_away), Arc::new(AtomicUsize::new(0)));
        let renewals = Arc::clone(&refused);
        let cut_off = HookedStore::new(store.clone()).fault(move |call| {
            if !switch.load(Ordering::SeqCst) {
                return StoreFault::None;
            }
            renewals.fetch_add(usize::from(call == StoreCall::Renew), Ordering::SeqCst);
            StoreFault::Before(StoreErrorKind::Io)
        });
        let (running, first) = holding(cut_off, 45).await;
        let second = Slow::new(0);
        let other = VirtualShop::open(store.clone()).run(second.clone());
        // Just before it renews its lease.
        tokio::time::sleep(seconds(3)).await;
        is_away.store(true, Ordering::SeqCst);
        tokio::time::sleep(seconds(away)).await;
        is_away.store(false, Ordering::SeqCst);
        assert!(refused.load(Ordering::SeqCst) > 0, "{away}");
        within(seconds(60), "the first", async || first.accepted() == 1).await;
        assert_eq!(second.begun(), usize::from(taken_over), "{away}");
        within(seconds(1), "done", async || store.backlog().await.expect("read").outbox.count == 0).await;
        running.shut_down().await;
        other.shut_down().await;
    }
}

/// A process in a runtime of its own, whose time passes only when it is stepped.
struct Process(Runtime);

impl Process {
    fn start(store: MemoryStore, handler: Slow) -> Self {
        let runtime =
            Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
        let sandbox = Sandbox::builder().seed(1).build();
        let client = Client::builder(sandbox.service(), sandbox.secret_key().clone()).build();
        let merchant = Merchant::builder(client, store).jitter_seed(7).build();
        runtime.spawn(async move { merchant.run(handler, std::future::pending()).await });
        Self(runtime)
    }

    fn step(&self) {
        self.0.block_on(async {
            tokio::time::advance(Duration::from_millis(500)).await;
            for _ in 0..32 {
                tokio::task::yield_now().await;
            }
        });
    }
}

/// A process that was suspended for longer than its lease neither completes nor renews what another has claimed since.
#[test]
fn f40_f56_a_suspended_process_completes_nothing() {
    let now = Arc::new(AtomicI64::new(1_709_208_000_000));
    let shown = Arc::clone(&now);
    let clock = move || Timestamp::from_unix_millis(shown.load(Ordering::SeqCst)).expect("a time");
    let store = MemoryStore::new().with_clock(clock);
    let (first, second) = (Slow::new(10), Slow::new(30));
    let process = Process::start(store.clone(), first.clone());
    process.0.block_on(add_notification(&store, "order-1"));
    let pending = || process.0.block_on(store.backlog()).expect("read").outbox.count;
    let pass = |processes: &[&Process]| {
        now.fetch_add(500, Ordering::SeqCst);
        processes.iter().for_each(|process| process.step());
    };
    for _ in 0..4 {
        pass(&[&process]);
    }
    assert_eq!(first.begun(), 1);
    // It is suspended.
    let other = Process::start(store.clone(), second.clone());
    for _ in 0..44 {
        pass(&[&other]);
    }
    assert_eq!((second.begun(), second.accepted()), (1, 0));
    // It goes on, and its handler accepts 20 s before the other's.
    for _ in 0..20 {
        pass(&[&process, &other]);
    }
    assert_eq!((first.accepted(), second.accepted(), pending()), (1, 0, 1));
    for _ in 0..60 {
        pass(&[&process, &other]);
    }
    assert_eq!((first.begun(), second.begun(), second.accepted(), pending()), (1, 1, 1, 0));
}

/// The store fails once while a due payment or a webhook is worked on: it comes again within seconds.
#[tokio::test(start_paused = true)]
async fn f68_f55_work_that_failed_for_the_store_comes_again_within_seconds() {
    let failing = [
        (StoreCall::ClaimDue, StoreCall::Load),
        (StoreCall::ClaimDue, StoreCall::Commit),
        (StoreCall::ClaimEvents, StoreCall::Commit),
        (StoreCall::ClaimEvents, StoreCall::Load),
    ];
    for (claim, fails) in failing {
        // From when it is armed on, it fails three times: at each of three tries.
        let left = Arc::new(AtomicUsize::new(0));
        let hook = Arc::clone(&left);
        let store = HookedStore::new(virtual_store()).fault(move |call| {
            let fails = call == fails
                && hook.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
            if fails { StoreFault::Before(StoreErrorKind::Busy) } else { StoreFault::None }
        });
        let shop = VirtualShop::open(store);
        let notifications = Notifications::default();
        let running = shop.run(notifications.clone());
        tokio::time::sleep(seconds(100)).await;
        shop.merchant.checkout(Shop::order()).await.expect("a checkout");
        shop.pay().await;
        if claim == StoreCall::ClaimEvents {
            assert!(shop.deliver(&EventKey::ChargeComplete).await.is_success());
        }
        left.store(3, Ordering::SeqCst);
        // A poll may be faster than the webhook.
        let is_paid = async || {
            let events = notifications.events();
            let waiting = shop.merchant.backlog().await.expect("read").inbox.count;
            waiting == 0 && events.iter().any(|(_, event)| matches!(event, PaymentEvent::Paid(_)))
        };
        within(seconds(20), &format!("paid after {claim:?} {fails:?}"), is_paid).await;
        assert_eq!(left.load(Ordering::SeqCst), 0, "{claim:?} {fails:?}: it did not fail");
        running.shut_down().await;
    }
}
