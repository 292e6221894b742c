//! Searches with queries, filters and pages.

use crate::common::TestClient;
use serde_json::{Value, json};

/// Creates a sandbox with four charges on consecutive days: pending, paid, paid and voided, failed.
fn stage() -> (TestClient, Vec<String>) {
    let mut client = TestClient::at("2024-02-27T12:00:00Z");
    let mut ids = Vec::new();
    for (amount, currency, description, end) in [
        (150_000, "SGD", "Order+A-1", ""),
        (2_050, "THB", "Order+A-2", "mark_as_paid"),
        (150_050, "SGD", "Order+B-1", "mark_as_paid"),
        (150_000, "SGD", "", "mark_as_failed"),
    ] {
        client.clock.advance_seconds(86_400);
        let form = format!(
            "amount={amount}&currency={currency}&return_uri=https://a.example&source[type]=kakaopay\
             &description={description}&metadata[shelf]=Left"
        );
        let id = client.secret("POST", "/charges", &form).ok()["id"].as_str().expect("an id").to_owned();
        if !end.is_empty() {
            client.secret("POST", &format!("/charges/{id}/{end}"), "failure_code=insufficient_fund").ok();
        }
        ids.push(id);
    }
    // The first of these is outside its refund window.
    client
        .secret("POST", &format!("/charges/{}/refunds", ids[1]), "amount=2050")
        .assert_rejected(400, "failed_refund");
    (client, ids)
}

/// Returns the positions of the charges that a search finds.
#[track_caller]
fn found(client: &mut TestClient, ids: &[String], query: &str) -> Vec<usize> {
    let response = client.secret("GET", &format!("/search?scope=charge&{query}"), "").ok();
    let data = response["data"].as_array().expect("a list").iter();
    data.map(|charge| ids.iter().position(|id| charge["id"] == **id).expect("a known one")).collect()
}

#[test]
fn a_search_result_repeats_its_parameters() {
    let (mut client, ids) = stage();
    let response = client
        .secret("GET", "/search?scope=charge&query=order&filters[status]=successful&per_page=1", "")
        .ok();
    let members: Vec<_> = response.as_object().expect("an object").keys().collect();
    assert_eq!(
        members,
        [
            "object",
            "data",
            "page",
            "per_page",
            "total",
            "total_pages",
            "filters",
            "location",
            "order",
            "query",
            "scope",
            "export",
            "aggregate_level"
        ]
    );
    for (member, expected) in [
        ("object", json!("search")),
        ("page", json!(1)),
        ("per_page", json!(1)),
        ("total", json!(2)),
        ("total_pages", json!(2)),
        ("filters", json!({"status": "successful"})),
        ("location", json!("/search")),
        ("order", json!("reverse_chronological")),
        ("query", json!("order")),
        ("scope", json!("charge")),
        ("export", Value::Null),
    ] {
        assert_eq!(response[member], expected, "{member}");
    }
    assert_eq!(response["data"][0]["id"], ids[2]);
}

#[test]
fn query_and_filters_must_both_match() {
    let (mut client, ids) = stage();
    let id = ids[3].clone();
    for (query, expected) in [
        // Newest first.
        ("", vec![3, 2, 1, 0]),
        ("order=chronological", vec![0, 1, 2, 3]),
        ("query=order", vec![2, 1, 0]),
        ("query=ORDER+a", vec![1, 0]),
        ("query=a-1", vec![0]),
        ("query=left", vec![3, 2, 1, 0]),
        (&format!("query={id}"), vec![3]),
        ("query=nothing", vec![]),
        ("filters[status]=pending", vec![0]),
        ("filters[status]=successful&query=B-", vec![2]),
        ("filters[amount]=1500", vec![3, 0]),
        ("filters[amount]=1500.50", vec![2]),
        ("filters[amount]=1500..1501", vec![3, 2, 0]),
        ("filters[amount]=20.5&filters[currency]=thb", vec![1]),
        ("filters[currency]=SGD&filters[amount]=20.5", vec![]),
        ("filters[captured]=yes", vec![2, 1]),
        ("filters[captured]=on", vec![2, 1]),
        ("filters[captured]=false", vec![3, 0]),
        ("filters[refunded]=no", vec![3, 2, 1, 0]),
        ("filters[voided]=true", vec![]),
        ("filters[failure_code]=insufficient_fund", vec![3]),
        ("filters[created]=2024-02-29", vec![1]),
        ("filters[created]=2024/02/28..2024/02/29", vec![1, 0]),
        ("filters[created]=2024-03-02..2024-03-01", vec![]),
        ("filters[status]=&filters[amount]=", vec![3, 2, 1, 0]),
    ] {
        assert_eq!(found(&mut client, &ids, query), expected, "{query}");
    }
}

