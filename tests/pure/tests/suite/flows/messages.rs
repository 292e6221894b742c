//! Texts, keys and members of requests, records and alerts, in full.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::num::NonZeroU32;
use std::path::Path;

use kakaopay_flows::{
    Alert, Evidence, Input, PaymentEvent, Record, RefundRequest, Request, RequestFailure, Response,
    SourceMode,
};
use kakaopay_pure_tests::order::start;
use kakaopay_pure_tests::{Driven, Order, guide};
use kakaopay_types::endpoint::{ChargeSource, CreateCharge};
use kakaopay_types::{ChargeId, Mismatch, PlatformType, Reference, RefundAmount, RefundId};
use serde_json::{Value, json};

fn creation(requests: &[Request]) -> &CreateCharge {
    match requests {
        [Request::CreateCharge(create)] => create,
        other => panic!("not one creation: {other:?}"),
    }
}

/// F10: it is not documented that a source can be charged twice, so each further attempt creates its own
/// source, like the first attempt's.
/// A list without charges.
fn nothing(requests: &[Request]) -> Input {
    let [Request::FindCharge(request)] = requests else { panic!("no search: {requests:?}") };
    let list = json!({"object": "list", "data": [], "limit": 100, "offset": 0, "total": 0});
    let list = kakaopay_types::decode::from_value(list).expect("a list");
    Input::Response(Response::FindCharge {
        request: request.clone(),
        served_at: None,
        result: Ok(Box::new(list)),
    })
}

#[test]
fn f10_each_attempt_creates_its_own_source() {
    let web = || Some(PlatformType::Web);
    let given = || SourceMode::Existing(guide::source().id);
    for (plan, platform_type) in
        [(SourceMode::Separate(web()), web()), (SourceMode::Inline(web()), web()), (given(), None)]
    {
        let at = |seconds| start().saturating_add_seconds(seconds);
        let separate = matches!(plan, SourceMode::Separate(_));
        let (mut driven, mut requests) = Driven::open(Order::new(plan.clone()).intent, start());
        if separate {
            let made = Response::Source(Ok(Box::new(guide::source())));
            requests = driven.handle(Input::Response(made), start());
        }
        let first = match &plan {
            SourceMode::Inline(_) => ChargeSource::New { platform_type: platform_type.clone() },
            _ => ChargeSource::Existing(guide::source().id),
        };
        assert_eq!(creation(&requests).source, first);
        let lost = Response::Charge { attempt: NonZeroU32::MIN, result: Err(RequestFailure::OutcomeUnknown) };
        let requests = driven.handle(Input::Response(lost), start());
        assert!(driven.handle(nothing(&requests), start()).is_empty());
        let requests = driven.handle(Input::Timeout, at(100));
        let requests = driven.handle(nothing(&requests), at(100));
        assert_eq!(creation(&requests).source, ChargeSource::New { platform_type });
    }
}

#[test]
fn a_charge_request_carries_the_orders_data() {
    let mut order = Order::one_call();
    order.intent.description = Some("two tickets".to_owned());
    let (_, requests) = Driven::open(order.intent.clone(), start());
    let create = creation(&requests);
    assert_eq!(create.description.as_deref(), Some("two tickets"));
    assert_eq!(create.amount, order.intent.amount);
    assert_eq!(create.return_uri, order.intent.return_uri);
}

