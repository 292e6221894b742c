//! Floods: of webhooks while the service is slow, and of page views.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use kakaopay::store::{ClaimRequest, NewInboxEvent, Store};
use kakaopay::types::endpoint::MarkChargeAsPaid;
use kakaopay::types::{ChargeId, Currency, EventId, Money, PaymentAmount, Reference, ReturnUri};
use kakaopay::{Checkout, Merchant, Order, PaymentEvent};
use kakaopay_hooked_store::{HookedStore, StoreCall};
use kakaopay_tests::Shop;
use kakaopay_tests::shop::Notifications;
use kakaopay_tests::slow_reads::{Counts, Only, Reads, Slow};
use kakaopay_tests::virtual_shop::{VirtualShop, virtual_store, within};
use kakaopay_transport::HttpRequest;
use tokio::time::Instant;
use tower_service::Service;

fn slow_shop<S: Store>(store: S, delay: Duration) -> (VirtualShop<S>, Reads) {
    let reads = Reads::default();
    let counted = reads.clone();
    let slow = move |inner| Slow { inner, delay, other_delay: None, only: Only::default(), reads: counted };
    (VirtualShop::open_with(store, slow, |builder| builder), reads)
}

async fn check_out<S: Store>(merchant: &Merchant<S>, name: &str) -> ChargeId {
    let amount = PaymentAmount::new(Money::new(150_000, Currency::SGD)).expect("an amount");
    let uri = ReturnUri::parse("https://example.com/done").expect("an address");
    let order = Order::new(Reference::parse(name).expect("a reference"), amount, uri);
    match merchant.checkout(order).await.expect("a checkout") {
        Checkout::Redirect { charge, .. } => charge,
        other => panic!("no page: {other:?}"),
    }
}

/// Stores valid webhooks about these charges, in turn.
async fn flood(store: &impl Store, charges: &[ChargeId], count: usize) {
    for number in 0..count {
        add_webhook(store, &charges[number % charges.len()], number).await;
    }
}

async fn add_webhook(store: &impl Store, charge: &ChargeId, number: usize) {
    let id = EventId::parse(&format!("evnt_test_{number}")).expect("an id");
    let body = format!(
        r#"{{"object":"event","id":"{id}","key":"charge.complete","data":{{"object":"charge","id":"{charge}"}}}}"#
    );
    store.insert_event(NewInboxEvent::new(id, body.into_bytes())).await.expect("stored");
}

