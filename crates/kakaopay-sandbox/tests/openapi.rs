//! `/openapi.json` is held to what is answered, and what is answered to it.

mod common;

use std::collections::BTreeSet;
use std::num::NonZeroU8;

use common::{Answered, Ask};
use http::Request;
use http_body_util::Full;
use kakaopay_sandbox::{WebhookPlan, WebhookUrl};
use serde_json::{Value, json};

const NAMED: &str = "#/components/schemas/";

/// A document, and what of it was seen.
struct Held {
    document: Value,
    version: &'static str,
    seen: BTreeSet<String>,
}

impl Held {
    /// The document of a version.
    fn of(ask: &mut Ask, version: &'static str) -> Self {
        let request = Request::get("/openapi.json").header("omise-version", version);
        let answer = ask.request(request.body(Full::default()).expect("a request"));
        assert_eq!(answer.headers["access-control-allow-origin"], "*");
        let mut document = answer.ok();
        close(&mut document["components"]["schemas"]);
        Self { document, version, seen: BTreeSet::new() }
    }

    /// Sends a call as its operation says, and holds the answer to it.
    #[track_caller]
    fn call(&mut self, ask: &mut Ask, operation: &str, path: &str, body: &str) -> Answered {
        let (template, method) = self.place(operation);
        assert!(fits(&template, path), "{path} is no {template}");
        let answer = ask.with_headers(&method, path, body, &[("omise-version", self.version)]);
        self.hold(operation, &answer);
        answer
    }

    #[track_caller]
    fn hold(&mut self, operation: &str, answer: &Answered) {
        let (template, method) = self.place(operation);
        let status = answer.status.to_string();
        let responses = &self.document["paths"][&template][&method.to_ascii_lowercase()]["responses"];
        let response = self.resolved(&responses[&status]);
        assert!(response.is_object(), "{operation} does not answer {status}: {}", answer.text);
        let kind = answer.headers["content-type"].to_str().expect("text").split(';').next().expect("a type");
        let content = &response["content"][kind];
        assert!(content.is_object(), "{operation} {status} is not {kind}");
        for (name, header) in response["headers"].as_object().into_iter().flatten() {
            let value = answer.headers[name.as_str()].to_str().expect("text");
            self.validate(&header["schema"], &value.into(), operation);
        }
        let value = if kind == "application/json" { answer.json() } else { answer.text.as_str().into() };
        self.validate(&content["schema"], &value, operation);
        self.seen.insert(format!("{operation} {status}"));
    }

    #[track_caller]
    fn validate(&self, schema: &Value, value: &Value, operation: &str) {
        let mut schema = schema.clone();
        schema["components"] = self.document["components"].clone();
        let validator = jsonschema::options().should_validate_formats(true).build(&schema);
        let validator = validator.expect("a schema");
        let errors: Vec<_> = validator
            .iter_errors(value)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{operation}: {errors:#?}\n{value:#}");
    }

    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(place) => self.document.pointer(place.trim_start_matches('#')).expect("what is named"),
            None => value,
        }
    }

    /// The path and the method of an operation.
    #[track_caller]
    fn place(&self, operation: &str) -> (String, String) {
        let paths = self.document["paths"].as_object().expect("paths");
        for (path, methods) in paths {
            for (method, told) in methods.as_object().expect("methods") {
                if told["operationId"] == operation {
                    return (path.clone(), method.to_ascii_uppercase());
                }
            }
        }
        panic!("there is no {operation}");
    }
}

/// Lets no object have a member that its schema does not tell, so that one that is forgotten is seen.
fn close(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if object.contains_key("properties") && !object.contains_key("additionalProperties") {
                object.insert("additionalProperties".to_owned(), false.into());
            }
            object.values_mut().for_each(close);
        }
        Value::Array(list) => list.iter_mut().for_each(close),
        _ => {}
    }
}

