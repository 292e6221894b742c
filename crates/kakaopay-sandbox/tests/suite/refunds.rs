//! Refunds: partial and full, inside and outside the refund window, retrieved and listed.

use crate::common::{TestClient, TestResponse};
use serde_json::{Value, json};

/// Creates a paid charge of SGD 1500 and returns its id.
fn paid(client: &mut TestClient) -> String {
    let id = client.charge();
    client.secret("POST", &format!("/charges/{id}/mark_as_paid"), "").ok();
    id
}

fn refund(client: &mut TestClient, charge: &str, form: &str) -> TestResponse {
    client.secret("POST", &format!("/charges/{charge}/refunds"), form)
}

fn charge(client: &mut TestClient, id: &str) -> Value {
    client.secret("GET", &format!("/charges/{id}"), "").ok()
}

#[test]
fn a_partly_refunded_charge_cannot_be_voided() {
    let mut client = TestClient::new();
    let id = paid(&mut client);
    let first = refund(&mut client, &id, "amount=50000&metadata[reference]=r-1").ok();
    for (member, expected) in [
        ("object", json!("refund")),
        ("amount", json!(50_000)),
        ("funding_amount", json!(50_000)),
        ("currency", json!("SGD")),
        ("voided", json!(false)),
        ("status", json!("closed")),
        ("charge", json!(id)),
        ("metadata", json!({"reference": "r-1"})),
    ] {
        assert_eq!(first[member], expected, "{member}");
    }
    let now = charge(&mut client, &id);
    assert_eq!(
        (&now["status"], &now["refunded_amount"], &now["refundable"], &now["voided"]),
        (&json!("successful"), &json!(50_000), &json!(true), &json!(false))
    );
    let rest = refund(&mut client, &id, "amount=100000").ok();
    assert_eq!(rest["voided"], false);
    let now = charge(&mut client, &id);
    assert_eq!(
        (&now["status"], &now["refunded_amount"], &now["refundable"], &now["disputable"]),
        (&json!("successful"), &json!(150_000), &json!(false), &json!(false))
    );
    assert_eq!((&now["refunds"]["total"], &now["refunds"]["data"][0]), (&json!(2), &first));
    refund(&mut client, &id, "amount=1").assert_rejected(400, "failed_refund");
}

#[test]
fn a_full_refund_voids_unless_disabled() {
    let mut client = TestClient::new();
    for (form, voided) in [
        ("amount=150000", true),
        ("amount=150000&void=true", true),
        ("amount=150000&void=false", false),
        ("amount=150000&void=", true),
    ] {
        let id = paid(&mut client);
        assert_eq!(refund(&mut client, &id, form).ok()["voided"], voided, "{form}");
        let now = charge(&mut client, &id);
        assert_eq!((&now["voided"], &now["status"]), (&json!(voided), &json!("successful")), "{form}");
    }
    let id = paid(&mut client);
    refund(&mut client, &id, "amount=149999&void=true").assert_rejected(400, "failed_void");
    let json = r#"{"amount":150000,"void":null,"metadata":null}"#;
    assert_eq!(client.secret_json("POST", &format!("/charges/{id}/refunds"), json).ok()["voided"], true);
}

#[test]
fn every_rejected_refund_has_its_code() {
    let mut client = TestClient::new();
    let id = paid(&mut client);
    for (form, code) in [
        ("", "bad_request"),
        ("amount=x", "bad_request"),
        ("amount=1.5", "bad_request"),
        ("amount=0", "bad_request"),
        ("amount=-1", "bad_request"),
        ("amount=9223372036854775808", "bad_request"),
        ("amount=9223372036854775807", "failed_refund"),
        ("amount=150001", "failed_refund"),
        ("amount=1&metadata=x", "bad_request"),
    ] {
        refund(&mut client, &id, form).assert_rejected(400, code);
    }
    for end in ["", "mark_as_failed", "expire"] {
        let id = client.charge();
        if !end.is_empty() {
            client.secret("POST", &format!("/charges/{id}/{end}"), "").ok();
        }
        refund(&mut client, &id, "amount=150000").assert_rejected(400, "failed_refund");
    }
    refund(&mut client, "chrg_test_none", "amount=1").assert_rejected(404, "not_found");
    assert_eq!(charge(&mut client, &id)["refunded_amount"], 0);
}

#[test]
fn f17_a_charge_has_at_most_14_partial_refunds() {
    let mut client = TestClient::new();
    let id = paid(&mut client);
    for _ in 0..14 {
        refund(&mut client, &id, "amount=100").ok();
    }
    refund(&mut client, &id, "amount=100").assert_rejected(400, "failed_refund");
    assert_eq!(charge(&mut client, &id)["refunded_amount"], 1_400);
}

#[test]
fn f16_the_refund_window_closes_at_0015_in_singapore() {
    // The day ends at 15:59:59 UTC in GMT+8, and the window at 16:15 UTC of the next day.
    for (paid_at, last, first_after) in [
        ("2024-02-29T15:59:59Z", 15 * 60, 15 * 60 + 1),
        ("2024-02-29T16:00:00Z", 86_400 + 15 * 60 - 1, 86_400 + 15 * 60),
        ("2023-12-31T15:00:00Z", 75 * 60 - 1, 75 * 60),
    ] {
        for (seconds, open) in [(last, true), (first_after, false)] {
            let mut client = TestClient::at(paid_at);
            let id = paid(&mut client);
            client.clock.advance_seconds(seconds);
            assert_eq!(charge(&mut client, &id)["refundable"], open, "{paid_at} + {seconds}");
            let response = refund(&mut client, &id, "amount=150000");
            if open {
                response.ok();
            } else {
                response.assert_rejected(400, "failed_refund");
            }
        }
    }
}

#[test]
fn refunds_are_listed_per_charge_and_in_total() {
    let mut client = TestClient::new();
    let (one, two) = (paid(&mut client), paid(&mut client));
    let made = [("a", &one), ("b", &two), ("c", &one)].map(|(name, charge)| {
        client.clock.advance_seconds(1);
        refund(&mut client, charge, &format!("amount=100&metadata[name]={name}")).ok()
    });
    let mut listed = |path: &str| client.secret("GET", path, "").ok()["data"].clone();
    assert_eq!(listed("/refunds"), json!(made));
    assert_eq!(listed("/refunds?limit=1&offset=1"), json!([made[1]]));
    let own = format!("/charges/{one}/refunds");
    assert_eq!(listed(&own), json!([made[0], made[2]]));
    assert_eq!(listed(&format!("{own}?order=reverse_chronological&limit=1")), json!([made[2]]));
    for refund in &made {
        let location = refund["location"].as_str().expect("a path");
        assert_eq!(&client.secret("GET", location, "").ok(), refund);
        let expanded = client.secret("GET", &format!("{location}?expand=true"), "").ok();
        assert_eq!(expanded["charge"]["id"], refund["charge"]);
    }
    // A refund is found only under its own charge.
    let other = format!("/charges/{two}/refunds/{}", made[0]["id"].as_str().expect("an id"));
    client.secret("GET", &other, "").assert_rejected(404, "not_found");
    client.secret("GET", &format!("{own}/rfnd_test_none"), "").assert_rejected(404, "not_found");
    client.secret("GET", "/charges/chrg_test_none/refunds", "").assert_rejected(404, "not_found");
    let events = client.secret("GET", &format!("/charges/{one}/events"), "").ok();
    let keys: Vec<_> = events["data"].as_array().expect("a list").iter().map(|event| &event["key"]).collect();
    assert_eq!(keys, ["charge.create", "charge.complete", "refund.create", "refund.create"]);
}
