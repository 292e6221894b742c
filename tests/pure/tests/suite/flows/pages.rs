//! How far lists are read, page by page, and which conclusions they allow.

use std::num::NonZeroU32;

use kakaopay_flows::{
    Alert, ChargeSearch, Input, Request, RequestFailure, Response, ServiceTime, Stage, State,
};
use kakaopay_pure_tests::order::{at, start};
use kakaopay_pure_tests::{Driven, Order};
use kakaopay_types::{Charge, List, Timestamp, decode};
use serde_json::{Value, json};

/// When a look-up can first conclude that an attempt made nothing, in seconds after that seemed lost.
const CONCLUSIVE: i64 = 90;
/// And when a search for charges of other attempts can, after the payment's own became known.
const SEARCHED: i64 = 900;

fn created(number: u32, result: Result<Charge, RequestFailure>) -> Input {
    let attempt = NonZeroU32::new(number).expect("from one");
    Input::Response(Response::Charge { attempt, result: result.map(Box::new) })
}

fn looked_up(requests: &[Request]) -> Option<ChargeSearch> {
    requests.iter().find_map(|request| match request {
        Request::FindCharge(look_up) => Some(look_up.clone()),
        _ => None,
    })
}

/// A page of charges, of a list of so many, as the service says it at some moment.
fn page(request: ChargeSearch, data: &[Value], total: u32, to: Option<Timestamp>) -> Input {
    let offset = request.list.page.offset;
    let list = json!({
        "object": "list", "data": data, "limit": 100, "offset": offset, "total": total, "to": to,
    });
    let list: List<Charge> = decode::from_value(list).expect("a list");
    Input::Response(Response::FindCharge { request, served_at: None, result: Ok(Box::new(list)) })
}

/// A full page of charges that other orders have.
fn strangers() -> Vec<Value> {
    let stranger = Order::one_call().charge(1, &[("metadata", json!({}))]);
    (0..100)
        .map(|number| {
            let mut stranger = serde_json::to_value(&stranger).expect("JSON");
            stranger["id"] = json!(format!("chrg_test_stranger{number}"));
            stranger
        })
        .collect()
}

/// A payment for which it is unknown whether it has a charge, and its look-up.
fn unknown() -> (Driven, ChargeSearch) {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    let requests = driven.handle(created(1, Err(RequestFailure::OutcomeUnknown)), start());
    let request = looked_up(&requests).expect("a look-up");
    (driven, request)
}

/// The same, whose first look-up found nothing.
fn not_listed() -> Driven {
    let (mut driven, request) = unknown();
    assert!(driven.handle(page(request, &[], 0, None), start()).is_empty());
    driven
}

/// A payment whose second attempt has made its charge; a search for the first one's goes on.
fn searching() -> (Driven, Charge) {
    let mut driven = not_listed();
    let request = looked_up(&driven.handle(Input::Timeout, at(CONCLUSIVE))).expect("a look-up");
    let requests = driven.handle(page(request, &[], 0, None), at(CONCLUSIVE));
    assert!(matches!(requests[..], [Request::CreateCharge(_)]));
    let created_at = at(CONCLUSIVE).to_string();
    let own =
        Order::one_call().charge(2, &[("id", json!("chrg_test_own")), ("created_at", json!(created_at))]);
    driven.handle(created(2, Ok(own.clone())), at(CONCLUSIVE));
    assert!(matches!(driven.state(), State::Pending(_)));
    // Its first list has nothing but the payment's own charge.
    let request = looked_up(&driven.handle(Input::Timeout, at(CONCLUSIVE))).expect("a search");
    let data = [serde_json::to_value(&own).expect("JSON")];
    driven.handle(page(request, &data, 1, Some(at(CONCLUSIVE))), at(CONCLUSIVE));
    (driven, own)
}

/// Gives full pages for as long as they are asked for, up to that many, and counts them.
fn read_on(driven: &mut Driven, mut request: ChargeSearch, now: Timestamp, most: u32) -> u32 {
    let strangers = strangers();
    for read in 0..most {
        let offset = request.list.page.offset;
        assert_eq!(offset % 100, 0);
        assert!(read == 0 || offset >= read * 100);
        match looked_up(&driven.handle(page(request, &strangers, 1_000_000, None), now)) {
            Some(next) => request = next,
            None => return read + 1,
        }
    }
    most
}

/// F10, F28: an early search reads the newest five hundred charges; a search that can conclude, or begin the wait,
/// reads on.
#[test]
fn f10_f28_a_search_reads_as_far_as_it_can_conclude() {
    let (mut driven, request) = unknown();
    assert_eq!(read_on(&mut driven, request, start(), 7), 7);
    for (seconds, pages) in [(CONCLUSIVE - 1, 5), (CONCLUSIVE, 7)] {
        let mut driven = not_listed();
        let request = looked_up(&driven.handle(Input::Timeout, at(seconds))).expect("a look-up");
        assert_eq!(read_on(&mut driven, request, at(seconds), 7), pages, "{seconds}");
    }
}

/// F10: a page that comes when nothing is looked for any more asks for no other, late or not.
#[test]
fn f10_a_page_that_comes_too_late_is_the_last() {
    for seconds in [0, CONCLUSIVE] {
        let mut driven = not_listed();
        let old = looked_up(&driven.handle(Input::Timeout, at(seconds))).expect("a look-up");
        let request = looked_up(&driven.handle(Input::Timeout, at(CONCLUSIVE))).expect("a look-up");
        driven.handle(page(request, &[], 0, None), at(CONCLUSIVE));
        assert!(matches!(driven.state(), State::Creating(creating) if creating.stage == Stage::Charge));
        assert_eq!(read_on(&mut driven, old, at(CONCLUSIVE), 7), 1);
    }
}