#[test]
fn search_pages_start_at_1() {
    let (mut client, ids) = stage();
    for (query, expected) in [
        ("per_page=3", vec![3, 2, 1]),
        ("per_page=3&page=2", vec![0]),
        ("per_page=3&page=3", vec![]),
        ("per_page=100&page=1", vec![3, 2, 1, 0]),
        ("page=9223372036854775807", vec![]),
    ] {
        assert_eq!(found(&mut client, &ids, query), expected, "{query}");
    }
    assert_eq!(client.secret("GET", "/search?scope=charge", "").ok()["per_page"], 30);
}

#[test]
fn every_rejected_search_has_its_code() {
    // A search in an empty sandbox succeeds.
    let mut client = TestClient::new();
    for (query, code) in [
        ("", "invalid_scope"),
        // No client can represent this number.
        ("scope=charge&page=9223372036854775808", "invalid_page"),
        ("scope=", "invalid_scope"),
        ("scope=payment", "invalid_scope"),
        ("scope=charge&page=0", "invalid_page"),
        ("scope=charge&page=-1", "invalid_page"),
        ("scope=charge&page=x", "invalid_page"),
        ("scope=charge&per_page=0", "invalid_per_page"),
        ("scope=charge&per_page=101", "invalid_per_page"),
        ("scope=charge&per_page=x", "invalid_per_page"),
        ("scope=charge&filters[shoe_size]=44", "invalid_filter"),
        ("scope=refund&filters[status]=closed", "invalid_filter"),
        ("scope=charge&filters=x", "invalid_filter"),
        ("scope=charge&filters[amount][]=1", "invalid_filter"),
        ("scope=charge&filters[amount]=x", "invalid_filter"),
        ("scope=charge&filters[amount]=1..", "invalid_filter"),
        ("scope=charge&filters[captured]=perhaps", "invalid_filter"),
        ("scope=charge&filters[created]=yesterday", "invalid_filter"),
        ("scope=charge&filters[created]=2023-02-29", "invalid_filter"),
    ] {
        client.secret("GET", &format!("/search?{query}"), "").assert_rejected(422, code);
    }
    client.secret("GET", "/search?scope=charge&order=sideways", "").assert_rejected(400, "bad_request");
    client.public("GET", "/search?scope=charge", "").assert_rejected(401, "authentication_failure");
}

#[test]
fn refunds_are_found_and_other_scopes_are_empty() {
    let (mut client, ids) = stage();
    let charge = client.charge();
    client.secret("POST", &format!("/charges/{charge}/mark_as_paid"), "").ok();
    let refund = client.secret("POST", &format!("/charges/{charge}/refunds"), "amount=150000").ok();
    let mut one = |query: &str| client.secret("GET", &format!("/search?scope=refund&{query}"), "").ok();
    for query in [
        "",
        "filters[voided]=yes",
        "filters[amount]=1500",
        &format!("query={charge}"),
        "filters[currency]=SGD",
    ] {
        assert_eq!((&one(query)["data"], &one(query)["total"]), (&json!([refund]), &json!(1)), "{query}");
    }
    for query in ["filters[voided]=no", "filters[amount]=1", "query=nothing", "filters[created]=2024-01-01"] {
        assert_eq!(one(query)["total"], 0, "{query}");
    }
    let all = [ids, vec![charge]].concat();
    for (query, expected) in [
        ("filters[voided]=yes", vec![4]),
        ("filters[voided]=no", vec![3, 2, 1, 0]),
        ("filters[refunded]=yes", vec![4]),
        ("filters[refunded]=off", vec![3, 2, 1, 0]),
    ] {
        assert_eq!(found(&mut client, &all, query), expected, "{query}");
    }
    for scope in ["customer", "dispute", "link", "recipient", "transfer", "receipt", "transaction"] {
        let response =
            client.secret("GET", &format!("/search?scope={scope}&filters[type]=corporation"), "").ok();
        assert_eq!(
            (&response["data"], &response["total_pages"], &response["scope"]),
            (&json!([]), &json!(0), &json!(scope))
        );
    }
}
