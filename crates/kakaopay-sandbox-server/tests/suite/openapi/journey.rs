//! Each call once, for its good and for each of its refusals that can be brought about.

use kakaopay_sandbox::WebhookUrl;
use kakaopay_sandbox_server::HttpPoster;
use serde_json::{Value, json};

use super::held::{Held, text};
use crate::common::{Answered, Ask};

/// Each call once, for its good and for each of its refusals that can be brought about.
pub(crate) fn journey(ask: &mut Ask, held: &mut Held) {
    let (charge, payment) = paid(ask, held);
    refunds(ask, held, &charge);
    endings(ask, held);
    the_account(ask, held, &charge);
    searches(ask, held);
    pages(ask, held, &payment);
    control(ask, held);
    refusals(ask, held);
}

fn new_charge(ask: &mut Ask, held: &mut Held) -> Value {
    let body = json!({
        "amount": 150_000, "currency": "SGD", "return_uri": "https://a.example/b", "ip": "127.0.0.1",
        "source": {"type": "kakaopay", "platform_type": "IOS"}, "description": "Two books",
        "metadata": {"order": 7, "nested": {"a": [1, null]}},
    });
    held.call(ask, "charges.create", "/charges", &body.to_string()).ok()
}

fn paid(ask: &mut Ask, held: &mut Held) -> (String, String) {
    let body = r#"{"amount":150000,"currency":"SGD","type":"kakaopay"}"#;
    let source = text(&held.call(ask, "sources.create", "/sources", body).ok()["id"]);
    held.call(ask, "sources.retrieve", &format!("/sources/{source}"), "").ok();
    held.call(ask, "sources.retrieve", "/sources/src_test_0", "");
    held.call(ask, "sources.create", "/sources", "{}");
    held.call(ask, "capability.retrieve", "/capability", "");
    let charge = new_charge(ask, held);
    let payment = text(&charge["authorize_uri"]).split('/').nth(4).expect("a payment").to_owned();
    let id = text(&charge["id"]);
    let path = format!("/charges/{id}");
    held.call(ask, "charges.create", "/charges", "{}");
    held.call(ask, "charges.retrieve", &path, "").ok();
    held.call(ask, "charges.update", &path, r#"{"description":""}"#).ok();
    held.call(ask, "charges.update.put", &path, r#"{"metadata":{"a":"b"}}"#).ok();
    held.call(ask, "charges.mark_as_paid", &format!("{path}/mark_as_paid"), "").ok();
    held.call(ask, "charges.mark_as_paid", &format!("{path}/mark_as_paid"), "");
    let charge = held.call(ask, "charges.retrieve", &format!("{path}?expand=true"), "").ok();
    let transaction = &charge["transaction"];
    let transaction = text(if transaction.is_object() { &transaction["id"] } else { transaction });
    held.call(ask, "transactions.retrieve", &format!("/transactions/{transaction}"), "").ok();
    held.call(ask, "transactions.retrieve", "/transactions/trxn_test_0", "");
    (id, payment)
}

fn refunds(ask: &mut Ask, held: &mut Held, charge: &str) {
    let path = format!("/charges/{charge}/refunds");
    let body = r#"{"amount":100,"metadata":{"why":"torn"},"void":false}"#;
    let refund = text(&held.call(ask, "refunds.create", &path, body).ok()["id"]);
    held.call(ask, "refunds.create", &path, "{}");
    held.call(ask, "charges.refunds", &path, "").ok();
    held.call(ask, "charges.refunds", &format!("{path}?limit=-1"), "");
    held.call(ask, "refunds.retrieve", &format!("{path}/{refund}"), "").ok();
    held.call(ask, "refunds.retrieve", &format!("{path}/{refund}?expand=true"), "").ok();
    held.call(ask, "refunds.retrieve", &format!("{path}/rfnd_test_0"), "");
    held.call(ask, "refunds.list", "/refunds?order=reverse_chronological", "").ok();
    held.call(ask, "charges.retrieve", &format!("/charges/{charge}"), "").ok();
}

fn endings(ask: &mut Ask, held: &mut Held) {
    for (ending, body) in [("mark_as_failed", r#"{"failure_code":"payment_rejected"}"#), ("expire", "")] {
        let id = text(&new_charge(ask, held)["id"]);
        let (operation, path) = (format!("charges.{ending}"), format!("/charges/{id}/{ending}"));
        held.call(ask, &operation, &path, body).ok();
        held.call(ask, &operation, &path, body);
        held.call(ask, "charges.retrieve", &format!("/charges/{id}"), "").ok();
        held.call(ask, "charges.capture", &format!("/charges/{id}/capture"), "");
        held.call(ask, "charges.reverse", &format!("/charges/{id}/reverse"), "");
    }
    held.call(ask, "charges.list", "/charges?expand=true", "").ok();
    held.call(ask, "charges.list", "/charges?order=sideways", "");
}

fn the_account(ask: &mut Ask, held: &mut Held, charge: &str) {
    let posted = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let url = WebhookUrl::parse("http://127.0.0.1:1/webhooks").expect("an address");
    ask.sandbox.set_webhook_url(Some(url));
    new_charge(ask, held);
    // Nobody listens there, which is told too.
    posted.block_on(ask.sandbox.deliver_pending(&HttpPoster::new()));
    let events = held.call(ask, "events.list", "/events?limit=100", "").ok();
    let event = text(&events["data"][0]["id"]);
    held.call(ask, "events.retrieve", &format!("/events/{event}"), "").ok();
    held.call(ask, "events.retrieve", "/events/evnt_test_0", "");
    held.call(ask, "charges.events", &format!("/charges/{charge}/events"), "").ok();
    held.call(ask, "sandbox.resend", &format!("/_sandbox/events/{event}/resend"), "").ok();
    held.call(ask, "account.retrieve", "/account", "").ok();
    held.call(ask, "account.update", "/account", r#"{"webhook_uri":"http://127.0.0.1:1/a"}"#).ok();
    held.call(ask, "account.update.put", "/account", r#"{"webhook_uri":""}"#).ok();
    held.call(ask, "account.update", "/account", r#"{"webhook_uri":"https://a.example"}"#);
    for operation in ["account.upgrade", "account.upgrade.put"] {
        held.call(ask, operation, "/account/api_version", r#"{"api_version":"2019-05-29"}"#).ok();
        held.call(ask, operation, "/account/api_version", r#"{"api_version":"2017-11-02"}"#);
    }
    // What happens from now on is written in the newer version, beside what happened before.
    new_charge(ask, held);
    held.call(ask, "events.list", "/events?limit=100", "").ok();
    held.call(ask, "webhook_secrets.roll", "/webhooks/secrets", "").ok();
    held.call(ask, "webhook_secrets.list", "/webhooks/secrets", "").ok();
    held.call(ask, "webhook_secrets.delete", "/webhooks/secrets", "").ok();
}

fn searches(ask: &mut Ask, held: &mut Held) {
    for query in [
        "scope=charge",
        "scope=charge&query=books&filters[status]=pending&per_page=1&page=2&order=chronological",
        "scope=refund&filters[voided]=no",
        "scope=customer&filters[name]=a",
    ] {
        held.call(ask, "search", &format!("/search?{query}"), "").ok();
    }
    for query in ["", "scope=charge&page=0", "scope=charge&per_page=101", "scope=refund&filters[status]=a"] {
        let answer = held.call(ask, "search", &format!("/search?{query}"), "");
        assert_eq!(answer.status, 422, "{query}");
    }
}

fn pages(ask: &mut Ask, held: &mut Held, payment: &str) {
    let form = [("content-type", "application/x-www-form-urlencoded")];
    for (operation, page) in [
        ("payments.desktop", "authorize"),
        ("payments.wallet", "phone"),
        ("payments.summary", "summary"),
        ("payments.slip", "slip"),
        ("payments.status", "status"),
        ("payments.code", "qr.svg"),
    ] {
        held.call(ask, operation, &format!("/payments/{payment}/{page}"), "");
        held.call(ask, operation, &format!("/payments/pay2_test_0/{page}"), "");
    }
    for (operation, page) in [
        ("payments.end_on_desktop", "authorize"),
        ("payments.end_on_wallet", "phone"),
        ("payments.end_on_summary", "summary"),
    ] {
        let charge = new_charge(ask, held);
        let payment = text(&charge["authorize_uri"]).split('/').nth(4).expect("a payment").to_owned();
        let path = format!("/payments/{payment}/{page}");
        for (body, headers) in [
            ("outcome=nothing", &form[..]),
            ("outcome=successful", &[form[0], ("sec-fetch-site", "cross-site")]),
            ("outcome=slow&after=60", &form[..]),
            ("outcome=successful", &form[..]),
            ("outcome=expired", &form[..]),
        ] {
            let answer = ask.with_headers("POST", &path, body, headers);
            held.hold(operation, &answer);
        }
        let answer = ask.with_headers("POST", &format!("/payments/pay2_test_0/{page}"), "", &form);
        held.hold(operation, &answer);
    }
    for (operation, path) in [
        ("pages.style", "/sandbox.css"),
        ("pages.script", "/sandbox.js"),
        ("pages.overview_script", "/overview.js"),
        ("pages.mark", "/sandbox.svg"),
        ("omise_js", "/omise.js"),
        ("openapi", "/openapi.json"),
    ] {
        held.call(ask, operation, path, "").ok_text();
    }
}

fn control(ask: &mut Ask, held: &mut Held) {
    held.call(ask, "sandbox.clock", "/_sandbox/clock", "").ok();
    held.call(ask, "sandbox.set_clock", "/_sandbox/clock", r#"{"advance":1,"freeze":true}"#).ok();
    held.call(ask, "sandbox.set_clock", "/_sandbox/clock", r#"{"sett":1}"#);
    held.call(ask, "sandbox.set_faults", "/_sandbox/faults", r#"{"rules":["html@charges.list"]}"#).ok();
    held.call(ask, "sandbox.set_faults", "/_sandbox/faults", r#"{"rules":["no"]}"#);
    held.call(ask, "sandbox.faults", "/_sandbox/faults", "").ok();
    held.call(ask, "sandbox.clear_faults", "/_sandbox/faults", "").ok();
    held.call(ask, "sandbox.plan_webhooks", "/_sandbox/webhooks", r#"{"plan":"on"}"#).ok();
    held.call(ask, "sandbox.plan_webhooks", "/_sandbox/webhooks", r#"{"plan":"off"}"#);
    held.call(ask, "sandbox.resend", "/_sandbox/events/evnt_test_0/resend", "");
    let snapshot = held.call(ask, "sandbox.snapshot", "/_sandbox/snapshot", "").text;
    held.call(ask, "sandbox.restore", "/_sandbox/restore", &snapshot).ok();
    held.call(ask, "sandbox.restore", "/_sandbox/restore", "{}");
    held.call(ask, "sandbox.reset", "/_sandbox/reset", "").ok();
}

/// What every call of a kind refuses: no key, another version, too much, another site.
fn refusals(ask: &mut Ask, held: &mut Held) {
    let document = held.document.clone();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, told) in methods.as_object().expect("methods") {
            let operation = text(&told["operationId"]);
            let method = method.to_ascii_uppercase();
            let large = "x".repeat(257 * 1024);
            if operation != "sandbox.restore" {
                let answer = ask.with_headers(&method, path, &large, &[]);
                assert_eq!(answer.status, 413, "{operation}");
                held.hold(&operation, &answer);
            }
            let keyed = told["security"].as_array().is_some_and(|keys| !keys.is_empty());
            if keyed {
                let answer = ask.without_key(&method, path);
                assert_eq!(answer.status, 401, "{operation}");
                held.hold(&operation, &answer);
            }
            if keyed || operation == "openapi" {
                for (version, status) in [("1999-01-01", 400), ("2015-11-17", 404)] {
                    let answer = ask.with_headers(&method, path, "", &[("omise-version", version)]);
                    assert_eq!(answer.status, status, "{operation}");
                    held.hold(&operation, &answer);
                }
            }
            if path.starts_with("/_sandbox") {
                let answer = ask.with_headers(&method, path, "", &[("origin", "http://evil.example")]);
                assert_eq!(answer.status, 403, "{operation}");
                held.hold(&operation, &answer);
            }
        }
    }
}

impl Answered {
    #[track_caller]
    fn ok_text(&self) {
        assert_eq!(self.status, 200, "{}", self.text);
    }
}
