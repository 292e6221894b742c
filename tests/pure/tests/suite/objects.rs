//! Every object of the API, as the tables and the guide have it.

use kakaopay_pure_tests::guide;
use kakaopay_pure_tests::sample::{self, Kind};
use kakaopay_pure_tests::tables::{Edition, Member, Nullness, ObjectType, Variation};
use kakaopay_types::EventData;
use kakaopay_types::{
    Account, ApiError, Capability, Charge, ChargeStatus, Currency, Decode, DecodeError, Event, EventKey,
    Expandable, List, Outcome, PaymentMethod, Raw, Refund, RefundStatus, SearchResult, Source, Timestamp,
    WebhookDelivery, decode,
};
use serde_json::{Value, json};

fn read<T: Decode>(name: &str) -> T {
    decode::from_slice(sample::own(name).json.as_bytes()).expect("the sample")
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a moment")
}

#[test]
fn every_sample_is_read_by_every_way_alike() {
    let samples = sample::all();
    assert!(samples.len() > 25, "{} samples", samples.len());
    for sample in samples {
        let written = sample.kind.read(sample.json.as_bytes()).expect(&sample.name);
        // What is written reads back as the same.
        assert_eq!(sample.kind.read(written.as_bytes()).expect(&sample.name), written, "{}", sample.name);
    }
}

/// Nothing of an object in today's shape is lost when it is written again, in the service's order.
#[test]
fn todays_objects_are_written_as_they_came() {
    for name in [
        "guide_source",
        "guide_charge",
        "charge",
        "refund",
        "event of charge",
        "list of charge",
        "search of charge",
        "capability",
        "error",
    ] {
        let sample = sample::own(name);
        let written = sample.kind.read(sample.json.as_bytes()).expect(name);
        let written: Value = serde_json::from_str(&written).unwrap();
        let came: Value = serde_json::from_str(&sample.json).expect(name);
        assert_eq!(
            serde_json::to_string(&written).unwrap(),
            without_nulls_of_some(&came, &written),
            "{name}"
        );
    }
}

/// The original, without the `null`s that are left out when it is written.
fn without_nulls_of_some(came: &Value, written: &Value) -> String {
    fn prune(came: &Value, written: &Value) -> Value {
        match (came, written) {
            (Value::Object(came), Value::Object(written)) => came
                .iter()
                .filter(|(name, value)| !value.is_null() || written.contains_key(*name))
                .map(|(name, value)| (name.clone(), prune(value, written.get(name).unwrap_or(&Value::Null))))
                .collect(),
            (Value::Array(came), Value::Array(written)) => {
                came.iter().zip(written).map(|(came, written)| prune(came, written)).collect()
            }
            _ => came.clone(),
        }
    }
    serde_json::to_string(&prune(came, written)).expect("JSON")
}

/// The bodies of an edition's tables that are of a kind.
fn of_edition<T: Decode>(edition: Edition, kind: Kind) -> Vec<T> {
    let start = format!("{} ", edition.name());
    let samples = sample::all().into_iter().filter(|it| it.kind == kind && it.name.starts_with(&start));
    samples.map(|sample| decode::from_slice(sample.json.as_bytes()).expect(&sample.name)).collect()
}

#[test]
fn f27_the_shapes_of_2017_are_read_into_the_same_types() {
    for (edition, refunded, created, expires) in [
        (Edition::V2017In2017, 30_000, "2017-03-09T11:18:02Z", None),
        (Edition::V2017, 60_000, "2022-12-06T04:05:06Z", Some("2022-12-13T04:05:06Z")),
    ] {
        let charges: Vec<Charge> = of_edition(edition, Kind::Charge);
        assert_eq!(charges.len(), 3, "{edition:?}");
        for charge in &charges {
            assert_eq!(charge.currency, Currency::THB);
            assert_eq!((charge.created_at(), charge.refunded_amount()), (Some(at(created)), Some(refunded)));
            assert_eq!(charge.expires_at, expires.map(at), "{charge:?}");
        }
    }
    let [refund]: [Refund; 1] = of_edition(Edition::V2017In2017, Kind::Refund).try_into().expect("one");
    assert_eq!((refund.amount, refund.status.clone(), refund.voided), (30_000, None, Some(false)));
    assert_eq!(refund.charge_id().as_str(), "chrg_test_57aq2mz6x1c8v3b5n7k");
    assert_eq!(refund.created_at(), Some(at("2017-03-10T02:44:19Z")));
    assert!(refund.metadata.is_empty());
    let [refund]: [Refund; 1] = of_edition(Edition::V2017, Kind::Refund).try_into().expect("one");
    assert_eq!((refund.amount, refund.status.clone(), refund.voided), (60_000, None, Some(false)));
    assert_eq!(refund.created_at(), Some(at("2022-12-07T01:02:03Z")));
}

