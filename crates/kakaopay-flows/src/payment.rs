//! The payment state machine and its contract with the driver.

use std::collections::VecDeque;
use std::num::NonZeroU32;

use kakaopay_types::Timestamp;

use crate::error::{ApiMisuse, PayAgainError, PruneError, RefundError, ReplayError};
use crate::input::Input;
use crate::intent::Intent;
use crate::journal::entry::JournalEntry;
use crate::journal::record::Record;
use crate::journal::snapshot;
use crate::output::Output;
use crate::refund_order::RefundRequest;
use crate::replay;
use crate::rules::refund::begin;
use crate::rules::{dispatch, over, pay_again};
use crate::state::lifecycle::State;
use crate::state::model::Model;
use crate::transition::Transition;

/// A payment with its refunds: a state machine without I/O, clock or randomness.
///
/// [`open`](Self::open), [`replay`](Self::replay) and [`restore`](Self::restore) create one,
/// [`handle`](Self::handle) and [`refund`](Self::refund) take inputs, [`poll_output`](Self::poll_output)
/// returns outputs, and all other methods only read.
///
/// # How to drive it
///
/// 1. Create one with [`Payment::open`], or load one with [`Payment::replay`] or
///    [`Payment::restore`].
/// 2. Call [`Payment::poll_output`] until it returns `None`. Commit the outputs before that `None` together:
///    an [`Output::Persist`], its [`Output::Event`]s and its [`Output::Deadline`] are one
///    transaction, which must fail unless the journal ends with the entry before this one. A deadline
///    alone is a transaction too, which must fail unless the journal ends at [`Payment::seq`].
/// 3. After that transaction is durable, and not before, call [`Payment::handle`] with
///    [`Input::Persisted`]. [`Output::Redirect`] and the [`Output::Transmit`] of a mutation come only
///    then. Go to 2.
/// 4. Send each request, and handle its result once as [`Input::Response`]; handle
///    [`Input::Evidence`] when a webhook or the buyer arrives, and [`Input::Timeout`] at the deadline.
///    Go to 2. Send a mutation within [`MAX_SEND_DELAY_SECONDS`](crate::MAX_SEND_DELAY_SECONDS) of its
///    entry's [`at`](crate::JournalEntry::at); it may then take a minute. If it is too late to send it,
///    handle [`RequestFailure::NotSent`](crate::RequestFailure::NotSent) instead, since another process may
///    be about to treat its outcome as unknown.
///
/// A clock that was set, by any length and in any direction, needs no action as long as deadlines are kept as
/// terms: how far they are from the `now` at which they were planned. A payment whose instants lie in the future
/// is polled every few minutes until its age is known again.
///
/// If the transaction fails, drop the payment and replay its journal: a step that is not durable has not
/// happened. After a crash, handling the deadlines is enough to end each payment, because the deadline is
/// stored in the same transaction as the entry.
///
/// A payment has no deadline once it is final (unless its order says that late money is refunded: then it is read each
/// night until its charge could no longer be paid), or while it (or one of its refunds) is blocked, has raised an
/// [`Alert`](crate::Alert) and waits for [`Input::Resume`]. Such a payment reads only on evidence, as does each payment
/// that receives evidence of a charge other than its own: repeat the evidence until the read responds
/// with the charge, or with an error that it does not exist.
///
/// ```
/// use kakaopay_flows::{Input, Intent, Output, Payment};
/// # use kakaopay_types::{Currency, Mode, Money, PaymentAmount, Reference, ReturnUri};
/// # use kakaopay_types::{StoreId, Timestamp};
/// # let reference = Reference::parse("order-1").unwrap();
/// # let amount = PaymentAmount::new(Money::new(150_000, Currency::SGD)).unwrap();
/// # let return_uri = ReturnUri::parse("https://example.com/done").unwrap();
/// # let intent = Intent::new(reference, StoreId::from_bits(7), amount, return_uri, Mode::Test, 7);
/// # let now = Timestamp::UNIX_EPOCH;
/// let mut journal = Vec::new();
/// let mut requests = Vec::new();
/// let mut payment = Payment::open(intent, now);
/// loop {
///     let mut to_acknowledge = None;
///     while let Some(output) = payment.poll_output() {
///         match output {
///             Output::Persist(entry) => {
///                 journal.push((entry.seq, entry.to_bytes()));
///                 to_acknowledge = Some(entry.seq);
///             }
///             Output::Transmit(request) => requests.push(request),
///             Output::Event(_) | Output::Deadline(_) | Output::Redirect(_) => {}
///         }
///     }
///     // Commit the transaction here.
///     match to_acknowledge {
///         Some(seq) => payment.handle(Input::Persisted(seq), now)?,
///         None => break,
///     }
/// }
/// assert_eq!((journal.len(), requests.len()), (1, 1));
/// let replayed = Payment::replay(journal.iter().map(|(seq, bytes)| (*seq, bytes.as_slice())))?;
/// assert_eq!(replayed.unwrap().state(), payment.state());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Payment {
    model: Model,
    /// The entry that waits for its [`Input::Persisted`].
    unacknowledged: Option<u64>,
    ready: VecDeque<Output>,
    /// The outputs to release after that entry is durable.
    held: Vec<Output>,
}

