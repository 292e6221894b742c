//! Shops, accounts and modes that meet in one account or one store.

use kakaopay::store::{MemoryStore, Setting, Store};
use kakaopay::types::endpoint::{ListCharges, ListEvents, MarkChargeAsPaid};
use kakaopay::types::{ChargeId, EventId, EventKey, Reference, SecretKey};
use kakaopay::{Checkout, Error, Merchant, State};
use kakaopay_sandbox::{Sandbox, SandboxClock, SandboxService};
use kakaopay_tests::Shop;
use kakaopay_tests::shop::Notifications;
use kakaopay_tests::virtual_shop::opening;
use kakaopay_transport::testing::{Capture, LoseResponse};
use kakaopay_transport::{BoxError, Client, HttpRequest};
use tower_service::Service;

fn sandbox(key: &str) -> Sandbox {
    let key = SecretKey::parse(key).expect("a key");
    Sandbox::builder().seed(1).clock(SandboxClock::frozen_at(opening())).secret_key(key).build()
}

fn client(sandbox: &Sandbox) -> Client<SecretKey> {
    Client::builder(sandbox.service(), sandbox.secret_key().clone()).build()
}

/// An empty store with the account's clock.
fn store(sandbox: &Sandbox) -> MemoryStore {
    let clock = sandbox.clock().clone();
    MemoryStore::new().with_clock(move || clock.now())
}

/// A shop of the account over this wire, with a store of its own.
fn shop<W>(sandbox: &Sandbox, wire: W, store: &MemoryStore) -> Merchant<MemoryStore>
where
    W: Service<HttpRequest, Error: Into<BoxError>, Future: Send + 'static> + Clone + Send + Sync + 'static,
    W: Service<HttpRequest, Response = <SandboxService as Service<HttpRequest>>::Response>,
{
    let client = Client::builder(wire, sandbox.secret_key().clone()).build();
    let clock = sandbox.clock().clone();
    Merchant::builder(client, store.clone()).clock(move || clock.now()).jitter_seed(7).build()
}

/// Lets all time pass that a payment needs.
async fn settle(sandbox: &Sandbox, merchant: &Merchant<MemoryStore>) -> Notifications {
    let notifications = Notifications::default();
    for _ in 0..40 {
        sandbox.clock().advance_seconds(30);
        merchant.run_once(&notifications).await.expect("worked");
    }
    merchant.reconcile(opening()).await.expect("reconciled");
    merchant.run_once(&notifications).await.expect("worked");
    notifications
}

/// Shop A is paid for its order 345678. Shop B, on the same account, has an order of the same reference and amount.
#[tokio::test]
async fn f52_i4_an_order_is_not_paid_by_another_shops_charge() {
    for lost in [0, 1] {
        let sandbox = sandbox("skey_test_one");
        let a = shop(&sandbox, sandbox.service(), &store(&sandbox));
        assert!(matches!(a.checkout(Shop::order()).await, Ok(Checkout::Redirect { .. })));
        let charge =
            client(&sandbox).send(ListCharges::new()).await.expect("a list").data.items[0].id.clone();
        client(&sandbox).send(MarkChargeAsPaid::new(charge.clone())).await.expect("paid");
        // The response to B's creation is lost the second time, so that its charge is looked for by its reference.
        let wire = LoseResponse::new(sandbox.service(), lost).only(http::Method::POST);
        let b = shop(&sandbox, wire.clone(), &store(&sandbox));
        b.checkout(Shop::order()).await.expect("a checkout");
        assert_eq!(wire.remaining(), 0);
        let (notified_a, notified_b) = (settle(&sandbox, &a).await, settle(&sandbox, &b).await);
        let status = |merchant: Merchant<MemoryStore>| async move {
            merchant.status(&Shop::reference()).await.expect("read").expect("a payment")
        };
        let (of_a, of_b) = (status(a).await, status(b).await);
        assert!(of_a.is_paid() && of_a.charge() == Some(&charge), "{of_a:?}");
        assert!(
            matches!(of_b.state, State::Pending(_)) && of_b.charge() != Some(&charge),
            "{lost}: {of_b:?}"
        );
        assert_eq!(of_a.alerts.len() + of_b.alerts.len(), 0, "{of_a:?} {of_b:?}");
        let keys =
            |notified: Notifications| notified.events().into_iter().map(|(key, _)| key).collect::<Vec<_>>();
        assert_eq!((keys(notified_a), keys(notified_b)), (vec!["order-345678/paid".to_owned()], vec![]));
        let list = client(&sandbox).send(ListCharges::new()).await.expect("a list");
        assert_eq!(list.data.items.len(), 2, "{lost}");
    }
}

