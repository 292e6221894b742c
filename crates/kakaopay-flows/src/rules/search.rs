//! The search for a charge whose creation has an unknown outcome.
//!
//! The API has no idempotency keys, so the request must not simply be repeated. The charge is searched
//! for by the reference in its metadata, and another attempt is made only after it can no longer
//! appear. If it appears even later, it cannot be paid, because the buyer was never redirected to it.

use std::cmp::Reverse;
use std::num::NonZeroU32;

use kakaopay_types::endpoint::ListCharges;
use kakaopay_types::{Charge, List, Outcome, Timestamp};

use crate::alert::Alert;
use crate::input::Origin;
use crate::journal::record::Record;
use crate::next_deadline::DeadlineChange;
use crate::output::Request;
use crate::rules::{cancel, duplicates, evidence, requests};
use crate::schedule::has_passed;
use crate::search::ChargeSearch;
use crate::service_time::ServiceTime;
use crate::state::lifecycle::{Creating, Stage, is_own};
use crate::state::look_up::{LookUp, Patience, Reading, Verdict};
use crate::state::model::{Model, is_of_order};
use crate::transition::{Transition, not_listed, raise_alert};

/// Maximum of automatic attempts, at first and after each resume.
const MAX_ATTEMPTS: u32 = 5;

/// How long a search may go without a response, by the driver's clock, before an alert is raised.
const PATIENCE_SECONDS: i64 = 900;

/// Maximum of charges that one search reads, which bounds a list without an end.
const MAX_READ: u32 = 100_000;

/// Maximum of charges that a search reads which is neither the first nor conclusive: the newest, which include
/// the charge if it exists.
const MAX_READ_EARLY: u32 = 500;

/// Begins a search after the outcome has become unknown: now, and again on schedule.
pub(crate) fn begin(model: &Model) -> Transition {
    Transition { records: vec![Record::OutcomeUnknown], ..again(model) }
}

/// Searches again from the first page.
pub(crate) fn again(model: &Model) -> Transition {
    let first = ChargeSearch::first(model.intent.served_at, model.opened_at);
    Transition {
        reads: vec![Request::FindCharge(first)],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    }
}

/// Handles the failure of a search: raises an alert if the search has gone on for too long.
pub(crate) fn failed(model: &Model, creating: &Creating, now: Timestamp) -> Transition {
    if creating.stage == Stage::Searching && has_passed(creating.since, PATIENCE_SECONDS, now) {
        raise_alert(model, Alert::SearchBlocked)
    } else {
        Transition::default()
    }
}

/// Handles a page of the search while no charge is known.
pub(crate) fn page(
    model: &Model,
    creating: &Creating,
    (request, served_at): (&ChargeSearch, Option<Timestamp>),
    list: &List<Charge>,
    now: Timestamp,
) -> Transition {
    if let Some(found) = best(model, creating, list) {
        let step = evidence::adopt(model, creating, found, Origin::List);
        // Further charges of the page are duplicates of the adopted one.
        let duplicates = list.data.items.iter().filter(|charge| charge.id != found.id);
        return duplicates
            .fold(step, |step, charge| step.and(duplicates::judge(model, charge, Origin::List)));
    }
    let differs = list.data.items.iter().any(|charge| {
        let expected = model.expected(charge.metadata.attempt(), creating.attempts);
        is_at_hand(model, charge) && expected.check(charge).is_err() && !model.is_set_aside(&charge.id)
    });
    let differs = request.differs || differs;
    let duplicates = list.data.items.iter().map(|charge| duplicates::judge(model, charge, Origin::List));
    let step = duplicates.fold(Transition::default(), Transition::and);
    let request = ChargeSearch { differs, ..served(request, served_at, list) };
    step.and(continue_search(model, creating, &request, list, now))
}

/// Continues a search whose pages so far lack the charge.
fn continue_search(
    model: &Model,
    creating: &Creating,
    request: &ChargeSearch,
    list: &List<Charge>,
    now: Timestamp,
) -> Transition {
    let searching = matches!(creating.stage, Stage::Searching | Stage::Blocked);
    let look_up = creating.look_up.as_ref();
    let end = match next_page(request, list) {
        NextPage::Read(next) if searching && reads_on(look_up, Patience::CHARGE, &next, now) => {
            return Transition { reads: vec![Request::FindCharge(next)], ..Transition::default() };
        }
        NextPage::Read(_) => None,
        NextPage::End { complete } => Some(complete),
    };
    // If a charge names the order but differs from it, another attempt would differ in the same way.
    if request.differs && creating.stage != Stage::Blocked {
        return Transition {
            records: vec![Record::Blocked],
            deadline: DeadlineChange::Plan,
            ..Transition::default()
        };
    }
    let (Some(complete), Some(look_up)) = (end, look_up) else {
        return Transition::default();
    };
    // An element that could not be decoded may be the charge. It delays the next attempt but does not
    // prevent it: the buyer cannot pay that charge, having never been redirected to it.
    let blocked = || raise_alert(model, Alert::SearchBlocked);
    let step = if complete { Transition::default() } else { blocked() };
    let reading = Reading { complete, ..reading(request) };
    match look_up.judge(&reading, Patience::CHARGE, now) {
        Verdict::Conclusive => step.and(not_found(model, creating)),
        Verdict::First => step.and(not_listed(&reading)),
        Verdict::NoClock => step.and(blocked()),
        Verdict::Stale | Verdict::TooEarly => step,
    }
}