fn alerts() -> Vec<Alert> {
    let charge = || ChargeId::parse("chrg_test_own").expect("an id");
    let (refund, other_refund) = ("rfnd_test_1", "rfnd_test_2");
    let id = |text| RefundId::parse(text).expect("an id");
    let reference = || Reference::parse("refund-1").expect("a reference");
    let status = || "failed".to_owned();
    vec![
        Alert::Mismatch { charge: charge(), member: Mismatch::Amount },
        Alert::Contradiction { charge: charge(), status: status() },
        Alert::LateNotRefunded { charge: charge() },
        Alert::TooManyAttempts { attempts: NonZeroU32::MIN },
        Alert::SearchBlocked,
        Alert::ChargeNotFound { charge: charge() },
        Alert::Overdue,
        Alert::KeyRefused { code: "authentication_failure".to_owned() },
        Alert::RefundMismatch { reference: reference(), refund: id(refund) },
        Alert::RefundedTwice { reference: reference(), refund: id(refund), other: id(other_refund) },
        Alert::RefundContradiction { reference: reference(), refund: id(refund), status: status() },
        Alert::RefundUnresolved { reference: reference() },
        Alert::RefundBlocked { reference: reference() },
        Alert::RefundWatchBlocked { reference: reference() },
        Alert::RefundOverdue { reference: reference() },
        Alert::RefundLate { reference: reference() },
    ]
}

/// F24: mutations are distinguished from reads, so that a driver sends each mutation once.
#[test]
fn f24_requests_know_whether_they_are_mutations() {
    let (mut driven, requests) = Driven::open(Order::one_call().intent, start());
    assert!(requests.iter().all(Request::is_mutation), "{requests:?}");
    let lost = Response::Charge { attempt: NonZeroU32::MIN, result: Err(RequestFailure::OutcomeUnknown) };
    let requests = driven.handle(Input::Response(lost), start());
    assert!(!requests.is_empty() && !requests.iter().any(Request::is_mutation), "{requests:?}");
    let (_, requests) = Driven::open(Order::two_calls().intent, start());
    assert!(requests.iter().all(Request::is_mutation), "{requests:?}");

    let paid = Order::one_call().charge(1, &guide::ended("successful"));
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    driven.handle(Input::Evidence(Evidence::Read(Box::new(paid))), start());
    let refund = RefundRequest::new(
        Reference::parse("refund-1").expect("a reference"),
        RefundAmount::new(1).expect("an amount"),
    );
    let requests = driven.refund(&refund, start()).expect("a refund");
    let [list @ Request::ListRefunds(first)] = &requests[..] else { panic!("{requests:?}") };
    assert!(!list.is_mutation());
    // Oldest first: a refund made meanwhile must not shift the pages.
    let page = &first.list.page;
    assert_eq!((page.limit, page.order.clone()), (Some(100), Some(kakaopay_types::SortOrder::Chronological)));
    let nothing = json!({"object": "list", "data": [], "limit": 100, "offset": 0, "total": 0});
    let nothing = kakaopay_types::decode::from_value(nothing).expect("a list");
    let response =
        Response::Refunds { request: first.clone(), served_at: None, result: Ok(Box::new(nothing)) };
    let requests = driven.handle(Input::Response(response), start());
    assert!(!requests.is_empty() && requests.iter().all(Request::is_mutation), "{requests:?}");
}

/// The names of records in logs.
#[test]
fn each_record_has_its_name() {
    let golden =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/kakaopay-flows/golden/records.jsonl");
    let mut names = BTreeMap::new();
    for line in fs::read_to_string(golden).expect("text").lines() {
        let stored: Value = serde_json::from_str(line).expect("JSON");
        let record: Record = serde_json::from_str(line).expect("a record");
        names.insert(stored["record"].as_str().expect("a name").to_owned(), record.name());
    }
    insta::assert_debug_snapshot!(names);
}

/// I8: the text of each alert, with its next step, and its key, which is numbered from the second one on.
#[test]
fn i8_each_alert_has_its_text_and_key() {
    let mut text = String::new();
    for alert in alerts() {
        let event = |number| PaymentEvent::Alert {
            reference: Reference::parse("order-345678").expect("a reference"),
            alert: alert.clone(),
            number,
        };
        writeln!(text, "{}\n    {alert}", event(1).key()).expect("text");
        assert_eq!(event(2).key(), format!("{}/2", event(1).key()));
    }
    insta::assert_snapshot!(text);
}