/// Two shops of one account. A has a charge, and B's requests are seen.
struct Neighbours {
    sandbox: Sandbox,
    /// A's charge.
    charge: ChargeId,
    capture: Capture<SandboxService>,
    /// B's store.
    b: MemoryStore,
    /// B.
    merchant: Merchant<MemoryStore>,
}

impl Neighbours {
    async fn new() -> Self {
        let sandbox = sandbox("skey_test_one");
        let capture = Capture::new(sandbox.service());
        let (a, b) = (store(&sandbox), store(&sandbox));
        let (a, merchant) = (shop(&sandbox, sandbox.service(), &a), shop(&sandbox, capture.clone(), &b));
        a.checkout(Shop::order()).await.expect("a checkout");
        let list = client(&sandbox).send(ListCharges::new()).await.expect("a list");
        let charge = list.data.items[0].id.clone();
        Self { sandbox, charge, capture, b, merchant }
    }
}

/// An unsigned webhook names shop B, an order that B does not have, and shop A's charge or none at all. B reads the charge,
/// which names another shop or does not exist: it is no orphan, and the webhook does not come back.
#[tokio::test]
async fn f52_f60_a_forged_webhook_about_an_unknown_order_is_read_once() {
    for exists in [true, false] {
        let Neighbours { sandbox, mut charge, capture, b, merchant } = Neighbours::new().await;
        if !exists {
            charge = ChargeId::parse("chrg_test_none").expect("an id");
        }
        let another = Shop::order_of(Reference::parse("another").expect("a reference"));
        merchant.checkout(another).await.expect("a checkout");
        let store = b.setting(Setting::StoreId).await.expect("read").expect("an identity");
        let body = format!(
            r#"{{"object":"event","id":"evnt_test_forged","key":"charge.complete","data":{{"object":"charge","id":"{charge}","metadata":{{"kakaopay_reference":"forged/1","kakaopay_store":"{store}"}}}}}}"#
        );
        let id = EventId::parse("evnt_test_forged").expect("an id");
        let inserted = kakaopay::store::NewInboxEvent::new(id, body.into_bytes());
        let _ = b.insert_event(inserted).await.expect("stored");
        let before = capture.requests().len();
        for _ in 0..3 {
            merchant.run_once(&Notifications::default()).await.expect("worked");
            sandbox.clock().advance_seconds(60);
        }
        let path = format!("/charges/{charge}");
        let read = capture.requests()[before..].iter().filter(|request| request.uri().path() == path).count();
        assert_eq!((read, b.backlog().await.expect("read").inbox.count), (1, 0), "{exists}");
        let forged = Reference::parse("forged").expect("a reference");
        assert_eq!(b.charges_of(&forged).await.expect("read"), []);
        assert_eq!(merchant.status(&forged).await.expect("read"), None);
    }
}

/// A webhook about shop A's charge arrives at shop B, whose own order of the same reference is pending.
#[tokio::test]
async fn f52_i4_a_webhook_of_another_shop_changes_nothing() {
    let Neighbours { sandbox, charge, capture, b, merchant } = Neighbours::new().await;
    merchant.checkout(Shop::order()).await.expect("a checkout");
    client(&sandbox).send(MarkChargeAsPaid::new(charge)).await.expect("paid");
    let events = client(&sandbox).send(ListEvents::default()).await.expect("a list").data.items;
    let event = events.into_iter().rfind(|event| event.key == EventKey::ChargeComplete).expect("an event");
    let inserted =
        kakaopay::store::NewInboxEvent::new(event.id.clone(), serde_json::to_vec(&event).expect("JSON"));
    let _ = b.insert_event(inserted).await.expect("stored");
    let before = capture.requests().len();
    let worked = merchant.run_once(&Notifications::default()).await.expect("worked");
    assert_eq!((worked.webhooks, worked.notifications), (1, 0));
    // Nothing was read for it, and it does not come back.
    assert_eq!(capture.requests().len(), before);
    assert_eq!(b.backlog().await.expect("read").inbox.count, 0);
    let status = merchant.status(&Shop::reference()).await.expect("read").expect("a payment");
    assert!(matches!(status.state, State::Pending(_)) && status.alerts.is_empty(), "{status:?}");
}

