//! Every member of every sample, changed in every way: it is read or is a typed error, never a
//! panic, and never a payment.

use kakaopay_pure_tests::sample::{self, Kind, Sample};
use kakaopay_types::{Charge, Decode, Event, List, Outcome, SearchResult, decode};
use serde_json::{Value, json};

/// Text that must never come back out in an error.
const CANARY: &str = "canary-4f1d";

/// The place of every member in a value, as a JSON pointer, the outer before the inner.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (format!("{at}/{name}"), value)).collect()
        }
        Value::Array(elements) => {
            elements.iter().enumerate().map(|(index, value)| (format!("{at}/{index}"), value)).collect()
        }
        _ => return,
    };
    for (place, value) in below {
        all.push(place.clone());
        places(value, &place, all);
    }
}

fn members(value: &Value) -> Vec<String> {
    let mut all = Vec::new();
    places(value, "", &mut all);
    all
}

/// How many of its charges are paid, by the decoded objects, and by the JSON itself.
fn paid<T: Decode>(json: &Value, charges: impl Fn(&T) -> Vec<&Charge>) -> (usize, usize) {
    let read: T = match decode::from_slice(json.to_string().as_bytes()) {
        Ok(read) => read,
        Err(_) => return (0, 0),
    };
    let read = charges(&read).iter().filter(|charge| charge.outcome() == Outcome::Successful).count();
    let whole = [json];
    let told = match json["data"].as_array() {
        Some(data) => data.iter().filter(|charge| charge["status"] == "successful").count(),
        None => whole.iter().filter(|charge| charge["status"] == "successful").count(),
    };
    (read, told)
}

/// A JSON pointer as an error writes it: `/data/0/id` is `data[0].id`.
fn path_of(pointer: &str) -> String {
    pointer.split('/').skip(1).fold(String::new(), |path, part| match part.parse::<usize>() {
        Ok(index) => format!("{path}[{index}]"),
        Err(_) if path.is_empty() => part.to_owned(),
        Err(_) => format!("{path}.{part}"),
    })
}

#[track_caller]
fn check(sample: &Sample, json: &Value, place: &str, what: &str) {
    if let Err(error) = sample.kind.read(json.to_string().as_bytes()) {
        let told = format!("{error} {error:?}");
        assert!(!told.contains(CANARY), "{}: {place} {what}: {told}", sample.name);
        let changed = path_of(place);
        let there = changed.starts_with(error.path()) || error.path().starts_with(&changed);
        assert!(there, "{}: {place} {what}: {told}", sample.name);
    }
    let (read, told) = match sample.kind {
        Kind::Charge => paid(json, |charge: &Charge| vec![charge]),
        Kind::Charges => paid(json, |list: &List<Charge>| list.data.items.iter().collect()),
        Kind::Search => paid(json, |search: &SearchResult<Charge>| search.data.items.iter().collect()),
        _ => return,
    };
    assert!(read <= told, "{}: {place} {what}: read as paid", sample.name);
}

/// Every member of a sample, changed in every way; how many changes there were.
fn change_every_member(sample: &Sample) -> usize {
    let json: Value = serde_json::from_str(&sample.json).expect("a place in the sample");
    let values = [
        Value::Null,
        json!(true),
        json!(-7),
        json!(CANARY),
        json!({ CANARY: [CANARY] }),
        json!("successful"),
    ];
    let places = members(&json);
    for place in &places {
        let (parent, name) = place.rsplit_once('/').expect("a place in the sample");
        let mut without = json.clone();
        match without.pointer_mut(parent).expect("a place in the sample") {
            Value::Object(object) => drop(object.remove(name)),
            Value::Array(array) => drop(array.remove(name.parse().expect("a place in the sample"))),
            _ => unreachable!("a parent has members"),
        }
        check(sample, &without, place, "dropped");
        let mut changed = json.clone();
        for value in &values {
            *changed.pointer_mut(place).expect("a place in the sample") = value.clone();
            check(sample, &changed, place, &value.to_string());
        }
    }
    places.len() * (values.len() + 1)
}

#[test]
fn f27_a_member_that_is_dropped_nulled_or_of_another_type() {
    let samples = sample::all();
    let changes: usize = std::thread::scope(|scope| {
        let running: Vec<_> = samples.iter().map(|it| scope.spawn(|| change_every_member(it))).collect();
        running.into_iter().map(|thread| thread.join().expect("no panic")).sum()
    });
    assert!(changes > 5_000, "{changes} changes");
}

