//! What the list of a charge's refunds says about those that were ordered here.
//!
//! The API has no idempotency key, so that a refund must not be asked for again blindly. The list is
//! read before the first request, to see what others gave back, and after each one whose outcome is
//! not known. It is read through before anything is made of it, so that the order of its elements, and
//! where a page ends, cannot matter.

use kakaopay_types::{List, Reference, Refund as Made, RefundStatus, Timestamp};

use crate::alert::Alert;
use crate::journal::refund_record::RefundRecord;
use crate::next_deadline::DeadlineChange;
use crate::output::Request;
use crate::rules::refund::begin::request;
use crate::rules::refund::compare;
use crate::rules::refund::compare::Origin;
use crate::rules::refund::effects::{record_of, refused};
use crate::schedule::REFUND_LATE_SECONDS;
use crate::search::RefundSearch;
use crate::state::lifecycle::Pending;
use crate::state::model::Model;
use crate::state::refund::{RefundProcess, RefundState};
use crate::transition::{Transition, raise_alert};

/// Most refunds one reading goes through. A charge has fewer than 15.
const MAX_READ: u32 = 1_000;

/// A page of the charge's refunds has come.
pub(crate) fn answered(
    model: &Model,
    pending: &Pending,
    asked: &RefundSearch,
    list: &List<Made>,
    now: Timestamp,
) -> Transition {
    let mut read = asked.clone();
    // A page that is not the one that was asked for leaves a gap.
    read.complete &= list.offset == u64::from(asked.list.page.offset) && list.data.invalid.is_empty();
    read.at_service = read.at_service.or(list.to);
    for made in &list.data.items {
        match read.seen.iter_mut().find(|seen| seen.id == made.id) {
            Some(seen) => *seen = made.clone(),
            None => read.seen.push(made.clone()),
        }
    }
    let elements = u32::try_from(list.data.items.len() + list.data.invalid.len()).unwrap_or(u32::MAX);
    let offset = asked.list.page.offset.saturating_add(elements);
    // A full page may have another behind it, whatever the total says.
    let more = u64::from(elements) >= list.limit || u64::from(offset) < list.total;
    if elements > 0 && more && offset < MAX_READ {
        let page = asked.list.page.clone().offset(offset);
        read.list = asked.list.clone().page(page);
        return Transition { reads: vec![Request::ListRefunds(read)], ..Transition::default() };
    }
    // What the total promises and no page shows may be the very refund.
    read.complete &= u64::from(offset) >= list.total && (elements == 0 || !more);
    evaluate_list(model, pending, &read, now)
}

/// The list has been read: takes in what it has, then goes on with every refund that is not in it.
fn evaluate_list(model: &Model, pending: &Pending, read: &RefundSearch, now: Timestamp) -> Transition {
    // What is learned from one element is in place when the next is judged.
    let mut seen = model.clone();
    let mut step = Transition::default();
    let mut elements: Vec<&Made> = read.seen.iter().collect();
    // One that was made comes before one that failed, in whatever order the service has them.
    elements.sort_by_key(|made| (rank(made), &made.id));
    for made in elements {
        let next = match compare::of_payment(&seen, made) {
            // Another, which could not be read, may have been made.
            Some((_, refund)) if has_failed(made) && !read.complete && refund.state().refund().is_none() => {
                Transition::default()
            }
            // What was taken for the refund has failed, and this was made in its place.
            Some((reference, refund)) if has_failed_for(refund, made, read) => {
                compare::replace(&seen, pending, reference, refund, made)
            }
            Some((reference, refund)) => {
                let conclusive = read.complete
                    && match refund.state() {
                        // Nothing is under way, and what was has been waited for.
                        RefundState::Preparing => read.asked_at >= refund.since,
                        RefundState::Searching => is_conclusive(read, refund),
                        _ => false,
                    };
                compare::judge(&seen, pending, (reference, refund), made, Origin::List { conclusive })
            }
            None if has_failed(made) => Transition::default(),
            None => raise_alert(&seen, Alert::UnknownRefund { refund: made.id.clone() }),
        };
        seen.apply_all(&next.records, now);
        step = step.and(next);
    }
    let references: Vec<_> = seen.refunds.keys().cloned().collect();
    for reference in references {
        let Some(refund) = seen.refunds.get(&reference) else { continue };
        let next = go_on(&seen, pending, (&reference, refund), read, now);
        seen.apply_all(&next.records, now);
        step = step.and(next);
    }
    step
}