/// With a key of another account, nothing is sent but the question for the account, and nothing is notified.
#[tokio::test]
async fn f52_a_store_is_not_driven_with_another_accounts_key() {
    let (one, other) = (sandbox("skey_test_one"), sandbox("skey_test_other"));
    let store = store(&one);
    let shop_of_one = shop(&one, one.service(), &store);
    shop_of_one.checkout(Shop::order()).await.expect("a checkout");
    let journal = store.read_journal(&Shop::reference()).await.expect("read");

    let capture = Capture::new(other.service());
    let stranger = shop(&other, capture.clone(), &store);
    other.clock().advance_seconds(3_600);
    let notifications = Notifications::default();
    let reference = Shop::reference();
    let accounts = [&one, &other].map(|sandbox| sandbox.account_id());
    assert_ne!(accounts[0], accounts[1]);
    for error in [
        stranger.checkout(Shop::order()).await.expect_err("of another account"),
        stranger.buyer_returned(&reference).await.expect_err("of another account"),
        stranger.refresh(&reference).await.expect_err("of another account"),
        stranger.resume(&reference).await.expect_err("of another account"),
        stranger.run_once(&notifications).await.expect_err("of another account"),
        stranger.reconcile(opening()).await.expect_err("of another account"),
    ] {
        let text = error.to_string();
        let Error::AccountMismatch { store, key } = error else { panic!("{error:?}") };
        assert_eq!([&*store, &*key], [&*accounts[0], &*accounts[1]]);
        assert!(accounts.iter().all(|account| text.contains(account.as_str())), "{text}");
    }
    assert_eq!(other.events().len(), 0);
    assert!(capture.requests().iter().all(|request| request.uri().path() == "/account"));
    assert_eq!(capture.requests().len(), 1);
    assert_eq!(store.read_journal(&reference).await.expect("read"), journal);
    assert!(notifications.events().is_empty());
    // The sandbox of the first account starts again with its key, and goes on with the store.
    let again = sandbox("skey_test_one");
    shop(&again, again.service(), &store).run_once(&notifications).await.expect("the same account");
}

/// The store keeps its first account and mode, and two processes that come at once agree on them.
#[tokio::test]
async fn f52_a_store_has_one_account_whoever_comes_first() {
    let (one, other) = (sandbox("skey_test_one"), sandbox("skey_test_other"));
    let store = store(&one);
    let (first, second) = (shop(&one, one.service(), &store), shop(&other, other.service(), &store));
    let (of_one, of_other) = tokio::join!(first.checkout(Shop::order()), second.checkout(Shop::order()));
    assert_eq!(u8::from(of_one.is_ok()) + u8::from(of_other.is_ok()), 1);
    assert_eq!(one.events().len() + other.events().len(), 1);
    let account = store.setting(Setting::Account).await.expect("read").expect("an account");
    assert_eq!(account, if of_one.is_ok() { one.account_id() } else { other.account_id() });
    assert_eq!(store.setting(Setting::Mode).await.expect("read").as_deref(), Some("test"));
}

