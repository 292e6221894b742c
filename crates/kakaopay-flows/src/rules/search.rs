//! The search for a charge whose creation has an unknown outcome.
//!
//! The API has no idempotency keys, so the request must not simply be repeated. The charge is searched
//! for by the reference in its metadata, and another attempt is made only after it can no longer
//! appear. If it appears even later, it cannot be paid, because the buyer was never redirected to it.

use std::num::NonZeroU32;

use kakaopay_types::endpoint::ListCharges;
use kakaopay_types::{Charge, List, Outcome, Timestamp};

use crate::alert::Alert;
use crate::input::Origin;
use crate::journal::record::Record;
use crate::next_deadline::DeadlineChange;
use crate::output::Request;
use crate::rules::{duplicates, evidence, requests};
use crate::schedule::CHARGE_LATE_SECONDS;
use crate::search::ChargeSearch;
use crate::state::lifecycle::{Creating, Stage, is_own};
use crate::state::model::{Model, is_of_order};
use crate::transition::{Transition, raise_alert};

/// Maximum of automatic attempts, at first and after each resume.
const MAX_ATTEMPTS: u32 = 5;

/// How long a search may go without a response before an alert is raised, and how long elements that cannot
/// be decoded may keep it from concluding.
const PATIENCE_SECONDS: i64 = 900;

/// Maximum of charges that one search reads, which bounds a list without an end.
const MAX_READ: u32 = 100_000;

/// Maximum of charges that an inconclusive search reads: the newest, which include the charge if it exists.
const MAX_READ_EARLY: u32 = 500;

/// Begins a search after the outcome has become unknown: now, and again on schedule.
pub(crate) fn begin(model: &Model, creating: &Creating, now: Timestamp) -> Transition {
    Transition { records: vec![Record::OutcomeUnknown], ..again(model, creating, now) }
}

/// Searches again from the first page.
pub(crate) fn again(model: &Model, creating: &Creating, now: Timestamp) -> Transition {
    let first = ChargeSearch::first(model.opened_at, now, creating.attempts);
    Transition {
        reads: vec![Request::FindCharge(first)],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    }
}

/// Handles the failure of a search: raises an alert if the search has gone on for too long.
pub(crate) fn failed(model: &Model, creating: &Creating, now: Timestamp) -> Transition {
    if creating.stage == Stage::Searching && now >= creating.since.saturating_add_seconds(PATIENCE_SECONDS) {
        raise_alert(model, Alert::SearchBlocked)
    } else {
        Transition::default()
    }
}

/// Handles a page of the search while no charge is known.
pub(crate) fn page(
    model: &Model,
    creating: &Creating,
    request: &ChargeSearch,
    list: &List<Charge>,
) -> Transition {
    if let Some(found) = best(model, creating, list) {
        let step = evidence::adopt(model, creating, found, Origin::List);
        // Further charges of the page are duplicates of the adopted one.
        let duplicates = list.data.items.iter().filter(|charge| charge.id != found.id);
        return duplicates
            .fold(step, |step, charge| step.and(duplicates::judge(model, charge, Origin::List)));
    }
    let differs = list.data.items.iter().any(|charge| {
        let expected = model.intent.expected(charge.metadata.attempt(), creating.attempts);
        is_of_order(model, charge) && expected.check(charge).is_err()
    });
    let differs = request.differs || differs;
    let duplicates = list.data.items.iter().map(|charge| duplicates::judge(model, charge, Origin::List));
    let step = duplicates.fold(Transition::default(), Transition::and);
    step.and(continue_search(model, creating, &ChargeSearch { differs, ..request.clone() }, list))
}

/// Continues a search whose pages so far lack the charge.
fn continue_search(
    model: &Model,
    creating: &Creating,
    request: &ChargeSearch,
    list: &List<Charge>,
) -> Transition {
    let searching = matches!(creating.stage, Stage::Searching | Stage::Blocked);
    let conclusive = request.asked_at >= creating.since.saturating_add_seconds(CHARGE_LATE_SECONDS);
    let end = match next_page(request, list) {
        NextPage::Read(next) if searching && (conclusive || next.list.page.offset < MAX_READ_EARLY) => {
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
    let Some(complete) = end.filter(|_| creating.stage == Stage::Searching) else {
        return Transition::default();
    };
    // An element that could not be decoded may be the charge. It delays the next attempt but does not
    // prevent it: the buyer cannot pay that charge, having never been redirected to it.
    let patience = request.asked_at >= creating.since.saturating_add_seconds(PATIENCE_SECONDS);
    let blocked = if complete { Transition::default() } else { raise_alert(model, Alert::SearchBlocked) };
    if conclusive && request.attempts == creating.attempts && (complete || patience) {
        return blocked.and(not_found(model, creating));
    }
    blocked
}

/// Handles a page of the search for duplicates, while the payment's own charge is known.
pub(crate) fn duplicates_page(
    model: &Model,
    request: &ChargeSearch,
    list: &List<Charge>,
    judge: impl Fn(&Charge) -> Transition,
) -> Transition {
    let charges = list
        .data
        .items
        .iter()
        .filter(|charge| is_of_order(model, charge) || is_own(&model.state, &charge.id));
    let step = charges.fold(Transition::default(), |step, charge| step.and(judge(charge)));
    if model.search.is_none() {
        return step;
    }
    let own = list.data.items.iter().find(|charge| is_own(&model.state, &charge.id));
    let request = &ChargeSearch {
        at_service: request.at_service.or(list.to),
        own_created: request.own_created.or(own.and_then(Charge::created_at)),
        ..request.clone()
    };
    step.and(match next_page(request, list) {
        NextPage::Read(next)
            if next.list.page.offset < MAX_READ_EARLY || duplicates::is_conclusive(model, request) =>
        {
            Transition { reads: vec![Request::FindCharge(next)], ..Transition::default() }
        }
        NextPage::Read(_) => Transition::default(),
        NextPage::End { complete } => duplicates::last_page(model, request, complete),
    })
}

/// Returns the charge of a page that equals the order in each member, preferring a paid one, then one that
/// can be paid.
fn best<'a>(model: &Model, creating: &Creating, list: &'a List<Charge>) -> Option<&'a Charge> {
    let own = list.data.items.iter().filter(|charge| {
        let expected = model.intent.expected(charge.metadata.attempt(), creating.attempts);
        is_of_order(model, charge)
            && expected.check(charge).is_ok()
            && !evidence::is_superseded(creating, charge)
    });
    own.min_by_key(|charge| match charge.outcome() {
        Outcome::Successful => 0,
        Outcome::Pending => 1,
        Outcome::Unknown(_) => 2,
        Outcome::Failed { .. } | Outcome::Expired => 3,
    })
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
    let next = creating.attempts.get().saturating_add(1);
    match NonZeroU32::new(next) {
        Some(next) if next.get() <= model.resumed_after.saturating_add(MAX_ATTEMPTS) => {
            requests::request_charge(model, creating.source.as_ref(), next)
        }
        _ => raise_alert(model, Alert::TooManyAttempts { attempts: creating.attempts }),
    }
}
