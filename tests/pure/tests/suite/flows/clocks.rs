//! F47: after an unknown outcome only the service's clock concludes, or a person where it tells none.

use std::num::NonZeroU32;

use kakaopay_flows::{
    Alert, ChargeSearch, Deadline, Input, PaymentEvent, RefundRequest, RefundSearch, RefundState, Request,
    RequestFailure, Response,
};
use kakaopay_pure_tests::order::{at, refund_names, start};
use kakaopay_pure_tests::{Driven, Order, guide};
use kakaopay_types::{Charge, List, Reference, Refund, RefundAmount, Timestamp, decode};
use serde_json::{Value, json};

const HOUR: i64 = 3_600;
/// The clocks of workers, against the service's.
const SKEWS: [i64; 9] = [0, 1, -1, 700, -700, 24 * HOUR, -24 * HOUR, 25 * HOUR, -25 * HOUR];

fn name() -> Reference {
    Reference::parse("r1").expect("a reference")
}

fn order(reference: &str, amount: i64) -> RefundRequest {
    let reference = Reference::parse(reference).expect("a reference");
    RefundRequest::new(reference, RefundAmount::new(amount).expect("more than nothing"))
        .late_refund(kakaopay_flows::LateRefund::Forward)
}

fn refund(id: &str, amount: i64) -> Value {
    let mut refund: Value = serde_json::from_str(include_str!("../../../data/refund.json")).expect("JSON");
    (refund["id"], refund["amount"], refund["status"]) = (json!(id), json!(amount), json!("closed"));
    refund["charge"] = json!(guide::charge_with(&[]).id);
    refund["metadata"] = refund_names("r1");
    refund
}

/// The service's time of a list: its `Date`, and its `to`.
type Clock = (Option<i64>, Option<i64>);

/// How the service tells a time.
type ClockAt = fn(i64) -> Clock;

fn list<T: kakaopay_types::Decode + 'static>(data: &[Value], to: Option<i64>) -> Box<List<T>>
where
    List<T>: kakaopay_types::Decode,
{
    let list = json!({
        "object": "list", "data": data, "limit": 100, "offset": 0, "total": data.len(), "to": to.map(at),
    });
    Box::new(decode::from_value(list).expect("a list"))
}

fn refunds(request: &RefundSearch, data: &[Value], (date, to): Clock) -> Input {
    let (request, result) = (request.clone(), Ok(list(data, to)));
    Input::Response(Response::Refunds { request, served_at: date.map(at), result })
}

fn charges(request: &ChargeSearch, data: &[Value], (date, to): Clock) -> Input {
    let (request, result) = (request.clone(), Ok(list(data, to)));
    Input::Response(Response::FindCharge { request, served_at: date.map(at), result })
}

fn asked(requests: &[Request]) -> RefundSearch {
    let list = requests.iter().find_map(|request| match request {
        Request::ListRefunds(list) => Some(list.clone()),
        _ => None,
    });
    list.expect("a list is asked for")
}

fn searched(requests: &[Request]) -> ChargeSearch {
    let search = requests.iter().find_map(|request| match request {
        Request::FindCharge(search) => Some(search.clone()),
        _ => None,
    });
    search.expect("a search")
}

fn mutations(requests: &[Request]) -> usize {
    requests.iter().filter(|request| request.is_mutation()).count()
}

fn lost(number: u32) -> Input {
    Input::Response(Response::Refund {
        reference: name(),
        number,
        result: Err(RequestFailure::OutcomeUnknown),
    })
}

/// A refund whose outcome is unknown since the 70th second, and its first list.
fn lost_refund() -> (Driven, RefundSearch) {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    driven.clockless = true;
    let paid: Charge = Order::one_call().charge(1, &guide::ended("successful"));
    driven.handle(
        Input::Response(Response::Read {
            charge: paid.id.clone(),
            after_seq: 0,
            served_at: None,
            result: Ok(Box::new(paid)),
        }),
        at(1),
    );
    let requests = driven.refund(&order("r1", 50_000), at(10)).expect("a refund");
    let requests = driven.handle(refunds(&asked(&requests), &[], (Some(10), None)), at(10));
    assert_eq!(mutations(&requests), 1);
    let first = asked(&driven.handle(lost(1), at(70)));
    (driven, first)
}