/// Reads a body of a table; `None` where no type is of that table.
fn reads(table: &str, json: &[u8]) -> Option<Result<(), DecodeError>> {
    fn read<T: Decode>(json: &[u8]) -> Result<(), DecodeError> {
        decode::from_slice::<T>(json).map(drop)
    }
    Some(match table {
        "charge" => read::<Charge>(json),
        "source" => read::<Source>(json),
        "refund" => read::<Refund>(json),
        "event" => read::<Event>(json),
        "webhook_delivery" => read::<WebhookDelivery>(json),
        "list" | "inner_list" => read::<List<Refund>>(json),
        "search" => read::<SearchResult<Refund>>(json),
        "account" => read::<Account>(json),
        "capability" => read::<Capability>(json),
        "payment_method" => read::<PaymentMethod>(json),
        "error" => read::<ApiError>(json),
        "dispute" | "transaction" => return None,
        other => panic!("a new table: {other}"),
    })
}

/// The values that a member was seen with besides the table's, and whether the types read them.
fn forms(members: &[Member]) -> Vec<(String, Value, bool)> {
    members
        .iter()
        .flat_map(|member| {
            let null = (member.null == Nullness::Yes).then(|| (member.path.clone(), Value::Null, true));
            let others = member.others.iter().map(|it| (member.path.clone(), it.value.clone(), it.is_read));
            null.into_iter().chain(others).chain(forms(&member.members)).collect::<Vec<_>>()
        })
        .collect()
}

/// Each form of each member alone, in each edition. The table marks forms that the types cannot read yet.
#[test]
fn f27_every_form_of_every_member_is_read() {
    let mut count = 0;
    for edition in Edition::ALL {
        for table in edition.tables() {
            // A list, a search and an event hold something.
            let object =
                ObjectType { name: table.to_owned(), element: Some(Box::new(ObjectType::parse("refund"))) };
            let body = |variation| edition.body(&object, &variation).to_string();
            let Some(plain) = reads(table, body(Variation::Plain).as_bytes()) else { continue };
            // Its `payment_backends` cannot be read yet.
            let unread = edition == Edition::V2017 && table == "capability";
            assert_eq!(plain.is_err(), unread, "{edition:?} {table}: {plain:?}");
            for (path, value, is_read) in forms(edition.members(table)).into_iter().filter(|_| !unread) {
                let what = format!("{edition:?} {table}.{path}: {value}");
                let variation = Variation::One { table: table.to_owned(), path, value };
                let read = reads(table, body(variation).as_bytes()).expect("a type");
                assert_eq!(read.is_ok(), is_read, "{what}: {read:?}");
                count += 1;
            }
        }
    }
    assert!(count > 70, "{count} forms");
}

#[test]
fn todays_name_of_a_member_goes_before_the_old_one() {
    let charge = guide::charge_with(&[
        ("created", json!("2017-03-09T11:18:02Z")),
        ("refunded", json!(1)),
        ("refunded_amount", json!(2)),
    ]);
    assert_eq!(charge.created_at(), Some(at("2023-06-15T02:25:15Z")));
    assert_eq!(charge.refunded_amount(), Some(2));
    let old = guide::charge_with(&[("created_at", Value::Null), ("created", json!("2017-03-09T11:18:02Z"))]);
    assert_eq!(old.created_at(), Some(at("2017-03-09T11:18:02Z")));
}

#[test]
fn a_charge_of_2025_has_its_refund_in_it() {
    let charge: Charge = read("charge");
    assert_eq!(charge.outcome(), Outcome::Successful);
    assert_eq!(charge.refunded_amount(), Some(50_000));
    let refunds = charge.refunds.expect("refunds");
    assert_eq!(refunds.data.items, [read::<Refund>("refund")]);
    assert_eq!(refunds.data.items[0].status, Some(RefundStatus::Closed));
    assert_eq!(
        charge.transaction.and_then(|it| it.id().map(str::to_owned)).as_deref(),
        Some("trxn_test_63kq2b5c8f1g4h7j0k3")
    );
    let fees = charge.transaction_fees.expect("fees");
    assert_eq!((fees.fee_rate.to_string().as_str(), fees.fee_rate.decimal()), ("2.9", Some((29, 1))));
}

#[test]
fn an_event_has_its_deliveries_and_its_data() {
    let event: Event = read("event of charge");
    assert_eq!(event.key, EventKey::ChargeComplete);
    let deliveries = event.webhook_deliveries.as_ref().expect("deliveries");
    let told: Vec<_> = deliveries.items.iter().map(|it| (it.status, it.created_at.map(|at| at.0))).collect();
    let posted = |time: &str| Some(at(&format!("2025-03-20T{time}Z")));
    assert_eq!(told, [(Some(503), posted("09:24:25")), (Some(200), posted("09:29:25"))]);
    assert_eq!(event.data(), Ok(EventData::Charge(Box::new(read("charge")))));
}

#[test]
fn an_events_refund_leads_to_its_charge() {
    let mut event: Value = serde_json::from_str(&sample::own("event of charge").json).unwrap();
    event["data"] = serde_json::from_str(&sample::own("refund").json).unwrap();
    event["key"] = json!("refund.create");
    let event: Event = decode::from_value(event).unwrap();
    let Ok(EventData::Refund(refund)) = event.data() else { panic!("{:?}", event.data()) };
    assert_eq!(event.charge_id().as_ref(), Some(refund.charge_id()));
}

