//! Conventions of real clients: encodings of keys, parameters and paths, and CORS preflight.

use crate::common::{TestClient, TestResponse};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, Request};
use http_body_util::Full;
use kakaopay_types::Key;
use serde_json::{Value, json};

#[test]
fn sources_are_created_from_every_encoding() {
    let mut client = TestClient::new();
    let form = "application/x-www-form-urlencoded";
    let expected = json!({"amount": 150_000, "currency": "SGD", "platform_type": "WEB", "type": "kakaopay"});
    for (kind, body) in [
        (form, "amount=150000&currency=SGD&type=kakaopay&platform_type=WEB"),
        (
            "application/x-www-form-urlencoded; charset=utf-8",
            "type=kakaopay&currency=sgd&amount=150000&platform_type=web",
        ),
        (form, "amount=150000&currency=Sgd&type=kakaopay&platform_type=wEb&email=&phone_number="),
        ("application/json", r#"{"amount":150000,"currency":"SGD","type":"kakaopay","platform_type":"WEB"}"#),
        (
            "application/json; charset=utf8",
            r#"{"amount":"150000","currency":"sgd","type":"kakaopay","platform_type":"Web"}"#,
        ),
        (
            "application/json;charset=UTF-8",
            r#"{"amount":150000,"currency":"SGD","type":"kakaopay","platform_type":"WEB","items":[],"shipping":{"city":"Singapore"},"zero_interest_installments":null,"ratio":1.5}"#,
        ),
        (
            "APPLICATION/JSON",
            " {\"amount\" : 150000, \"currency\": \"SGD\",\n\"type\":\"kakaopay\",\"platform_type\":\"WEB\"} ",
        ),
    ] {
        let source = client.secret_bytes("POST", "/sources", kind, body.as_bytes()).ok();
        for (name, value) in expected.as_object().expect("an object") {
            assert_eq!(&source[name], value, "{kind}: {body}");
        }
    }
    for (written, result) in
        [("iOS", "IOS"), ("ios", "IOS"), ("IOS", "IOS"), ("Android", "ANDROID"), ("android", "ANDROID")]
    {
        let form = format!("amount=150000&currency=SGD&type=kakaopay&platform_type={written}");
        assert_eq!(client.public("POST", "/sources", &form).ok()["platform_type"], result);
    }
    for form in ["", "&platform_type="] {
        let form = format!("amount=150000&currency=SGD&type=kakaopay{form}");
        assert_eq!(client.public("POST", "/sources", &form).ok()["platform_type"], Value::Null);
    }
}

#[test]
fn the_merchants_data_is_kept_unchanged() {
    let mut client = TestClient::new();
    let base = "amount=150000&currency=SGD&return_uri=https://a.example&source[type]=kakaopay";
    for (form, kept) in [
        // In a form all values are text, lists have empty brackets, and members are nested.
        ("metadata[a]=1&metadata[b]=true", json!({"a": "1", "b": "true"})),
        ("metadata[a][b]=1&metadata[a][c]=2", json!({"a": {"b": "1", "c": "2"}})),
        ("metadata[a][]=1&metadata[a][]=2", json!({"a": ["1", "2"]})),
        ("metadata%5Bname%5D=%EC%B1%85+%EB%91%90+%EA%B6%8C", json!({"name": "책 두 권"})),
        ("metadata=", json!({})),
        ("", json!({})),
    ] {
        assert_eq!(
            client.secret("POST", "/charges", &format!("{base}&{form}")).ok()["metadata"],
            kept,
            "{form}"
        );
    }
    for kept in [json!({"a": 1, "b": true, "c": null, "d": [1, {"e": "f"}], "g": 1.5, "h": ""}), json!({})] {
        let json = json!({
            "amount": 150_000, "currency": "SGD", "return_uri": "https://a.example",
            "source": {"type": "kakaopay"}, "metadata": kept,
        });
        let charge = client.secret_json("POST", "/charges", &json.to_string()).ok();
        assert_eq!(charge["metadata"], kept);
        let location = charge["location"].as_str().expect("a path");
        assert_eq!(client.secret("GET", location, "").ok()["metadata"], kept);
    }
}

#[test]
fn empty_bodies_and_trailing_slashes_are_accepted() {
    let mut client = TestClient::new();
    for (kind, body) in [
        ("application/x-www-form-urlencoded", ""),
        ("application/json", ""),
        ("application/json", "{}"),
        ("application/json", r#"{"failure_code":null}"#),
        ("text/plain", ""),
        ("", ""),
    ] {
        let id = client.charge();
        let path = format!("/charges/{id}/mark_as_failed/");
        let response = client.secret_bytes("POST", &path, kind, body.as_bytes()).ok();
        assert_eq!(response["failure_code"], "failed_processing", "{kind}: {body}");
        assert_eq!(client.secret("GET", &format!("//charges//{id}/?"), "").ok(), response);
    }
    let form = "amount=150000&currency=SGD&type=kakaopay";
    client.public("POST", "/sources/", form).ok();
}

#[test]
fn ids_are_well_formed_and_locations_resolve() {
    let mut client = TestClient::new();
    let charge = client.charge();
    client.secret("POST", &format!("/charges/{charge}/mark_as_paid"), "").ok();
    let refund = client.secret("POST", &format!("/charges/{charge}/refunds"), "amount=100").ok();
    let charge = client.secret("GET", &format!("/charges/{charge}"), "").ok();
    let events = client.secret("GET", "/events", "").ok();
    let objects =
        [(&charge, "chrg"), (&charge["source"], "src"), (&refund, "rfnd"), (&events["data"][0], "evnt")];
    for (object, prefix) in objects {
        let id = object["id"].as_str().expect("an id");
        let random = id.strip_prefix(&format!("{prefix}_test_")).expect("a test id");
        assert_eq!(random.len(), 19, "{id}");
        assert!(random.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()), "{id}");
        let location = object["location"].as_str().expect("a path");
        assert_eq!(&client.secret("GET", location, "").ok(), object, "{location}");
    }
    for list in [&charge["refunds"], &events] {
        let location = list["location"].as_str().expect("a path");
        assert_eq!(&client.secret("GET", location, "").ok()["data"], &list["data"], "{location}");
    }
}

fn browser(
    client: &mut TestClient,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> TestResponse {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost")
        .header("origin", "https://shop.example");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client.request(request.body(Full::from(body.as_bytes().to_vec())).expect("a request"))
}

fn allowed(headers: &HeaderMap) -> Option<&str> {
    headers.get("access-control-allow-origin").map(|value| value.to_str().expect("text"))
}

#[test]
fn browsers_can_make_public_key_calls() {
    let mut client = TestClient::new();
    let preflight = [
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,content-type"),
    ];
    for path in ["/sources", "/sources/", "/sources/src_test_1", "/capability"] {
        let response = browser(&mut client, "OPTIONS", path, &preflight, "");
        assert_eq!(
            (response.status, response.text.as_str(), allowed(&response.headers)),
            (204, "", Some("*")),
            "{path}"
        );
        for (name, parts) in [
            ("access-control-allow-methods", &["GET", "POST"][..]),
            ("access-control-allow-headers", &["authorization", "content-type", "omise-version"]),
        ] {
            let value = response.headers[name].to_str().expect("text");
            assert_eq!(value.split(", ").collect::<Vec<_>>(), parts);
        }
        assert!(!response.headers.contains_key("access-control-allow-credentials"));
    }
    let key = STANDARD.encode(client.sandbox.public_key().expose());
    let signed = format!("Basic {key}");
    let json = r#"{"amount":150000,"currency":"SGD","type":"kakaopay"}"#;
    let headers = [("authorization", signed.as_str()), ("content-type", "application/json")];
    let source = browser(&mut client, "POST", "/sources/", &headers, json);
    assert_eq!((source.status, allowed(&source.headers)), (200, Some("*")), "{}", source.text);
    // Pages can read error responses.
    let rejected = browser(&mut client, "POST", "/sources/", &[], json);
    assert_eq!((rejected.status, allowed(&rejected.headers)), (401, Some("*")));
    // Other calls have no CORS headers.
    let plain = client.public("POST", "/sources", "amount=150000&currency=SGD&type=kakaopay");
    assert_eq!(allowed(&plain.headers), None);
}

#[test]
fn browsers_cannot_make_secret_key_calls() {
    let mut client = TestClient::new();
    let preflight = [("access-control-request-method", "POST")];
    for path in ["/charges", "/refunds", "/account", "/webhooks/secrets", "/events", "/x"] {
        let response = browser(&mut client, "OPTIONS", path, &preflight, "");
        response.assert_rejected(401, "authentication_failure");
        assert_eq!(allowed(&response.headers), None, "{path}");
        let signed = format!("Basic {}", STANDARD.encode(client.secret_key()));
        let response = browser(&mut client, "GET", path, &[("authorization", &signed)], "");
        assert_eq!(allowed(&response.headers), None, "{path}");
    }
    // This OPTIONS request is not a preflight.
    browser(&mut client, "OPTIONS", "/sources", &[], "").assert_rejected(401, "authentication_failure");
}
