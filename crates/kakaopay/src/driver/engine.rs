//! Applies inputs to one payment: load, apply, persist, and only then send its requests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use kakaopay_flows::{Input, Payment, Request, RequestFailure, Response};
use kakaopay_store::{Clock, Store, StoreError};
use kakaopay_types::{ChargeId, ErrorCode, EventId, Mode, Reference, Timestamp};
use tokio::sync::Notify;

use super::along::{Along, Postponed};
use super::completions::Completions;
use super::desk::Desk;
use super::identity::Identity;
use super::known_charges::KnownCharges;
use super::leases::Leases;
use super::marks::Marks;
use super::pending_request::{Begun, PendingRequest};
use super::reads::{Joins, Reads};
use super::rehydrate::{self, Loaded};
use super::requests::Clients;
use super::service_clock::ServiceClock;
use super::shared_looks::SharedLooks;
use super::suspicion::Suspicion;
use crate::delivery::HandlerLimits;
use crate::error::Error;
use crate::inbox::Guard;
use crate::metrics::Counters;

/// Attempts to change a payment before [`Error::TooMuchContention`]: each one lost to a concurrent writer.
pub(crate) const MAX_TRIES: usize = 32;

/// The state that all clones of a merchant share.
pub(crate) struct Engine<S> {
    pub(crate) store: S,
    pub(crate) clients: Clients,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) service_clock: ServiceClock,
    pub(crate) mode: Mode,
    pub(crate) identity: Identity,
    /// Spreads the polls of different payments. Never a source of secrets.
    pub(crate) jitter: Mutex<fastrand::Rng>,
    pub(crate) marks: Marks,
    pub(crate) wakers: Wakers,
    pub(crate) leases: Arc<Leases>,
    pub(crate) desk: Desk,
    pub(crate) completions: Completions,
    pub(crate) reads: Reads,
    pub(crate) known_charges: KnownCharges,
    /// Looks for orders whose payment the store may lack.
    pub(crate) openings: SharedLooks,
    /// Reads of charges whose buyers return.
    pub(crate) returns: SharedLooks,
    pub(crate) guard: Guard,
    pub(crate) counters: Counters,
    pub(crate) handler_limits: HandlerLimits,
}

/// Wakes the background loops before their sleep ends, because new work may be due.
#[derive(Debug, Default)]
pub(crate) struct Wakers {
    /// Wakes the loop that processes webhooks and due payments.
    pub(crate) due: Notify,
    /// Wakes the loop that delivers notifications.
    pub(crate) notify: Notify,
}

/// A payment after an input was applied and persisted, with the requests to send.
pub(crate) struct Applied {
    pub(crate) payment: Payment,
    pub(crate) requests: Vec<PendingRequest>,
    /// Which reads serve its own.
    pub(crate) joins: Joins,
    /// The payment's last entry before the input.
    pub(super) before: u64,
    /// A deadline that is stored with the first response.
    pub(super) postponed: Option<Postponed>,
}

impl Applied {
    /// Sets which reads serve its own.
    pub(crate) fn joining(self, joins: Joins) -> Self {
        Self { joins, ..self }
    }

    /// Adds a later change of the same payment. A read that both request is sent once.
    pub(crate) fn and(self, later: Self) -> Self {
        let mut requests = self.requests;
        for pending in later.requests {
            let is_sent = |other: &PendingRequest| other.request.is_same_read(&pending.request);
            if !requests.iter().any(is_sent) {
                requests.push(pending);
            }
        }
        Self { requests, before: self.before, postponed: later.postponed.or(self.postponed), ..later }
    }
}

/// A payment after all its requests were sent and their responses applied.
pub(crate) struct Driven {
    pub(crate) payment: Payment,
    /// Whether a read failed.
    pub(crate) read_failed: bool,
    /// Whether no webhook event is left to be completed.
    pub(crate) completed: bool,
    /// Whether the payment's journal has grown.
    pub(crate) changed: bool,
}

impl<S: Store> Engine<S> {
    /// Loads a payment. Fails with [`Error::ModeMismatch`] if it was created with a key of the other
    /// mode.
    pub(crate) async fn load(&self, reference: &Reference) -> Result<Option<Payment>, Error> {
        let payment = rehydrate::load(&self.store, reference).await?.payment;
        self.check_own_mode(payment.as_ref())?;
        Ok(payment)
    }

