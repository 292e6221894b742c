//! F02, I3, I6: the webhooks of an order come in every order there is, through the receiver into a real inbox.
//!
//! Six webhooks, 720 orders of them, and a payment for each. While a webhook is looked into, the service shows the
//! charge as it was then, or as a replica that lags would: paid before it was created, pending after it was paid,
//! refunded before it was paid.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use kakaopay::store::{MemoryStore, Store};
use kakaopay::types::endpoint::{
    CreateRefund, ListChargeEvents, MarkChargeAsFailed, MarkChargeAsPaid, RetrieveCharge,
};
use kakaopay::types::{
    ChargeId, Currency, Event, EventId, FailureCode, Money, PaymentAmount, Reference, RefundAmount,
    ReturnUri, SecretKey, Timestamp,
};
use kakaopay::webhook::{Receiver, SignaturePolicy, Signer, Verifier};
use kakaopay::{Checkout, Inbox, Merchant, Order};
use kakaopay_pure_tests::report::is_exhaustive;
use kakaopay_sandbox::{Sandbox, SandboxClock, WebhookSchedule};
use kakaopay_store_sqlite::SqliteOptions;
use kakaopay_tests::as_of::AsOf;
use kakaopay_tests::shop::Notifications;
use kakaopay_transport::Client;

/// How many webhooks each order has.
const WEBHOOKS: usize = 6;

/// A webhook, and the charge as the service shows it meanwhile.
#[derive(Clone)]
struct Piece {
    webhook: Bytes,
    charge: Bytes,
}

/// An order whose buyer was sent to the page, and all that is going to be heard of it.
struct Paying {
    reference: Reference,
    charge: ChargeId,
    pieces: [Piece; WEBHOOKS],
}

/// The shop and the service.
struct Scene<S: Store> {
    sandbox: Sandbox,
    as_of: AsOf,
    merchant: Merchant<S>,
    receiver: Receiver<Inbox<S>>,
    notifications: Notifications,
}

impl<S: Store> Scene<S> {
    fn set(store: impl FnOnce(SandboxClock) -> S) -> Self {
        let now = Timestamp::parse("2024-02-29T12:00:00Z").expect("a moment");
        let sandbox = Sandbox::builder().seed(1).clock(SandboxClock::frozen_at(now)).build();
        sandbox.set_webhook_schedule(WebhookSchedule::LOST);
        let as_of = AsOf::new(&sandbox);
        let client = Client::builder(as_of.clone(), sandbox.secret_key().clone()).build();
        let clock = sandbox.clock().clone();
        let store = store(clock.clone());
        let merchant = Merchant::builder(client, store).clock(move || clock.now()).jitter_seed(7).build();
        let verifier = Verifier::new([sandbox.webhook_secret().clone()]).expect("a secret");
        let receiver = merchant.webhook_service(SignaturePolicy::signed(verifier));
        Self { sandbox, as_of, merchant, receiver, notifications: Notifications::default() }
    }

    /// The merchant at the dashboard.
    fn client(&self) -> Client<SecretKey> {
        Client::builder(self.sandbox.service(), self.sandbox.secret_key().clone()).build()
    }

    async fn check_out(&self, number: usize, paid: bool) -> Paying {
        let reference = Reference::parse(&format!("order-{number}")).expect("a reference");
        let amount = PaymentAmount::new(Money::new(150_000, Currency::SGD)).expect("an amount");
        let uri = ReturnUri::parse("https://shop.example/done").expect("an address");
        let order = Order::new(reference.clone(), amount, uri);
        let Checkout::Redirect { charge, .. } = self.merchant.checkout(order).await.expect("a checkout")
        else {
            panic!("no page")
        };
        let pieces = if paid { self.paid(&charge).await } else { self.failed(&charge).await };
        Paying { reference, charge, pieces }
    }