fn fits(template: &str, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(path).all(|(part, given)| part.starts_with('{') || *part == given)
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

const VERSIONS: [&str; 2] = ["2019-05-29", "2017-11-02"];

/// Each call once, for its good and for each of its refusals that can be brought about.
fn journey(ask: &mut Ask, held: &mut Held) {
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
    posted.block_on(ask.sandbox.deliver_pending());
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
        ("payments.phone", "phone"),
        ("payments.status", "status"),
        ("payments.code", "qr.svg"),
    ] {
        held.call(ask, operation, &format!("/payments/{payment}/{page}"), "");
        held.call(ask, operation, &format!("/payments/pay2_test_0/{page}"), "");
    }
    for (operation, page) in [("payments.end", "authorize"), ("payments.end_on_phone", "phone")] {
        let charge = new_charge(ask, held);
        let payment = text(&charge["authorize_uri"]).split('/').nth(4).expect("a payment").to_owned();
        let path = format!("/payments/{payment}/{page}");
        for (body, headers) in [
            ("outcome=nothing", &form[..]),
            ("outcome=successful", &[form[0], ("sec-fetch-site", "cross-site")]),
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
            if told["security"].is_array() {
                let answer = ask.without_key(&method, path);
                assert_eq!(answer.status, 401, "{operation}");
                held.hold(&operation, &answer);
            }
            if told["security"].is_array() || operation == "openapi" {
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

#[test]
fn every_answer_is_as_the_document_tells_in_either_version() {
    for version in VERSIONS {
        let mut ask = if version == "2017-11-02" { Ask::of_2017() } else { Ask::new() };
        ask.sandbox.set_webhook_plan(WebhookPlan::ON.copies(NonZeroU8::new(2).expect("not zero")));
        let mut held = Held::of(&mut ask, version);
        journey(&mut ask, &mut held);
        let paths = held.document["paths"].as_object().expect("paths").clone();
        let told = paths.values().flat_map(|methods| methods.as_object().expect("methods").values());
        let mut unseen = Vec::new();
        for operation in told {
            for status in operation["responses"].as_object().expect("responses").keys() {
                let seen = format!("{} {status}", text(&operation["operationId"]));
                // A body that does not come in time needs a socket, and the sandbox does not fail.
                if !held.seen.contains(&seen) && status != "408" && status != "500" {
                    unseen.push(seen);
                }
            }
        }
        // Its body may be of any size here.
        assert_eq!(unseen, ["sandbox.restore 413"], "{version}");
    }
}

#[test]
fn the_document_is_whole_and_always_the_same() {
    let mut ask = Ask::new();
    let documents = VERSIONS.map(|version| {
        let request = || Request::get("/openapi.json").header("omise-version", version);
        let first = ask.request(request().body(Full::default()).expect("a request")).text;
        let other = Ask::of_2017().request(request().body(Full::default()).expect("a request")).text;
        assert_eq!(first, other);
        first
    });
    for text in documents {
        let document: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(document["openapi"], "3.1.0");
        let mut names = BTreeSet::new();
        references(&document, &mut names);
        for name in &names {
            assert!(document.pointer(name.trim_start_matches('#')).is_some(), "there is no {name}");
        }
        let unused: Vec<_> = document["components"]["schemas"]
            .as_object()
            .expect("schemas")
            .keys()
            .filter(|name| !names.contains(&format!("{NAMED}{name}")))
            .collect();
        // Only the one version has them.
        assert!(
            unused.iter().all(|name| name.contains("Account")
                || name.contains("List")
                || name.contains("Search")
                || *name == "Capability"),
            "{unused:?}"
        );
    }
}

fn references(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            names.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
            object.values().for_each(|value| references(value, names));
        }
        Value::Array(list) => list.iter().for_each(|value| references(value, names)),
        _ => {}
    }
}

#[test]
fn a_call_that_is_not_of_its_method_is_told_which_are() {
    let mut ask = Ask::new();
    let answer = ask.with_headers("PUT", "/_sandbox/faults", "", &[]);
    assert_eq!(
        (answer.status, &answer.headers["allow"]),
        (405, &"GET, POST, DELETE".parse().expect("a value"))
    );
    assert_eq!(ask.with_headers("PUT", "/_sandbox/fault", "", &[]).status, 404);
}

#[test]
fn what_is_no_text_and_no_truth_is_refused_where_one_is_asked_for() {
    let mut ask = Ask::new();
    let charge = ask.charge();
    let source = |members: Value| {
        let mut body = json!({"amount": 150_000, "currency": "SGD", "type": "kakaopay"});
        body.as_object_mut().expect("an object").extend(members.as_object().expect("an object").clone());
        body.to_string()
    };
    for (method, path, body) in [
        ("POST", "/sources".to_owned(), source(json!({"platform_type": 5}))),
        ("PATCH", format!("/charges/{charge}"), json!({"description": ["a"]}).to_string()),
        ("POST", format!("/charges/{charge}/mark_as_failed"), json!({"failure_code": {}}).to_string()),
    ] {
        ask.secret_json(method, &path, &body).refused(400, "bad_request");
    }
    ask.secret("POST", &format!("/charges/{charge}/mark_as_paid"), "").ok();
    let refunds = format!("/charges/{charge}/refunds");
    ask.secret("POST", &refunds, "amount=150000&void=perhaps").refused(400, "bad_request");
    assert_eq!(ask.secret("POST", &refunds, "amount=150000&void=").ok()["voided"], true);
}