    /// Loads a payment to change it, and reads the store's clock, by which it is moved on: a process whose clock is wrong
    /// would plan its polls too late for all. Fails if the store is closed.
    pub(super) async fn load_to_change(&self, reference: &Reference) -> Result<Loaded, Error> {
        let mut loaded = rehydrate::load(&self.store, reference).await?;
        if let Some(why) = loaded.closed.take() {
            return Err(Error::StoreClosed { why });
        }
        self.check_own_mode(loaded.payment.as_ref())?;
        Ok(loaded)
    }

    /// Finds the payment of a charge. A charge never moves to another, so that it is known from then on.
    pub(crate) async fn payment_of(&self, charge: &ChargeId) -> Result<Option<Reference>, StoreError> {
        if let Some(known) = self.known_charges.payment_of(charge) {
            return Ok(Some(known));
        }
        let found = self.store.find_by_charge(charge).await?;
        if let Some(reference) = &found {
            self.known_charges.add(charge, reference);
        }
        Ok(found)
    }

    fn check_own_mode(&self, payment: Option<&Payment>) -> Result<(), Error> {
        match payment.map(Payment::intent) {
            Some(intent) if intent.mode != self.mode => {
                Err(Error::ModeMismatch { reference: intent.reference.clone(), mode: intent.mode })
            }
            _ => Ok(()),
        }
    }

    /// Applies an input to a payment and persists the result.
    pub(crate) async fn apply_input(&self, reference: &Reference, input: &Input) -> Result<Applied, Error> {
        self.apply_along(reference, input, Along::default()).await
    }

    /// Applies a webhook like [`apply_input`](Self::apply_input). If it only has the charge read, and read once more soon,
    /// nothing is stored before the response: a process that dies meanwhile leaves the webhook in the inbox.
    pub(crate) async fn apply_webhook(&self, reference: &Reference, input: &Input) -> Result<Applied, Error> {
        self.apply_along(reference, input, Along { may_wait: true, ..Along::default() }).await
    }

    /// Applies an input like [`apply_input`](Self::apply_input), and stores something along with it.
    ///
    /// A store that may lack entries does not send what it has as unsent: the charge or refund is looked for first.
    pub(super) async fn apply_along(
        &self,
        reference: &Reference,
        input: &Input,
        along: Along<'_>,
    ) -> Result<Applied, Error> {
        if matches!(input, Input::Resume | Input::Cancel) {
            // What is in doubt is looked for, and everything else goes on.
            let doubt = |payment: &mut Payment, now, is_older| {
                if is_older {
                    payment.handle(Input::StoreIsOlder, now)?;
                }
                Ok(())
            };
            let doubted = self.change_if_newest(reference, (true, Along::default()), doubt).await?;
            let decide = |payment: &mut Payment, now| Ok(payment.handle(input.clone(), now)?);
            return Ok(doubted.and(self.change(reference, decide).await?));
        }
        // A refund is sent after its charge's refunds were read.
        let sends = matches!(input, Input::Timeout | Input::Response(Response::Refunds { .. }));
        let apply = |payment: &mut Payment, now, is_older| {
            let input = if is_older { &Input::StoreIsOlder } else { input };
            Ok(payment.handle(input.clone(), now)?)
        };
        self.change_if_newest(reference, (sends, along), apply).await
    }

    /// Changes a payment and persists the result. After a concurrent write, it reloads the payment
    /// and applies the change again.
    pub(crate) async fn change(
        &self,
        reference: &Reference,
        change: impl Fn(&mut Payment, Timestamp) -> Result<(), Error> + Send + Sync,
    ) -> Result<Applied, Error> {
        self.change_if_newest(reference, (false, Along::default()), |payment, now, _| change(payment, now))
            .await
    }