/// A charge whose outcome is unknown since the 70th second, and its first search.
fn lost_charge() -> (Driven, ChargeSearch) {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    driven.clockless = true;
    let result = Err(RequestFailure::OutcomeUnknown);
    let lost = Response::Charge { attempt: NonZeroU32::MIN, result };
    let first = searched(&driven.handle(Input::Response(lost), at(70)));
    (driven, first)
}

/// Two lists of refunds by two workers, and whether the second repeats the refund.
fn repeats_refund((first, then): (Clock, Clock), (one, other): (Timestamp, Timestamp)) -> bool {
    let (mut driven, request) = lost_refund();
    assert_eq!(mutations(&driven.handle(refunds(&request, &[], first), one)), 0);
    let request = asked(&driven.handle(Input::Refresh, other));
    mutations(&driven.handle(refunds(&request, &[], then), other)) == 1
}

/// The same of charges.
fn repeats_charge((first, then): (Clock, Clock), (one, other): (Timestamp, Timestamp)) -> bool {
    let (mut driven, request) = lost_charge();
    assert_eq!(mutations(&driven.handle(charges(&request, &[], first), one)), 0);
    let request = searched(&driven.handle(Input::Refresh, other));
    mutations(&driven.handle(charges(&request, &[], then), other)) == 1
}

#[test]
fn f47_the_services_clock_concludes_whatever_the_workers_clocks_show() {
    let clocks: [(ClockAt, &str); 3] = [
        (|seconds| (Some(seconds), None), "Date"),
        (|seconds| (None, Some(seconds)), "to"),
        // Where there are both, `Date` is believed.
        (|seconds| (Some(seconds), Some(1_000 * (seconds - 71))), "Date and to"),
    ];
    for (clock, kind) in clocks {
        for (one, other) in
            SKEWS.into_iter().flat_map(|one| SKEWS.map(|other| (at(71 + one), at(80 + other))))
        {
            for (passed, expected) in [(-HOUR, false), (0, false), (1, false), (599, false), (600, true)] {
                let found = repeats_refund((clock(71), clock(71 + passed)), (one, other));
                assert_eq!(found, expected, "{kind}: {passed} s, {one}, {other}");
            }
            for (passed, expected) in [(-HOUR, false), (0, false), (89, false), (90, true)] {
                let found = repeats_charge((clock(71), clock(71 + passed)), (one, other));
                assert_eq!(found, expected, "{kind}: {passed} s, {one}, {other}");
            }
        }
    }
}

#[test]
fn f47_two_clocks_of_the_service_are_not_compared() {
    let day = 24 * HOUR;
    for (first, then) in [
        ((Some(71), None), (None, Some(day))),
        ((None, Some(71)), (Some(day), None)),
        ((None, None), (Some(day), Some(day))),
        ((Some(71), Some(71)), (None, None)),
    ] {
        assert!(!repeats_refund((first, then), (at(71), at(day))), "{first:?} {then:?}");
        assert!(!repeats_charge((first, then), (at(71), at(day))), "{first:?} {then:?}");
    }
    // Without `Date` in one of them, both have `to`.
    assert!(repeats_refund(((Some(71), Some(71)), (None, Some(671))), (at(71), at(72))));
    assert!(repeats_charge(((None, Some(71)), (Some(0), Some(161))), (at(71), at(72))));
}

#[test]
fn f47_a_list_that_was_asked_for_before_the_outcome_was_unknown_does_not_count() {
    let (mut driven, first) = lost_refund();
    let mut early = first.clone();
    early.after_seq -= 1;
    for served in [71, 10_000, 20_000] {
        assert_eq!(driven.handle(refunds(&early, &[], (Some(served), None)), at(served)), []);
    }
    driven.handle(refunds(&first, &[], (Some(71), None)), at(71));
    assert_eq!(driven.handle(refunds(&early, &[], (Some(20_000), None)), at(20_000)), []);
    assert_eq!(mutations(&driven.handle(refunds(&first, &[], (Some(671), None)), at(72))), 1);

    let (mut driven, first) = lost_charge();
    let mut early = first.clone();
    early.after_seq -= 1;
    for served in [71, 10_000, 20_000] {
        assert_eq!(driven.handle(charges(&early, &[], (Some(served), None)), at(served)), []);
    }
    driven.handle(charges(&first, &[], (Some(71), None)), at(71));
    assert_eq!(mutations(&driven.handle(charges(&first, &[], (Some(161), None)), at(72))), 1);
    // The second attempt is lost: a list of the first says nothing of it.
    let result = Err(RequestFailure::OutcomeUnknown);
    let attempt = NonZeroU32::new(2).expect("two");
    driven.handle(Input::Response(Response::Charge { attempt, result }), at(80));
    for served in [71, 10_000, 20_000] {
        assert_eq!(driven.handle(charges(&first, &[], (Some(served), None)), at(served)), []);
    }
}

