//! F02, I6: evidence in any order, and any number of times, leads to the same end. Not sampled:
//! every order of up to six pieces of evidence.
//!
//! The orders are walked as paths through the sets of handled pieces. If each piece leads from a set
//! to the next whichever way the set was reached, and a repeated piece changes nothing, then every
//! order and every repetition of the pieces ends in the one payment of their set.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use kakaopay_flows::{
    Alert, ChargeSearch, Evidence, Input, LateCharge, LateReason, Request, RequestFailure, Response, State,
};
use kakaopay_pure_tests::order::start;
use kakaopay_pure_tests::{Driven, Order, guide};
use kakaopay_types::{Charge, ChargeId, EventKey, List, Timestamp, decode};
use serde_json::{Value, json};

/// Most pieces of a path.
const MOST: usize = 6;

fn now() -> Timestamp {
    start().saturating_add_seconds(500)
}

fn attempt(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("from one")
}

fn own(status: &str, more: &[(&'static str, Value)]) -> Box<Charge> {
    let mut changes = guide::ended(status);
    changes.extend(more.iter().cloned());
    Box::new(Order::one_call().charge(1, &changes))
}

/// The charge of another attempt.
fn other(status: &str) -> Box<Charge> {
    let mut changes = guide::ended(status);
    changes.push(("id", json!("chrg_test_other")));
    Box::new(Order::one_call().charge(2, &changes))
}

fn read(charge: Box<Charge>) -> Input {
    Input::Response(Response::Read {
        charge: charge.id.clone(),
        after_seq: 0,
        served_at: None,
        result: Ok(charge),
    })
}

fn webhook(key: EventKey, charge: &str) -> Input {
    let charge = ChargeId::parse(charge).expect("an id");
    Input::Evidence(Evidence::Webhook { key, charge })
}

fn created(number: u32, charge: Box<Charge>) -> Input {
    Input::Response(Response::Charge { attempt: attempt(number), result: Ok(charge) })
}

const OWN: &str = "chrg_test_5w4415netlwqpc54tyg";

/// All evidence of a charge that ends so.
fn pieces(end: &str) -> Vec<Input> {
    vec![
        Input::Timeout,
        Input::Evidence(Evidence::BuyerReturned),
        webhook(EventKey::ChargeComplete, OWN),
        webhook(EventKey::ChargeCreate, OWN),
        created(1, own("pending", &[])),
        created(1, own(end, &[])),
        read(own("pending", &[])),
        read(own(end, &[])),
        Input::Evidence(Evidence::Read(own(end, &[]))),
        read(own("holding", &[])),
        read(own(end, &[("amount", json!(1))])),
        Input::Response(Response::Read {
            charge: own("pending", &[]).id,
            after_seq: 0,
            served_at: None,
            result: Err(RequestFailure::OutcomeUnknown),
        }),
    ]
}

/// A payment that was just opened.
fn opened() -> Driven {
    Driven::open(Order::one_call().intent, start()).0
}

/// A payment whose second attempt found the first one's charge, so that there may be another.
fn pending_after_two_attempts() -> (Driven, ChargeSearch) {
    let (mut driven, look_up) = second_attempt_under_way();
    driven.handle(read(own("pending", &[])), start().saturating_add_seconds(160));
    (driven, look_up)
}

/// A payment whose first attempt was never answered nor found, and whose second has been made.
fn second_attempt_under_way() -> (Driven, ChargeSearch) {
    let mut driven = opened();
    let unknown = Response::Charge { attempt: attempt(1), result: Err(RequestFailure::OutcomeUnknown) };
    let early = start().saturating_add_seconds(60);
    let first = only_look_up(&driven.handle(Input::Response(unknown), early));
    driven.handle(page(&first, &[]), early);
    let late = start().saturating_add_seconds(160);
    let look_up = only_look_up(&driven.handle(Input::Timeout, late));
    let requests = driven.handle(page(&look_up, &[]), late);
    assert!(matches!(requests[..], [Request::CreateCharge(_)]), "{requests:?}");
    (driven, look_up)
}

fn only_look_up(requests: &[Request]) -> ChargeSearch {
    match requests {
        [Request::FindCharge(look_up)] => look_up.clone(),
        other => panic!("no look-up: {other:?}"),
    }
}

fn page(request: &ChargeSearch, charges: &[Box<Charge>]) -> Input {
    let list = json!({"object": "list", "data": charges, "limit": 100, "offset": 0, "total": charges.len()});
    let list: List<Charge> = decode::from_value(list).expect("a list");
    Input::Response(Response::FindCharge {
        request: request.clone(),
        served_at: None,
        result: Ok(Box::new(list)),
    })
}

/// Everything that is known of a payment but how many entries say so.
fn known(driven: &Driven) -> String {
    let mut snapshot: Value =
        serde_json::from_slice(&driven.payment.snapshot().expect("all is durable")).expect("JSON");
    snapshot["seq"] = Value::Null;
    if let Some(search) = snapshot["search"].as_object_mut() {
        search.remove("seq");
    }
    let mut told: Vec<_> = driven.events.iter().map(kakaopay_flows::PaymentEvent::key).collect();
    told.sort();
    format!("{snapshot} {told:?}")
}

/// The same, where the service contradicts itself: the first end is the payment's, and the others
/// raise alerts. All of them are known in any order.
fn known_ends(driven: &Driven) -> String {
    let mut ends = Vec::new();
    let mut alerts = Vec::new();
    for alert in driven.payment.alerts() {
        match alert {
            Alert::Contradiction { status, .. } => ends.push(status.clone()),
            other => alerts.push(format!("{other:?}")),
        }
    }
    ends.push(driven.state().name().to_owned());
    // The end was another, and the charge was paid later.
    let late = driven.payment.late_charges().values();
    let after_end = |late: &&LateCharge| matches!(late.why, LateReason::Failed | LateReason::Expired);
    ends.extend(late.filter(after_end).map(|_| "successful".to_owned()));
    ends.sort();
    format!("{ends:?} {alerts:?} {:?} {:?}", driven.payment.duplicate_charges(), driven.redirects)
}

/// Walks every order of up to [`MOST`] pieces, and gives how many there are.
fn walk(begin: &Driven, pieces: &[Input], known: fn(&Driven) -> String) -> u64 {
    let mut reached: BTreeMap<u32, (Driven, String)> = BTreeMap::new();
    reached.insert(0, (begin.clone(), known(begin)));
    for _ in 0..MOST {
        let mut next: BTreeMap<u32, (Driven, String)> = BTreeMap::new();
        for (told, (driven, is_known)) in &reached {
            for (index, piece) in pieces.iter().enumerate() {
                let mut driven = driven.clone();
                driven.handle(piece.clone(), now());
                let becomes_known = known(&driven);
                if told & (1 << index) != 0 {
                    assert_eq!(becomes_known, *is_known, "told again: {piece:?}");
                    continue;
                }
                match next.get(&(told | 1 << index)) {
                    Some((_, other)) => assert_eq!(&becomes_known, other, "in another order: {piece:?}"),
                    None => {
                        next.insert(told | 1 << index, (driven, becomes_known));
                    }
                }
            }
        }
        reached = next;
    }
    let most = u64::try_from(pieces.len()).expect("few");
    (1..=6).map(|length| (most - length + 1..=most).product::<u64>()).sum()
}

#[test]
fn f02_i6_a_payment_that_was_just_opened() {
    for end in ["pending", "successful", "failed", "expired"] {
        // 12 + 12·11 + … + 12·11·10·9·8·7
        assert_eq!(walk(&opened(), &pieces(end), known), 773_664, "{end}");
    }
}

#[test]
fn f02_i6_a_payment_with_two_charges() {
    let (begin, look_up) = pending_after_two_attempts();
    for end in ["successful", "failed", "expired"] {
        let mut pieces = pieces(end);
        // Two that say the same as others give way to what is said of the other charge.
        pieces.drain(8..10);
        pieces.extend([
            webhook(EventKey::ChargeComplete, "chrg_test_other"),
            created(2, other("pending")),
            read(other("pending")),
            read(other("successful")),
            page(&look_up, &[own(end, &[]), other("pending")]),
        ]);
        assert_eq!(walk(&begin, &pieces, known), 3_999_675, "{end}");
    }
}

/// F10: the first attempt's charge comes to light while the second is under way, in any order with
/// its effects, and with a charge that names the order and differs from it.
#[test]
fn f02_f10_i6_a_payment_whose_second_attempt_is_under_way() {
    let (begin, look_up) = second_attempt_under_way();
    let third = || {
        let mut third = other("successful");
        third.id = ChargeId::parse("chrg_test_third").expect("an id");
        third.amount = 1;
        third
    };
    for end in ["failed", "expired"] {
        let pieces = [
            Input::Evidence(Evidence::BuyerReturned),
            webhook(EventKey::ChargeComplete, OWN),
            webhook(EventKey::ChargeComplete, "chrg_test_other"),
            created(1, own(end, &[])),
            read(own(end, &[])),
            created(2, other("pending")),
            read(other("pending")),
            read(third()),
            page(&look_up, &[own(end, &[])]),
            page(&look_up, &[third()]),
            page(&look_up, &[own(end, &[]), other("pending")]),
        ];
        // 11 + 11·10 + … + 11·10·9·8·7·6
        assert_eq!(walk(&begin, &pieces, known), 397_111, "{end}");
    }
}

#[test]
fn f02_i6_a_service_that_contradicts_itself() {
    let ends = ["successful", "failed", "expired"];
    let mut pieces: Vec<_> = ends.iter().map(|end| read(own(end, &[]))).collect();
    pieces.extend([
        Input::Timeout,
        webhook(EventKey::ChargeComplete, OWN),
        read(own("pending", &[])),
        read(own("successful", &[("livemode", json!(true))])),
        created(1, own("pending", &[])),
    ]);
    let mut begin = opened();
    begin.handle(created(1, own("pending", &[])), now());
    assert!(matches!(begin.state(), State::Pending(_)));
    assert_eq!(walk(&begin, &pieces, known_ends), 28_960);
}
