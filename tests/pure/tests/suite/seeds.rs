//! Files that the tables make: the seeds of the fuzz targets, and a refund that tests include. `UPDATE_SEEDS=1` writes
//! them anew.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kakaopay_pure_tests::sample;
use serde_json::{Value, json};

/// A seed: the folders of its targets, its name, and its text.
type Seed = (&'static [&'static str], &'static str, String);

/// How a sample is printed.
#[derive(Clone, Copy)]
enum Print {
    /// As the sample is.
    AsItIs,
    /// Without white space.
    Compact,
}

fn sample(name: &str, print: Print) -> String {
    let json = sample::own(name).json;
    match print {
        Print::AsItIs => json,
        Print::Compact => serde_json::from_str::<Value>(&json).expect("JSON").to_string(),
    }
}

/// A charge with its required members.
fn small_charge() -> Value {
    json!({
        "object": "charge",
        "id": "chrg_test_5w4415netlwqpc54tyg",
        "amount": 150_000,
        "currency": "SGD",
        "status": "pending",
    })
}

/// Seeds that no table makes: objects with few members, and a list with unreadable elements.
fn small() -> Vec<Seed> {
    let error = json!({"object": "error", "code": "not_found"});
    let event = json!({
        "object": "event", "id": "evnt_test_1", "data": small_charge(), "key": "charge.complete",
    });
    let list = json!({
        "object": "list", "data": [small_charge(), {"object": "charge"}, 7], "limit": 20, "offset": 0, "total": 3,
    });
    let search = json!({
        "object": "search", "data": [small_charge()], "page": 1, "per_page": 30, "total": 1, "total_pages": 1,
    });
    let method = json!({"object": "payment_method", "name": "kakaopay", "currencies": ["SGD"]});
    let delivery = json!({
        "object": "webhook_delivery", "id": "whdl_test_1", "uri": "https://shop.example", "status": 200,
        "key": "charge.complete", "error": null, "payload": "{\"a\":1}", "created_at": "2025-03-20 09:24:25 UTC",
    });
    vec![
        (&["api_error", "decoders"], "error_small", error.to_string()),
        (&["charge", "decoders"], "small", small_charge().to_string()),
        (&["event", "decoders"], "event", event.to_string()),
        (&["list", "decoders"], "list", list.to_string()),
        (&["decoders"], "search_small", search.to_string()),
        (
            &["decoders"],
            "capability_small",
            json!({"object": "capability", "payment_methods": [method]}).to_string(),
        ),
        (&["decoders"], "delivery", delivery.to_string()),
    ]
}

fn seeds() -> Vec<Seed> {
    let made = [
        (&["api_error", "decoders"][..], "error", "error", Print::AsItIs),
        (&["charge", "decoders"], "guide", "guide_charge", Print::AsItIs),
        (&["charge", "decoders"], "of_2017", "2017-11-02-in-2017 charge", Print::AsItIs),
        (&["charge", "decoders"], "of_2022", "2017-11-02 charge", Print::AsItIs),
        (&["charge", "decoders"], "of_2025", "charge", Print::Compact),
        (&["charge", "decoders"], "nulls", "charge with nulls", Print::Compact),
        (&["event", "decoders"], "event_with_delivery", "event of refund", Print::AsItIs),
        (&["event", "decoders"], "event_of_2017", "2017-11-02-in-2017 event of dispute", Print::AsItIs),
        (&["list", "decoders"], "list_of_2017", "2017-11-02-in-2017 list of charge", Print::AsItIs),
        (&["list", "decoders"], "list_of_2025", "list of charge", Print::Compact),
        (&["decoders"], "account", "account", Print::AsItIs),
        (&["decoders"], "capability", "capability", Print::Compact),
        (&["decoders"], "refund", "refund", Print::Compact),
        (&["decoders"], "search", "search of charge", Print::AsItIs),
        (&["decoders"], "source", "guide_source", Print::AsItIs),
        (&["decoders"], "source_of_2022", "2017-11-02 source in other forms", Print::AsItIs),
    ];
    let made = made.map(|(targets, name, from, print)| (targets, name, sample(from, print)));
    made.into_iter().chain(small()).collect()
}

/// Every file that is made, by its path.
fn files() -> BTreeMap<PathBuf, String> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let refund = (tests.join("data/refund.json"), format!("{}\n", sample("refund", Print::AsItIs)));
    let seeds = seeds().into_iter().flat_map(|(targets, name, text)| {
        targets.iter().map(move |target| (folder(target).join(name), text.clone()))
    });
    seeds.chain([refund]).collect()
}

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target)
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test has no arguments")]
fn files_are_what_the_tables_make() {
    let files = files();
    if std::env::var_os("UPDATE_SEEDS").is_some() {
        for (path, text) in &files {
            std::fs::write(path, text).expect("a file");
        }
    }
    for (path, text) in &files {
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(written == *text, "{} differs: UPDATE_SEEDS=1 writes it anew", path.display());
    }
    // No other file stands beside them. Seeds of the other targets are no objects of the API.
    for target in ["api_error", "charge", "decoders", "event", "list"] {
        for file in std::fs::read_dir(folder(target)).expect("a folder") {
            let path = file.expect("a file").path();
            assert!(files.contains_key(&path), "{} is not made", path.display());
        }
    }
}
