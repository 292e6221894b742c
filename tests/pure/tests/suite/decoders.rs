//! The two ways to read an object give the same, whatever stands in it.

use kakaopay_pure_tests::sample::{self, Sample};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

/// One change to the text of an object.
#[derive(Debug, Clone)]
enum Change {
    /// Two members of an object change places.
    Swap(Index, Index),
    /// A member of an object goes.
    Drop(Index),
    /// A member of an object gets another value.
    Set(Index, Value),
    /// An unknown member comes in.
    Add(Index, String, Value),
}

/// How the JSON is printed.
#[derive(Debug, Clone, Copy)]
enum Print {
    Compact,
    Pretty,
    /// Every space doubled, every line ended as Windows does, text around it.
    Loose,
}

fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("2023-06-15T02:25:15Z")),
        Just(json!("successful")),
        Just(json!([])),
        Just(json!({})),
        Just(json!([{"a": [1, "b\"c\\d\u{0007}ก한"]}])),
    ]
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = prop_oneof![
        (any::<Index>(), any::<Index>()).prop_map(|(one, other)| Change::Swap(one, other)),
        any::<Index>().prop_map(Change::Drop),
        (any::<Index>(), values()).prop_map(|(at, value)| Change::Set(at, value)),
        (any::<Index>(), "[a-z_\"ก]{1,8}", values())
            .prop_map(|(at, name, value)| Change::Add(at, name, value)),
    ];
    prop::collection::vec(change, 0..4)
}

/// Applies a change to the object or to one in it.
fn apply(value: &mut Value, change: &Change, inner: Option<&Index>) {
    let Value::Object(object) = value else { return };
    let mut members: Vec<(String, Value)> = std::mem::take(object).into_iter().collect();
    let inside = inner.map(|index| index.index(members.len().max(1)));
    match inside.and_then(|at| members.get_mut(at)).map(|(_, value)| value) {
        Some(value @ Value::Object(_)) => apply(value, change, None),
        _ => change.apply(&mut members),
    }
    *object = members.into_iter().collect::<Map<_, _>>();
}

impl Change {
    fn apply(&self, members: &mut Vec<(String, Value)>) {
        if members.is_empty() {
            return;
        }
        let length = members.len();
        match self {
            Self::Swap(one, other) => members.swap(one.index(length), other.index(length)),
            Self::Drop(at) => drop(members.remove(at.index(length))),
            Self::Set(at, value) => members[at.index(length)].1 = value.clone(),
            Self::Add(at, name, value) => members.insert(at.index(length), (name.clone(), value.clone())),
        }
    }
}

impl Print {
    fn print(self, value: &Value) -> String {
        match self {
            Self::Compact => value.to_string(),
            Self::Pretty => serde_json::to_string_pretty(value).expect("JSON"),
            Self::Loose => {
                let pretty = serde_json::to_string_pretty(value).expect("JSON");
                format!("\t{}\r\n ", pretty.replace("\": ", "\"  :\t ").replace('\n', "\r\n"))
            }
        }
    }
}

fn samples() -> impl Strategy<Value = Sample> {
    select(sample::all())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn f27_both_ways_agree_on_changed_objects(
        sample in samples(),
        changes in changes(),
        inner in prop::option::of(any::<Index>()),
        print in select(vec![Print::Compact, Print::Pretty, Print::Loose]),
    ) {
        let mut json: Value = serde_json::from_str(&sample.json).unwrap();
        for change in &changes {
            apply(&mut json, change, inner.as_ref());
        }
        // `read` itself holds the two ways against each other.
        if let Ok(written) = sample.kind.read(print.print(&json).as_bytes()) {
            prop_assert_eq!(sample.kind.read(written.as_bytes()), Ok(written));
        }
    }

    #[test]
    fn f45_both_ways_agree_on_broken_bytes(
        sample in samples(),
        broken in prop::collection::vec((any::<Index>(), any::<u8>()), 1..4),
        removed in prop::option::of((any::<Index>(), 1_usize..4)),
    ) {
        let mut bytes = sample.json.clone().into_bytes();
        for (at, byte) in broken {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some((at, length)) = removed {
            let at = at.index(bytes.len());
            bytes.drain(at..(at + length).min(bytes.len()));
        }
        let _ = sample.kind.read(&bytes);
    }

    #[test]
    fn f45_any_bytes_are_read_or_refused(sample in samples(), bytes in any::<Vec<u8>>()) {
        prop_assert!(sample.kind.read(&bytes).is_err());
    }
}
