//! Properties of the payment machine, over any inputs in any order.

use std::num::NonZeroU32;

use kakaopay_flows::{Deadline, Evidence, Input, Request, RequestFailure, Response, Stage, State};
use kakaopay_pure_tests::order::start;
use kakaopay_pure_tests::{Driven, Order, guide};
use kakaopay_types::{ApiError, Charge, ErrorCode, EventKey, List, decode};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A charge that may or may not be the order's, in any status.
fn any_charge() -> impl Strategy<Value = Charge> {
    let status =
        prop::sample::select(vec!["pending", "successful", "failed", "expired", "reversed", "holding"]);
    let change = prop::sample::select(vec![
        None,
        None,
        None,
        Some(("amount", json!(150_001))),
        Some(("currency", json!("THB"))),
        Some(("livemode", json!(true))),
        Some(("metadata", json!({}))),
        Some(("metadata", json!({"kakaopay_reference": "order-1/1"}))),
        Some(("source.type", json!("alipay"))),
        Some(("source", Value::Null)),
        Some(("authorize_uri", Value::Null)),
        Some(("id", json!("chrg_test_other"))),
    ]);
    (status, change, 1_u32..4).prop_map(|(status, change, attempt)| {
        let mut changes = guide::ended(status);
        changes.extend(change);
        // A null source has no member to change.
        changes.sort_by_key(|(path, _)| *path == "source");
        Order::one_call().charge(attempt, &changes)
    })
}

fn any_trouble() -> impl Strategy<Value = RequestFailure> {
    prop_oneof![
        Just(RequestFailure::NotSent),
        Just(RequestFailure::OutcomeUnknown),
        Just(RequestFailure::Rejected(ApiError::new(ErrorCode::InvalidCharge, "no"))),
    ]
}

fn list_of(charges: &[Charge], total: u64) -> Box<List<Charge>> {
    let list = json!({"object": "list", "data": charges, "limit": 100, "offset": 0, "total": total});
    Box::new(decode::from_value(list).expect("a list"))
}

/// The next input. Responses to look-ups are made from the request.
#[allow(clippy::large_enum_variant, reason = "a test has few of them")]
#[derive(Debug, Clone)]
enum Move {
    Tell(Input),
    AnswerLookUp(Result<(Vec<Charge>, u64), RequestFailure>),
}

fn any_move() -> impl Strategy<Value = Move> {
    let charge = || any_charge().prop_map(Box::new);
    let key = prop::sample::select(EventKey::KNOWN.to_vec());
    let tell = prop_oneof![
        3 => Just(Input::Timeout),
        1 => Just(Input::Refresh),
        1 => Just(Input::Resume),
        1 => Just(Input::Cancel),
        1 => prop::result::maybe_ok(charge(), any_trouble()).prop_map(|result| {
            let charge = Order::one_call().charge(1, &[]).id;
            Input::Response(Response::Expire { charge, result })
        }),
        1 => Just(Input::Evidence(Evidence::BuyerReturned)),
        2 => (key, any_charge()).prop_map(|(key, charge)| Input::Evidence(Evidence::Webhook { key, charge: charge.id })),
        2 => charge().prop_map(|charge| Input::Evidence(Evidence::Read(charge))),
        1 => Just(Input::Response(Response::Source(Ok(Box::new(guide::source()))))),
        1 => any_trouble().prop_map(|trouble| Input::Response(Response::Source(Err(trouble)))),
        2 => (1_u32..4, prop::result::maybe_ok(charge(), any_trouble())).prop_map(|(attempt, result)| {
            let attempt = NonZeroU32::new(attempt).expect("from one");
            Input::Response(Response::Charge { attempt, result })
        }),
        2 => (any_charge(), any_trouble(), any::<bool>()).prop_map(|(charge, trouble, good)| {
            let (id, charge) = (charge.id.clone(), Box::new(charge));
            Input::Response(Response::Read { charge: id, after_seq: 99, served_at: None, result: if good { Ok(charge) } else { Err(trouble) } })
        }),
    ];
    let page = (prop::collection::vec(any_charge(), 0..3), 0_u64..4);
    prop_oneof![
        4 => tell.prop_map(Move::Tell),
        1 => prop::result::maybe_ok(page, any_trouble()).prop_map(Move::AnswerLookUp),
    ]
}

fn any_order() -> impl Strategy<Value = Order> {
    prop::sample::select(vec![Order::one_call(), Order::two_calls()])
}

