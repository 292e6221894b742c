//! What the list of a charge's refunds says about those that were ordered here.
//!
//! The API has no idempotency key, so that a refund must not be asked for again blindly. The list is
//! read before the first request, to see what others gave back, and after each one whose outcome is
//! not known.

use kakaopay_types::endpoint::{ListChargeRefunds, Page};
use kakaopay_types::{List, Reference, Refund as Made, RefundStatus};

use super::judge::{self, Via};
use super::machine::{Refund, RefundState};
use super::step::{refused, request};
use crate::attention::Attention;
use crate::input::Now;
use crate::model::Model;
use crate::output::{RefundList, Request};
use crate::state::Pending;
use crate::step::{Step, note};

/// How long after an unknown outcome a refund may still appear. The client gives a request up after a
/// minute; that the service carries it out later than this was never seen, and would pay twice.
const LATE_SECONDS: i64 = 600;
/// Most refunds one reading goes through. A charge has fewer than 15.
const MAX_READ: u32 = 1_000;

/// A page of the charge's refunds has come.
pub(crate) fn answered(
    model: &Model,
    pending: &Pending,
    asked: &RefundList,
    list: &List<Made>,
    now: Now,
) -> Step {
    // What is learned from one element is in place when the next is judged.
    let mut seen = model.clone();
    let mut step = Step::default();
    let mut foreign = asked.foreign;
    for made in &list.data.good {
        let next = match judge::named(&seen, made) {
            Some((reference, refund)) => judge::judge(&seen, pending, reference, refund, made, Via::List),
            None if made.status == Some(RefundStatus::Failed) => Step::default(),
            None => {
                foreign = foreign.saturating_add(made.amount.max(0));
                note(&seen, Attention::UnknownRefund { refund: made.id.clone() })
            }
        };
        seen.apply_all(&next.records, now);
        step = step.and(next);
    }
    // A page that is not the one that was asked for leaves a gap.
    let in_place = list.offset == u64::from(asked.list.page.offset);
    let complete = asked.complete && in_place && list.data.bad.is_empty();
    let so_far = RefundList { complete, foreign, ..asked.clone() };
    match next_page(&so_far, list) {
        Some(next) => step.and(Step { reads: vec![Request::ListRefunds(next)], ..Step::default() }),
        None => step.and(read_through(&mut seen, pending, &so_far, now)),
    }
}

/// The page behind this one, if there may be one.
fn next_page(so_far: &RefundList, list: &List<Made>) -> Option<RefundList> {
    let read = u32::try_from(list.data.good.len() + list.data.bad.len()).unwrap_or(u32::MAX);
    let page = &so_far.list.page;
    let offset = page.offset.saturating_add(read);
    // A full page may have another behind it, whatever the total says.
    let full = u64::from(read) >= list.limit;
    if read == 0 || (!full && u64::from(offset) >= list.total) || offset >= MAX_READ {
        return None;
    }
    let list = ListChargeRefunds { page: Page { offset, ..page.clone() }, ..so_far.list.clone() };
    Some(RefundList { list, ..so_far.clone() })
}

/// The list has been read to its end: goes on with every refund that is not in it.
fn read_through(seen: &mut Model, pending: &Pending, read: &RefundList, now: Now) -> Step {
    let mut step = Step::default();
    let references: Vec<_> = seen.refunds.keys().cloned().collect();
    for reference in references {
        let Some(refund) = seen.refunds.get(&reference) else { continue };
        let next = match refund.state() {
            // A list that was asked for before the refund was begun may be older than what it must not
            // miss.
            RefundState::Checking if read.asked_at >= refund.since && read.complete => {
                request(seen, pending, (&reference, refund), read.foreign, now)
            }
            RefundState::LookUp if is_conclusive(read, refund) => {
                not_found(seen, pending, (&reference, refund), read, now)
            }
            // What could not be read may be the very refund, or leave too little for it.
            RefundState::Checking | RefundState::LookUp if !read.complete => {
                note(seen, Attention::RefundBlocked { reference: reference.clone() })
            }
            _ => Step::default(),
        };
        seen.apply_all(&next.records, now);
        step = step.and(next);
    }
    step
}

fn is_conclusive(read: &RefundList, refund: &Refund) -> bool {
    read.complete && read.asked_at >= refund.since.saturating_add_seconds(LATE_SECONDS)
}

/// The service does not have the refund and will not make it any more: asks for it again.
fn not_found(
    seen: &Model,
    pending: &Pending,
    (reference, refund): (&Reference, &Refund),
    read: &RefundList,
    now: Now,
) -> Step {
    if let Some(refusal) = refund.refusal.clone() {
        return refused(seen, pending, (reference, refund), refusal);
    }
    if !refund.is_unresolved() {
        return request(seen, pending, (reference, refund), read.foreign, now);
    }
    note(seen, Attention::RefundUnresolved { reference: reference.clone() })
}

/// When a look-up of a refund can first conclude anything.
pub(crate) fn settled(refund: &Refund) -> kakaopay_types::Timestamp {
    refund.since.saturating_add_seconds(LATE_SECONDS)
}