/// F54: a flood of valid webhooks about few charges, or about many, does not keep a payment whose webhook was lost from
/// being read, and no charge is read twice at the same time.
#[tokio::test(start_paused = true)]
async fn f54_i8_deadlines_are_claimed_during_a_flood() {
    for flooded in [1, 40] {
        let delay = Duration::from_secs(10);
        let (shop, reads) = slow_shop(virtual_store(), delay);
        let mut charges = Vec::new();
        for number in 0..flooded {
            charges.push(check_out(&shop.merchant, &format!("order-{number}")).await);
        }
        flood(&shop.store, &charges, 6_000).await;
        // It goes on all the while.
        let (store, flooded_charges) = (shop.store.clone(), charges.clone());
        let flooding = tokio::spawn(async move {
            for number in 6_000.. {
                add_webhook(&store, &flooded_charges[number % flooded_charges.len()], number).await;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        let notifications = Notifications::default();
        let running = shop.run(notifications.clone());
        // The reconciliation at the start would find it, too.
        tokio::time::sleep(Duration::from_secs(40)).await;
        let lost = check_out(&shop.merchant, "order-lost").await;
        shop.client().send(MarkChargeAsPaid::new(lost)).await.expect("paid");
        let is_paid = async || {
            let paid = |(_, event): &(String, PaymentEvent)| matches!(event, PaymentEvent::Paid(_));
            notifications.events().iter().any(paid)
        };
        // It is due after about 2 s. A place becomes free after one read, and its own takes as long.
        within(Duration::from_secs(45), "paid", is_paid).await;
        let backlog = shop.merchant.backlog().await.expect("read");
        assert!(backlog.inbox.count > 100, "{flooded}: the flood is over: {backlog:?}");
        tokio::time::sleep(Duration::from_secs(60)).await;
        for charge in &charges {
            let counts = reads.of(charge);
            assert!((1..=16).contains(&counts.begun) && counts.most_in_flight == 1, "{flooded}: {counts:?}");
        }
        flooding.abort();
        running.shut_down().await;
    }
}

/// F68: webhooks that wait in memory behind a slow read of their charge stay this process's, longer than a lease, and are
/// given back at shutdown before that read ends.
#[tokio::test(start_paused = true)]
async fn f68_webhooks_that_wait_are_held_and_given_back() {
    let (reads, only) = (Reads::default(), Only::default());
    *only.lock().expect("no panic") = Some("none".to_owned());
    let (reads_of_it, path) = (reads.clone(), Arc::clone(&only));
    let slow = |inner| Slow {
        inner,
        delay: Duration::from_secs(25),
        other_delay: None,
        only: path,
        reads: reads_of_it,
    };
    let shop = VirtualShop::open_with(virtual_store(), slow, |builder| builder);
    let charge = check_out(&shop.merchant, "order-1").await;
    *only.lock().expect("no panic") = Some(format!("/charges/{charge}"));
    flood(&shop.store, std::slice::from_ref(&charge), 100).await;
    let running = shop.run(Notifications::default());
    tokio::time::sleep(Duration::from_secs(20)).await;
    let all = ClaimRequest::new(Duration::ZERO, 1_000);
    let free = async || shop.store.claim_events(all).await.expect("claimed").len();
    assert_eq!(free().await, 0);
    let stopping = tokio::spawn(running.shut_down());
    within(Duration::from_secs(2), "given back", async || (50..100).contains(&free().await)).await;
    assert!(!stopping.is_finished(), "too late");
    assert!(stopping.await.expect("no panic") > Duration::from_secs(1));
}

/// F54: a webhook that arrives while its charge is read causes another read, since that one may lack its news.
#[tokio::test(start_paused = true)]
async fn f54_i2_a_webhook_during_a_read_causes_another() {
    let (shop, reads) = slow_shop(virtual_store(), Duration::from_secs(10));
    let charge = check_out(&shop.merchant, "order-1").await;
    flood(&shop.store, std::slice::from_ref(&charge), 1).await;
    let running = shop.run(Notifications::default());
    let is_read = async || reads.of(&charge).in_flight == 1;
    within(Duration::from_secs(5), "a read", is_read).await;
    let begun = reads.of(&charge).begun;
    let body = format!(
        r#"{{"object":"event","id":"evnt_test_x","key":"charge.complete","data":{{"object":"charge","id":"{charge}"}}}}"#
    );
    let id = EventId::parse("evnt_test_x").expect("an id");
    shop.store.insert_event(NewInboxEvent::new(id, body.into_bytes())).await.expect("stored");
    let is_done = async || shop.merchant.backlog().await.expect("read").inbox.count == 0;
    within(Duration::from_secs(90), "both are processed", is_done).await;
    let counts = reads.of(&charge);
    assert!(counts.begun > begun && counts.most_in_flight == 1, "{counts:?}");
    running.shut_down().await;
}

/// F59: however often buyers view a page, one read in 2 s and few commits follow, also if the service is slow.
#[tokio::test(start_paused = true)]
async fn f59_i8_page_views_cause_one_read_in_2_s() {
    for (delay, most) in [(0, 6), (5, 3)] {
        let commits = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&commits);
        let store = HookedStore::new(virtual_store()).after(move |call| {
            if matches!(call, StoreCall::Commit | StoreCall::CommitDeadline) {
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
        let (shop, reads) = slow_shop(store, Duration::from_secs(delay));
        let charge = check_out(&shop.merchant, "order-1").await;
        let before = commits.load(Ordering::SeqCst);
        let reference = Reference::parse("order-1").expect("a reference");
        // 100 views each second for 10 s.
        let begun = Instant::now();
        let mut views = tokio::task::JoinSet::new();
        for view in 0_u64..1_000 {
            let (merchant, reference) = (shop.merchant.clone(), reference.clone());
            views.spawn(async move {
                tokio::time::sleep_until(begun + Duration::from_millis(view * 10)).await;
                let status = merchant.buyer_returned(&reference).await.expect("a status");
                assert_eq!(status.state.name(), "pending");
            });
        }
        while let Some(view) = views.join_next().await {
            view.expect("no panic");
        }
        assert!(begun.elapsed() <= Duration::from_secs(10 + 2 * delay), "{:?}", begun.elapsed());
        let (read, committed) = (reads.of(&charge).begun, commits.load(Ordering::SeqCst) - before);
        assert!(
            (1..=most).contains(&read) && committed <= most,
            "{delay} s: {read} reads, {committed} commits"
        );
        // The next view after the payment shows it.
        shop.pay().await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(shop.merchant.buyer_returned(&reference).await.expect("a status").is_paid());
    }
    let (shop, _) = slow_shop(virtual_store(), Duration::ZERO);
    let error = shop.merchant.buyer_returned(&Shop::reference()).await.expect_err("no payment");
    assert!(matches!(error, kakaopay::Error::NotFound(_)), "{error:?}");
}

/// F59: a view joins a read that another cause has begun, and the charge is still read once more soon.
#[tokio::test(start_paused = true)]
async fn f59_i2_a_view_joins_a_read_in_flight() {
    let (shop, reads) = slow_shop(virtual_store(), Duration::from_secs(4));
    let charge = check_out(&shop.merchant, "order-1").await;
    let reference = Reference::parse("order-1").expect("a reference");
    let (merchant, order) = (shop.merchant.clone(), reference.clone());
    let refresh = tokio::spawn(async move { merchant.refresh(&order).await.map(drop) });
    within(Duration::from_secs(1), "a read", async || reads.of(&charge).in_flight == 1).await;
    shop.merchant.buyer_returned(&reference).await.expect("a status");
    refresh.await.expect("no panic").expect("read");
    assert_eq!(reads.of(&charge).begun, 1);
    let next = shop.store.next_due_in().await.expect("read").expect("a deadline");
    assert!(next <= Duration::from_secs(10), "{next:?}");
}

/// A service that carries out so many requests a second, and answers the others with 429.
#[derive(Debug, Clone)]
struct Limited<S> {
    inner: S,
    per_second: usize,
    /// The second, the requests in it, and all that were refused.
    seen: Arc<Mutex<(u64, usize, usize)>>,
    begun: Instant,
}

impl<S> Service<HttpRequest> for Limited<S>
where
    S: Service<HttpRequest, Response = http::Response<kakaopay_sandbox::SandboxBody>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let second = self.begun.elapsed().as_secs();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.0 != second {
            (seen.0, seen.1) = (second, 0);
        }
        seen.1 += 1;
        if seen.1 <= self.per_second {
            return Box::pin(self.inner.call(request));
        }
        seen.2 += 1;
        Box::pin(async {
            let mut response = http::Response::new(bytes::Bytes::from_static(b"{}").into());
            *response.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
            Ok(response)
        })
    }
}

/// F59, F21: a rush of checkouts at a service that limits the rate ends with one charge each, and few refusals.
#[tokio::test(start_paused = true)]
async fn f59_f21_i8_a_rush_of_checkouts_finds_the_rate_of_the_service() {
    let seen = Arc::new(Mutex::new((0, 0, 0)));
    let counted = Arc::clone(&seen);
    let begun = Instant::now();
    let shop = VirtualShop::open_with(
        virtual_store(),
        move |inner| Limited { inner, per_second: 5, seen: counted, begun },
        |builder| builder,
    );
    let (service, merchant) = (shop.sandbox.clone(), shop.merchant.clone());
    let clock = tokio::spawn(async move {
        loop {
            service.clock().set(merchant.now());
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
    let running = shop.run(Notifications::default());
    let mut checkouts = tokio::task::JoinSet::new();
    for number in 0..100 {
        let merchant = shop.merchant.clone();
        checkouts.spawn(async move {
            let amount = PaymentAmount::new(Money::new(150_000, Currency::SGD)).expect("an amount");
            let uri = ReturnUri::parse("https://example.com/done").expect("an address");
            let reference = Reference::parse(&format!("order-{number}")).expect("a reference");
            merchant.checkout(Order::new(reference, amount, uri)).await.expect("a checkout")
        });
    }
    while let Some(checkout) = checkouts.join_next().await {
        checkout.expect("no panic");
    }
    let charges =
        async || shop.sandbox.events().iter().filter(|(_, key)| *key == "charge.create").count() == 100;
    within(Duration::from_secs(600), "a charge each", charges).await;
    let (_, _, refused) = *seen.lock().expect("no panic");
    assert!((1..=300).contains(&refused), "{refused} refusals");
    tokio::time::sleep(Duration::from_secs(1_800)).await;
    for number in 0..100 {
        let reference = Reference::parse(&format!("order-{number}")).expect("a reference");
        let status = shop.merchant.status(&reference).await.expect("read").expect("a payment");
        assert_eq!(status.state.name(), "pending", "{reference}");
        assert!(status.alerts.is_empty(), "{reference}: {:?}", status.alerts);
    }
    assert!(charges().await, "one charge each");
    running.shut_down().await;
    clock.abort();
}

/// F54: a flood about one charge, whose reads hang, occupies one place: the others' webhooks and deadlines go on.
#[tokio::test(start_paused = true)]
async fn f54_i8_a_charge_whose_reads_hang_occupies_one_place() {
    let (only, reads) = (Only::default(), Reads::default());
    let (path, counted) = (Arc::clone(&only), reads.clone());
    let delay = Duration::from_secs(3_600);
    *only.lock().expect("no panic") = Some("/none".to_owned());
    let slow = move |inner| Slow { inner, delay, other_delay: None, only: path, reads: counted };
    let shop = VirtualShop::open_with(virtual_store(), slow, |builder| builder);
    let hanging = check_out(&shop.merchant, "order-slow").await;
    *only.lock().expect("no panic") = Some(format!("/charges/{hanging}"));
    flood(&shop.store, std::slice::from_ref(&hanging), 12_000).await;
    let notifications = Notifications::default();
    let running = shop.run(notifications.clone());
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(reads.of(&hanging).in_flight, 1);
    for number in 0..40 {
        let charge = check_out(&shop.merchant, &format!("order-{number}")).await;
        shop.client().send(MarkChargeAsPaid::new(charge.clone())).await.expect("paid");
        if number >= 20 {
            add_webhook(&shop.store, &charge, 100_000 + number).await;
        }
    }
    let are_paid = async || {
        let paid = |(_, event): &(String, PaymentEvent)| matches!(event, PaymentEvent::Paid(_));
        notifications.events().into_iter().filter(|entry| paid(entry)).count() == 40
    };
    within(Duration::from_secs(5), "paid", are_paid).await;
    let Counts { begun, in_flight, most_in_flight } = reads.of(&hanging);
    assert_eq!((begun, in_flight, most_in_flight), (1, 1, 1), "the read still hangs");
    assert!(shop.merchant.backlog().await.expect("read").inbox.count >= 12_000);
    drop(running);
}