    /// Paid, and two parts of it given back by hand. The last two webhooks are looked into at a replica that lags.
    async fn paid(&self, charge: &ChargeId) -> [Piece; WEBHOOKS] {
        let pending = self.read(charge).await;
        self.client().send(MarkChargeAsPaid::new(charge.clone())).await.expect("paid");
        let paid = self.read(charge).await;
        let mut parts = Vec::new();
        for part in ["first", "second"] {
            let refund = CreateRefund::new(
                charge.clone(),
                RefundAmount::new(1_000).expect("an amount"),
                Reference::parse(part).expect("a reference"),
            );
            self.client().send(refund).await.expect("made");
            parts.push(self.read(charge).await);
        }
        let [created, completed, first, second] = self.events(charge).await.try_into().expect("four events");
        [
            piece(&created, &pending),
            piece(&completed, &paid),
            piece(&first, &parts[0]),
            piece(&second, &parts[1]),
            piece(&again(&completed, "complete"), &pending),
            piece(&again(&first, "refund"), &paid),
        ]
    }

    /// Failed, with webhooks that say so more than once.
    async fn failed(&self, charge: &ChargeId) -> [Piece; WEBHOOKS] {
        let pending = self.read(charge).await;
        let failure_code = Some(FailureCode::PaymentRejected);
        self.client()
            .send(MarkChargeAsFailed::new(charge.clone()).failure_code(failure_code))
            .await
            .expect("failed");
        let failed = self.read(charge).await;
        let [created, completed] = self.events(charge).await.try_into().expect("two events");
        [
            piece(&created, &pending),
            piece(&completed, &failed),
            // The same event once more.
            piece(&completed, &pending),
            piece(&again(&created, "create"), &failed),
            piece(&again(&completed, "complete"), &pending),
            piece(&again(&completed, "late"), &failed),
        ]
    }

    /// The charge as the service shows it now.
    async fn read(&self, charge: &ChargeId) -> Bytes {
        let charge = self.client().send(RetrieveCharge::new(charge.clone())).await.expect("read");
        serde_json::to_vec(&charge).expect("JSON").into()
    }

    /// The events of a charge, the oldest first.
    async fn events(&self, charge: &ChargeId) -> Vec<Event> {
        let events = ListChargeEvents::new(charge.clone());
        let events = self.client().send(events).await.expect("a list").data.items;
        let keys: Vec<_> = events.iter().map(|event| event.key.as_str()).collect();
        let all = ["charge.create", "charge.complete", "refund.create", "refund.create"];
        assert_eq!(keys, all[..keys.len()]);
        events
    }

    /// The webhook arrives, and is acknowledged.
    async fn deliver(&self, piece: &Piece) {
        let signer = Signer::new([self.sandbox.webhook_secret().clone()]);
        let signed = signer.sign(self.sandbox.clock().now(), &piece.webhook);
        let request = http::Request::post("/webhooks")
            .header("content-type", "application/json")
            .header("omise-signature", signed.signature)
            .header("omise-signature-timestamp", signed.timestamp);
        let request = request.body(Full::new(piece.webhook.clone())).expect("a request");
        assert_eq!(self.receiver.receive(request).await.status(), 200);
    }

    async fn settle_down(&self) {
        for _ in 0..1_000 {
            if !self.merchant.run_once(&self.notifications).await.expect("worked").any() {
                return;
            }
        }
        panic!("there is always more to do");
    }
}

fn piece(event: &Event, charge: &Bytes) -> Piece {
    Piece { webhook: serde_json::to_vec(event).expect("JSON").into(), charge: charge.clone() }
}

/// Another event that says the same.
fn again(event: &Event, name: &str) -> Event {
    let mut again = event.clone();
    again.id = EventId::parse(&format!("{}{name}", event.id)).expect("an id");
    again
}

/// Every order of that many things.
fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let last = count - 1;
    let into_each_place = |shorter: Vec<usize>| {
        (0..count).map(move |place| {
            let mut longer = shorter.clone();
            longer.insert(place, last);
            longer
        })
    };
    permutations(last).into_iter().flat_map(into_each_place).collect()
}

/// The text without the ids of one payment.
fn in_general(text: &str, reference: &Reference) -> String {
    let text = text.replace(reference.as_str(), "ORDER");
    let between = |character: char| !(character.is_ascii_alphanumeric() || character == '_');
    let words = text.split_inclusive(between).map(|piece| {
        let (id, end) = piece.split_at(piece.trim_end_matches(between).len());
        if id.contains("_test_") { format!("ID{end}") } else { piece.to_owned() }
    });
    words.collect()
}

