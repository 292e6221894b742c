//! Reconciles the refunds begun here with the list of the charge's refunds.
//!
//! The API has no idempotency keys, so the request for a refund must not simply be repeated. The list is read
//! before the first request, to find refunds made elsewhere, and after each request with an unknown
//! outcome. It is evaluated only after the last page, so that neither the order of its elements nor the
//! ends of its pages matter.

use kakaopay_types::{List, Money, Reference, Refund as Made, RefundStatus, Timestamp};

use crate::alert::Alert;
use crate::event::PaymentEvent;
use crate::journal::record::Record;
use crate::journal::refund_record::RefundRecord;
use crate::next_deadline::DeadlineChange;
use crate::output::Request;
use crate::refund_order::CancelReason;
use crate::rules::refund::begin::{cancel, request};
use crate::rules::refund::compare;
use crate::rules::refund::compare::Origin;
use crate::rules::refund::effects::{late_reference, record_of, refused};
use crate::search::RefundSearch;
use crate::service_time::ServiceTime;
use crate::state::late_charge::PaidCharge;
use crate::state::look_up::{Reading, Verdict};
use crate::state::model::Model;
use crate::state::refund::RefundProcess;
use crate::state::refund_state::RefundState;
use crate::transition::{Transition, raise_alert};

/// Maximum of refunds that one search reads. A charge has fewer than 15.
const MAX_READ: u32 = 1_000;

/// Handles a page of the charge's refunds.
pub(crate) fn page(
    model: &Model,
    paid: &PaidCharge,
    (search, served_at): (&RefundSearch, Option<Timestamp>),
    list: &List<Made>,
    now: Timestamp,
) -> Transition {
    let mut read = search.clone();
    if search.list.page.offset == 0 {
        read.served_at = ServiceTime::new(served_at, list.to);
    }
    // A page at another offset than requested leaves a gap.
    read.complete &= list.offset == u64::from(search.list.page.offset) && list.data.invalid.is_empty();
    for made in &list.data.items {
        match read.seen.iter_mut().find(|seen| seen.id == made.id) {
            Some(seen) => *seen = made.clone(),
            None => read.seen.push(made.clone()),
        }
    }
    let elements = u32::try_from(list.data.items.len() + list.data.invalid.len()).unwrap_or(u32::MAX);
    let offset = search.list.page.offset.saturating_add(elements);
    // Another page may follow a full one, whatever the total says.
    let more = u64::from(elements) >= list.limit || u64::from(offset) < list.total;
    if elements > 0 && more && offset < MAX_READ {
        let page = search.list.page.clone().offset(offset);
        read.list = search.list.clone().page(page);
        return Transition { reads: vec![Request::ListRefunds(read)], ..Transition::default() };
    }
    // An element that the total counts but no page shows may be the refund.
    read.complete &= u64::from(offset) >= list.total && (elements == 0 || !more);
    evaluate_list(model, paid, &read, now)
}

/// Evaluates the whole list: applies its refunds, then continues each refund that it lacks.
fn evaluate_list(model: &Model, paid: &PaidCharge, read: &RefundSearch, now: Timestamp) -> Transition {
    // The records of one element are applied before the next element is compared.
    let mut seen = model.clone();
    seen.seq = seen.seq.saturating_add(1);
    let mut step = Transition::default();
    let mut elements: Vec<&Made> = read.seen.iter().collect();
    // Refunds that were made come before failed ones, in whatever order the service lists them.
    elements.sort_by_key(|made| (rank(made), &made.id));
    for made in elements {
        if let Some(ordered) = compare::take_in(&seen, paid, made) {
            seen.apply_all(&ordered.records, now);
            step = step.and(ordered);
        }
        let next = match compare::of_payment(&seen, made) {
            // Another refund, which could not be decoded, may have been made.
            Some((_, refund)) if has_failed(made) && !read.complete && refund.state().refund().is_none() => {
                Transition::default()
            }
            // The adopted refund has failed, and this one replaces it.
            Some((reference, refund)) if has_failed_for(refund, made, read) => {
                compare::replace(&seen, paid, reference, refund, made)
            }
            Some((reference, refund)) => {
                let conclusive = read.complete
                    && match refund.state() {
                        // No request is in flight.
                        RefundState::Preparing => read.after_seq >= refund.seq,
                        RefundState::Searching => verdict(read, refund, now) == Some(Verdict::Conclusive),
                        _ => false,
                    };
                compare::judge(&seen, paid, (reference, refund), made, Origin::List { conclusive })
            }
            None => Transition::default(),
        };
        seen.apply_all(&next.records, now);
        step = step.and(next);
    }
    let next = elsewhere(&seen, paid, read);
    seen.apply_all(&next.records, now);
    step = step.and(next);
    let of_charge = seen.refunds.iter().filter(|(_, refund)| *refund.charge() == paid.charge);
    let references: Vec<_> = of_charge.map(|(reference, _)| reference.clone()).collect();
    for reference in references {
        let Some(refund) = seen.refunds.get(&reference) else { continue };
        let next = continue_refund(&seen, paid, (&reference, refund), read, now);
        seen.apply_all(&next.records, now);
        step = step.and(next);
    }
    step
}

