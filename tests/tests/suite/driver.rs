//! The driver with its store, where only the store shows its effects.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use kakaopay::flows::ReplayError;
use kakaopay::store::{
    ClaimRequest, Commit, DeadlineChange, MemoryStore, OutboxMessage, Seq, Store, StoredPayment,
};
use kakaopay::webhook::{
    SIGNATURE_HEADER, SignaturePolicy, Signer, TIMESTAMP_HEADER, Verifier, WebhookSecret,
};
use kakaopay::{Clock, Error, Merchant};
use kakaopay_postgres_cluster::shared;
use kakaopay_store_postgres::PostgresOptions;
use kakaopay_store_sqlite::SqliteOptions;
use kakaopay_tests::Shop;
use kakaopay_tests::known_account::KnownAccount;
use kakaopay_tests::postgres_clock::PostgresClock;
use kakaopay_tests::shop::Notifications;
use kakaopay_tests::store_model::SetClock;
use kakaopay_transport::{BaseUri, Client, HyperTransport};
use kakaopay_types::{SecretKey, Timestamp};

/// A clock in seconds, which merchant and store go by.
fn manual() -> (Arc<AtomicI64>, impl Fn() -> Timestamp + Clone) {
    let clock = Arc::new(AtomicI64::new(1_709_208_000));
    let seconds = Arc::clone(&clock);
    (clock, move || Timestamp::UNIX_EPOCH.saturating_add_seconds(seconds.load(Ordering::SeqCst)))
}

/// A merchant whose service cannot be reached once the account is known.
fn unreachable<S: Store>(store: S, clock: impl Clock) -> Merchant<S> {
    // A port that was somebody's a moment ago, and is nobody's now.
    let port =
        TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    let base = BaseUri::parse(&format!("http://127.0.0.1:{port}")).expect("an origin");
    let key = SecretKey::parse("skey_test_canary").expect("a key");
    let wire = KnownAccount::new(HyperTransport::new().expect("a transport"));
    let client = Client::builder(wire, key).base_uri(base).build();
    Merchant::builder(client, store).clock(clock).jitter_seed(7).build()
}

/// F43: a payment that goes on for long is stored as a whole, and read from there; a snapshot that this
/// version does not know costs time, and nothing else.
#[tokio::test]
async fn f43_a_long_payment_is_read_from_its_snapshot() {
    let (clock, now) = manual();
    let store = MemoryStore::new().with_clock(now.clone());
    let merchant = unreachable(store.clone(), now);
    let (reference, told) = (Shop::reference(), Notifications::default());
    merchant.checkout(Shop::order()).await.expect("a checkout");
    let mut journal = store.read_journal(&reference).await.expect("read");
    while journal.len() < 21 {
        clock.fetch_add(3_600, Ordering::SeqCst);
        merchant.run_once(&told).await.expect("work");
        journal = store.read_journal(&reference).await.expect("read");
    }
    let StoredPayment { snapshot, entries, .. } = store.load(&reference).await.expect("read");
    let snapshot = snapshot.expect("a snapshot");
    assert_eq!(snapshot.seq, Seq::new(16));
    assert_eq!(entries, journal[16..]);
    let before = merchant.status(&reference).await.expect("read").expect("a payment");

    for bytes in [&br#"{"v":9}"#[..], b"", b"\xff"] {
        let last = Seq::new(store.read_journal(&reference).await.expect("read").len() as u64);
        let damaged = Commit::new(reference.clone(), last).snapshot(bytes).deadline(DeadlineChange::Keep);
        store.commit(damaged).await.expect("stored");
        assert_eq!(merchant.status(&reference).await.expect("read").as_ref(), Some(&before));
    }
    // It goes on, and the next snapshot takes the place of the damaged one.
    while journal.len() < 33 {
        clock.fetch_add(3_600, Ordering::SeqCst);
        merchant.run_once(&told).await.expect("work");
        journal = store.read_journal(&reference).await.expect("read");
    }
    let snapshot = store.load(&reference).await.expect("read").snapshot.expect("a snapshot");
    assert!(snapshot.seq >= Seq::new(32) && snapshot.bytes.len() > 100, "{snapshot:?}");
}

