//! The driver with its store, where only the store can tell what it did.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use http_body_util::Full;
use kakaopay::Merchant;
use kakaopay::ledger::{Commit, DeadlineChange, Loaded, MemoryStore, Seq, Store};
use kakaopay::webhook::{Policy, SIGNATURE_HEADER, Secret, Signer, TIMESTAMP_HEADER, Verifier};
use kakaopay_tests::Shop;
use kakaopay_tests::shop::Told;
use kakaopay_transport::{BaseUri, Client, Wire};
use kakaopay_types::{SecretKey, Timestamp};

/// A merchant whose service cannot be reached, its store, and its clock in seconds.
fn unreachable() -> (Merchant<MemoryStore>, MemoryStore, Arc<AtomicI64>) {
    // A port that was somebody's a moment ago, and is nobody's now.
    let port =
        TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    let base = BaseUri::parse(&format!("http://127.0.0.1:{port}")).expect("an origin");
    let key = SecretKey::parse("skey_test_canary").expect("a key");
    let client = Client::builder(Wire::new().expect("a wire"), key).base_uri(base).build();
    let (store, clock) = (MemoryStore::new(), Arc::new(AtomicI64::new(1_709_208_000)));
    let seconds = Arc::clone(&clock);
    let now = move || Timestamp::UNIX_EPOCH.saturating_add_seconds(seconds.load(Ordering::SeqCst));
    let merchant = Merchant::builder(client, store.clone()).clock(now).jitter_seed(7).build();
    (merchant, store, clock)
}

/// F43: a payment that goes on for long is stored as a whole, and read from there; a snapshot that this
/// version does not know costs time, and nothing else.
#[tokio::test]
async fn f43_a_long_payment_is_read_from_its_snapshot() {
    let (merchant, store, clock) = unreachable();
    let (reference, told) = (Shop::reference(), Told::default());
    merchant.checkout(Shop::order()).await.expect("a checkout");
    let mut journal = store.journal(&reference).await.expect("read");
    while journal.len() < 21 {
        clock.fetch_add(3_600, Ordering::SeqCst);
        merchant.work(&told).await.expect("work");
        journal = store.journal(&reference).await.expect("read");
    }
    let Loaded { snapshot, entries } = store.load(&reference).await.expect("read");
    let snapshot = snapshot.expect("a snapshot");
    assert_eq!(snapshot.seq, Seq::new(16));
    assert_eq!(entries, journal[16..]);
    let before = merchant.payment(&reference).await.expect("read").expect("a payment");

    for bytes in [&br#"{"v":9}"#[..], b"", b"\xff"] {
        let last = Seq::new(store.journal(&reference).await.expect("read").len() as u64);
        let damaged = Commit {
            snapshot: Some(bytes.into()),
            deadline: DeadlineChange::Keep,
            ..Commit::new(reference.clone(), last, Timestamp::UNIX_EPOCH)
        };
        store.commit(damaged).await.expect("stored");
        assert_eq!(merchant.payment(&reference).await.expect("read").as_ref(), Some(&before));
    }
    // It goes on, and the next snapshot takes the place of the damaged one.
    while journal.len() < 33 {
        clock.fetch_add(3_600, Ordering::SeqCst);
        merchant.work(&told).await.expect("work");
        journal = store.journal(&reference).await.expect("read");
    }
    let snapshot = store.load(&reference).await.expect("read").snapshot.expect("a snapshot");
    assert!(snapshot.seq >= Seq::new(32) && snapshot.bytes.len() > 100, "{snapshot:?}");
}

/// Signatures that are wrong and events that are unknown can be watched, apart from each other.
#[tokio::test]
async fn f05_webhooks_that_are_refused_are_counted() {
    let (merchant, store, _) = unreachable();
    let secret = Secret::from_bytes(*b"a secret").expect("not empty");
    let receiver = merchant.receiver(Policy::signed(Verifier::new([secret.clone()]).expect("a secret")));
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
    let counts = merchant.counts();
    assert_eq!((counts.webhooks, counts.duplicates), (1, 1));
    assert_eq!((counts.signature_failures, counts.not_understood, counts.not_stored), (2, 1, 0));
    assert_eq!(store.backlog().await.expect("read").inbox.count, 1);
}