fn has_failed(made: &Made) -> bool {
    made.status == Some(RefundStatus::Failed)
}

/// Whether the list shows that what a refund waits for has failed, while another of its name has not.
fn has_failed_for(refund: &RefundProcess, made: &Made, read: &RefundSearch) -> bool {
    let RefundState::Pending { refund: known } = refund.state() else { return false };
    *known != made.id
        && !has_failed(made)
        && read.seen.iter().any(|seen| seen.id == *known && has_failed(seen))
}

fn rank(made: &Made) -> u8 {
    match &made.status {
        Some(RefundStatus::Closed) | None => 0,
        Some(RefundStatus::Failed) => 2,
        Some(_) => 1,
    }
}

/// Goes on with a refund, as the list allows.
fn go_on(
    seen: &Model,
    pending: &Pending,
    (reference, refund): (&Reference, &RefundProcess),
    read: &RefundSearch,
    now: Timestamp,
) -> Transition {
    if !matches!(refund.state(), RefundState::Preparing | RefundState::Searching) {
        return Transition::default();
    }
    // What could not be read may be the very refund, or leave too little for it.
    if !read.complete {
        return raise_alert(seen, Alert::RefundBlocked { reference: reference.clone() });
    }
    if *refund.state() == RefundState::Preparing {
        // A list that was asked for before the refund was begun may be older than what it must not
        // miss.
        let fresh = read.asked_at >= refund.since;
        return if fresh {
            request(seen, pending, (reference, refund), left_for(seen, read, reference), now)
        } else {
            Transition::default()
        };
    }
    if is_conclusive(read, refund) {
        return not_found(seen, pending, (reference, refund), read, now);
    }
    if refund.unlisted.is_some() || read.asked_at < refund.since {
        return Transition::default();
    }
    let record = RefundRecord::NotListed { at_service: read.at_service };
    Transition {
        records: vec![record_of(reference, record)],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    }
}

/// Whether a refund that is not in the list can no longer come. Two clocks are asked: the driver's may
/// have been set, or be another machine's.
fn is_conclusive(read: &RefundSearch, refund: &RefundProcess) -> bool {
    if read.asked_at < refund.since.saturating_add_seconds(REFUND_LATE_SECONDS) {
        return false;
    }
    match (refund.unlisted, read.at_service) {
        // The service's clock has only been read once.
        (None, Some(_)) => false,
        (Some(first), Some(then)) => match first.at_service {
            Some(first) if then > first => then >= first.saturating_add_seconds(REFUND_LATE_SECONDS),
            // One that stands still is no clock, unless it is the same list that has come twice.
            _ => read.asked_at >= first.at.saturating_add_seconds(REFUND_LATE_SECONDS),
        },
        (_, None) => true,
    }
}

/// The service does not have the refund and will not make it any more: asks for it again.
fn not_found(
    seen: &Model,
    pending: &Pending,
    (reference, refund): (&Reference, &RefundProcess),
    read: &RefundSearch,
    now: Timestamp,
) -> Transition {
    if let Some(refusal) = refund.refusal.clone() {
        return refused(seen, pending, (reference, refund), refusal);
    }
    // One that nobody named may be this one, if the service has lost its name.
    let may_be_it = |made: &Made| {
        !has_failed(made) && made.amount == refund.amount() && compare::of_payment(seen, made).is_none()
    };
    if !refund.is_unresolved() && (refund.resumed || !read.seen.iter().any(may_be_it)) {
        return request(seen, pending, (reference, refund), left_for(seen, read, reference), now);
    }
    raise_alert(seen, Alert::RefundUnresolved { reference: reference.clone() })
}

/// How much of the payment is left for one refund: neither given back, as the list says, nor promised
/// to another that is not in the list yet.
fn left_for(seen: &Model, read: &RefundSearch, reference: &Reference) -> i64 {
    let made = || read.seen.iter().filter(|made| !has_failed(made));
    let back = made().fold(0_i64, |sum, made| sum.saturating_add(made.amount.max(0)));
    let is_listed = |other: &Reference| {
        made().any(|made| compare::of_payment(seen, made).is_some_and(|(listed, _)| listed == other))
    };
    let promised = seen
        .refunds
        .iter()
        .filter(|(other, refund)| *other != reference && refund.claims() && !is_listed(other));
    let promised = promised.fold(0_i64, |sum, (_, refund)| sum.saturating_add(refund.amount()));
    seen.intent.amount.minor_units().saturating_sub(back).saturating_sub(promised)
}
