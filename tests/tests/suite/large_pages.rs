//! Lists whose pages are too large, cut, or shifted while they are read.

use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use kakaopay::types::endpoint::{ChargeSource, CreateCharge, ListCharges, ListParams};
use kakaopay::types::{Currency, Money, PaymentAmount, Reference, ReturnUri, SecretKey, Timestamp};
use kakaopay::{Checkout, PaymentEvent};
use kakaopay_hooked_store::{HookedStore, StoreCall};
use kakaopay_sandbox::Sandbox;
use kakaopay_tests::Shop;
use kakaopay_tests::shop::Notifications;
use kakaopay_tests::virtual_shop::{VirtualShop, opening, virtual_store, within};
use kakaopay_transport::{Client, HttpRequest};
use tower_service::Service;

fn set_faults(sandbox: &Sandbox, rules: &[&str]) {
    sandbox.set_faults(rules.iter().map(|rule| rule.parse().expect("a rule")).collect());
}

fn day_before() -> Timestamp {
    opening().saturating_add_seconds(-86_400)
}

/// Creates charges of orders that are not in the shop's store.
async fn create_charges(client: &Client<SecretKey>, count: usize) {
    for number in 0..count {
        let order = Reference::parse(&format!("elsewhere-{number}")).expect("a reference");
        let amount = PaymentAmount::new(Money::new(150_000, Currency::SGD)).expect("an amount");
        let uri = ReturnUri::parse("https://example.com/done").expect("an address");
        let charge = CreateCharge::new(
            amount,
            uri,
            ChargeSource::New { platform_type: None },
            order.attempt(NonZeroU32::MIN),
        );
        client.send(charge).await.expect("a charge");
    }
}

/// F57: among a hundred charges of 10 kB, a look-up finds the charge whose response was lost, and both reconciliations
/// are complete.
#[tokio::test(start_paused = true)]
async fn f57_i2_i8_a_hundred_charges_of_10_kb_are_read() {
    let jobs = Arc::new(AtomicUsize::new(0));
    let done = Arc::clone(&jobs);
    let store = HookedStore::new(virtual_store()).after(move |call| {
        done.fetch_add(usize::from(call == StoreCall::RescheduleJob), Ordering::SeqCst);
    });
    let shop = VirtualShop::open(store);
    create_charges(&shop.client(), 100).await;
    let large = ["large=12000@charges.list", "large=12000@events.list"];
    let lost = "drop-response@charges.create:times=1";
    set_faults(&shop.sandbox, &[large[0], large[1], lost]);
    let page = ListCharges::new().page(ListParams::new().limit(100));
    let error = shop.client().send(page).await.expect_err("too large");
    assert_eq!(error.kind(), kakaopay_transport::ErrorKind::TooLarge);
    let notifications = Notifications::default();
    let running = shop.run(notifications.clone());
    let page = async || matches!(shop.merchant.checkout(Shop::order()).await, Ok(Checkout::Redirect { .. }));
    within(Duration::from_secs(300), "a page", page).await;
    assert_eq!(shop.sandbox.events().iter().filter(|(_, key)| *key == "charge.create").count(), 101);
    within(Duration::from_secs(900), "both jobs", async || jobs.load(Ordering::SeqCst) == 2).await;
    let report = shop.merchant.reconcile(day_before()).await.expect("reconciled");
    assert!(report.complete && report.failures == 0, "{report:?}");
    assert_eq!((report.charges, report.orphaned_charges, report.events), (1, 0, 101));
    running.shut_down().await;
}

/// F57: elements that are too large by themselves are counted, and do not hide those behind them.
#[tokio::test(start_paused = true)]
async fn f57_i9_an_element_above_the_cap_is_unreadable() {
    let shop = VirtualShop::open(virtual_store());
    create_charges(&shop.client(), 3).await;
    set_faults(&shop.sandbox, &["large=1100000@charges.list"]);
    let report = shop.merchant.reconcile(day_before()).await.expect("reconciled");
    assert_eq!((report.complete, report.failures, report.events), (true, 3, 3));
}