impl Payment {
    /// Opens a new payment. Its first outputs persist the intent.
    #[must_use]
    pub fn open(intent: Intent, now: Timestamp) -> Self {
        let model = Model::opened(intent, now);
        let transition = dispatch::open(&model);
        let mut payment = Self::at(model);
        payment.take(transition, now);
        payment
    }

    /// Opens the payment of an order whose charge exists already, although no journal has it: the store was restored
    /// from an older copy. Its first outputs persist the intent and search for the charge, as after a creation
    /// whose outcome is unknown; `attempts` is the highest attempt that is known.
    #[must_use]
    pub fn adopt(intent: Intent, attempts: NonZeroU32, now: Timestamp) -> Self {
        let model = Model::opened(intent, now);
        let transition = dispatch::adopt(&model, attempts);
        let mut payment = Self::at(model);
        payment.take(transition, now);
        payment
    }

    /// Replays a payment from its journal. Returns `None` if the journal is empty. The journal of a pruned payment may
    /// begin with the [entry](Record::Pruned) that stands for those before it.
    ///
    /// # Errors
    /// [`ReplayError`] if the entries are not the whole journal of one payment, in order.
    pub fn replay<'a>(
        journal: impl IntoIterator<Item = (u64, &'a [u8])>,
    ) -> Result<Option<Self>, ReplayError> {
        Ok(replay::whole(journal)?.map(Self::at))
    }

    /// Encodes the payment, so that [`Payment::restore`] needs only the later entries of its journal.
    /// Storing snapshots is optional: a replay of the journal rebuilds the payment at any time.
    ///
    /// # Errors
    /// [`ApiMisuse::NotAcknowledged`] while the last entry is not acknowledged: a snapshot must not hold a
    /// step that may never become durable.
    pub fn snapshot(&self) -> Result<Vec<u8>, ApiMisuse> {
        match self.unacknowledged {
            Some(seq) => Err(ApiMisuse::NotAcknowledged { seq }),
            None => Ok(snapshot::to_bytes(&self.model)),
        }
    }

    /// Restores a payment from a [snapshot](Self::snapshot) and the entries after it.
    ///
    /// # Errors
    /// [`ReplayError`] if the snapshot is damaged or of an unknown version, or if the entries do not
    /// follow it.
    pub fn restore<'a>(
        snapshot: &[u8],
        journal: impl IntoIterator<Item = (u64, &'a [u8])>,
    ) -> Result<Self, ReplayError> {
        let mut model = snapshot::from_bytes(snapshot)?;
        for (seq, bytes) in journal {
            replay::follow(&mut model, seq, bytes)?;
        }
        Ok(Self::at(model))
    }

    /// Handles an input. [`Payment::poll_output`] returns the resulting outputs.
    ///
    /// # Errors
    /// [`ApiMisuse`] if outputs of the previous input are left, or its entry is not acknowledged. The
    /// payment is then unchanged.
    pub fn handle(&mut self, input: Input, now: Timestamp) -> Result<(), ApiMisuse> {
        if !self.ready.is_empty() {
            return Err(ApiMisuse::NotDrained);
        }
        match (self.unacknowledged, &input) {
            (Some(waiting), Input::Persisted(seq)) if waiting == *seq => {
                self.unacknowledged = None;
                self.ready.extend(self.held.drain(..));
                return Ok(());
            }
            (_, Input::Persisted(seq)) => {
                return Err(ApiMisuse::UnexpectedAcknowledgement { seq: *seq });
            }
            (Some(seq), _) => return Err(ApiMisuse::NotAcknowledged { seq }),
            (None, _) => {}
        }
        let transition = dispatch::transition(&self.model, &input, now);
        self.take(transition, now);
        Ok(())
    }

    /// Begins a refund; [`RefundProcess`](crate::RefundProcess) describes its steps. Idempotent: repeating the same request does
    /// nothing.
    ///
    /// # Errors
    /// [`RefundError`] if the payment or the charge is not paid, the amount exceeds the rest, the refund window has closed,
    /// another refund has the reference, or the driver broke the contract. The payment is then
    /// unchanged.
    pub fn refund(&mut self, request: &RefundRequest, now: Timestamp) -> Result<(), RefundError> {
        self.check_ready()?;
        if let Some(transition) = begin::open(&self.model, request, now)? {
            self.take(transition, now);
        }
        Ok(())
    }