/// Returns the search with the time at which its first page was served.
fn served(request: &ChargeSearch, date: Option<Timestamp>, list: &List<Charge>) -> ChargeSearch {
    let mut request = request.clone();
    if request.list.page.offset == 0 {
        request.served_at = ServiceTime::new(date, list.to);
    }
    request
}

/// Returns the reading of a search so far.
fn reading(request: &ChargeSearch) -> Reading {
    Reading { after_seq: request.after_seq, served_at: request.served_at, complete: request.complete }
}

/// Returns whether to read a further page: one of the first, or any if the search may conclude by it or is made
/// for a person.
fn reads_on(look_up: Option<&LookUp>, patience: Patience, next: &ChargeSearch, now: Timestamp) -> bool {
    let verdict = look_up.map(|look_up| look_up.judge(&reading(next), patience, now));
    next.list.page.offset < MAX_READ_EARLY
        || matches!(verdict, None | Some(Verdict::First | Verdict::Conclusive))
}

/// Handles a page of the search for duplicates, while the payment's own charge is known.
pub(crate) fn duplicates_page(
    model: &Model,
    (request, served_at): (&ChargeSearch, Option<Timestamp>),
    list: &List<Charge>,
    judge: impl Fn(&Charge) -> Transition,
    now: Timestamp,
) -> Transition {
    let charges = list
        .data
        .items
        .iter()
        .filter(|charge| is_of_order(model, charge) || is_own(&model.state, &charge.id));
    let step = charges.fold(Transition::default(), |step, charge| step.and(judge(charge)));
    let Some(look_up) = &model.search else { return step };
    let request = &served(request, served_at, list);
    step.and(match next_page(request, list) {
        NextPage::Read(next) if reads_on(Some(look_up), Patience::DUPLICATE_CHARGE, &next, now) => {
            Transition { reads: vec![Request::FindCharge(next)], ..Transition::default() }
        }
        NextPage::Read(_) => Transition::default(),
        NextPage::End { complete } => {
            duplicates::last_page(model, look_up, &Reading { complete, ..reading(request) }, now)
        }
    })
}

/// Returns the charge of a page that equals the order in each member, preferring a paid one, then one that
/// can be paid, then the last attempt.
fn best<'a>(model: &Model, creating: &Creating, list: &'a List<Charge>) -> Option<&'a Charge> {
    let own = list.data.items.iter().filter(|charge| {
        let expected = model.expected(charge.metadata.attempt(), creating.attempts);
        is_at_hand(model, charge)
            && expected.check(charge).is_ok()
            && !evidence::is_superseded(creating, charge)
    });
    own.min_by_key(|charge| {
        let rank = match charge.outcome() {
            Outcome::Successful if !charge.is_refunded_in_full() => 0,
            Outcome::Pending => 1,
            Outcome::Unknown(_) => 2,
            Outcome::Successful => 3,
            Outcome::Failed { .. } | Outcome::Expired => 4,
        };
        // The buyer was redirected to the last attempt, if to any.
        (rank, Reverse(charge.metadata.attempt().map(|attempt| attempt.number())))
    })
}

/// Returns whether a charge names the order, and no attempt that ended before the one at hand was begun.
fn is_at_hand(model: &Model, charge: &Charge) -> bool {
    let named = charge.metadata.attempt().filter(|_| is_of_order(model, charge));
    named.is_some_and(|named| !model.is_earlier(named.number()))
}

enum NextPage {
    Read(ChargeSearch),
    /// The end of the list, and whether each of its elements was decoded.
    End {
        complete: bool,
    },
}

fn next_page(request: &ChargeSearch, list: &List<Charge>) -> NextPage {
    let page = &request.list.page;
    // A page at another offset than requested leaves a gap.
    let in_place = list.offset == u64::from(page.offset);
    let complete = request.complete && in_place && list.data.invalid.is_empty();
    let read = u32::try_from(list.data.items.len() + list.data.invalid.len()).unwrap_or(u32::MAX);
    let offset = page.offset.saturating_add(read);
    let shown = u64::from(offset) >= list.total;
    // Another page may follow a full one, whatever the total says.
    let full = u64::from(read) >= list.limit;
    if read == 0 || (!full && shown) || offset >= MAX_READ {
        // An element that the total counts but no page shows may be the charge.
        return NextPage::End { complete: complete && shown && offset < MAX_READ };
    }
    // The end of the list is fixed at the service's own `to` and a second more: `to` is in whole seconds, and
    // excluding an element of the previous page would shift the next one past an unread element. A new
    // element only shifts the pages so that an element is read twice.
    let to = page.to.or(list.to.map(|to| to.saturating_add_seconds(1)));
    let page = page.clone().offset(offset).to(to);
    NextPage::Read(ChargeSearch { complete, list: ListCharges::new().page(page), ..request.clone() })
}

fn not_found(model: &Model, creating: &Creating) -> Transition {
    if let Some(refusal) = creating.refusal.clone() {
        return requests::refused(model, refusal);
    }
    if model.cancel.wish.is_some() {
        return cancel::cancelled(model);
    }
    let next = creating.attempts.get().saturating_add(1);
    match NonZeroU32::new(next) {
        Some(next) if next.get() <= model.resumed_after.saturating_add(MAX_ATTEMPTS) => {
            requests::request_charge(model, creating.source.as_ref(), next)
        }
        _ => raise_alert(model, Alert::TooManyAttempts { attempts: creating.attempts }),
    }
}
