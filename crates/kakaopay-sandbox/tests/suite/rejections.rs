//! Rejected requests and their codes.

use kakaopay_sandbox::Sandbox;
use proptest::prelude::*;

use crate::common::TestClient;

#[test]
fn every_rejected_source_has_its_code() {
    let mut client = TestClient::new();
    let message = |amount: &str, currency: &str, kind: &str, platform: &str, client: &mut TestClient| {
        let form = format!("amount={amount}&currency={currency}&type={kind}&platform_type={platform}");
        let response = client.public("POST", "/sources", &form);
        response.assert_rejected(400, "bad_request");
        response.json()["message"].as_str().expect("a message").to_owned()
    };
    for (amount, currency, kind, platform, expected) in [
        ("invalid_amount", "sgd", "kakaopay", "WEB", "amount is not a number"),
        ("", "sgd", "kakaopay", "WEB", "amount is not a number"),
        ("1e3", "sgd", "kakaopay", "WEB", "amount is not a number"),
        ("+150000", "sgd", "kakaopay", "WEB", "amount is not a number"),
        ("150000.0", "sgd", "kakaopay", "WEB", "amount is not a number"),
        ("9223372036854775808", "sgd", "kakaopay", "WEB", "amount is not a number"),
        ("99", "SGD", "kakaopay", "WEB", "amount must be greater than or equal to 100 (sgd subunits)"),
        ("-1", "SGD", "kakaopay", "WEB", "amount must be greater than or equal to 100 (sgd subunits)"),
        ("2000001", "SGD", "kakaopay", "WEB", "amount must be less than or equal to 2000000 (sgd subunits)"),
        ("1999", "thb", "kakaopay", "WEB", "amount must be greater than or equal to 2000 (thb subunits)"),
        (
            "15000001",
            "thb",
            "kakaopay",
            "WEB",
            "amount must be less than or equal to 15000000 (thb subunits)",
        ),
        ("100000", "invalid", "kakaopay", "WEB", "currency is currently not supported"),
        ("100000", "jpy", "kakaopay", "WEB", "currency is currently not supported"),
        ("100000", "thb", "invalid", "WEB", "type is currently not supported"),
        ("100000", "thb", "kakaopay", "TOASTER", "platform_type is not supported"),
    ] {
        assert_eq!(
            message(amount, currency, kind, platform, &mut client),
            expected,
            "{amount} {currency} {kind}"
        );
    }
    for json in ["[]", "{", r#"{"a":1,"a":2}"#] {
        client.public_json("POST", "/sources", json).assert_rejected(400, "bad_request");
    }
    client.public("POST", "/sources", "amount[=1").assert_rejected(400, "bad_request");
}

