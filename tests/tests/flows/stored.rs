//! What is stored of a payment keeps its meaning: every journal and snapshot that any version wrote can
//! be read by this one.

use std::fs;
use std::num::NonZeroU32;
use std::path::Path;

use kakaopay_flows::{
    AfterWindow, Answer, Entry, Input, LookUp, Payment, RefundOrder, ReplayError, Request, SourcePlan,
    Trouble,
};
use kakaopay_tests::order::{at, start};
use kakaopay_tests::{Driven, Order, guide};
use kakaopay_types::{ApiError, Charge, ErrorCode, List, Reference, Refund, RefundAmount, decode};
use serde_json::{Value, json};

fn creation(number: u32, result: Result<Charge, Trouble>) -> Input {
    let attempt = NonZeroU32::new(number).expect("from one");
    Input::Answered(Answer::Charge { attempt, result: result.map(Box::new) })
}

fn read(charge: Charge) -> Input {
    Input::Answered(Answer::Read { charge: charge.id.clone(), result: Ok(Box::new(charge)) })
}

fn list_of<T: serde::de::DeserializeOwned + kakaopay_types::Decode + 'static>(
    data: &[Value],
) -> Box<List<T>> {
    let list = json!({"object": "list", "data": data, "limit": 100, "offset": 0, "total": data.len()});
    Box::new(decode::from_value(list).expect("a list"))
}

fn page(request: &LookUp, data: &[Value]) -> Input {
    Input::Answered(Answer::LookUp { request: request.clone(), result: Ok(list_of(data)) })
}

fn look_up(requests: &[Request]) -> LookUp {
    match requests {
        [Request::LookUp(look_up)] => look_up.clone(),
        other => panic!("no look-up: {other:?}"),
    }
}

fn settled() -> Driven {
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

fn second_attempt() -> Driven {
    let order = Order::one_call();
    let (mut driven, _) = Driven::open(order.intent.clone(), start());
    let first = look_up(&driven.handle(creation(1, Err(Trouble::Unknown)), at(60)));
    driven.handle(page(&first, &[json!({"object": "charge", "id": 7})]), at(61));
    let late = look_up(&driven.handle(Input::Tick, at(155)));
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
    let requests = driven.handle(Input::Tick, at(5_000));
    driven.handle(page(&look_up(&requests), &[]), at(5_001));
    driven
}

fn refused() -> Driven {
    let (mut driven, _) = Driven::open(Order::two_calls().intent, start());
    driven.handle(Input::Answered(Answer::Source(Ok(Box::new(guide::source())))), at(1));
    let key = ApiError::new(ErrorCode::AuthenticationFailure, "no");
    driven.handle(creation(1, Err(Trouble::Refused(key))), at(2));
    driven.handle(Input::Tick, at(9));
    let no = ApiError::new(ErrorCode::InvalidCharge, "no");
    driven.handle(creation(1, Err(Trouble::Refused(no))), at(10));
    driven
}

fn halted() -> Driven {
    let mut intent = Order::new(SourcePlan::Given(guide::source().id)).intent;
    intent.description = Some("tea, \"hot\" \u{2615}".to_owned());
    let (mut driven, _) = Driven::open(intent, start());
    driven.handle(creation(1, Ok(Order::one_call().charge(1, &[("amount", json!(1))]))), at(2));
    driven.handle(Input::Resume, at(3));
    driven
}

/// A payment whose refunds have gone every way but the slow ones.
fn refunded() -> Driven {
    let mut driven = settled();
    let name = |number: u32| Reference::parse(&format!("refund-{number}")).expect("a reference");
    let made = |number: u32, changes: Value| {
        let mut refund: Value = serde_json::from_str(include_str!("../../data/refund.json")).expect("JSON");
        refund["id"] = json!(format!("rfnd_test_{number}"));
        refund["charge"] = json!("chrg_test_5w4415netlwqpc54tyg");
        refund["amount"] = json!(number);
        refund["metadata"]["kakaopay_reference"] = json!(name(number).as_str());
        for (member, value) in changes.as_object().expect("an object") {
            refund[member] = value.clone();
        }
        refund
    };
    let answered = |number: u32, result: Result<Value, Trouble>| {
        let result = result.map(|refund| Box::new(decode::from_value::<Refund>(refund).expect("a refund")));
        Input::Answered(Answer::Refund { reference: name(number), number: 1, result })
    };
    for number in 1..=7 {
        let order = RefundOrder {
            reference: name(number),
            amount: RefundAmount::new(i64::from(number)).expect("more than nothing"),
            void: (number == 2).then_some(true),
            after_window: if number == 3 { AfterWindow::LetServiceDecide } else { AfterWindow::Refuse },
        };
        let now = at(100 + i64::from(number));
        let [Request::ListRefunds(list)] = &driven.refund(&order, now).expect("a refund")[..] else {
            panic!("no list")
        };
        if number != 7 {
            let result = Ok(list_of(&[]));
            driven.handle(Input::Answered(Answer::Refunds { request: list.clone(), result }), now);
        }
    }
    let no = Trouble::Refused(ApiError::new(ErrorCode::FailedRefund, "no"));
    driven.handle(answered(1, Ok(made(1, json!({})))), at(120));
    driven.handle(answered(2, Ok(made(2, json!({"status": "failed"})))), at(121));
    driven.handle(answered(3, Ok(made(3, json!({"status": "pending"})))), at(122));
    driven.handle(answered(4, Ok(made(4, json!({"amount": 5})))), at(123));
    driven.handle(answered(5, Err(no)), at(124));
    let [Request::ListRefunds(list)] = &driven.handle(answered(6, Err(Trouble::Unknown)), at(125))[..] else {
        panic!("no list")
    };
    let mut nothing = list_of(&[]);
    nothing.to = Some(at(125));
    driven.handle(Input::Answered(Answer::Refunds { request: list.clone(), result: Ok(nothing) }), at(126));
    driven.handle(Input::Resume, at(140));
    driven
}

fn stored() -> [(&'static str, Driven); 5] {
    [
        ("successful", settled()),
        ("second_attempt", second_attempt()),
        ("refused", refused()),
        ("halted", halted()),
        ("refunded", refunded()),
    ]
}

/// The form is a promise: whoever changes it raises the version, and writes an upgrade.
#[test]
fn f43_the_stored_form_is_what_it_was() {
    for (name, driven) in stored() {
        let mut text = String::new();
        for (_, entry) in &driven.journal {
            text += std::str::from_utf8(entry).expect("JSON");
            text += "\n";
        }
        text += std::str::from_utf8(&driven.payment.snapshot().expect("all is durable")).expect("JSON");
        insta::assert_snapshot!(name, text);
    }
}

fn journals(version: &str) -> Vec<(String, Vec<String>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/journals").join(version);
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path()).collect();
    files.sort();
    let read = |path: std::path::PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let lines = fs::read_to_string(path).expect("a text").lines().map(str::to_owned).collect();
        (name, lines)
    };
    files.into_iter().map(read).collect()
}