#[test]
fn old_events_are_of_kinds_that_are_not_modelled_and_have_offsets() {
    let event: Event = read("2017-11-02-in-2017 event of dispute");
    assert_eq!(event.key, EventKey::Unknown("dispute.create".into()));
    assert_eq!(event.created_at(), Some(at("2017-03-09T18:18:03+07:00")));
    assert!(matches!(event.data(), Ok(EventData::Other(_))));
}

#[test]
fn a_search_a_capability_and_an_account() {
    let search: SearchResult<Charge> = read("search of charge");
    assert_eq!((search.total, search.total_pages, search.data.items.len()), (1, 1, 1));

    let capability: Capability = read("capability");
    assert!(capability.takes_kakaopay(Currency::THB) && !capability.takes_kakaopay(Currency::SGD));
    // Of an account without KakaoPay, in an older body.
    let mut without: Value = serde_json::from_str(&sample::own("capability of 2023").json).unwrap();
    without["payment_methods"].as_array_mut().unwrap().retain(|method| method["name"] != "kakaopay");
    let without: Capability = decode::from_value(without).unwrap();
    assert!(without.kakaopay().is_none() && !without.payment_methods.items.is_empty());

    let account: Account = read("account");
    assert_eq!(account.webhook_uri.as_deref(), Some("https://shop.example/hooks"));
    assert_eq!(account.api_version.map(|version| version.to_string()).as_deref(), Some("2019-05-29"));
}

#[test]
fn f27_a_list_goes_on_past_what_it_cannot_read_and_says_which() {
    let mut list: Value = serde_json::from_str(&sample::own("list of charge").json).unwrap();
    list["data"].as_array_mut().unwrap().insert(1, json!({"object": "charge", "id": "canary"}));
    list["data"].as_array_mut().unwrap().push(json!("canary"));
    let list: List<Charge> = decode::from_value(list).unwrap();
    assert_eq!(list.data.items.len(), 2);
    let bad: Vec<_> = list.data.invalid.iter().map(|(index, error)| (*index, error.path())).collect();
    assert_eq!(bad, [(1, "id"), (3, ".")]);
    assert!(!format!("{:?}", list.data.invalid).contains("canary"));
}

#[test]
fn f27_values_of_tomorrow_are_kept() {
    let charge = guide::charge_with(&[
        ("status", json!("half_paid")),
        ("failure_code", json!("bad_weather")),
        ("source.type", json!("kakaopay_2")),
        ("source.flow", json!("telepathy")),
        ("source.platform_type", json!("WATCH")),
    ]);
    assert_eq!(charge.outcome(), Outcome::Unknown(&ChargeStatus::Unknown("half_paid".into())));
    let written = serde_json::to_value(&charge).unwrap();
    for (path, value) in [
        ("/status", "half_paid"),
        ("/failure_code", "bad_weather"),
        ("/source/type", "kakaopay_2"),
        ("/source/flow", "telepathy"),
        ("/source/platform_type", "WATCH"),
    ] {
        assert_eq!(written.pointer(path), Some(&json!(value)), "{path}");
    }
}

#[test]
fn an_expanded_member_is_of_the_same_type() {
    let id = guide::charge_with(&[("customer", json!("cust_test_1"))]);
    let expanded = guide::charge_with(&[("customer", json!({"object": "customer", "id": "cust_test_1"}))]);
    for charge in [id, expanded] {
        assert_eq!(charge.customer.as_ref().and_then(<Expandable>::id), Some("cust_test_1"));
    }
    let charge: Value = serde_json::from_str(guide::CHARGE).unwrap();
    let mut refund: Value = serde_json::from_str(&sample::own("refund").json).unwrap();
    refund["charge"] = charge;
    let refund: Refund = decode::from_value(refund).unwrap();
    assert_eq!(refund.charge_id().as_str(), "chrg_test_5w4415netlwqpc54tyg");
}

#[test]
fn what_is_not_modelled_can_be_kept() {
    let mut source: Value = serde_json::from_str(guide::SOURCE).unwrap();
    source["mood"] = json!({"of": "tomorrow"});
    let text = source.to_string();
    let raw: Raw<Source> = decode::from_slice(text.as_bytes()).unwrap();
    assert_eq!(raw.object, guide::source());
    let unknown: Vec<_> = raw.unknown(Source::MEMBERS).collect();
    assert_eq!(unknown, [("mood", &json!({"of": "tomorrow"}))]);
    assert_eq!(serde_json::to_string(&raw).unwrap(), text);
    let list = json!({"object": "list", "data": [source], "limit": 20, "offset": 0, "total": 1});
    let list: List<Raw<Source>> = decode::from_value(list).unwrap();
    assert_eq!(list.data.items[0].member("mood"), Some(&json!({"of": "tomorrow"})));
}
