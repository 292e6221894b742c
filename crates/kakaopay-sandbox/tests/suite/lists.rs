//! Pagination of lists, at the limits and in all encodings.

use crate::common::TestClient;
use serde_json::{Value, json};

/// Creates a sandbox with charges one second apart, starting at 02:25:01.
fn with_charges(count: usize) -> (TestClient, Vec<String>) {
    let mut client = TestClient::at("2023-06-15T02:25:00Z");
    let ids = (0..count)
        .map(|_| {
            client.clock.advance_seconds(1);
            client.charge()
        })
        .collect();
    (client, ids)
}

fn ids(list: &Value) -> Vec<&str> {
    list["data"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|charge| charge["id"].as_str().expect("an id"))
        .collect()
}

#[test]
fn limit_and_offset_have_bounds() {
    let (mut client, made) = with_charges(102);
    for (query, limit, offset, expected) in [
        ("", 20, 0, &made[..20]),
        ("?limit=0", 0, 0, &made[..0]),
        ("?limit=1", 1, 0, &made[..1]),
        ("?limit=99", 99, 0, &made[..99]),
        ("?limit=100", 100, 0, &made[..100]),
        ("?limit=101", 100, 0, &made[..100]),
        ("?limit=4294967296", 100, 0, &made[..100]),
        ("?offset=101", 20, 101, &made[101..]),
        ("?offset=102", 20, 102, &made[..0]),
        ("?offset=103", 20, 103, &made[..0]),
        ("?limit=&offset=&order=&from=&to=", 20, 0, &made[..20]),
    ] {
        let list = client.secret("GET", &format!("/charges{query}"), "").ok();
        assert_eq!(ids(&list), expected, "{query}");
        assert_eq!(
            (&list["limit"], &list["offset"], &list["total"], &list["location"]),
            (&json!(limit), &json!(offset), &json!(102), &json!("/charges")),
            "{query}"
        );
    }
    for query in ["limit=-1", "limit=1.5", "limit=x", "limit=18446744073709551616", "limit[]=1", "offset=-1"]
    {
        client.secret("GET", &format!("/charges?{query}"), "").assert_rejected(400, "bad_request");
    }
}

#[test]
fn from_and_to_are_inclusive() {
    let (mut client, made) = with_charges(5);
    let second = |second: u32| format!("2023-06-15T02:25:{second:02}Z");
    for (from, to, expected) in [
        (0, 59, &made[..]),
        (1, 5, &made[..]),
        (2, 4, &made[1..4]),
        (3, 3, &made[2..3]),
        (6, 59, &made[..0]),
        (4, 2, &made[..0]),
    ] {
        let list =
            client.secret("GET", &format!("/charges?from={}&to={}", second(from), second(to)), "").ok();
        assert_eq!(ids(&list), expected, "{from} to {to}");
        assert_eq!((&list["from"], &list["to"]), (&json!(second(from)), &json!(second(to))));
        assert_eq!(list["total"], expected.len());
    }
    // Without from and to, the list covers all time; offsets are allowed.
    let list = client.secret("GET", "/charges", "").ok();
    assert_eq!((&list["from"], &list["to"]), (&json!("1970-01-01T00:00:00Z"), &json!(second(5))));
    let list = client.secret("GET", "/charges?to=2023-06-15T10:25:02%2B08:00", "").ok();
    assert_eq!(ids(&list), &made[..2]);
    for query in ["from=yesterday", "to=1", "to=2023-06-31T00:00:00Z", "from[]=1"] {
        client.secret("GET", &format!("/charges?{query}"), "").assert_rejected(400, "bad_request");
    }
}

#[test]
fn lists_contain_their_sort_order() {
    let (mut client, made) = with_charges(3);
    let reversed: Vec<_> = made.iter().rev().cloned().collect();
    for (query, order, expected) in [
        ("", "chronological", &made),
        ("?order=chronological", "chronological", &made),
        ("?order=reverse_chronological", "reverse_chronological", &reversed),
    ] {
        let list = client.secret("GET", &format!("/charges{query}"), "").ok();
        assert_eq!(
            (ids(&list), &list["order"]),
            (expected.iter().map(String::as_str).collect(), &json!(order))
        );
    }
    client.secret("GET", "/charges?order=CHRONOLOGICAL", "").assert_rejected(400, "bad_request");
}

#[test]
fn all_lists_are_paginated_alike() {
    let (mut client, made) = with_charges(2);
    for path in
        ["/charges", "/events", "/refunds", "/webhooks/secrets", &format!("/charges/{}/events", made[0])]
    {
        let list = client.secret("GET", &format!("{path}?limit=1"), "").ok();
        assert_eq!(
            (&list["object"], &list["limit"], &list["location"]),
            (&json!("list"), &json!(1), &json!(path))
        );
        client.secret("GET", &format!("{path}?limit=x"), "").assert_rejected(400, "bad_request");
    }
}

#[test]
fn a_get_has_parameters_in_query_or_body() {
    let (mut client, made) = with_charges(3);
    for (query, json, expected) in [
        ("", r#"{"limit":1}"#, &made[..1]),
        ("", r#"{"limit":"1","offset":"1"}"#, &made[1..2]),
        // Some clients send null for every unset parameter.
        ("", r#"{"from":null,"limit":2,"offset":0,"order":null,"to":null}"#, &made[..2]),
        ("?limit=1", "{}", &made[..1]),
        ("?limit=1", "", &made[..1]),
        // The query takes precedence over the body.
        ("?limit=1", r#"{"limit":2}"#, &made[..1]),
    ] {
        let list = client.secret_json("GET", &format!("/charges{query}"), json).ok();
        assert_eq!(ids(&list), expected, "{query} {json}");
    }
    client.secret_json("GET", "/charges", "[").assert_rejected(400, "bad_request");
    assert_eq!(ids(&client.secret("GET", "/charges/?limit=1", "").ok()), &made[..1]);
    assert_eq!(ids(&client.secret("GET", "/charges", "limit=1").ok()), &made[..1]);
}
