//! What an order says besides its amount: its charge has it, and what is not accepted is refused before it is stored.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;

use kakaopay::store::{MemoryStore, Store};
use kakaopay::types::Metadata;
use kakaopay::types::endpoint::{ListCharges, MarkChargeAsFailed, UpdateCharge, WebhookEndpoints};
use kakaopay::{Checkout, Error, Merchant, Order};
use kakaopay_sandbox::{Sandbox, SandboxClock, SandboxService};
use kakaopay_tests::Shop;
use kakaopay_tests::virtual_shop::opening;
use kakaopay_transport::Client;
use kakaopay_transport::testing::{Capture, Captured};
use serde_json::{Value, json};

struct Place {
    sandbox: Sandbox,
    store: MemoryStore,
    capture: Capture<SandboxService>,
    merchant: Merchant<MemoryStore>,
}

impl Place {
    fn new() -> Self {
        let sandbox = Sandbox::builder().seed(1).clock(SandboxClock::frozen_at(opening())).build();
        let capture = Capture::new(sandbox.service());
        let store = MemoryStore::new();
        let client = Client::builder(capture.clone(), sandbox.secret_key().clone()).build();
        let merchant = Merchant::builder(client, store.clone()).jitter_seed(7).build();
        Self { sandbox, store, capture, merchant }
    }

    /// The parameters of all requests for a charge.
    fn charges(&self) -> Vec<BTreeMap<String, String>> {
        let is_create = |request: &&Captured| {
            request.method() == http::Method::POST && request.uri().path() == "/charges"
        };
        let requests = self.capture.requests();
        let form = |request: &Captured| form_urlencoded::parse(request.body()).into_owned().collect();
        requests.iter().filter(is_create).map(form).collect()
    }
}

fn metadata(members: Value) -> Metadata {
    serde_json::from_value(members).expect("an object")
}

#[tokio::test]
async fn a_charge_has_what_its_order_says() {
    let place = Place::new();
    let endpoints = WebhookEndpoints::new(["https://shop.example/hooks"]).expect("endpoints");
    let order = Shop::order()
        .with_description("Two rolls of เทป")
        .with_metadata(metadata(json!({ "customer": 17, "basket": { "rolls": 2 } })))
        .with_ip(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)))
        .with_webhook_endpoints(endpoints);
    place.merchant.checkout(order.clone()).await.expect("a checkout");
    let sent = &place.charges()[0];
    for (name, value) in [
        ("metadata[kakaopay_reference]", "order-345678/1"),
        ("metadata[customer]", "17"),
        ("metadata[basket][rolls]", "2"),
        ("description", "Two rolls of เทป"),
        ("ip", "203.0.113.7"),
        ("webhook_endpoints[]", "https://shop.example/hooks"),
    ] {
        assert_eq!(sent.get(name).map(String::as_str), Some(value), "{name}");
    }

    // The next attempt has what its own order says.
    let client = Client::builder(place.sandbox.service(), place.sandbox.secret_key().clone()).build();
    let charge = client.send(ListCharges::new()).await.expect("a list").data.items[0].clone();
    assert_eq!(charge.metadata.get("customer"), Some(&json!("17")), "a form has texts");
    client.send(MarkChargeAsFailed::new(charge.id)).await.expect("failed");
    place.merchant.refresh(&Shop::reference()).await.expect("read");
    let again = Shop::order().with_metadata(metadata(json!({ "customer": 18 })));
    let checkout = place.merchant.pay_again(again, NonZeroU32::MIN).await.expect("a checkout");
    assert!(matches!(checkout, Checkout::Redirect { .. }), "{checkout:?}");
    let sent = &place.charges()[1];
    let member = |name: &str| sent.get(name).map(String::as_str);
    assert_eq!((member("metadata[customer]"), member("ip")), (Some("18"), None));
    assert_eq!(member("metadata[kakaopay_reference]"), Some("order-345678/2"));
}

#[tokio::test]
async fn an_order_that_is_not_accepted_leaves_nothing() {
    let place = Place::new();
    let long = |length| "ก".repeat(length);
    // A member `{"a":"…"}` has 8 bytes besides its text.
    let large = |size: usize| metadata(json!({ "a": "x".repeat(size - 8) }));
    let table: [(Order, &str); 3] = [
        (
            Shop::order().with_description(long(1_001)),
            "the description has 1001 characters, and the most are 1000",
        ),
        (
            Shop::order().with_metadata(large(4_097)),
            "the metadata has 4097 bytes as JSON, and the most are 4096",
        ),
        (
            Shop::order().with_metadata(metadata(json!({ "kakaopay_reference": "order-1/1" }))),
            "names of metadata that begin with kakaopay_ are reserved",
        ),
    ];
    for (order, why) in table {
        for again in [false, true] {
            let checkout = match again {
                false => place.merchant.checkout(order.clone()).await,
                true => place.merchant.pay_again(order.clone(), NonZeroU32::MIN).await,
            };
            let error = checkout.expect_err(why);
            let text = error.to_string();
            assert!(text.starts_with(&format!("order order-345678 is not accepted: {why}")), "{text}");
            assert!(matches!(error, Error::InvalidOrder { .. }), "{error:?}");
        }
    }
    assert_eq!(place.capture.requests().len(), 0);
    assert_eq!(place.store.list_payments(None, 10).await.expect("read").len(), 0);
    // The limits themselves are accepted.
    let largest = Shop::order().with_description(long(1_000)).with_metadata(large(4_096));
    let checkout = place.merchant.checkout(largest).await.expect("a checkout");
    assert!(matches!(checkout, Checkout::Redirect { .. }), "{checkout:?}");
}

/// Staff wrote a long description into a charge: an order that is taken in is as the service has it.
#[tokio::test]
async fn f51_an_order_is_adopted_whatever_its_charge_describes() {
    let place = Place::new();
    let backup = place.store.backup();
    place.merchant.checkout(Shop::order()).await.expect("a checkout");
    let client = Client::builder(place.sandbox.service(), place.sandbox.secret_key().clone()).build();
    let charge = client.send(ListCharges::new()).await.expect("a list").data.items[0].id.clone();
    let update = UpdateCharge::new(charge.clone()).description("x".repeat(Order::MAX_DESCRIPTION + 1));
    client.send(update).await.expect("updated");
    place.store.replace_with(&backup);
    let order = place.merchant.charged_order(&Shop::reference()).await.expect("an order");
    let adopted = place.merchant.adopt(order).await.expect("adopted");
    assert_eq!(adopted.charge(), Some(&charge));
}
