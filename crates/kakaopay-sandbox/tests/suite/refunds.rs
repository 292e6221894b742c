//! Refunds: in part and whole, inside the window and outside, one by one and listed.

use crate::common::{Answered, Ask};
use serde_json::{Value, json};

/// The id of a new charge of SGD 1500 that was paid.
fn paid(ask: &mut Ask) -> String {
    let id = ask.charge();
    ask.secret("POST", &format!("/charges/{id}/mark_as_paid"), "").ok();
    id
}

fn refund(ask: &mut Ask, charge: &str, form: &str) -> Answered {
    ask.secret("POST", &format!("/charges/{charge}/refunds"), form)
}

fn charge(ask: &mut Ask, id: &str) -> Value {
    ask.secret("GET", &format!("/charges/{id}"), "").ok()
}

#[test]
fn a_partly_refunded_charge_cannot_be_voided() {
    let mut ask = Ask::new();
    let id = paid(&mut ask);
    let first = refund(&mut ask, &id, "amount=50000&metadata[reference]=r-1").ok();
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
    let now = charge(&mut ask, &id);
    assert_eq!(
        (&now["status"], &now["refunded_amount"], &now["refundable"], &now["voided"]),
        (&json!("successful"), &json!(50_000), &json!(true), &json!(false))
    );
    let rest = refund(&mut ask, &id, "amount=100000").ok();
    assert_eq!(rest["voided"], false);
    let now = charge(&mut ask, &id);
    assert_eq!(
        (&now["status"], &now["refunded_amount"], &now["refundable"], &now["disputable"]),
        (&json!("successful"), &json!(150_000), &json!(false), &json!(false))
    );
    assert_eq!((&now["refunds"]["total"], &now["refunds"]["data"][0]), (&json!(2), &first));
    refund(&mut ask, &id, "amount=1").refused(400, "failed_refund");
}

#[test]
fn a_full_refund_voids_unless_disabled() {
    let mut ask = Ask::new();
    for (form, voided) in [
        ("amount=150000", true),
        ("amount=150000&void=true", true),
        ("amount=150000&void=false", false),
        ("amount=150000&void=", true),
    ] {
        let id = paid(&mut ask);
        assert_eq!(refund(&mut ask, &id, form).ok()["voided"], voided, "{form}");
        let now = charge(&mut ask, &id);
        assert_eq!((&now["voided"], &now["status"]), (&json!(voided), &json!("successful")), "{form}");
    }
    let id = paid(&mut ask);
    refund(&mut ask, &id, "amount=149999&void=true").refused(400, "failed_void");
    let json = r#"{"amount":150000,"void":null,"metadata":null}"#;
    assert_eq!(ask.secret_json("POST", &format!("/charges/{id}/refunds"), json).ok()["voided"], true);
}

#[test]
fn every_rejected_refund_has_its_code() {
    let mut ask = Ask::new();
    let id = paid(&mut ask);
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
        refund(&mut ask, &id, form).refused(400, code);
    }
    for end in ["", "mark_as_failed", "expire"] {
        let id = ask.charge();
        if !end.is_empty() {
            ask.secret("POST", &format!("/charges/{id}/{end}"), "").ok();
        }
        refund(&mut ask, &id, "amount=150000").refused(400, "failed_refund");
    }
    refund(&mut ask, "chrg_test_none", "amount=1").refused(404, "not_found");
    assert_eq!(charge(&mut ask, &id)["refunded_amount"], 0);
}

#[test]
fn f17_a_charge_has_at_most_14_partial_refunds() {
    let mut ask = Ask::new();
    let id = paid(&mut ask);
    for _ in 0..14 {
        refund(&mut ask, &id, "amount=100").ok();
    }
    refund(&mut ask, &id, "amount=100").refused(400, "failed_refund");
    assert_eq!(charge(&mut ask, &id)["refunded_amount"], 1_400);
}

#[test]
fn f16_the_refund_window_closes_at_0015_in_singapore() {
    // 15:59:59 UTC is the last second of the day at GMT+8, and 16:15 the end of the window behind it.
    for (paid_at, last, first_after) in [
        ("2024-02-29T15:59:59Z", 15 * 60, 15 * 60 + 1),
        ("2024-02-29T16:00:00Z", 86_400 + 15 * 60 - 1, 86_400 + 15 * 60),
        ("2023-12-31T15:00:00Z", 75 * 60 - 1, 75 * 60),
    ] {
        for (seconds, open) in [(last, true), (first_after, false)] {
            let mut ask = Ask::at(paid_at);
            let id = paid(&mut ask);
            ask.clock.advance_seconds(seconds);
            assert_eq!(charge(&mut ask, &id)["refundable"], open, "{paid_at} + {seconds}");
            let answer = refund(&mut ask, &id, "amount=150000");
            if open {
                answer.ok();
            } else {
                answer.refused(400, "failed_refund");
            }
        }
    }
}

#[test]
fn refunds_are_listed_per_charge_and_in_total() {
    let mut ask = Ask::new();
    let (one, two) = (paid(&mut ask), paid(&mut ask));
    let made = [("a", &one), ("b", &two), ("c", &one)].map(|(name, charge)| {
        ask.clock.advance_seconds(1);
        refund(&mut ask, charge, &format!("amount=100&metadata[name]={name}")).ok()
    });
    let mut listed = |path: &str| ask.secret("GET", path, "").ok()["data"].clone();
    assert_eq!(listed("/refunds"), json!(made));
    assert_eq!(listed("/refunds?limit=1&offset=1"), json!([made[1]]));
    let own = format!("/charges/{one}/refunds");
    assert_eq!(listed(&own), json!([made[0], made[2]]));
    assert_eq!(listed(&format!("{own}?order=reverse_chronological&limit=1")), json!([made[2]]));
    for refund in &made {
        let location = refund["location"].as_str().expect("a path");
        assert_eq!(&ask.secret("GET", location, "").ok(), refund);
        let expanded = ask.secret("GET", &format!("{location}?expand=true"), "").ok();
        assert_eq!(expanded["charge"]["id"], refund["charge"]);
    }
    // A refund is found below its own charge alone.
    let other = format!("/charges/{two}/refunds/{}", made[0]["id"].as_str().expect("an id"));
    ask.secret("GET", &other, "").refused(404, "not_found");
    ask.secret("GET", &format!("{own}/rfnd_test_none"), "").refused(404, "not_found");
    ask.secret("GET", "/charges/chrg_test_none/refunds", "").refused(404, "not_found");
    let events = ask.secret("GET", &format!("/charges/{one}/events"), "").ok();
    let keys: Vec<_> = events["data"].as_array().expect("a list").iter().map(|event| &event["key"]).collect();
    assert_eq!(keys, ["charge.create", "charge.complete", "refund.create", "refund.create"]);
}
