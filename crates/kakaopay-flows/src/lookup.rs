//! Looking for a charge whose creation went unanswered.
//!
//! The API has no idempotency key, so that a creation must not be sent again blindly. The charge is
//! looked for by the reference in its metadata, and only when it can no longer turn up is another
//! attempt made. Should it turn up even then, nobody can pay it: its link was never handed out.

use std::num::NonZeroU32;

use kakaopay_types::endpoint::{ListCharges, Page};
use kakaopay_types::{Charge, List};

use crate::event::Attention;
use crate::input::Now;
use crate::model::Model;
use crate::observe::{self, Via};
use crate::output::{Deadline, LookUp, Request};
use crate::record::Record;
use crate::schedule::{self, LATE_SECONDS};
use crate::state::{Creating, Stage};
use crate::step::{Step, ask_for_charge, look_up, note};

/// Most attempts that are made unasked.
const MAX_ATTEMPTS: u32 = 5;
/// How long a look-up may go unanswered before a person is asked to look.
const PATIENCE_SECONDS: i64 = 900;
/// Most charges one look-up reads, so that a list that never ends cannot hold it for ever.
const MAX_READ: u32 = 100_000;

/// The outcome has become unknown: looks at once, and again on the plan.
pub(crate) fn begin(model: &Model, creating: &Creating, now: Now) -> Step {
    let next = schedule::next_look(now, None, now, model.intent.jitter_seed);
    Step {
        records: vec![Record::OutcomeUnknown],
        deadline: Some(Deadline::At(next)),
        read: Some(look_up(model, creating, now)),
        ..Step::default()
    }
}

/// The deadline of a look-up has come: looks again.
pub(crate) fn again(model: &Model, creating: &Creating, now: Now) -> Step {
    let next = schedule::next_look(creating.since, None, now, model.intent.jitter_seed);
    Step { deadline: Some(Deadline::At(next)), read: Some(look_up(model, creating, now)), ..Step::default() }
}

/// A look-up was not answered. When that has gone on for long, a person is asked to look.
pub(crate) fn unanswered(model: &Model, creating: &Creating, now: Now) -> Step {
    if creating.stage == Stage::LookUp && now >= creating.since.saturating_add_seconds(PATIENCE_SECONDS) {
        note(model, Attention::LookUpBlocked)
    } else {
        Step::default()
    }
}

/// A page of the look-up has come.
pub(crate) fn answered(
    model: &Model,
    creating: &Creating,
    request: &LookUp,
    list: &List<Charge>,
    now: Now,
) -> Step {
    let ours = |charge: &&Charge| {
        charge.metadata.attempt().is_some_and(|attempt| *attempt.order() == model.intent.reference)
    };
    let good = |charge: &&Charge| {
        let expected = model.intent.expected(charge.metadata.attempt(), creating.attempts);
        expected.check(charge).is_ok()
    };
    // One that only names the order is no reason to pass over one that is the order's.
    let found = list.data.good.iter().filter(ours);
    if let Some(charge) = found.clone().find(good).or_else(|| found.clone().next()) {
        return observe::adopt(model, creating, charge, Via::List, now);
    }
    if creating.stage != Stage::LookUp {
        return Step::default();
    }
    // A page that is not the one that was asked for leaves a gap.
    let asked = list.offset == u64::from(request.list.page.offset);
    let complete = request.complete && asked && list.data.bad.is_empty();
    match next_page(request, list, complete) {
        NextPage::Read(next) => Step { read: Some(Request::LookUp(next)), ..Step::default() },
        // What could not be read may be the very charge: it proves nothing.
        NextPage::TooMany => note(model, Attention::LookUpBlocked),
        NextPage::End if !complete => note(model, Attention::LookUpBlocked),
        NextPage::End => not_found(model, creating, request, now),
    }
}

enum NextPage {
    Read(LookUp),
    End,
    TooMany,
}

fn next_page(request: &LookUp, list: &List<Charge>, complete: bool) -> NextPage {
    let page = &request.list.page;
    let read = u32::try_from(list.data.good.len() + list.data.bad.len()).unwrap_or(u32::MAX);
    let offset = page.offset.saturating_add(read);
    // A full page may have another behind it, whatever the total says.
    let full = u64::from(read) >= list.limit;
    if read == 0 || (!full && u64::from(offset) >= list.total) {
        return NextPage::End;
    }
    if offset >= MAX_READ {
        return NextPage::TooMany;
    }
    // The service's own end of the list is fixed, so that new charges do not shift the pages.
    let page = Page { offset, to: page.to.or(list.to), ..page.clone() };
    NextPage::Read(LookUp { complete, list: ListCharges { page }, ..request.clone() })
}

fn not_found(model: &Model, creating: &Creating, request: &LookUp, now: Now) -> Step {
    let settled = creating.since.saturating_add_seconds(LATE_SECONDS);
    if request.attempts != creating.attempts || request.asked_at < settled {
        return Step::default();
    }
    let next = creating.attempts.get().saturating_add(1);
    match NonZeroU32::new(next) {
        Some(next) if next.get() <= MAX_ATTEMPTS => {
            ask_for_charge(model, creating.source.as_ref(), next, now)
        }
        _ => note(model, Attention::TooManyAttempts { attempts: creating.attempts }),
    }
}