proptest! {
    /// [`Driven`] asserts at each step: nothing leaves before its entry is durable, a final state
    /// stays, and the journal alone brings the same payment back.
    #[test]
    fn i6_i8_i10_the_contract_holds_for_any_input(
        order in any_order(),
        moves in prop::collection::vec((any_move(), 0_i64..200), 0..40),
    ) {
        let mut now = start();
        let (mut driven, mut requests) = Driven::open(order.intent, now);
        for (next, seconds) in moves {
            now = now.saturating_add_seconds(seconds);
            let input = match next {
                Move::Tell(input) => input,
                Move::AnswerLookUp(result) => {
                    let asked = requests.iter().rev().find_map(|request| match request {
                        Request::FindCharge(look_up) => Some(look_up.clone()),
                        _ => None,
                    });
                    let Some(request) = asked else { continue };
                    let result = result.map(|(charges, total)| list_of(&charges, total));
                    Input::Response(Response::FindCharge { request, served_at: None, result })
                }
            };
            requests.extend(driven.handle(input, now));
        }
        // I8: what has not ended wakes up again, unless a person must look first.
        let halted = matches!(driven.state(), State::Creating(creating) if creating.stage == Stage::Blocked);
        let sleeps = driven.deadline == Deadline::Never;
        let watched = driven.payment.duplicate_charges().values().any(|other| other.end.is_none());
        prop_assert!(!sleeps || halted || driven.state().is_final(), "{:?}", driven.state());
        prop_assert!(!sleeps || !watched, "{:?}", driven.payment.duplicate_charges());
        // The link of an attempt is handed out once at the most, however often the charge is seen. One that the journal
        // lacks may have been taken up after an unpaid end.
        let attempts = usize::try_from(driven.payment.attempt().get()).expect("few");
        prop_assert!(driven.redirects.len() <= attempts, "{:?}", driven.redirects);
        // Whoever is told twice is told the same thing under the same key.
        let mut keys: Vec<_> = driven.events.iter().map(kakaopay_flows::PaymentEvent::key).collect();
        let told = keys.len();
        keys.sort();
        keys.dedup();
        prop_assert_eq!(told, keys.len());
    }

    /// I4: nothing but a read charge that is the order's in every member pays the order.
    #[test]
    fn i4_f20_only_the_orders_own_paid_charge_pays_it(charge in any_charge()) {
        let order = Order::one_call();
        let (mut driven, _) = Driven::open(order.intent.clone(), start());
        driven.handle(Input::Evidence(Evidence::Read(Box::new(charge.clone()))), start());
        let own = order.charge(1, &guide::ended("successful"));
        // Each attempt that names the order and its store is the order's.
        let named = |charge: &Charge| {
            (charge.metadata.store(), charge.metadata.attempt().map(|attempt| attempt.order().clone()))
        };
        let differs = named(&charge) != named(&own)
            || (charge.amount, charge.currency, charge.livemode, charge.source.map(|s| s.kind))
                != (own.amount, own.currency, own.livemode, own.source.map(|s| s.kind));
        let paid = matches!(driven.state(), State::Successful { .. });
        prop_assert_eq!(paid, !differs && charge.status == own.status);
    }

    /// F02: any order and any repetition of the same evidence ends in the same state.
    #[test]
    fn f02_i6_evidence_in_any_order_ends_the_same(
        end in prop::sample::select(vec!["pending", "successful", "failed", "expired"]),
        picks in prop::collection::vec(0_usize..9, 1..12),
        shuffled in any::<prop::sample::Index>(),
    ) {
        let forwards = told(end, &picks);
        let mut other = picks.clone();
        other.rotate_left(shuffled.index(picks.len()));
        other.reverse();
        // Each piece twice in a row, too.
        let doubled: Vec<_> = picks.iter().flat_map(|pick| [*pick, *pick]).collect();
        prop_assert_eq!(&forwards, &told(end, &other));
        prop_assert_eq!(&forwards, &told(end, &doubled));
    }
}

/// Ends a pending payment with some pieces of evidence about one charge, and gives where it ends.
fn told(end: &str, picks: &[usize]) -> (State, Vec<String>) {
    let order = Order::one_call();
    let charge = |changes: &[(&str, Value)]| Box::new(order.charge(1, changes));
    let (mut driven, _) = Driven::open(order.intent.clone(), start());
    let created = Response::Charge { attempt: NonZeroU32::MIN, result: Ok(charge(&[])) };
    driven.handle(Input::Response(created.clone()), start());
    let last = charge(&guide::ended(end));
    let webhook =
        |key, charge: &Charge| Input::Evidence(Evidence::Webhook { key, charge: charge.id.clone() });
    let pieces = [
        Input::Timeout,
        Input::Evidence(Evidence::BuyerReturned),
        webhook(EventKey::ChargeComplete, &last),
        webhook(EventKey::ChargeCreate, &last),
        Input::Response(created),
        Input::Evidence(Evidence::Read(charge(&[]))),
        Input::Evidence(Evidence::Read(charge(&[("amount", json!(1))]))),
        Input::Evidence(Evidence::Read(charge(&[("status", json!("holding"))]))),
        Input::Response(Response::Read {
            charge: last.id.clone(),
            after_seq: 0,
            served_at: None,
            result: Ok(last),
        }),
    ];
    for pick in picks {
        driven.handle(pieces[*pick].clone(), start());
    }
    let mut keys: Vec<_> = driven.events.iter().map(kakaopay_flows::PaymentEvent::key).collect();
    keys.sort();
    (driven.state().clone(), keys)
}
