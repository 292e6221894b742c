//! Stored journals and snapshots keep their format: each golden file is written and read exactly.

use std::fs;
use std::num::NonZeroU32;
use std::path::Path;

use kakaopay_flows::{
    ChargeSearch, Input, JournalEntry, LateRefund, Payment, RefundRequest, ReplayError, Request,
    RequestFailure, Response, SourceMode,
};
use kakaopay_pure_tests::order::{at, refund_names, start};
use kakaopay_pure_tests::{Driven, Order, guide};
use kakaopay_types::{ApiError, Charge, ErrorCode, List, Reference, Refund, RefundAmount, decode};
use serde_json::{Value, json};

pub(super) fn creation(number: u32, result: Result<Charge, RequestFailure>) -> Input {
    let attempt = NonZeroU32::new(number).expect("from one");
    Input::Response(Response::Charge { attempt, result: result.map(Box::new) })
}

pub(super) fn read(charge: Charge) -> Input {
    Input::Response(Response::Read {
        charge: charge.id.clone(),
        after_seq: 0,
        served_at: None,
        result: Ok(Box::new(charge)),
    })
}

pub(super) fn list_of<T: serde::de::DeserializeOwned + kakaopay_types::Decode + 'static>(
    data: &[Value],
) -> Box<List<T>> {
    let list = json!({"object": "list", "data": data, "limit": 100, "offset": 0, "total": data.len()});
    Box::new(decode::from_value(list).expect("a list"))
}

fn page(request: &ChargeSearch, data: &[Value]) -> Input {
    Input::Response(Response::FindCharge {
        request: request.clone(),
        served_at: None,
        result: Ok(list_of(data)),
    })
}

fn look_up(requests: &[Request]) -> ChargeSearch {
    match requests {
        [Request::FindCharge(look_up)] => look_up.clone(),
        other => panic!("no look-up: {other:?}"),
    }
}

pub(super) fn paid() -> Driven {
    let order = Order::one_call();
    let (mut driven, _) = Driven::open(order.intent.clone(), start());
    driven.handle(
        creation(1, Ok(order.charge(1, &[("authorize_uri", Value::Null), ("expires_at", Value::Null)]))),
        at(1),
    );
    driven.handle(read(order.charge(1, &[])), at(3));
    driven.handle(read(order.charge(1, &guide::ended("successful"))), at(30));
    driven
}

pub(super) fn second_attempt() -> Driven {
    let order = Order::one_call();
    let (mut driven, _) = Driven::open(order.intent.clone(), start());
    let first = look_up(&driven.handle(creation(1, Err(RequestFailure::OutcomeUnknown)), at(60)));
    driven.handle(page(&first, &[json!({"object": "charge", "id": 7})]), at(61));
    let second = look_up(&driven.handle(Input::Timeout, at(62)));
    driven.handle(page(&second, &[]), at(62));
    let late = look_up(&driven.handle(Input::Timeout, at(155)));
    driven.handle(page(&late, &[]), at(156));
    let second = |mut changes: Vec<(&'static str, Value)>| {
        changes.push(("id", json!("chrg_test_second")));
        order.charge(2, &changes)
    };
    driven.handle(creation(2, Ok(second(vec![]))), at(157));
    driven.handle(read(order.charge(1, &[])), at(158));
    driven.handle(read(second(vec![("amount", json!(2))])), at(159));
    driven.handle(read(order.charge(1, &guide::ended("successful"))), at(160));
    driven.handle(read(second(guide::ended("failed"))), at(161));
    for seconds in [200, 5_000] {
        let requests = driven.handle(Input::Timeout, at(seconds));
        driven.handle(page(&look_up(&requests), &[]), at(seconds + 1));
    }
    driven
}

pub(super) fn refused() -> Driven {
    let (mut driven, _) = Driven::open(Order::two_calls().intent, start());
    driven.handle(Input::Response(Response::Source(Ok(Box::new(guide::source())))), at(1));
    let key = ApiError::new(ErrorCode::AuthenticationFailure, "no");
    driven.handle(creation(1, Err(RequestFailure::Rejected(key))), at(2));
    driven.handle(Input::Timeout, at(9));
    let no = ApiError::new(ErrorCode::InvalidCharge, "no");
    driven.handle(creation(1, Err(RequestFailure::Rejected(no))), at(10));
    driven
}

