//! Looking for a charge whose creation went unanswered.
//!
//! The API has no idempotency key, so that a creation must not be sent again blindly. The charge is
//! looked for by the reference in its metadata, and only when it can no longer turn up is another
//! attempt made. Should it turn up even then, nobody can pay it: its link was never handed out.

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

/// Most attempts that are made unasked, or after a person said to go on.
const MAX_ATTEMPTS: u32 = 5;

/// How long a look-up may go unanswered before a person is asked to look, and how long what cannot be read
/// may stand in its way.
const PATIENCE_SECONDS: i64 = 900;

/// Most charges one look-up reads, so that a list that never ends cannot hold it for ever.
const MAX_READ: u32 = 100_000;

/// Most charges a look-up reads that can conclude nothing yet: the newest, among which the one it looks
/// for stands if it exists.
const MAX_READ_EARLY: u32 = 500;

/// The outcome has become unknown: looks at once, and again on the plan.
pub(crate) fn begin(model: &Model, creating: &Creating, now: Timestamp) -> Transition {
    Transition { records: vec![Record::OutcomeUnknown], ..again(model, creating, now) }
}

/// The deadline of a look-up has come: looks again, from the first page on.
pub(crate) fn again(model: &Model, creating: &Creating, now: Timestamp) -> Transition {
    let first = ChargeSearch::first(model.opened_at, now, creating.attempts);
    Transition {
        reads: vec![Request::FindCharge(first)],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    }
}

/// A look-up was not answered. When that has gone on for long, a person is asked to look.
pub(crate) fn unanswered(model: &Model, creating: &Creating, now: Timestamp) -> Transition {
    if creating.stage == Stage::Searching && now >= creating.since.saturating_add_seconds(PATIENCE_SECONDS) {
        raise_alert(model, Alert::SearchBlocked)
    } else {
        Transition::default()
    }
}

/// A page has come while no charge is known.
pub(crate) fn answered(
    model: &Model,
    creating: &Creating,
    request: &ChargeSearch,
    list: &List<Charge>,
) -> Transition {
    if let Some(found) = best(model, creating, list) {
        let step = evidence::adopt(model, creating, found, Origin::List);
        // Further ones are watched; what was adopted is known once the step is taken.
        let others = list.data.items.iter().filter(|charge| charge.id != found.id);
        return others.fold(step, |step, charge| step.and(duplicates::judge(model, charge, Origin::List)));
    }
    let differs = list.data.items.iter().any(|charge| {
        let expected = model.intent.expected(charge.metadata.attempt(), creating.attempts);
        is_of_order(model, charge) && expected.check(charge).is_err()
    });
    let differs = request.differs || differs;
    let others = list.data.items.iter().map(|charge| duplicates::judge(model, charge, Origin::List));
    let step = others.fold(Transition::default(), Transition::and);
    step.and(go_on(model, creating, &ChargeSearch { differs, ..request.clone() }, list))
}

/// Goes on with a look-up whose pages so far do not have the charge.
fn go_on(model: &Model, creating: &Creating, request: &ChargeSearch, list: &List<Charge>) -> Transition {
    let looking = matches!(creating.stage, Stage::Searching | Stage::Blocked);
    let conclusive = request.asked_at >= creating.since.saturating_add_seconds(CHARGE_LATE_SECONDS);
    let end = match next_page(request, list) {
        NextPage::Read(next) if looking && (conclusive || next.list.page.offset < MAX_READ_EARLY) => {
            return Transition { reads: vec![Request::FindCharge(next)], ..Transition::default() };
        }
        NextPage::Read(_) => None,
        NextPage::End { complete } => Some(complete),
    };
    // A charge that names the order and yet differs would be created just so again.
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
    // What could not be read may be the very charge. It stops nothing for ever: nobody can pay that one,
    // since its link was not handed out.
    let patience = request.asked_at >= creating.since.saturating_add_seconds(PATIENCE_SECONDS);
    let blocked = if complete { Transition::default() } else { raise_alert(model, Alert::SearchBlocked) };
    if conclusive && request.attempts == creating.attempts && (complete || patience) {
        return blocked.and(not_found(model, creating));
    }
    blocked
}

/// A page has come while the payment's own charge is known: others of the order are looked for.
pub(crate) fn searched(
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
        NextPage::End { complete } => duplicates::searched(model, request, complete),
    })
}

/// The charge of a page that is the order's in every member. Of several, one that has been or can be
/// paid comes first.
fn best<'a>(model: &Model, creating: &Creating, list: &'a List<Charge>) -> Option<&'a Charge> {
    let own = list.data.items.iter().filter(|charge| {
        let expected = model.intent.expected(charge.metadata.attempt(), creating.attempts);
        is_of_order(model, charge)
            && expected.check(charge).is_ok()
            && !evidence::is_outlived(creating, charge)
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
    /// There is none, and whether every element could be read.
    End {
        complete: bool,
    },
}

fn next_page(request: &ChargeSearch, list: &List<Charge>) -> NextPage {
    let page = &request.list.page;
    // A page that is not the one that was asked for leaves a gap.
    let in_place = list.offset == u64::from(page.offset);
    let complete = request.complete && in_place && list.data.invalid.is_empty();
    let read = u32::try_from(list.data.items.len() + list.data.invalid.len()).unwrap_or(u32::MAX);
    let offset = page.offset.saturating_add(read);
    let shown = u64::from(offset) >= list.total;
    // A full page may have another behind it, whatever the total says.
    let full = u64::from(read) >= list.limit;
    if read == 0 || (!full && shown) || offset >= MAX_READ {
        // What the total promises and no page shows may be the very charge.
        return NextPage::End { complete: complete && shown && offset < MAX_READ };
    }
    // The end of the list is fixed at what the service said "until now" meant, and a second more: it
    // says so in whole seconds, and what this left out again would shift the pages over something.
    // What is new only shifts them so that an element comes twice.
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
            requests::ask_for_charge(model, creating.source.as_ref(), next)
        }
        _ => raise_alert(model, Alert::TooManyAttempts { attempts: creating.attempts }),
    }
}
