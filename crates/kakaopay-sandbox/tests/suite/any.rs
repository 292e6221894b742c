//! Every request gets an API object in response.

use crate::common::TestClient;
use proptest::prelude::*;
use serde_json::Value;

/// Existing calls.
const CALLS: [&str; 20] = [
    "POST /sources",
    "GET /sources/SOURCE",
    "POST /charges",
    "GET /charges",
    "GET /charges/CHARGE",
    "PATCH /charges/CHARGE",
    "GET /charges/CHARGE/events",
    "POST /charges/CHARGE/expire",
    "POST /charges/CHARGE/mark_as_failed",
    "POST /charges/CHARGE/refunds",
    "GET /charges/CHARGE/refunds",
    "GET /refunds",
    "GET /events",
    "GET /search",
    "GET /search?scope=charge",
    "GET /search?scope=refund",
    "PATCH /account",
    "PATCH /account/api_version",
    "POST /webhooks/secrets",
    "GET /webhooks/secrets",
];
/// Path segments for existing, nearly existing and unknown calls.
const PARTS: [&str; 18] = [
    "charges",
    "CHARGE",
    "SOURCE",
    "REFUND",
    "EVENT",
    "sources",
    "refunds",
    "events",
    "search",
    "account",
    "capability",
    "webhooks",
    "secrets",
    "expire",
    "mark_as_paid",
    "mark_as_failed",
    "api_version",
    "..%2F",
];
const NAMES: [&str; 18] = [
    "amount",
    "currency",
    "type",
    "source",
    "source[type]",
    "return_uri",
    "metadata",
    "limit",
    "offset",
    "from",
    "to",
    "order",
    "scope",
    "page",
    "filters[amount]",
    "filters[created]",
    "expand",
    "webhook_endpoints[]",
];
const VALUES: [&str; 15] = [
    "",
    "0",
    "150000",
    "-1",
    "9223372036854775807",
    "SGD",
    "kakaopay",
    "https://a.example",
    "SOURCE",
    "charge",
    "true",
    "2024-02-29T12:00:00Z",
    "1..2",
    "0001-01-01..9999-12-31",
    "chronological",
];

fn one(of: &'static [&'static str]) -> impl Strategy<Value = String> {
    proptest::sample::select(of).prop_map(str::to_owned)
}

fn form() -> impl Strategy<Value = String> {
    let value = prop_oneof![4 => one(&VALUES), 1 => "[ -~]{0,12}"];
    let pair = (one(&NAMES), value).prop_map(|(name, value)| format!("{name}={value}"));
    proptest::collection::vec(pair, 0..6).prop_map(|pairs| pairs.join("&"))
}

fn json() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        one(&VALUES).prop_map(|text| format!("{text:?}")),
        Just("null".to_owned()),
        Just("[{\"a\":[]}]".to_owned()),
        Just("{\"id\":\"SOURCE\"}".to_owned()),
        Just("150000".to_owned()),
        Just("1e400".to_owned()),
    ];
    let pair = (one(&NAMES), value).prop_map(|(name, value)| format!("{name:?}:{value}"));
    proptest::collection::vec(pair, 0..6).prop_map(|pairs| format!("{{{}}}", pairs.join(",")))
}

/// Generates an existing call, or a random method and path.
fn call() -> impl Strategy<Value = String> {
    let parts = proptest::collection::vec(one(&PARTS), 0..5).prop_map(|parts| parts.join("/"));
    let method = one(&["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS", "HEAD"]);
    prop_oneof![4 => one(&CALLS), 1 => (method, parts).prop_map(|(method, parts)| format!("{method} /{parts}"))]
}

fn is_an_object(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok_and(|object| object["object"].is_string())
}

proptest! {
    #[test]
    fn f45_i9_every_call_gets_an_object_in_response(
        calls in proptest::collection::vec(
            (
                call(),
                form(),
                prop_oneof![form(), json()],
                one(&["", "2017-11-02", "2019-05-29", "2015-11-17", "x"]),
            ),
            1..6,
        ),
    ) {
        let mut client = TestClient::new();
        let (source, charge) = (client.source(), client.charge());
        client.secret("POST", &format!("/charges/{charge}/mark_as_paid"), "").ok();
        let refund = client.secret("POST", &format!("/charges/{charge}/refunds"), "amount=100").ok();
        let refund = refund["id"].as_str().expect("an id").to_owned();
        let event = client.sandbox.events()[0].0.as_str().to_owned();
        let own = |text: &str| {
            let text = text.replace("SOURCE", &source).replace("CHARGE", &charge);
            text.replace("REFUND", &refund).replace("EVENT", &event)
        };
        for (call, query, body, version) in calls {
            let (method, path) = call.split_once(' ').expect("both");
            let and = if path.contains('?') { '&' } else { '?' };
            let path = format!("{}{and}{}", own(path), form_urlencoded(&own(&query)));
            let kind = if body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" };
            let headers = [("omise-version", version.as_str()), ("content-type", kind)];
            let response = client.with_headers(method, &path, &own(&body), &headers);
            prop_assert!(is_an_object(&response.text), "{} {}: {}", method, path, response.text);
            prop_assert!([200, 400, 404, 422].contains(&response.status), "{} {}: {}", method, path, response.text);
        }
    }
}

/// Percent-encodes all characters except those allowed in a query.
fn form_urlencoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~[]=&:/".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