fn halted() -> Driven {
    let mut intent = Order::new(SourceMode::Existing(guide::source().id)).intent;
    intent.description = Some("tea, \"hot\" \u{2615}".to_owned());
    let (mut driven, _) = Driven::open(intent, start());
    driven.handle(creation(1, Ok(Order::one_call().charge(1, &[("amount", json!(1))]))), at(2));
    driven.handle(Input::Resume, at(3));
    driven
}

/// A payment whose refunds have gone every way but the slow ones.
pub(super) fn refunded() -> Driven {
    let mut driven = paid();
    let name = |number: u32| Reference::parse(&format!("refund-{number}")).expect("a reference");
    let made = |number: u32, changes: Value| {
        let mut refund: Value =
            serde_json::from_str(include_str!("../../../data/refund.json")).expect("JSON");
        refund["id"] = json!(format!("rfnd_test_{number}"));
        refund["charge"] = json!("chrg_test_5w4415netlwqpc54tyg");
        refund["amount"] = json!(number);
        refund["metadata"] = refund_names(name(number).as_str());
        for (member, value) in changes.as_object().expect("an object") {
            refund[member] = value.clone();
        }
        refund
    };
    let answered = |number: u32, result: Result<Value, RequestFailure>| {
        let result = result.map(|refund| Box::new(decode::from_value::<Refund>(refund).expect("a refund")));
        Input::Response(Response::Refund { reference: name(number), number: 1, result })
    };
    for number in 1..=7 {
        let order = RefundRequest::new(
            name(number),
            RefundAmount::new(i64::from(number)).expect("more than nothing"),
        )
        .void((number == 2).then_some(true))
        .late_refund(if number == 3 { LateRefund::Forward } else { LateRefund::Reject });
        let now = at(100 + i64::from(number));
        let [Request::ListRefunds(list)] = &driven.refund(&order, now).expect("a refund")[..] else {
            panic!("no list")
        };
        if number != 7 {
            let result = Ok(list_of(&[]));
            driven.handle(
                Input::Response(Response::Refunds { request: list.clone(), served_at: None, result }),
                now,
            );
        }
    }
    let no = RequestFailure::Rejected(ApiError::new(ErrorCode::FailedRefund, "no"));
    driven.handle(answered(1, Ok(made(1, json!({})))), at(120));
    driven.handle(answered(2, Ok(made(2, json!({"status": "failed"})))), at(121));
    driven.handle(answered(3, Ok(made(3, json!({"status": "pending"})))), at(122));
    driven.handle(answered(4, Ok(made(4, json!({"amount": 5})))), at(123));
    driven.handle(answered(5, Err(no)), at(124));
    let [Request::ListRefunds(list)] =
        &driven.handle(answered(6, Err(RequestFailure::OutcomeUnknown)), at(125))[..]
    else {
        panic!("no list")
    };
    let mut nothing = list_of(&[]);
    nothing.to = Some(at(125));
    driven.handle(
        Input::Response(Response::Refunds { request: list.clone(), served_at: None, result: Ok(nothing) }),
        at(126),
    );
    driven.handle(Input::Resume, at(140));
    driven
}