#[test]
fn a_json_amount_must_be_a_whole_number() {
    let mut client = TestClient::new();
    for amount in ["1500.5", "150000.0", "1e3", "true", "null", "[150000]", "{}", "\"\"", "\"1e3\"", "1e400"]
    {
        let source = format!(r#"{{"amount":{amount},"currency":"SGD","type":"kakaopay"}}"#);
        let charge = format!(
            r#"{{"amount":{amount},"currency":"SGD","return_uri":"https://a.example","source":{{"type":"kakaopay"}}}}"#
        );
        let rejected = [
            (client.public_json("POST", "/sources", &source), "bad_request"),
            (client.secret_json("POST", "/charges", &charge), "invalid_charge"),
        ];
        // A number that no machine can represent makes the whole body invalid.
        let invalid_body = amount == "1e400";
        for (response, code) in rejected {
            response.assert_rejected(400, if invalid_body { "bad_request" } else { code });
            let message = response.json()["message"] == "amount is not a number";
            assert_ne!(message, invalid_body, "{amount}: {}", response.text);
        }
    }
    assert!(client.sandbox.events().is_empty());
    // Only the amount was wrong.
    let source = r#"{"amount":1500,"currency":"SGD","type":"kakaopay"}"#;
    assert_eq!(client.public_json("POST", "/sources", source).ok()["amount"], 1_500);
}

#[test]
fn a_source_needs_the_type_kakaopay() {
    let mut client = TestClient::new();
    let json = r#"{"amount":150000,"currency":"SGD"}"#;
    let json_null = r#"{"amount":150000,"currency":"SGD","type":null}"#;
    let json_list = r#"{"amount":150000,"currency":"SGD","type":["kakaopay"]}"#;
    let inside = r#"{"amount":150000,"currency":"SGD","return_uri":"https://a.example","source":{}}"#;
    let form_inside = "amount=150000&currency=SGD&return_uri=https://a.example&source[platform_type]=WEB";
    for response in [
        client.public("POST", "/sources", "amount=150000&currency=SGD"),
        client.public("POST", "/sources", "amount=150000&currency=SGD&type="),
        client.public_json("POST", "/sources", json),
        client.public_json("POST", "/sources", json_null),
        client.public_json("POST", "/sources", json_list),
        client.secret("POST", "/charges", form_inside),
        client.secret_json("POST", "/charges", inside),
    ] {
        response.assert_rejected(400, "bad_request");
        assert_eq!(response.json()["message"], "type is currently not supported");
    }
    assert!(client.sandbox.events().is_empty());
    client.public("POST", "/sources", "amount=150000&currency=SGD&type=kakaopay").ok();
}

#[test]
fn every_rejected_charge_has_its_code() {
    let mut client = TestClient::new();
    let source = client.source();
    let form = |amount: &str, currency: &str, uri: &str, source: &str| {
        format!("amount={amount}&currency={currency}&return_uri={uri}&source={source}")
    };
    let uri = "https://example.com";
    for (form, expected) in [
        (form("x", "SGD", uri, &source), "amount is not a number"),
        (form("10", "thb", uri, &source), "amount must be greater than or equal to 2000 (thb subunits)"),
        (form("10000", "invalid", uri, &source), "currency is currently not supported"),
        (form("150001", "SGD", uri, &source), "amount must match the amount of the source"),
        (form("150000", "THB", uri, &source), "currency must match the currency of the source"),
        (form("150000", "SGD", "http://example.com", &source), "return_uri must begin with https://"),
        (form("150000", "SGD", "myapp://done", &source), "return_uri must begin with https://"),
        (form("150000", "SGD", "", &source), "return_uri is required for kakaopay"),
        (form("150000", "SGD", uri, ""), "source is required"),
    ] {
        let response = client.secret("POST", "/charges", &form);
        response.assert_rejected(400, "invalid_charge");
        assert_eq!(response.json()["message"], expected, "{form}");
    }
    let response = client.secret("POST", "/charges", &form("150000", "SGD", uri, "src_test_none"));
    response.assert_rejected(404, "not_found");
    assert_eq!(response.json()["message"], "source src_test_none was not found");
    // Rejected charges did not use the source; the last one does.
    client.secret("POST", "/charges", &form("150000", "SGD", uri, &source)).ok();
    client
        .secret("POST", "/charges", &form("150000", "SGD", uri, &source))
        .assert_rejected(400, "invalid_charge");
    let inline = "amount=150000&currency=SGD&return_uri=https://a.example&source[type]=card";
    client.secret("POST", "/charges", inline).assert_rejected(400, "bad_request");
}

#[test]
fn f31_a_body_above_the_limit_gets_413() {
    let mut client = TestClient::new();
    let form = "amount=150000&currency=SGD&type=kakaopay&note=";
    let most = 256 * 1024 - form.len();
    client.secret("POST", "/sources", &format!("{form}{}", "x".repeat(most))).ok();
    client
        .secret("POST", "/sources", &format!("{form}{}", "x".repeat(most + 1)))
        .assert_rejected(413, "bad_request");
}

#[test]
fn unknown_objects_are_not_found() {
    let mut client = TestClient::new();
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/charges/chrg_test_none"),
        ("GET", "/charges/..%2Fevents"),
        ("GET", "/events/evnt_test_none"),
        ("GET", "/sources/src_test_none"),
        ("DELETE", "/charges"),
        ("GET", "/customers"),
        ("POST", "/charges/chrg_test_none/mark_as_paid"),
        ("POST", "/charges/chrg_test_none/capture"),
    ] {
        client.secret(method, path, "").assert_rejected(404, "not_found");
    }
}

#[test]
fn http_return_uris_are_accepted_only_if_allowed() {
    let mut builder = Sandbox::builder();
    for host in ["127.0.0.1:8080", "localhost", "[::1]", "shop.test:3000"] {
        builder = builder.allow_http_return_host(host.parse().expect("a host"));
    }
    let mut client = TestClient::of(builder.build());
    let mut create = |uri: &str| {
        let form = format!("amount=150000&currency=SGD&source[type]=kakaopay&return_uri={uri}");
        client.secret("POST", "/charges", &form)
    };
    for uri in [
        "https://a.example",
        "http://127.0.0.1:8080/orders/1",
        "http://localhost",
        "http://LOCALHOST:81/?a=b",
        "http://[::1]:80/",
        "http://shop.test:3000/",
    ] {
        assert_eq!(create(uri).ok()["return_uri"], uri);
    }
    for uri in [
        "",
        "http://example.com",
        "http://127.0.0.1/",
        "http://127.0.0.2:8080/",
        "http://shop.test/",
        "http://127.0.0.1.example.com/",
        "http://127.0.0.1:8080@example.com/",
        "http://example.com@localhost/",
        "http://example.com#http://localhost",
        "ftp://localhost/",
        "//localhost/",
        "javascript:alert(1)",
    ] {
        create(uri).assert_rejected(400, "invalid_charge");
    }
    // Without allowed hosts, plain HTTP is rejected, on this machine too.
    let form = "amount=150000&currency=SGD&source[type]=kakaopay&return_uri=http://localhost/";
    TestClient::new().secret("POST", "/charges", form).assert_rejected(400, "invalid_charge");
}

proptest! {
    #[test]
    fn f19_f45_every_body_gets_a_json_response(body in any::<Vec<u8>>(), json in any::<bool>(), path in 0_usize..2) {
        let mut client = TestClient::new();
        let kind = if json { "application/json" } else { "application/x-www-form-urlencoded" };
        let response = client.secret_bytes("POST", ["/sources", "/charges"][path], kind, &body);
        prop_assert!(response.status == 400, "{}", response.status);
        prop_assert_eq!(&response.json()["object"], "error");
    }

    #[test]
    fn f19_amounts_outside_the_limits_are_rejected(amount in any::<i64>()) {
        let form = format!("amount={amount}&currency=SGD&type=kakaopay");
        let response = TestClient::new().public("POST", "/sources", &form);
        prop_assert_eq!(response.status == 200, (100..=2_000_000).contains(&amount));
    }
}