/// F57: a page that is cut or cannot be decoded makes a reconciliation incomplete, and the job comes back soon.
#[tokio::test(start_paused = true)]
async fn f57_i2_i8_a_cut_page_is_no_end_of_the_list() {
    for fault in ["truncated", "empty", "html", "reset-mid-body", "status=503"] {
        let jobs = Arc::new(AtomicUsize::new(0));
        let done = Arc::clone(&jobs);
        let store = HookedStore::new(virtual_store()).after(move |call| {
            done.fetch_add(usize::from(call == StoreCall::RescheduleJob), Ordering::SeqCst);
        });
        let shop = VirtualShop::open(store);
        shop.merchant.checkout(Shop::order()).await.expect("a checkout");
        shop.pay().await;
        for list in ["charges.list", "events.list"] {
            set_faults(&shop.sandbox, &[&format!("{fault}@{list}")]);
            let report = shop.merchant.reconcile(day_before()).await.expect("reconciled");
            assert!(!report.complete && report.failures == 1, "{fault} {list}: {report:?}");
        }
        // Neither a webhook nor a poll finds the payment.
        set_faults(&shop.sandbox, &[&format!("{fault}@charges.list"), "status=503@charges.retrieve"]);
        let notifications = Notifications::default();
        let running = shop.run(notifications.clone());
        tokio::time::sleep(Duration::from_secs(120)).await;
        assert_eq!(jobs.load(Ordering::SeqCst), 0, "{fault}: a job counts as done");
        set_faults(&shop.sandbox, &["status=503@charges.retrieve"]);
        let is_paid =
            async || notifications.events().iter().any(|(_, event)| matches!(event, PaymentEvent::Paid(_)));
        within(Duration::from_secs(900), fault, is_paid).await;
        running.shut_down().await;
    }
}

/// A service at which a charge is made after each page of a list.
#[derive(Clone)]
struct Drifting<S> {
    inner: S,
    pages: Arc<AtomicUsize>,
}

impl<S> Service<HttpRequest> for Drifting<S>
where
    S: Service<HttpRequest> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Response: Send,
    S::Error: Send + std::fmt::Debug,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let is_page = request.method() == http::Method::GET && request.uri().query().is_some();
        let (mut inner, pages) = (self.inner.clone(), Arc::clone(&self.pages));
        let mut create = http::Request::new(kakaopay_transport::RequestBody::new(
            "amount=150000&currency=SGD&return_uri=https://example.com&source[type]=kakaopay",
        ));
        *create.method_mut() = http::Method::POST;
        create.headers_mut().clone_from(request.headers());
        let form = http::HeaderValue::from_static("application/x-www-form-urlencoded");
        create.headers_mut().insert(http::header::CONTENT_TYPE, form);
        *create.uri_mut() = http::Uri::from_static("https://api.omise.co/charges");
        let response = self.inner.call(request);
        Box::pin(async move {
            let response = response.await;
            if is_page {
                pages.fetch_add(1, Ordering::SeqCst);
                for _ in 0..7 {
                    inner.call(create.clone()).await.expect("a charge");
                }
            }
            response
        })
    }
}

/// F57: objects that are made while pages are read shift none of the earlier ones past the reader.
#[tokio::test(start_paused = true)]
async fn f57_i2_new_objects_between_pages_hide_no_other() {
    for large in [None, Some("large=30000@events.list")] {
        let pages = Arc::new(AtomicUsize::new(0));
        let read = Arc::clone(&pages);
        let shop = VirtualShop::open_with(
            virtual_store(),
            move |inner| Drifting { inner, pages: read },
            |builder| builder,
        );
        create_charges(&shop.client(), 250).await;
        shop.sandbox.set_faults(large.iter().map(|rule| rule.parse().expect("a rule")).collect());
        let report = shop.merchant.reconcile(day_before()).await.expect("reconciled");
        assert!(report.complete && report.failures == 0, "{report:?}");
        assert!(report.events >= 250, "{report:?}");
        assert!(pages.load(Ordering::SeqCst) >= 6, "too few pages");
    }
}