/// F10, F28: the search beside a charge reads as far, by the same rule.
#[test]
fn f10_f28_a_search_reads_as_far_as_it_can_conclude_something() {
    for (seconds, pages) in [(SEARCHED - 1, 5), (SEARCHED, 7)] {
        let (mut driven, _) = searching();
        let now = at(CONCLUSIVE + seconds);
        let request = looked_up(&driven.handle(Input::Timeout, now)).expect("a search");
        let first = page(request, &strangers(), 1_000_000, Some(now));
        let request = looked_up(&driven.handle(first, now)).expect("another page");
        assert_eq!(1 + read_on(&mut driven, request, now, 6), pages, "{seconds}");
    }
}

/// F15, F47: a search is over by the service's clock, whatever the driver's says, and each page passes on the
/// time of the first.
#[test]
fn f15_f47_a_search_of_many_pages_asks_the_services_clock() {
    for (seconds, over) in [(SEARCHED - 1, false), (SEARCHED, true)] {
        for now in [at(CONCLUSIVE), at(10 * SEARCHED)] {
            let (mut driven, own) = searching();
            let request = looked_up(&driven.handle(Input::Timeout, now)).expect("a search");
            let mut first = strangers();
            first[50] = serde_json::to_value(&own).expect("JSON");
            // The service's clock goes otherwise than the driver's.
            let to = at(CONCLUSIVE + seconds);
            let next =
                looked_up(&driven.handle(page(request, &first, 101, Some(to)), now)).expect("another page");
            assert_eq!(next.served_at, ServiceTime::new(None, Some(to)));
            // A later page says a later moment, which is not when the search began.
            driven.handle(page(next, &strangers()[..1], 101, Some(at(100 * SEARCHED))), now);
            driven.assert_is_planned(now);
            let goes_on = looked_up(&driven.handle(Input::Timeout, at(20 * SEARCHED))).is_some();
            assert_eq!(goes_on, !over, "{seconds}");
        }
    }
}

/// I8: unreadable charges block a search for a day of the service's, and then raise an alert. Readable ones
/// that are too early by the service's clock never end it.
#[test]
fn i8_a_search_that_cannot_be_read_whole_ends_after_a_day() {
    const DAY: i64 = 86_400;
    let bad = vec![json!({"object": "charge"})];
    for (seconds, readable, over) in
        [(DAY - 1, false, false), (DAY, false, true), (SEARCHED - 1, true, false), (SEARCHED, true, true)]
    {
        let (mut driven, own) = searching();
        let now = at(CONCLUSIVE + 10 * DAY);
        let request = looked_up(&driven.handle(Input::Timeout, now)).expect("a search");
        let data = if readable { vec![serde_json::to_value(&own).expect("JSON")] } else { bad.clone() };
        driven.handle(page(request, &data, 1, Some(at(CONCLUSIVE + seconds))), now);
        let blocked = driven.payment.alerts().contains(&Alert::SearchBlocked);
        let goes_on = looked_up(&driven.handle(Input::Timeout, at(20 * DAY))).is_some();
        assert_eq!((goes_on, blocked), (!over, over && !readable), "{seconds}");
    }
}

/// F28: a list that is read up to the limit allows no conclusion about the rest.
#[test]
fn f28_the_end_of_patience_is_not_the_end_of_the_list() {
    for (offset, complete) in [(99_800, true), (99_900, false)] {
        let mut driven = not_listed();
        let mut request = looked_up(&driven.handle(Input::Timeout, at(CONCLUSIVE))).expect("a look-up");
        request.list.page.offset = offset;
        request.served_at = ServiceTime::new(Some(at(CONCLUSIVE)), None);
        let last = page(request, &strangers()[..99], offset + 99, None);
        // One less than full, so that the list ends here.
        let requests = driven.handle(last, at(CONCLUSIVE));
        assert!(matches!(requests[..], [Request::CreateCharge(_)]), "{offset}");

        let mut driven = not_listed();
        let mut request = looked_up(&driven.handle(Input::Timeout, at(CONCLUSIVE))).expect("a look-up");
        request.list.page.offset = offset;
        request.served_at = ServiceTime::new(Some(at(CONCLUSIVE)), None);
        let requests = driven.handle(page(request, &strangers(), offset + 100, None), at(CONCLUSIVE));
        assert_eq!(looked_up(&requests).is_some(), complete, "{offset}");
        let blocked = driven.payment.alerts().contains(&Alert::SearchBlocked);
        assert_eq!(blocked, !complete, "{offset}");
    }
}

#[test]
fn f28_a_search_reads_page_by_page_with_its_end_fixed() {
    let (mut driven, first) = unknown();
    let from = first.list.page.from;
    let two = page(first, &strangers()[..2], 3, Some(at(285)));
    let next = looked_up(&driven.handle(two, at(1))).expect("another page");
    assert_eq!((next.list.page.offset, next.list.page.from), (2, from));
    assert_eq!(next.list.page.to, Some(at(286)));
    // The list ends, however large it says it is.
    assert!(driven.handle(page(next, &[], 1_000, None), at(2)).is_empty());
}