/// Notifies of the refunds that were not requested here, once each.
fn elsewhere(seen: &Model, paid: &PaidCharge, read: &RefundSearch) -> Transition {
    // A refund without its reference may be one that was requested here and whose outcome is unknown.
    let may_be_own = |made: &Made| {
        let open = |refund: &RefundProcess| {
            matches!(refund.state(), RefundState::Requested | RefundState::Searching)
                && *refund.charge() == paid.charge
                && refund.amount() == made.money()
        };
        !compare::is_named(made) && seen.refunds.values().any(open)
    };
    let is_new = |made: &&Made| {
        let is_known = seen.elsewhere.contains_key(&made.id) || compare::of_payment(seen, made).is_some();
        !has_failed(made) && !is_known && !may_be_own(made)
    };
    let mut step = Transition::default();
    for made in read.seen.iter().filter(is_new) {
        let (charge, refund, amount) = (paid.charge.clone(), made.id.clone(), made.money());
        let reference = seen.intent.reference.clone();
        let record = Record::RefundedElsewhere { charge: charge.clone(), refund: refund.clone(), amount };
        step.records.push(record);
        step.events.push(PaymentEvent::RefundedElsewhere { reference, charge, refund, amount });
    }
    step
}

fn has_failed(made: &Made) -> bool {
    made.status == Some(RefundStatus::Failed)
}

/// Returns whether the list has the refund's known counterpart as failed, and another of its reference as not
/// failed.
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

/// Continues a refund that the list lacks.
fn continue_refund(
    seen: &Model,
    paid: &PaidCharge,
    (reference, refund): (&Reference, &RefundProcess),
    read: &RefundSearch,
    now: Timestamp,
) -> Transition {
    let watched = refund.is_watched();
    if !watched && !matches!(refund.state(), RefundState::Preparing | RefundState::Searching) {
        return Transition::default();
    }
    // An element that could not be decoded may be the refund, or leave too little for it.
    if !read.complete {
        let reference = reference.clone();
        let alert = if watched {
            Alert::RefundWatchBlocked { reference }
        } else {
            Alert::RefundBlocked { reference }
        };
        return raise_alert(seen, alert);
    }
    let recorded = |record| Transition {
        records: vec![record_of(reference, record)],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    };
    match verdict(read, refund, now) {
        // A list requested before the refund began may lack later refunds.
        None if *refund.state() == RefundState::Preparing && read.after_seq >= refund.seq => {
            request(seen, paid, (reference, refund), left_for(seen, paid, read, reference), now)
        }
        Some(Verdict::Conclusive) if watched => recorded(RefundRecord::WatchEnded),
        Some(Verdict::Conclusive) => not_found(seen, paid, (reference, refund), read, now),
        Some(Verdict::First) => recorded(RefundRecord::NotListed { served_at: read.served_at }),
        Some(Verdict::NoClock) if watched => {
            raise_alert(seen, Alert::RefundWatchBlocked { reference: reference.clone() })
        }
        Some(Verdict::NoClock) => raise_alert(seen, Alert::RefundUnresolved { reference: reference.clone() }),
        None | Some(Verdict::Stale | Verdict::TooEarly) => Transition::default(),
    }
}

/// Judges whether a refund that the list lacks can no longer appear. Returns `None` if it is not looked for.
fn verdict(read: &RefundSearch, refund: &RefundProcess, now: Timestamp) -> Option<Verdict> {
    let RefundSearch { after_seq, served_at, complete, .. } = *read;
    refund.judge(&Reading { after_seq, served_at, complete }, now)
}

/// Requests a refund again that the service does not have and will no longer make.
fn not_found(
    seen: &Model,
    paid: &PaidCharge,
    (reference, refund): (&Reference, &RefundProcess),
    read: &RefundSearch,
    now: Timestamp,
) -> Transition {
    if let Some(refusal) = refund.refusal.clone() {
        return refused(seen, paid, (reference, refund), refusal);
    }
    // It was never requested, as far as this store knows, which may lack that the order was paid and its goods released.
    if refund.requests == 0 && late_reference(refund.charge()).as_ref() == Some(reference) {
        return cancel(seen, paid, reference, refund, CancelReason::StoreIsOlder);
    }
    // A refund without a known reference may be this one, if the service lost its metadata.
    let may_be_it = |made: &Made| {
        !has_failed(made)
            && made.amount == refund.amount().minor_units()
            && compare::of_payment(seen, made).is_none()
    };
    if !refund.is_unresolved() && (refund.resumed || !read.seen.iter().any(may_be_it)) {
        return request(seen, paid, (reference, refund), left_for(seen, paid, read, reference), now);
    }
    raise_alert(seen, Alert::RefundUnresolved { reference: reference.clone() })
}

/// Returns the amount left for one refund: the paid amount less the refunds in the list and
/// the other refunds that are not in the list yet.
fn left_for(seen: &Model, paid: &PaidCharge, read: &RefundSearch, reference: &Reference) -> Money {
    let made = || read.seen.iter().filter(|made| !has_failed(made));
    let refunded = made().fold(0_i64, |sum, made| sum.saturating_add(made.amount.max(0)));
    let is_listed = |other: &Reference| {
        made().any(|made| compare::of_payment(seen, made).is_some_and(|(listed, _)| listed == other))
    };
    let begun = || seen.refunds.iter().filter(|(_, refund)| *refund.charge() == paid.charge);
    let promised =
        begun().filter(|(other, refund)| *other != reference && refund.claims() && !is_listed(other));
    let promised = promised.fold(0_i64, |sum, (_, refund)| sum.saturating_add(refund.amount().minor_units()));
    // A duplicate was on an earlier list.
    let duplicates = begun().flat_map(|(_, refund)| refund.duplicates());
    let unlisted = duplicates.filter(|(id, _)| !read.seen.iter().any(|made| made.id == **id));
    let promised = unlisted.fold(promised, |sum, (_, amount)| sum.saturating_add(amount.minor_units()));
    let paid = paid.amount;
    let left = paid.minor_units().saturating_sub(refunded).saturating_sub(promised);
    Money::new(left, paid.currency())
}