fn replay(lines: &[String]) -> Result<Option<Payment>, ReplayError> {
    Payment::replay((1_u64..).zip(lines.iter().map(String::as_bytes)))
}

/// What every released version wrote leads to what it led to then.
#[test]
fn f43_every_journal_that_was_ever_written_can_be_replayed() {
    let mut found = String::new();
    for version in ["v1", "v2"] {
        for (name, lines) in journals(version) {
            let payment = replay(&lines).expect("a journal").expect("a payment");
            found += &format!("{version} {name}: {:?}\n", payment.state());
            found += &format!("  attentions {:?}\n  others {:?}\n", payment.attentions(), payment.others());
            found += &format!("  refunds {:?}\n", payment.refunds());
            // Whatever version wrote an entry, this one writes it in its own, with the same meaning.
            let upgraded: Vec<_> = (1_u64..)
                .zip(&lines)
                .map(|(seq, line)| {
                    let entry = Entry::from_bytes(seq, line.as_bytes()).expect("an entry");
                    String::from_utf8(entry.to_bytes()).expect("JSON")
                })
                .collect();
            let again = replay(&upgraded).expect("a journal").expect("a payment");
            assert_eq!(again.snapshot(), payment.snapshot(), "{version} {name}");
        }
    }
    insta::assert_snapshot!(found);
}

/// A snapshot taken anywhere, with the entries behind it, is the payment.
#[test]
fn f43_a_snapshot_and_what_follows_is_the_payment() {
    for (name, lines) in journals("v1").into_iter().chain(journals("v2")) {
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

/// What was stored as a snapshot is the payment that the journal beside it is.
#[test]
fn f43_every_snapshot_that_was_ever_written_can_be_restored() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/snapshots/v2");
    let journals = journals("v2");
    for (name, lines) in &journals {
        let snapshot = fs::read(folder.join(format!("{name}.json"))).expect("a snapshot");
        let restored = Payment::restore(&snapshot, []).expect("a snapshot");
        let replayed = replay(lines).expect("a journal").expect("a payment");
        assert_eq!(restored.snapshot(), replayed.snapshot(), "{name}");
    }
    assert_eq!(fs::read_dir(folder).expect("a folder").count(), journals.len());
}

#[test]
fn f43_a_damaged_or_newer_snapshot_is_said_to_be_one() {
    let snapshot = String::from_utf8(settled().payment.snapshot().expect("all is durable")).expect("JSON");
    let restore = |text: &str| Payment::restore(text.as_bytes(), []).map(drop);
    assert_eq!(restore(&snapshot), Ok(()));
    assert_eq!(restore(&snapshot[..40]), Err(ReplayError::Unreadable { seq: 0 }));
    let newer = snapshot.replacen(r#"{"v":2"#, r#"{"v":3"#, 1);
    assert_eq!(restore(&newer), Err(ReplayError::Version { seq: 0, version: 3 }));
}