/// A wrong type is an error that names the very member.
#[test]
fn f27_a_wrong_type_is_named_by_its_path() {
    #[track_caller]
    fn check(pointer: &str, value: Value, path: &str) {
        let mut json: Value = serde_json::from_str(&sample::own("charge").json).unwrap();
        *json.pointer_mut(pointer).unwrap() = value;
        let error = decode::from_slice::<Charge>(json.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.path(), path);
        assert!(!error.to_string().contains(CANARY));
    }
    check("/amount", json!(CANARY), "amount");
    check("/status", json!([CANARY]), "status");
    check("/id", json!(CANARY), "id");
    check("/currency", json!(CANARY), "currency");
    check("/source/id", json!(CANARY), "source.id");
    check("/source/created_at", json!(CANARY), "source.created_at");
    check("/refunds/limit", json!(-1), "refunds.limit");
    check("/transaction_fees/fee_rate", json!(2.9), "transaction_fees.fee_rate");
    check("/paid_at", json!(0), "paid_at");
    check("/customer", json!(7), "customer");
    check("/metadata", json!([CANARY]), "metadata");
}

/// Members that a payment cannot be judged without.
#[test]
fn f27_a_charge_without_what_matters_is_no_charge() {
    for name in ["object", "id", "amount", "currency", "status"] {
        let mut json: Value = serde_json::from_str(&sample::own("charge").json).unwrap();
        json.as_object_mut().unwrap().remove(name);
        let error = decode::from_slice::<Charge>(json.to_string().as_bytes()).unwrap_err();
        assert_eq!((error.path(), error.reason()), (name, decode::Reason::Missing));
    }
}

#[test]
fn f19_only_an_integer_is_an_amount() {
    let charge = sample::own("guide_charge").json;
    let with = |amount: &str| charge.replacen("\"amount\": 150000", &format!("\"amount\": {amount}"), 1);
    for (text, amount) in [
        ("0", 0),
        ("-1", -1),
        ("9007199254740993", 9_007_199_254_740_993),
        ("999999999999999999", 999_999_999_999_999_999),
        ("9223372036854775807", i64::MAX),
        ("-9223372036854775808", i64::MIN),
    ] {
        Kind::Charge.read(with(text).as_bytes()).expect(text);
        assert_eq!(decode::from_slice::<Charge>(with(text).as_bytes()).unwrap().amount, amount);
    }
    for text in [
        "150000.0",
        "1e3",
        "1E3",
        "\"150000\"",
        "9223372036854775808",
        "-9223372036854775809",
        "1.5e5",
        "NaN",
        "null",
        "true",
        "[]",
        "{}",
        "-",
        "",
        "01",
        "0x10",
        "+1",
        "1_000",
        "150000 1",
        "-0.0",
    ] {
        Kind::Charge.read(with(text).as_bytes()).expect_err(text);
    }
}

/// A member given twice could be read in two ways, so it is not read at all.
#[test]
fn f08_a_member_that_is_given_twice_is_an_error() {
    let charge = sample::own("guide_charge").json;
    let twice =
        charge.replacen("\"status\": \"pending\"", "\"status\": \"pending\", \"status\": \"successful\"", 1);
    let error = decode::from_slice::<Charge>(twice.as_bytes()).unwrap_err();
    assert_eq!((error.path(), error.reason()), ("status", decode::Reason::Duplicate));
}

/// Serde's derive would take the members' values in a row for the object.
#[test]
fn f45_an_array_is_no_object() {
    let charge: Value = serde_json::from_str(&sample::own("guide_charge").json).unwrap();
    let values: Vec<Value> = charge.as_object().unwrap().values().cloned().collect();
    assert!(decode::from_value::<Charge>(json!(values)).is_err());
    assert!(decode::from_value::<Event>(json!([])).is_err());
}

#[test]
fn f22_a_page_or_half_an_object_is_an_error() {
    for sample in sample::all() {
        for length in (0..sample.json.trim_end().len()).step_by(7) {
            let Some(part) = sample.json.get(..length) else { continue };
            assert!(sample.kind.read(part.as_bytes()).is_err(), "{}: {length} bytes", sample.name);
        }
        for page in ["", "<html><body>502 Bad Gateway</body></html>", "null", "[]", "\u{feff}{}", "{}{}"] {
            assert!(sample.kind.read(page.as_bytes()).is_err(), "{}: {page}", sample.name);
        }
    }
}
