//! Every call once, for its success and each reproducible error.

use kakaopay_sandbox::WebhookUrl;
use kakaopay_sandbox_server::HttpPoster;
use serde_json::{Value, json};

use super::validator::{Validator, text};
use crate::common::TestClient;

/// Makes every call once, for its success and each reproducible error.
pub(crate) fn journey(client: &mut TestClient, validator: &mut Validator) {
    let (charge, payment) = paid(client, validator);
    refunds(client, validator, &charge);
    endings(client, validator);
    the_account(client, validator, &charge);
    searches(client, validator);
    pages(client, validator, &payment);
    control(client, validator);
    refusals(client, validator);
}

fn new_charge(client: &mut TestClient, validator: &mut Validator) -> Value {
    let body = json!({
        "amount": 150_000, "currency": "SGD", "return_uri": "https://a.example/b", "ip": "127.0.0.1",
        "source": {"type": "kakaopay", "platform_type": "IOS"}, "description": "Two books",
        "metadata": {"order": 7, "nested": {"a": [1, null]}},
    });
    validator.call(client, "charges.create", "/charges", &body.to_string()).ok()
}

fn paid(client: &mut TestClient, validator: &mut Validator) -> (String, String) {
    let body = r#"{"amount":150000,"currency":"SGD","type":"kakaopay"}"#;
    let source = text(&validator.call(client, "sources.create", "/sources", body).ok()["id"]);
    validator.call(client, "sources.retrieve", &format!("/sources/{source}"), "").ok();
    validator.call(client, "sources.retrieve", "/sources/src_test_0", "");
    validator.call(client, "sources.create", "/sources", "{}");
    validator.call(client, "capability.retrieve", "/capability", "");
    let charge = new_charge(client, validator);
    let payment = text(&charge["authorize_uri"]).split('/').nth(4).expect("a payment").to_owned();
    let id = text(&charge["id"]);
    let path = format!("/charges/{id}");
    validator.call(client, "charges.create", "/charges", "{}");
    validator.call(client, "charges.retrieve", &path, "").ok();
    validator.call(client, "charges.update", &path, r#"{"description":""}"#).ok();
    validator.call(client, "charges.update.put", &path, r#"{"metadata":{"a":"b"}}"#).ok();
    validator.call(client, "charges.mark_as_paid", &format!("{path}/mark_as_paid"), "").ok();
    validator.call(client, "charges.mark_as_paid", &format!("{path}/mark_as_paid"), "");
    let charge = validator.call(client, "charges.retrieve", &format!("{path}?expand=true"), "").ok();
    let transaction = &charge["transaction"];
    let transaction = text(if transaction.is_object() { &transaction["id"] } else { transaction });
    validator.call(client, "transactions.retrieve", &format!("/transactions/{transaction}"), "").ok();
    validator.call(client, "transactions.retrieve", "/transactions/trxn_test_0", "");
    (id, payment)
}

fn refunds(client: &mut TestClient, validator: &mut Validator, charge: &str) {
    let path = format!("/charges/{charge}/refunds");
    let body = r#"{"amount":100,"metadata":{"why":"torn"},"void":false}"#;
    let refund = text(&validator.call(client, "refunds.create", &path, body).ok()["id"]);
    validator.call(client, "refunds.create", &path, "{}");
    validator.call(client, "charges.refunds", &path, "").ok();
    validator.call(client, "charges.refunds", &format!("{path}?limit=-1"), "");
    validator.call(client, "refunds.retrieve", &format!("{path}/{refund}"), "").ok();
    validator.call(client, "refunds.retrieve", &format!("{path}/{refund}?expand=true"), "").ok();
    validator.call(client, "refunds.retrieve", &format!("{path}/rfnd_test_0"), "");
    validator.call(client, "refunds.list", "/refunds?order=reverse_chronological", "").ok();
    validator.call(client, "charges.retrieve", &format!("/charges/{charge}"), "").ok();
}

fn endings(client: &mut TestClient, validator: &mut Validator) {
    for (ending, body) in [("mark_as_failed", r#"{"failure_code":"payment_rejected"}"#), ("expire", "")] {
        let id = text(&new_charge(client, validator)["id"]);
        let (operation, path) = (format!("charges.{ending}"), format!("/charges/{id}/{ending}"));
        validator.call(client, &operation, &path, body).ok();
        validator.call(client, &operation, &path, body);
        validator.call(client, "charges.retrieve", &format!("/charges/{id}"), "").ok();
        validator.call(client, "charges.capture", &format!("/charges/{id}/capture"), "");
        validator.call(client, "charges.reverse", &format!("/charges/{id}/reverse"), "");
    }
    validator.call(client, "charges.list", "/charges?expand=true", "").ok();
    validator.call(client, "charges.list", "/charges?order=sideways", "");
}

fn the_account(client: &mut TestClient, validator: &mut Validator, charge: &str) {
    let posted = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let url = WebhookUrl::parse("http://127.0.0.1:1/webhooks").expect("an address");
    client.sandbox.set_webhook_url(Some(url));
    new_charge(client, validator);
    // No server listens there, which is recorded, too.
    posted.block_on(client.sandbox.deliver_pending(&HttpPoster::new()));
    let events = validator.call(client, "events.list", "/events?limit=100", "").ok();
    let event = text(&events["data"][0]["id"]);
    validator.call(client, "events.retrieve", &format!("/events/{event}"), "").ok();
    validator.call(client, "events.retrieve", "/events/evnt_test_0", "");
    validator.call(client, "charges.events", &format!("/charges/{charge}/events"), "").ok();
    validator.call(client, "sandbox.resend", &format!("/_sandbox/events/{event}/resend"), "").ok();
    validator.call(client, "account.retrieve", "/account", "").ok();
    validator.call(client, "account.update", "/account", r#"{"webhook_uri":"http://127.0.0.1:1/a"}"#).ok();
    validator.call(client, "account.update.put", "/account", r#"{"webhook_uri":""}"#).ok();
    validator.call(client, "account.update", "/account", r#"{"webhook_uri":"https://a.example"}"#);
    for operation in ["account.upgrade", "account.upgrade.put"] {
        validator.call(client, operation, "/account/api_version", r#"{"api_version":"2019-05-29"}"#).ok();
        validator.call(client, operation, "/account/api_version", r#"{"api_version":"2017-11-02"}"#);
    }
    // Later events have the newer version; earlier ones keep theirs.
    new_charge(client, validator);
    validator.call(client, "events.list", "/events?limit=100", "").ok();
    validator.call(client, "webhook_secrets.roll", "/webhooks/secrets", "").ok();
    validator.call(client, "webhook_secrets.list", "/webhooks/secrets", "").ok();
    validator.call(client, "webhook_secrets.delete", "/webhooks/secrets", "").ok();
}

fn searches(client: &mut TestClient, validator: &mut Validator) {
    for query in [
        "scope=charge",
        "scope=charge&query=books&filters[status]=pending&per_page=1&page=2&order=chronological",
        "scope=refund&filters[voided]=no",
        "scope=customer&filters[name]=a",
    ] {
        validator.call(client, "search", &format!("/search?{query}"), "").ok();
    }
    for query in ["", "scope=charge&page=0", "scope=charge&per_page=101", "scope=refund&filters[status]=a"] {
        let response = validator.call(client, "search", &format!("/search?{query}"), "");
        assert_eq!(response.status, 422, "{query}");
    }
}

fn pages(client: &mut TestClient, validator: &mut Validator, payment: &str) {
    let form = [("content-type", "application/x-www-form-urlencoded")];
    for (operation, page) in [
        ("payments.desktop", "authorize"),
        ("payments.wallet", "phone"),
        ("payments.summary", "summary"),
        ("payments.slip", "slip"),
        ("payments.status", "status"),
        ("payments.code", "qr.svg"),
    ] {
        validator.call(client, operation, &format!("/payments/{payment}/{page}"), "");
        validator.call(client, operation, &format!("/payments/pay2_test_0/{page}"), "");
    }
    for (operation, page) in [
        ("payments.end_on_desktop", "authorize"),
        ("payments.end_on_wallet", "phone"),
        ("payments.end_on_summary", "summary"),
    ] {
        let charge = new_charge(client, validator);
        let payment = text(&charge["authorize_uri"]).split('/').nth(4).expect("a payment").to_owned();
        let path = format!("/payments/{payment}/{page}");
        for (body, headers) in [
            ("outcome=nothing", &form[..]),
            ("outcome=successful", &[form[0], ("sec-fetch-site", "cross-site")]),
            ("outcome=slow&after=60", &form[..]),
            ("outcome=successful", &form[..]),
            ("outcome=expired", &form[..]),
        ] {
            let response = client.with_headers("POST", &path, body, headers);
            validator.validate(operation, &response);
        }
        let response = client.with_headers("POST", &format!("/payments/pay2_test_0/{page}"), "", &form);
        validator.validate(operation, &response);
    }
    for (operation, path) in [
        ("pages.style", "/sandbox.css"),
        ("pages.script", "/sandbox.js"),
        ("pages.overview_script", "/overview.js"),
        ("pages.mark", "/sandbox.svg"),
        ("omise_js", "/omise.js"),
        ("openapi", "/openapi.json"),
    ] {
        validator.call(client, operation, path, "").assert_ok();
    }
}

fn control(client: &mut TestClient, validator: &mut Validator) {
    validator.call(client, "sandbox.clock", "/_sandbox/clock", "").ok();
    validator.call(client, "sandbox.set_clock", "/_sandbox/clock", r#"{"advance":1,"freeze":true}"#).ok();
    validator.call(client, "sandbox.set_clock", "/_sandbox/clock", r#"{"sett":1}"#);
    validator
        .call(client, "sandbox.set_faults", "/_sandbox/faults", r#"{"rules":["html@charges.list"]}"#)
        .ok();
    validator.call(client, "sandbox.set_faults", "/_sandbox/faults", r#"{"rules":["no"]}"#);
    validator.call(client, "sandbox.faults", "/_sandbox/faults", "").ok();
    validator.call(client, "sandbox.clear_faults", "/_sandbox/faults", "").ok();
    validator.call(client, "sandbox.set_webhook_schedule", "/_sandbox/webhooks", r#"{"schedule":"on"}"#).ok();
    validator.call(client, "sandbox.set_webhook_schedule", "/_sandbox/webhooks", r#"{"schedule":"off"}"#);
    validator.call(client, "sandbox.resend", "/_sandbox/events/evnt_test_0/resend", "");
    let snapshot = validator.call(client, "sandbox.snapshot", "/_sandbox/snapshot", "").text;
    validator.call(client, "sandbox.restore", "/_sandbox/restore", &snapshot).ok();
    validator.call(client, "sandbox.restore", "/_sandbox/restore", "{}");
    validator.call(client, "sandbox.reset", "/_sandbox/reset", "").ok();
}

/// Makes the requests that every call of a kind rejects: no key, another version, a large body, another site.
fn refusals(client: &mut TestClient, validator: &mut Validator) {
    let document = validator.document.clone();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, result) in methods.as_object().expect("methods") {
            let operation = text(&result["operationId"]);
            let method = method.to_ascii_uppercase();
            let large = "x".repeat(257 * 1024);
            if operation != "sandbox.restore" {
                let response = client.with_headers(&method, path, &large, &[]);
                assert_eq!(response.status, 413, "{operation}");
                validator.validate(&operation, &response);
            }
            let keyed = result["security"].as_array().is_some_and(|keys| !keys.is_empty());
            if keyed {
                let response = client.without_key(&method, path);
                assert_eq!(response.status, 401, "{operation}");
                validator.validate(&operation, &response);
            }
            if keyed || operation == "openapi" {
                for (version, status) in [("1999-01-01", 400), ("2015-11-17", 404)] {
                    let response = client.with_headers(&method, path, "", &[("omise-version", version)]);
                    assert_eq!(response.status, status, "{operation}");
                    validator.validate(&operation, &response);
                }
            }
            if path.starts_with("/_sandbox") {
                let response = client.with_headers(&method, path, "", &[("origin", "http://evil.example")]);
                assert_eq!(response.status, 403, "{operation}");
                validator.validate(&operation, &response);
            }
        }
    }
}
