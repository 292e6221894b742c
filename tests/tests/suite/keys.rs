//! Which key the driver sends with which request, and where it sends the buyer.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kakaopay::store::MemoryStore;
use kakaopay::types::endpoint::RetrieveCharge;
use kakaopay::types::{PublicKey, SecretKey};
use kakaopay::{Checkout, Error, Merchant};
use kakaopay_sandbox::Sandbox;
use kakaopay_tests::Shop;
use kakaopay_transport::Client;
use kakaopay_transport::testing::Capture;

/// The kind of key that signed each request in, by its path. The key is the user name of HTTP Basic.
fn keys<S>(capture: &Capture<S>) -> BTreeMap<String, String> {
    let of = |request: &http::Request<bytes::Bytes>| {
        let value = request.headers()[http::header::AUTHORIZATION].to_str().expect("ASCII");
        let user = STANDARD.decode(value.strip_prefix("Basic ").expect("Basic")).expect("base64");
        let kind = String::from_utf8_lossy(&user[..9]).into_owned();
        (format!("{} {}", request.method(), request.uri().path()), kind)
    };
    capture.requests().iter().map(of).collect()
}

#[tokio::test]
async fn a_separate_source_is_sent_with_the_public_key() {
    let sandbox = Sandbox::builder().seed(1).build();
    let capture = Capture::new(sandbox.service());
    let secret = Client::builder(capture.clone(), sandbox.secret_key().clone()).build();
    let public = Client::builder(capture.clone(), sandbox.public_key().clone()).build();
    let merchant = Merchant::builder(secret, MemoryStore::new()).public_client(public).build();
    merchant.checkout(Shop::order().with_separate_source()).await.expect("a checkout");
    merchant.refresh(&Shop::reference()).await.expect("read");

    let mut keys = keys(&capture);
    assert_eq!(keys.remove("POST /sources").as_deref(), Some("pkey_test"));
    assert_eq!(keys.get("POST /charges").map(String::as_str), Some("skey_test"));
    // The charge was read too.
    assert!(keys.len() >= 2 && keys.values().all(|key| key == "skey_test"), "{keys:?}");
}

#[tokio::test]
async fn a_public_key_of_the_other_mode_makes_no_source() {
    let sandbox = Sandbox::builder().seed(1).build();
    let capture = Capture::new(sandbox.service());
    let live = PublicKey::parse("pkey_5w4415ken4foy3yfgk4").expect("a live key");
    let secret = Client::builder(capture.clone(), sandbox.secret_key().clone()).build();
    let public = Client::builder(capture.clone(), live).build();
    let merchant = Merchant::builder(secret, MemoryStore::new()).public_client(public).build();
    let error =
        merchant.checkout(Shop::order().with_separate_source()).await.expect_err("no key of this mode");
    assert!(matches!(error, Error::MissingPublicKey), "{error:?}");
    assert!(capture.requests().is_empty());
    // The order is not spent: an inline source needs no public key.
    let checkout = merchant.checkout(Shop::order()).await.expect("a checkout");
    assert!(matches!(checkout, Checkout::Redirect { .. }), "{checkout:?}");
}

#[tokio::test]
async fn the_buyer_is_sent_to_the_charges_authorize_uri() {
    let shop = Shop::builder().open().await;
    let checkout = shop.merchant.checkout(Shop::order()).await.expect("a checkout");
    let Checkout::Redirect { charge, authorize_uri, .. } = checkout else { panic!("{checkout:?}") };
    let client: Client<SecretKey> =
        Client::builder(shop.sandbox.service(), shop.sandbox.secret_key().clone()).build();
    let charge = client.send(RetrieveCharge::new(charge)).await.expect("read");
    assert_eq!(charge.authorize_uri.as_deref(), Some(authorize_uri.as_str()));
    assert!(authorize_uri.ends_with("/authorize"), "{authorize_uri}");
}