    /// Begins the next attempt after `after` has ended unpaid, with the amount and the source of `intent`; its reference,
    /// store and mode are those of the payment. Returns whether anything has changed.
    ///
    /// Idempotent: it does nothing if `after` is no longer the attempt at hand, so that a second call for the same end
    /// begins no second attempt. Nor does it if the payment is paid or can still be paid. It takes back no wish to
    /// [cancel](Input::Cancel): see [`Input::TakeCancelBack`].
    ///
    /// # Errors
    /// [`PayAgainError`] if there is no attempt `after`, or the amount differs from one that can still be paid. The
    /// payment is then unchanged.
    pub fn pay_again(
        &mut self,
        intent: &Intent,
        after: NonZeroU32,
        now: Timestamp,
    ) -> Result<bool, PayAgainError> {
        self.check_ready()?;
        let transition = pay_again::open(&self.model, intent, after)?;
        Ok(transition.map(|transition| self.take(transition, now)).is_some())
    }

    /// Acknowledges the open alert with this [key](crate::Alert::key): a person has seen to it. Returns whether there is one,
    /// or it was acknowledged before. It changes no state and sends nothing. A charge or refund that differs from its
    /// request is set aside: [`Input::Resume`] then goes on without it.
    ///
    /// # Errors
    /// [`ApiMisuse`] as for [`Payment::handle`].
    pub fn acknowledge(
        &mut self,
        key: &str,
        who: &str,
        why: &str,
        now: Timestamp,
    ) -> Result<bool, ApiMisuse> {
        self.check_ready()?;
        let Some(alert) = self.model.alerts.iter().find(|alert| alert.key() == key).cloned() else {
            return Ok(self.acknowledged().iter().any(|acknowledged| acknowledged.alert.key() == key));
        };
        let record = Record::AlertAcknowledged { alert, who: who.to_owned(), why: why.to_owned() };
        self.take(Transition { records: vec![record], ..Transition::default() }, now);
        Ok(true)
    }

    /// Replaces all that is known of a payment which is over by [what is kept](Record::Pruned) of it. The entry of its
    /// first output stands for all before it, which may then be removed. The payment goes on from there: it answers,
    /// takes evidence of late money and of refunds made elsewhere, and can be refunded, as before. Does nothing if
    /// nothing has happened since it was pruned.
    ///
    /// # Errors
    /// [`PruneError`] if the payment is not over, or the driver broke the contract. The payment is then unchanged.
    pub fn prune(&mut self, now: Timestamp) -> Result<(), PruneError> {
        self.check_ready()?;
        over::check(&self.model)?;
        if !self.is_pruned() {
            let kept = Box::new(over::kept(&self.model));
            self.take(Transition { records: vec![Record::Pruned(kept)], ..Transition::default() }, now);
        }
        Ok(())
    }

    /// Returns whether the payment was pruned, and nothing has happened since.
    #[must_use]
    pub fn is_pruned(&self) -> bool {
        self.model.pruned_at == self.model.seq
    }

    pub(crate) fn model(&self) -> &Model {
        &self.model
    }

    /// Returns the next output, or `None` until the next input.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.ready.pop_front()
    }

    /// Returns the sequence number of the last entry.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.model.seq
    }

    /// Returns the opaque address to redirect the buyer to while the charge is pending. Returns `None` while
    /// the last entry is not acknowledged, and while the payment is to be cancelled.
    #[must_use]
    pub fn authorize_uri(&self) -> Option<&str> {
        match self.state() {
            State::Pending(pending) if self.unacknowledged.is_none() && self.cancel_wish().is_none() => {
                pending.authorize_uri.as_deref()
            }
            _ => None,
        }
    }

    fn at(model: Model) -> Self {
        Self { model, unacknowledged: None, ready: VecDeque::new(), held: Vec::new() }
    }

    /// Checks that an input may come.
    fn check_ready(&self) -> Result<(), ApiMisuse> {
        match self.unacknowledged {
            _ if !self.ready.is_empty() => Err(ApiMisuse::NotDrained),
            Some(seq) => Err(ApiMisuse::NotAcknowledged { seq }),
            None => Ok(()),
        }
    }

    /// Turns a transition into outputs: those of the transaction first, the others after it.
    fn take(&mut self, transition: Transition, now: Timestamp) {
        let Transition { records, events, deadline, redirect, mutations, reads } = transition;
        self.model.seq += u64::from(!records.is_empty());
        self.model.apply_all(&records, now);
        let seq = self.model.seq;
        let deadline = deadline.deadline(&self.model, now).map(Output::Deadline);
        let requests = mutations.into_iter().chain(reads).map(|request| request.requested_after(seq));
        let requests = requests.map(Output::Transmit);
        if records.is_empty() {
            self.ready.extend(deadline);
            // A transition without records has no events and no mutations. The filter guards that: an
            // unrecorded mutation must never be sent.
            self.ready.extend(requests.filter(is_read));
            return;
        }
        self.unacknowledged = Some(seq);
        self.ready.push_back(Output::Persist(JournalEntry { seq, at: now, records }));
        self.ready.extend(events.into_iter().map(Output::Event));
        self.ready.extend(deadline);
        self.held.extend(redirect.map(Output::Redirect).into_iter().chain(requests));
    }
}

fn is_read(output: &Output) -> bool {
    matches!(output, Output::Transmit(request) if !request.is_mutation())
}