    /// Changes a payment like [`change`](Self::change). If the change `sends`, it learns whether something is unsent that a
    /// store which may lack entries must look for first.
    async fn change_if_newest(
        &self,
        reference: &Reference,
        (sends, along): (bool, Along<'_>),
        change: impl Fn(&mut Payment, Timestamp, bool) -> Result<(), Error> + Send,
    ) -> Result<Applied, Error> {
        self.store_id().await?;
        let mut is_older = None;
        for _ in 0..MAX_TRIES {
            let begun = Begun::now(&self.clock);
            let Loaded { payment, suspect, now, .. } = self.load_to_change(reference).await?;
            let Some(mut payment) = payment else { return Err(Error::NotFound(reference.clone())) };
            if sends && payment.is_unsent() && is_older.is_none() {
                // This may read the service's charges, so that the step begins anew.
                is_older = Some(match self.suspicion_of(suspect).await? {
                    Suspicion::Cleared => self.was_suspect_lately().await?,
                    Suspicion::Suspect => true,
                    Suspicion::Unknown => return Err(Error::Interrupted(reference.clone())),
                });
                continue;
            }
            let before = payment.seq();
            // It may have been sent in the meantime.
            let is_older = is_older == Some(true) && payment.is_unsent();
            change(&mut payment, now, is_older)?;
            match self.persist(&mut payment, now, begun, along.after(before)).await {
                Ok((requests, postponed)) => {
                    return Ok(Applied { payment, requests, joins: Joins::Next, before, postponed });
                }
                Err(Error::Store(error)) if error.is_conflict() => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::TooMuchContention(reference.clone()))
    }

    /// Sends the requests of a payment and applies their responses until it has none left.
    ///
    /// A response that cannot be stored ends none of the requests behind it: they are durable, and it is not about
    /// them. Its error is returned after them.
    pub(crate) async fn drive(&self, applied: Applied) -> Result<Driven, Error> {
        self.drive_and_complete(applied, None, &[]).await
    }

    /// Drives a payment like [`drive`](Self::drive), and completes webhook events with the read of their charge if that is
    /// the last request and no read failed.
    pub(crate) async fn drive_and_complete(
        &self,
        applied: Applied,
        charge: Option<&ChargeId>,
        mut events: &[EventId],
    ) -> Result<Driven, Error> {
        let Applied { mut payment, requests, joins, before, mut postponed } = applied;
        let reference = payment.intent().reference.clone();
        let mut queue = VecDeque::from(requests);
        let (mut read_failed, mut failure) = (false, None);
        while let Some(pending) = queue.pop_front() {
            let response = self.send(pending, joins).await;
            if let Response::FindCharge { served_at, .. } | Response::Refunds { served_at, .. } = &response {
                self.service_clock.note(*served_at, self.clock.now());
            }
            read_failed |= is_failed_read(&response);
            let stored = match self.without_charges_of_others(&reference, response).await {
                Ok(response) => {
                    let is_read = matches!(&response, Response::Read { charge: read, result: Ok(_), .. } if Some(read) == charge);
                    // What else was to be read comes first: what fails is read again with the events.
                    let is_read = is_read && queue.is_empty() && !read_failed && failure.is_none();
                    let completes = if is_read { std::mem::take(&mut events) } else { &[] };
                    let along = Along { completes, postponed, may_wait: false };
                    let stored = self.store_response(&reference, response, along).await;
                    stored.inspect_err(|_| events = if is_read { completes } else { events })
                }
                Err(error) => Err(error),
            };
            match stored {
                Ok(applied) => {
                    (payment, postponed) = (applied.payment, None);
                    queue.extend(applied.requests);
                }
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        match failure {
            Some(error) => Err(error),
            None => {
                let completed = events.is_empty();
                Ok(Driven { changed: payment.seq() > before, payment, read_failed, completed })
            }
        }
    }

    /// Sends a request. Reads of one charge take turns, and those that wait share one.
    async fn send(&self, pending: PendingRequest, joins: Joins) -> Response {
        match &pending.request {
            Request::RetrieveCharge(retrieve) => {
                let charge = retrieve.id.clone();
                self.reads.read(&charge, joins, self.clients.execute(pending)).await
            }
            _ => self.clients.execute(pending).await,
        }
    }
}

/// Whether a response is a read that returned no data. `not_found` is data; a rejected key is not.
fn is_failed_read(response: &Response) -> bool {
    let failed = |failure: &RequestFailure| match failure {
        RequestFailure::Rejected(error) => error.code != ErrorCode::NotFound,
        _ => true,
    };
    match response {
        Response::Read { result: Err(failure), .. }
        | Response::FindCharge { result: Err(failure), .. }
        | Response::Refunds { result: Err(failure), .. } => failed(failure),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use kakaopay_types::ApiError;

    use super::*;

    #[test]
    fn only_not_found_counts_as_a_successful_read() {
        let rejected = |code| RequestFailure::Rejected(ApiError::new(code, "no"));
        let charge = ChargeId::parse("chrg_test_1").expect("an id");
        for (failure, failed) in [
            (rejected(ErrorCode::NotFound), false),
            (rejected(ErrorCode::AuthenticationFailure), true),
            (rejected(ErrorCode::KeyExpired), true),
            (RequestFailure::NotSent, true),
            (RequestFailure::RateLimited, true),
            (RequestFailure::OutcomeUnknown, true),
        ] {
            let read = Response::Read {
                charge: charge.clone(),
                after_seq: 0,
                served_at: None,
                result: Err(failure.clone()),
            };
            assert_eq!(is_failed_read(&read), failed, "{failure:?}");
            // A failed mutation is not a failed read.
            assert!(!is_failed_read(&Response::Source(Err(failure))));
        }
    }
}