/// Runs all futures at the same time, and returns their results.
async fn at_once<T: Send + 'static>(all: impl Iterator<Item: Future<Output = T> + Send + 'static>) -> Vec<T> {
    let tasks: Vec<_> = all.map(tokio::spawn).collect();
    let mut done = Vec::new();
    for task in tasks {
        done.push(task.await.expect("no panic"));
    }
    done
}

/// Delivers the webhooks in every `step`th of the 720 orders. Returns the end of all of them.
async fn converge<S: Store>(store: impl FnOnce(SandboxClock) -> S, paid: bool, step: usize) -> String {
    let scene = Arc::new(Scene::set(store));
    let orders = permutations(WEBHOOKS);
    assert_eq!(orders.len(), 720);
    let orders: Vec<_> = orders.into_iter().step_by(step).collect();
    // What the payments do at the same moment shares one sync of the disk.
    let checkouts = (0..orders.len()).map(|number| {
        let scene = Arc::clone(&scene);
        async move { scene.check_out(number, paid).await }
    });
    let payings = at_once(checkouts).await;
    for turn in 0..WEBHOOKS {
        let deliveries = payings.iter().zip(&orders).map(|(paying, order)| {
            let (scene, piece) = (Arc::clone(&scene), paying.pieces[order[turn]].clone());
            scene.as_of.show(&paying.charge, piece.charge.clone());
            async move { scene.deliver(&piece).await }
        });
        at_once(deliveries).await;
        scene.settle_down().await;
    }
    // The clock has stood still: nothing but the webhooks has brought them there.
    for paying in &payings {
        let status = scene.merchant.status(&paying.reference).await.expect("read").expect("a payment");
        assert!(status.state.is_final(), "{}: {:?}", paying.reference, status.state);
    }
    scene.as_of.catch_up();
    for _ in 0..4 {
        scene.sandbox.clock().advance_seconds(3_600);
        scene.settle_down().await;
    }
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, _) in scene.notifications.events() {
        let (order, what) = key.split_once('/').expect("it names its order");
        told.entry(order.to_owned()).or_default().push(what.to_owned());
    }
    let mut ends = BTreeMap::new();
    for (paying, order) in payings.iter().zip(&orders) {
        let status = scene.merchant.status(&paying.reference).await.expect("read").expect("a payment");
        let mut told = told.remove(paying.reference.as_str()).unwrap_or_default();
        told.sort();
        let end = in_general(&format!("{status:#?}\n{told:#?}"), &paying.reference);
        ends.entry(end).or_insert_with(Vec::new).push(order);
    }
    assert_eq!(scene.merchant.backlog().await.expect("read").inbox.count, 0);
    let orders: Vec<_> = ends.values().map(|orders| (orders.len(), &orders[..orders.len().min(3)])).collect();
    assert_eq!(ends.len(), 1, "{orders:?}: {:?}", ends.keys());
    ends.into_keys().next().expect("an end")
}

fn in_memory(clock: SandboxClock) -> MemoryStore {
    MemoryStore::new().with_clock(move || clock.now())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f02_i3_i6_every_order_of_webhooks_ends_the_same_in_memory() {
    insta::assert_snapshot!("paid", converge(in_memory, true, 1).await);
    insta::assert_snapshot!("failed", converge(in_memory, false, 1).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f02_i3_i6_every_order_of_webhooks_ends_the_same_in_sqlite() {
    // Each order syncs the disk some forty times; `cargo xtask nightly reordered` has all of them.
    let step = if is_exhaustive() { 1 } else { 7 };
    for (name, paid) in [("paid", true), ("failed", false)] {
        let folder = tempfile::tempdir().expect("a folder");
        let store = |clock: SandboxClock| {
            let options = SqliteOptions::new().clock(move || clock.now());
            options.open(folder.path().join("store.sqlite")).expect("a store")
        };
        // The very end that the store in memory leads to.
        insta::assert_snapshot!(name, converge(store, paid, step).await);
    }
}