/// Signatures that are wrong and events that are unknown can be watched, apart from each other.
#[tokio::test]
async fn f05_webhooks_that_are_refused_are_counted() {
    let store = MemoryStore::new();
    let merchant = unreachable(store.clone(), manual().1);
    let secret = WebhookSecret::from_bytes(*b"a secret").expect("not empty");
    let receiver =
        merchant.webhook_service(SignaturePolicy::signed(Verifier::new([secret.clone()]).expect("a secret")));
    let event = r#"{"object":"event","id":"evnt_test_1","key":"charge.complete","data":{}}"#;
    for (signed, sent, status) in [
        (event, event, 200),
        (event, event, 200),
        (event, r#"{"object":"event","id":"evnt_test_2","key":"charge.complete","data":{}}"#, 401),
        ("{}", "{}", 400),
        ("{}", event, 401),
    ] {
        let headers = Signer::new([secret.clone()]).sign(merchant.now(), signed.as_bytes());
        let request = http::Request::post("/webhooks")
            .header("content-type", "application/json")
            .header(SIGNATURE_HEADER, headers.signature)
            .header(TIMESTAMP_HEADER, headers.timestamp)
            .body(Full::new(Bytes::from(sent)))
            .expect("a request");
        assert_eq!(receiver.receive(request).await.status(), status, "{sent}");
    }
    let counts = merchant.metrics();
    assert_eq!((counts.webhooks_received, counts.webhooks_duplicate), (1, 1));
    assert_eq!(
        (counts.signature_failures, counts.webhooks_malformed, counts.webhook_store_failures),
        (2, 1, 0)
    );
    assert_eq!(store.backlog().await.expect("read").inbox.count, 1);
}

/// A newer version has moved a payment on, and has stored something to tell; then it was rolled back. This version
/// says so whenever it is asked, writes nothing on top, and leaves both to the newer one.
async fn leave_to_the_newer<S: Store>(store: S, clock: Arc<AtomicI64>, pass: impl AsyncFn(i64)) {
    let now = move || Timestamp::UNIX_EPOCH.saturating_add_seconds(clock.load(Ordering::SeqCst));
    let merchant = unreachable(store.clone(), now);
    let (reference, told) = (Shop::reference(), Notifications::default());
    merchant.checkout(Shop::order()).await.expect("a checkout");
    let last = Seq::new(store.read_journal(&reference).await.expect("read").len() as u64);
    let newer = Commit::new(reference.clone(), last)
        .entry(br#"{"v":9,"at":"2031-01-01T00:00:00Z","more":{}}"#.as_slice())
        .messages(vec![OutboxMessage::new("order-345678/newer", br#"{"newer":{}}"#.as_slice())]);
    store.commit(newer).await.expect("stored");
    let before = store.load(&reference).await.expect("read");
    for _ in 0..4 {
        pass(3_600).await;
        for error in [
            merchant.checkout(Shop::order()).await.expect_err("newer"),
            merchant.status(&reference).await.expect_err("newer"),
            merchant.buyer_returned(&reference).await.expect_err("newer"),
        ] {
            let Error::Journal { source, .. } = error else { panic!("{error:?}") };
            assert!(matches!(source, ReplayError::Version { version: 9, .. }), "{source:?}");
        }
        // Its deadline comes, and whoever takes it cannot move it on.
        let worked = merchant.run_once(&told).await.expect("work");
        assert_eq!((worked.due_payments, worked.notifications), (1, 0));
    }
    let after = store.load(&reference).await.expect("read");
    assert_eq!(after.clone().at(before.now), before);
    assert!(told.events().is_empty());
    // The newer version finds what it left: the deadline and the message, as soon as the leases are over.
    let backlog = store.backlog().await.expect("read");
    assert_eq!((backlog.deadlines.count, backlog.outbox.count), (1, 1));
    pass(120).await;
    let lease = ClaimRequest::new(Duration::from_secs(60), 9);
    assert_eq!(store.claim_due(lease).await.expect("read").len(), 1);
    assert_eq!(store.claim_messages(lease).await.expect("read").len(), 1);
}

#[tokio::test]
async fn f43_i10_a_journal_of_a_newer_version_is_left_to_it() {
    let (clock, now) = manual();
    let pass = async |seconds| {
        clock.fetch_add(seconds, Ordering::SeqCst);
    };
    leave_to_the_newer(MemoryStore::new().with_clock(now.clone()), Arc::clone(&clock), pass).await;
    let folder = tempfile::tempdir().expect("a folder");
    let options = SqliteOptions::new().clock(now.clone());
    let store = options.open(folder.path().join("store.sqlite")).expect("a store");
    leave_to_the_newer(store, Arc::clone(&clock), pass).await;
    let Some(cluster) = shared() else { return };
    let table = PostgresClock::create(&cluster.tcp("postgres"), "clock_of_driver").await;
    let options = table.of(PostgresOptions::new(&cluster.tcp("postgres")).expect("options"));
    let store = options.schema("driver").open().await.expect("a store");
    let pass = async |seconds| {
        clock.fetch_add(seconds, Ordering::SeqCst);
        table.set(now()).await;
    };
    Box::pin(leave_to_the_newer(store, Arc::clone(&clock), pass)).await;
}