fn stored() -> [(&'static str, Driven); 5] {
    [
        ("successful", paid()),
        ("second_attempt", second_attempt()),
        ("refused", refused()),
        ("halted", halted()),
        ("refunded", refunded()),
    ]
}

/// A payment's golden files: its journal, an entry a line, and its snapshot.
fn golden(name: &str) -> (Vec<String>, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/journals");
    let read = |file: String| fs::read_to_string(folder.join(file)).unwrap_or_default();
    let journal = read(format!("{name}.jsonl")).lines().map(str::to_owned).collect();
    (journal, read(format!("{name}.snapshot.json")))
}

fn replay(lines: &[String]) -> Result<Option<Payment>, ReplayError> {
    Payment::replay((1_u64..).zip(lines.iter().map(String::as_bytes)))
}

#[test]
fn f43_payments_are_written_as_their_golden_files() {
    for (name, driven) in stored() {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("JSON");
        let journal: Vec<_> = driven.journal.iter().map(|(_, entry)| text(entry)).collect();
        let snapshot = text(&driven.payment.snapshot().expect("all is durable"));
        assert_eq!(
            golden(name),
            (journal.clone(), snapshot.clone()),
            "{name}.jsonl is:\n{}\n{name}.snapshot.json is:\n{snapshot}",
            journal.join("\n"),
        );
    }
}

/// Replaying or restoring a golden file gives the payment that was driven.
#[test]
fn f43_golden_files_are_the_payments_that_wrote_them() {
    for (name, driven) in stored() {
        let (journal, snapshot) = golden(name);
        let replayed = replay(&journal).expect("a journal").expect("a payment");
        let restored = Payment::restore(snapshot.as_bytes(), []).expect("a snapshot");
        for payment in [&replayed, &restored] {
            assert_eq!(payment.snapshot(), driven.payment.snapshot(), "{name}");
            assert_eq!(payment.state(), driven.payment.state(), "{name}");
            assert_eq!(payment.alerts(), driven.payment.alerts(), "{name}");
            assert_eq!(payment.duplicate_charges(), driven.payment.duplicate_charges(), "{name}");
            assert_eq!(payment.refunds(), driven.payment.refunds(), "{name}");
        }
        for (seq, line) in (1_u64..).zip(&journal) {
            let entry = JournalEntry::from_bytes(seq, line.as_bytes()).expect("an entry");
            assert_eq!(entry.to_bytes(), line.as_bytes(), "{name}");
        }
    }
}

/// A snapshot taken anywhere, with the entries behind it, is the payment.
#[test]
fn f43_a_snapshot_and_what_follows_is_the_payment() {
    for (name, _) in stored() {
        let (lines, _) = golden(name);
        let whole = replay(&lines).expect("a journal").expect("a payment");
        for cut in 1..=lines.len() {
            let early = replay(&lines[..cut]).expect("a journal").expect("a payment");
            let rest = || (1_u64..).zip(lines.iter().map(String::as_bytes)).skip(cut);
            let restored =
                Payment::restore(&early.snapshot().expect("all is durable"), rest()).expect("a snapshot");
            assert_eq!(restored.snapshot(), whole.snapshot(), "{name} after {cut}");
            assert_eq!(restored.state(), whole.state(), "{name} after {cut}");
            if cut < lines.len() {
                let gap = Payment::restore(&early.snapshot().expect("all is durable"), rest().skip(1)).err();
                let seq = u64::try_from(cut).expect("small") + 1;
                let expected = (cut + 1 < lines.len())
                    .then_some(ReplayError::OutOfOrder { expected: seq, found: seq + 1 });
                assert_eq!(gap, expected, "{name} after {cut}");
            }
        }
    }
}

#[test]
fn f43_a_damaged_or_newer_snapshot_is_said_to_be_one() {
    let snapshot = String::from_utf8(paid().payment.snapshot().expect("all is durable")).expect("JSON");
    let restore = |text: &str| Payment::restore(text.as_bytes(), []).map(drop);
    assert_eq!(restore(&snapshot), Ok(()));
    assert_eq!(restore(&snapshot[..40]), Err(ReplayError::Unreadable { seq: 0 }));
    let newer = snapshot.replacen(r#"{"v":1"#, r#"{"v":2"#, 1);
    assert_eq!(restore(&newer), Err(ReplayError::Version { seq: 0, version: 2 }));
}

/// An amount of another currency than the payment's cannot be one of its refunds.
#[test]
fn a_stored_refund_in_another_currency_is_not_replayed() {
    let (mut lines, snapshot) = golden("refunded");
    let foreign =
        |text: &str| text.replace(r#"{"amount":1,"currency":"SGD"}"#, r#"{"amount":1,"currency":"THB"}"#);
    let at = lines.iter().position(|line| foreign(line) != *line).expect("a refund of one cent");
    lines[at] = foreign(&lines[at]);
    let seq = u64::try_from(at).expect("small") + 1;
    assert_eq!(replay(&lines).map(drop), Err(ReplayError::Impossible { seq }));
    let restored = Payment::restore(foreign(&snapshot).as_bytes(), []).map(drop);
    assert_eq!(restored, Err(ReplayError::Unreadable { seq: 0 }));
}
