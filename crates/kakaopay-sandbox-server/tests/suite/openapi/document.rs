//! `/openapi.json` and all responses match.

use std::collections::BTreeSet;
use std::num::NonZeroU8;

use super::journey::journey;
use super::validator::{Validator, text};
use crate::common::TestClient;
use http::Request;
use http_body_util::Full;
use kakaopay_sandbox::WebhookSchedule;
use kakaopay_types::ApiVersion;
use serde_json::{Value, json};

const NAMED: &str = "#/components/schemas/";
const VERSIONS: [&str; 2] = ["2019-05-29", "2017-11-02"];

#[test]
fn all_responses_match_the_openapi_document() {
    for version in VERSIONS {
        let mut client = TestClient::of_version(ApiVersion::parse(version).expect("a version"));
        client.sandbox.set_webhook_schedule(WebhookSchedule::ON.copies(NonZeroU8::new(2).expect("not zero")));
        let mut validator = Validator::of(&mut client, version);
        journey(&mut client, &mut validator);
        let paths = validator.document["paths"].as_object().expect("paths").clone();
        let result = paths.values().flat_map(|methods| methods.as_object().expect("methods").values());
        let mut unseen = Vec::new();
        for operation in result {
            for status in operation["responses"].as_object().expect("responses").keys() {
                let seen = format!("{} {status}", text(&operation["operationId"]));
                // A slow body needs a socket, and internal errors do not occur.
                if !validator.seen.contains(&seen) && status != "408" && status != "500" {
                    unseen.push(seen);
                }
            }
        }
        // Its body size is not limited here.
        assert_eq!(unseen, ["sandbox.restore 413"], "{version}");
    }
}

#[test]
fn the_document_is_complete_and_deterministic() {
    let mut client = TestClient::new();
    let documents = VERSIONS.map(|version| {
        let request = || Request::get("/openapi.json").header("omise-version", version);
        let first = client.request(request().body(Full::default()).expect("a request")).text;
        let other = TestClient::of_version(ApiVersion::V2017_11_02)
            .request(request().body(Full::default()).expect("a request"))
            .text;
        assert_eq!(first, other);
        first
    });
    let mut names = BTreeSet::new();
    let mut schemas = BTreeSet::new();
    for text in documents {
        let document: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(document["openapi"], "3.1.0");
        let mut own = BTreeSet::new();
        references(&document, &mut own);
        for name in &own {
            assert!(document.pointer(name.trim_start_matches('#')).is_some(), "there is no {name}");
        }
        names.extend(own);
        let result = document["components"]["schemas"].as_object().expect("schemas").keys();
        schemas.extend(result.map(|name| format!("{NAMED}{name}")));
    }
    // Some schemas occur in one version only.
    let unused: Vec<_> = schemas.iter().filter(|name| !names.contains(*name)).collect();
    assert!(unused.is_empty(), "{unused:?}");
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
fn a_wrong_method_gets_the_allowed_ones() {
    let mut client = TestClient::new();
    let response = client.with_headers("PUT", "/_sandbox/faults", "", &[]);
    assert_eq!(
        (response.status, &response.headers["allow"]),
        (405, &"GET, POST, DELETE".parse().expect("a value"))
    );
    assert_eq!(client.with_headers("PUT", "/_sandbox/fault", "", &[]).status, 404);
}

#[test]
fn non_text_and_non_boolean_values_are_rejected() {
    let mut client = TestClient::new();
    let charge = client.charge();
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
        client.secret_json(method, &path, &body).assert_rejected(400, "bad_request");
    }
    client.secret("POST", &format!("/charges/{charge}/mark_as_paid"), "").ok();
    let refunds = format!("/charges/{charge}/refunds");
    client.secret("POST", &refunds, "amount=150000&void=perhaps").assert_rejected(400, "bad_request");
    assert_eq!(client.secret("POST", &refunds, "amount=150000&void=").ok()["voided"], true);
}