#[test]
fn f47_where_the_service_tells_no_time_a_person_decides() {
    let nothing = (None, None);
    let (mut driven, first) = lost_refund();
    driven.handle(refunds(&first, &[], nothing), at(70));
    let unresolved = Alert::RefundUnresolved { reference: name() };
    for (seconds, blocked) in [(300, false), (969, false), (970, true), (100_000, true)] {
        let list = asked(&driven.handle(Input::Timeout, at(seconds)));
        assert_eq!(mutations(&driven.handle(refunds(&list, &[], nothing), at(seconds))), 0);
        assert_eq!(driven.payment.alerts().contains(&unresolved), blocked, "{seconds}");
    }
    let list = asked(&driven.handle(Input::Resume, at(100_001)));
    assert_eq!(mutations(&driven.handle(refunds(&first, &[], nothing), at(100_001))), 0, "an old list");
    assert_eq!(mutations(&driven.handle(refunds(&list, &[], nothing), at(100_001))), 0, "the first one");
    assert_eq!(mutations(&driven.handle(refunds(&list, &[], nothing), at(100_003))), 1);

    let (mut driven, first) = lost_charge();
    driven.handle(charges(&first, &[], nothing), at(70));
    for (seconds, blocked) in [(300, false), (969, false), (970, true), (100_000, true)] {
        let search = searched(&driven.handle(Input::Timeout, at(seconds)));
        assert_eq!(mutations(&driven.handle(charges(&search, &[], nothing), at(seconds))), 0);
        assert_eq!(driven.payment.alerts().contains(&Alert::SearchBlocked), blocked, "{seconds}");
    }
    let search = searched(&driven.handle(Input::Resume, at(100_001)));
    assert_eq!(mutations(&driven.handle(charges(&first, &[], nothing), at(100_001))), 0, "an old list");
    assert_eq!(mutations(&driven.handle(charges(&search, &[], nothing), at(100_001))), 1);
}

/// The first alert comes when it is due, and a payment that was not asked about goes on by itself.
#[test]
fn f47_the_payment_wakes_when_a_person_must_be_asked() {
    let (mut driven, first) = lost_refund();
    driven.handle(refunds(&first, &[], (None, None)), at(70));
    let mut now = at(70);
    while driven.payment.alerts().is_empty() {
        let Deadline::At(next) = driven.deadline else { panic!("it sleeps") };
        now = next;
        let list = asked(&driven.handle(Input::Timeout, now));
        driven.handle(refunds(&list, &[], (None, None)), now);
    }
    assert_eq!(now, at(970));
    // A word that nobody asked for decides nothing.
    let (mut driven, first) = lost_refund();
    driven.handle(refunds(&first, &[], (None, None)), at(70));
    let list = asked(&driven.handle(Input::Resume, at(80)));
    for seconds in [80, 82] {
        assert_eq!(mutations(&driven.handle(refunds(&list, &[], (None, None)), at(seconds))), 0);
    }
}

#[test]
fn f47_a_list_that_cannot_be_read_whole_repeats_a_charge_late_and_a_refund_never() {
    let bad = |object: &str| json!({"object": object, "id": 7});
    let (mut driven, first) = lost_charge();
    driven.handle(charges(&first, &[bad("charge")], (Some(71), None)), at(71));
    for (served, made) in [(161, 0), (970, 0), (971, 1)] {
        let search = searched(&driven.handle(Input::Timeout, at(100_000)));
        let found = driven.handle(charges(&search, &[bad("charge")], (Some(served), None)), at(100_000));
        assert_eq!(mutations(&found), made, "{served}");
    }
    assert!(driven.payment.alerts().contains(&Alert::SearchBlocked));

    let (mut driven, first) = lost_refund();
    for served in [71, 671, 971, 1_000_000] {
        let list = refunds(&first, &[bad("refund")], (Some(served), None));
        assert_eq!(mutations(&driven.handle(list, at(served))), 0);
    }
    assert!(driven.payment.alerts().contains(&Alert::RefundBlocked { reference: name() }));
    // The first whole one begins the wait.
    for (served, made) in [(2_000_000, 0), (2_000_599, 0), (2_000_600, 1)] {
        assert_eq!(mutations(&driven.handle(refunds(&first, &[], (Some(served), None)), at(71))), made);
    }
}