/// A process that starts while the service is away delivers what is stored, if its key was found to be of the store's
/// account before.
#[tokio::test]
async fn f52_i8_a_known_key_needs_no_service_to_notify() {
    let one = sandbox("skey_test_one");
    let store = store(&one);
    let first = shop(&one, one.service(), &store);
    first.checkout(Shop::order()).await.expect("a checkout");
    let charge = client(&one).send(ListCharges::new()).await.expect("a list").data.items[0].id.clone();
    client(&one).send(MarkChargeAsPaid::new(charge)).await.expect("paid");
    first.reconcile(opening()).await.expect("reconciled");
    // Those of other keys, of which the oldest make way.
    let known = async || store.setting(Setting::KnownKeys).await.expect("read").expect("a digest");
    let own = known().await;
    let others = "a b c d e".to_owned();
    let set =
        async |from: &str, to: &str| store.change_setting(Setting::KnownKeys, Some(from), Some(to)).await;
    assert!(set(&own, &others).await.expect("changed"));

    let away = || shop(&one, LoseResponse::new(one.service(), 1_000), &store);
    let notifications = Notifications::default();
    let error = away().run_once(&notifications).await.expect_err("an unknown key");
    assert!(matches!(error, Error::AccountUnknown(_)), "{error:?}");
    assert!(notifications.events().is_empty());

    shop(&one, one.service(), &store).refresh(&Shop::reference()).await.expect("the key is of the account");
    assert_eq!(known().await, format!("c d e {own}"));
    let report = away().run_once(&notifications).await.expect("a known key");
    assert_eq!(report.notifications, 1);
    assert_eq!(notifications.events()[0].0, "order-345678/paid");
    assert!(!own.contains("skey") && own.len() == 32, "{own}");

    // The digest is of this key, this account and this store only.
    let other = sandbox("skey_test_other");
    let error =
        shop(&other, other.service(), &store).run_once(&notifications).await.expect_err("another account");
    assert!(matches!(error, Error::AccountMismatch { .. }), "{error:?}");
}

/// A wrong key that only ran on an empty store does not bind it.
#[tokio::test]
async fn f52_a_store_without_payments_belongs_to_no_account() {
    let (wrong, right) = (sandbox("skey_test_wrong"), sandbox("skey_test_right"));
    let store = store(&right);
    let stranger = shop(&wrong, wrong.service(), &store);
    stranger.run_once(&Notifications::default()).await.expect("nothing to do");
    stranger.reconcile(opening()).await.expect("reconciled");
    assert_eq!(store.setting(Setting::Account).await.expect("read"), None);
    shop(&right, right.service(), &store).checkout(Shop::order()).await.expect("a checkout");
    let error = stranger.run_once(&Notifications::default()).await.expect_err("of another account now");
    assert!(matches!(error, Error::AccountMismatch { .. }), "{error:?}");
}

/// A process that runs while its store is closed changes no payment any more.
#[tokio::test]
async fn f51_a_closed_store_is_not_changed() {
    let one = sandbox("skey_test_one");
    let store = store(&one);
    let merchant = shop(&one, one.service(), &store);
    merchant.checkout(Shop::order()).await.expect("a checkout");
    let (reference, events) = (Shop::reference(), one.events().len());
    let journal = store.read_journal(&reference).await.expect("read");
    assert!(store.change_setting(Setting::Closed, None, Some("moved")).await.expect("changed"));
    let order = Shop::order_of(Reference::parse("order-2").expect("a reference"));
    for error in [
        merchant.checkout(order).await.expect_err("closed"),
        merchant.buyer_returned(&reference).await.expect_err("closed"),
        merchant.refresh(&reference).await.expect_err("closed"),
        merchant.resume(&reference).await.expect_err("closed"),
        merchant.acknowledge(&reference, "overdue", "Kim", "seen").await.expect_err("closed"),
        merchant.run_once(&Notifications::default()).await.expect_err("closed"),
    ] {
        assert!(matches!(&error, Error::StoreClosed { why } if why == "moved"), "{error:?}");
    }
    assert_eq!((store.read_journal(&reference).await.expect("read"), one.events().len()), (journal, events));
}

/// The events of other shops on the account do not fill the store.
#[tokio::test]
async fn f52_i9_a_reconciliation_stores_no_event_of_another_shop() {
    let sandbox = sandbox("skey_test_one");
    let (a, b) = (store(&sandbox), store(&sandbox));
    shop(&sandbox, sandbox.service(), &a).checkout(Shop::order()).await.expect("a checkout");
    let report = shop(&sandbox, sandbox.service(), &b).reconcile(opening()).await.expect("reconciled");
    assert!(report.events > 0 && report.missed_events == 0, "{report:?}");
    assert_eq!(b.backlog().await.expect("read").inbox.count, 0);
}
