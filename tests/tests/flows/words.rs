//! What is asked for and told, word for word.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::num::NonZeroU32;
use std::path::Path;

use kakaopay_flows::{
    AfterWindow, Answer, Attention, Event, Evidence, Input, Record, RefundOrder, Request, SourcePlan, Trouble,
};
use kakaopay_tests::order::start;
use kakaopay_tests::{Driven, Order, guide};
use kakaopay_types::endpoint::{ChargeSource, CreateCharge};
use kakaopay_types::{ChargeId, Mismatch, PlatformType, Reference, RefundAmount, RefundId};
use serde_json::{Value, json};

fn creation(requests: &[Request]) -> &CreateCharge {
    match requests {
        [Request::CreateCharge(create)] => create,
        other => panic!("not one creation: {other:?}"),
    }
}

/// F10: whether a source can be charged twice is nobody's promise, so each further attempt brings its own,
/// like the first one's.
#[test]
fn f10_a_second_attempt_brings_a_source_of_its_own() {
    let web = || Some(PlatformType::Web);
    let given = || SourcePlan::Given(guide::source().id);
    for (plan, platform_type) in
        [(SourcePlan::Separate(web()), web()), (SourcePlan::WithCharge(web()), web()), (given(), None)]
    {
        let at = |seconds| start().saturating_add_seconds(seconds);
        let separate = matches!(plan, SourcePlan::Separate(_));
        let (mut driven, mut requests) = Driven::open(Order::new(plan.clone()).intent, start());
        if separate {
            let made = Answer::Source(Ok(Box::new(guide::source())));
            requests = driven.handle(Input::Answered(made), start());
        }
        let first = match &plan {
            SourcePlan::WithCharge(_) => ChargeSource::New { platform_type: platform_type.clone() },
            _ => ChargeSource::Existing(guide::source().id),
        };
        assert_eq!(creation(&requests).source, first);
        let lost = Answer::Charge { attempt: NonZeroU32::MIN, result: Err(Trouble::Unknown) };
        driven.handle(Input::Answered(lost), start());
        let requests = driven.handle(Input::Tick, at(100));
        let [Request::LookUp(request)] = &requests[..] else { panic!("no look-up: {requests:?}") };
        let nothing = json!({"object": "list", "data": [], "limit": 100, "offset": 0, "total": 0});
        let nothing = kakaopay_types::decode::from_value(nothing).expect("a list");
        let found = Answer::LookUp { request: request.clone(), result: Ok(Box::new(nothing)) };
        let requests = driven.handle(Input::Answered(found), at(100));
        assert_eq!(creation(&requests).source, ChargeSource::New { platform_type });
    }
}

#[test]
fn what_the_merchant_says_of_an_order_stands_in_its_charge() {
    let mut order = Order::one_call();
    order.intent.description = Some("two tickets".to_owned());
    let (_, requests) = Driven::open(order.intent.clone(), start());
    let create = creation(&requests);
    assert_eq!(create.description.as_deref(), Some("two tickets"));
    assert_eq!(create.amount, order.intent.amount);
    assert_eq!(create.return_uri, order.intent.return_uri);
}

fn attentions() -> Vec<Attention> {
    let charge = || ChargeId::parse("chrg_test_own").expect("an id");
    let (refund, other_refund) = ("rfnd_test_1", "rfnd_test_2");
    let id = |text| RefundId::parse(text).expect("an id");
    let reference = || Reference::parse("refund-1").expect("a reference");
    let status = || "failed".to_owned();
    vec![
        Attention::Mismatch { charge: charge(), member: Mismatch::Amount },
        Attention::Contradiction { charge: charge(), status: status() },
        Attention::OtherChargePaid {
            charge: charge(),
            other: ChargeId::parse("chrg_test_other").expect("an id"),
        },
        Attention::TooManyAttempts { attempts: NonZeroU32::MIN },
        Attention::LookUpBlocked,
        Attention::ChargeNotFound { charge: charge() },
        Attention::Overdue,
        Attention::KeyRefused { code: "authentication_failure".to_owned() },
        Attention::RefundMismatch { reference: reference(), refund: id(refund) },
        Attention::RefundedTwice { reference: reference(), refund: id(refund), other: id(other_refund) },
        Attention::RefundContradiction { reference: reference(), refund: id(refund), status: status() },
        Attention::RefundUnresolved { reference: reference() },
        Attention::RefundBlocked { reference: reference() },
        Attention::RefundOverdue { reference: reference() },
        Attention::RefundLate { reference: reference() },
        Attention::UnknownRefund { refund: id(refund) },
    ]
}

/// F24: what changes something is told from what only reads, so that it leaves once.
#[test]
fn f24_requests_are_known_by_what_they_do() {
    let (mut driven, requests) = Driven::open(Order::one_call().intent, start());
    assert!(requests.iter().all(Request::is_mutation), "{requests:?}");
    let lost = Answer::Charge { attempt: NonZeroU32::MIN, result: Err(Trouble::Unknown) };
    let requests = driven.handle(Input::Answered(lost), start());
    assert!(!requests.is_empty() && !requests.iter().any(Request::is_mutation), "{requests:?}");
    let (_, requests) = Driven::open(Order::two_calls().intent, start());
    assert!(requests.iter().all(Request::is_mutation), "{requests:?}");

    let paid = Order::one_call().charge(1, &guide::ended("successful"));
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    driven.handle(Input::Evidence(Evidence::Read(Box::new(paid))), start());
    let refund = RefundOrder {
        reference: Reference::parse("refund-1").expect("a reference"),
        amount: RefundAmount::new(1).expect("an amount"),
        void: None,
        after_window: AfterWindow::Refuse,
    };
    let requests = driven.refund(&refund, start()).expect("a refund");
    let [list @ Request::ListRefunds(first)] = &requests[..] else { panic!("{requests:?}") };
    assert!(!list.is_mutation());
    // What is new must not shift the pages of what is read.
    let page = &first.list.page;
    assert_eq!((page.limit, page.order.clone()), (Some(100), Some(kakaopay_types::Order::Chronological)));
    let nothing = json!({"object": "list", "data": [], "limit": 100, "offset": 0, "total": 0});
    let nothing = kakaopay_types::decode::from_value(nothing).expect("a list");
    let answer = Answer::Refunds { request: first.clone(), result: Ok(Box::new(nothing)) };
    let requests = driven.handle(Input::Answered(answer), start());
    assert!(!requests.is_empty() && requests.iter().all(Request::is_mutation), "{requests:?}");
}

/// What the stored facts are called in logs.
#[test]
fn each_record_has_its_name() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/kakaopay-flows/golden/records.jsonl");
    let mut names = BTreeMap::new();
    for line in fs::read_to_string(golden).expect("text").lines() {
        let stored: Value = serde_json::from_str(line).expect("JSON");
        let record: Record = serde_json::from_str(line).expect("a record");
        names.insert(stored["record"].as_str().expect("a name").to_owned(), record.name());
    }
    insta::assert_debug_snapshot!(names);
}

/// I8: what a person is told, how often, and under which key.
#[test]
fn i8_each_attention_has_its_words_and_its_key() {
    let mut told = String::new();
    for attention in attentions() {
        let event = |number| Event::Attention {
            reference: Reference::parse("order-345678").expect("a reference"),
            attention: attention.clone(),
            number,
        };
        writeln!(told, "{}\n    {attention}", event(1).key()).expect("text");
        assert_eq!(event(2).key(), format!("{}/2", event(1).key()));
    }
    insta::assert_snapshot!(told);
}