/// A refund that was asked for twice, and answered the second time.
fn repeated() -> Driven {
    let (mut driven, first) = lost_refund();
    driven.handle(refunds(&first, &[], (Some(71), None)), at(71));
    assert_eq!(mutations(&driven.handle(refunds(&first, &[], (Some(671), None)), at(671))), 1);
    let made = decode::from_value(refund("rfnd_test_second", 50_000)).expect("a refund");
    let result = Ok(Box::<Refund>::new(made));
    driven.handle(Input::Response(Response::Refund { reference: name(), number: 2, result }), at(672));
    assert!(matches!(driven.payment.refunds()[&name()].state(), RefundState::Completed { .. }));
    driven
}

#[test]
fn f18_f47_i5_the_first_of_two_refunds_is_watched_for_and_counts() {
    let second = refund("rfnd_test_second", 50_000);
    let both = [refund("rfnd_test_first", 50_000), second.clone()];
    let mut driven = repeated();
    assert!(driven.payment.refunds()[&name()].is_watched());
    // It appears while it is watched for.
    for (seconds, data) in [(700, std::slice::from_ref(&second)), (1_500, &both[..]), (1_501, &both[..])] {
        let list = asked(&driven.handle(Input::Timeout, at(seconds)));
        driven.handle(refunds(&list, data, (Some(seconds), None)), at(seconds));
    }
    let (first, other) =
        ("rfnd_test_second".parse().expect("an id"), "rfnd_test_first".parse().expect("an id"));
    let twice = Alert::RefundedTwice { reference: name(), refund: first, other };
    assert_eq!(driven.payment.alerts().iter().collect::<Vec<_>>(), [&twice]);
    let alerts = driven.events.iter().filter(|event| matches!(event, PaymentEvent::Alert { .. }));
    assert_eq!(alerts.count(), 1);
    assert_eq!(driven.payment.refunds()[&name()].duplicates().len(), 1);
    // 100 000 of 150 000 went back, also where a list lags behind.
    assert!(driven.refund(&order("r2", 50_001), at(1_502)).is_err());
    let requests = driven.refund(&order("r3", 50_000), at(1_503)).expect("the rest");
    let list = refunds(&asked(&requests), std::slice::from_ref(&second), (Some(1_503), None));
    assert_eq!(mutations(&driven.handle(list, at(1_503))), 1);
    assert!(driven.refund(&order("r4", 1), at(1_504)).is_err());
}

#[test]
fn f47_i8_the_watch_ends_by_the_services_clock_or_by_a_person() {
    let second = [refund("rfnd_test_second", 50_000)];
    let mut driven = repeated();
    for (served, ends) in [(700, false), (1_599, false), (1_600, true)] {
        let list = asked(&driven.handle(Input::Timeout, at(50_000)));
        driven.handle(refunds(&list, &second, (Some(served), None)), at(50_000));
        assert_eq!(driven.payment.refunds()[&name()].is_watched(), !ends, "{served}");
        assert_eq!(driven.deadline == Deadline::Never, ends, "{served}");
    }
    assert!(driven.payment.alerts().is_empty());

    let blocked = Alert::RefundWatchBlocked { reference: name() };
    for (data, clock) in
        [(&second[..], (None, None)), (&[json!({"object": "refund"})][..], (Some(700), None))]
    {
        let mut driven = repeated();
        for seconds in [700, 5_000, 90_000] {
            let list = asked(&driven.handle(Input::Timeout, at(seconds)));
            driven.handle(refunds(&list, data, clock), at(seconds));
        }
        assert!(driven.payment.alerts().contains(&blocked), "{data:?}");
        driven.handle(Input::Resume, at(90_001));
        assert!(!driven.payment.refunds()[&name()].is_watched());
        assert_eq!((driven.deadline, driven.payment.alerts().len()), (Deadline::Never, 0));
    }
}
