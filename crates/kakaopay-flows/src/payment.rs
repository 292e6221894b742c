//! The payment as a machine that a driver feeds and empties.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use kakaopay_types::{ChargeId, Reference, Timestamp};

use crate::alert::Alert;
use crate::error::{ApiMisuse, RefundError, ReplayError};
use crate::input::Input;
use crate::intent::Intent;
use crate::journal::entry::JournalEntry;
use crate::journal::record::Record;
use crate::journal::snapshot;
use crate::output::Output;
use crate::refund_order::RefundRequest;
use crate::rules::dispatch;
use crate::rules::refund::begin;
use crate::state::duplicate_charge::DuplicateCharge;
use crate::state::lifecycle::State;
use crate::state::model::Model;
use crate::state::refund::RefundProcess;
use crate::transition::Transition;

/// One payment, without IO, clock or randomness.
///
/// It has four kinds of methods: those that make one ([`open`](Self::open), [`replay`](Self::replay),
/// [`restore`](Self::restore)), those that tell it something ([`handle`](Self::handle),
/// [`refund`](Self::refund)), the one that gives what to do ([`poll_output`](Self::poll_output)), and those
/// that only look.
///
/// # How to drive it
///
/// 1. Make one with [`Payment::open`], or bring one back with [`Payment::replay`] or
///    [`Payment::restore`].
/// 2. Take every output with [`Payment::poll_output`] until there is none. What comes before the
///    first `None` belongs together: an [`Output::Persist`] with its [`Output::PaymentEvent`]s and its
///    [`Output::Deadline`] are one transaction, on the condition that the journal ends with the entry
///    before this one. A deadline alone is one, too, on the condition that the journal ends where
///    [`Payment::seq`] says.
/// 3. When that transaction is durable, and not before, [`Payment::handle`]
///    [`Input::Persisted`]. Only then [`Output::Transmit`] of a mutation and [`Output::Redirect`]
///    come out. Go to 2.
/// 4. Carry the requests out, and `handle` what became of each as [`Input::Response`], once; `handle`
///    [`Input::Evidence`] when a webhook or the buyer comes, and [`Input::Timeout`] at the deadline.
///    Go to 2. A mutation leaves within [`MAX_SEND_DELAY_SECONDS`](crate::LEAVE_WITHIN_SECONDS) of its
///    entry's [`at`](crate::Entry::at) and may take a minute; one that cannot is answered with
///    [`RequestFailure::NotSent`](crate::Trouble::NotSent) instead, since somebody else may be about to take
///    it for lost.
///
/// When the clock was set back, tick every payment that has a deadline: it may lie far ahead now.
///
/// If the transaction fails, throw the machine away and replay the journal: what was not durable
/// has not happened. Nothing else is needed after a crash to end a payment, because until then it
/// always has a deadline, and the deadline is in the same transaction. Two have none: a payment, or
/// a refund of one, that has halted, of which a person was told, who says [`Input::Resume`] then; and
/// one that has ended. These only read on evidence, and so does any payment that hears of another
/// charge: give the evidence again until the reading was answered with the charge, or with the word
/// that there is none.
///
/// ```
/// use kakaopay_flows::{Input, Intent, Output, Payment, SourceMode};
/// # use kakaopay_types::{Currency, Mode, Money, PaymentAmount, Reference, ReturnUri, Timestamp};
/// # let intent = Intent {
/// #     reference: Reference::parse("order-1").unwrap(),
/// #     amount: PaymentAmount::new(Money::new(150_000, Currency::SGD)).unwrap(),
/// #     mode: Mode::Test,
/// #     return_uri: ReturnUri::parse("https://example.com/done").unwrap(),
/// #     description: None,
/// #     source: SourceMode::Inline(None),
/// #     jitter_seed: 7,
/// # };
/// # let now = Timestamp::UNIX_EPOCH;
/// let mut journal = Vec::new();
/// let mut wire = Vec::new();
/// let mut payment = Payment::open(intent, now);
/// loop {
///     let mut to_acknowledge = None;
///     while let Some(output) = payment.poll_output() {
///         match output {
///             Output::Persist(entry) => {
///                 journal.push((entry.seq, entry.to_bytes()));
///                 to_acknowledge = Some(entry.seq);
///             }
///             Output::Transmit(request) => wire.push(request),
///             Output::PaymentEvent(_) | Output::Deadline(_) | Output::Redirect(_) => {}
///         }
///     }
///     // Here the transaction is committed.
///     match to_acknowledge {
///         Some(seq) => payment.handle(Input::Persisted(seq), now)?,
///         None => break,
///     }
/// }
/// assert_eq!((journal.len(), wire.len()), (1, 1));
/// let again = Payment::replay(journal.iter().map(|(seq, bytes)| (*seq, bytes.as_slice())))?;
/// assert_eq!(again.unwrap().state(), payment.state());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Payment {
    model: Model,
    /// Entries made so far, durable or not.
    seq: u64,
    /// The entry that is not known to be durable.
    unacknowledged: Option<u64>,
    ready: VecDeque<Output>,
    /// What comes out once the entry is durable.
    held: Vec<Output>,
}

impl Payment {
    /// A new payment. Its first outputs make the intent durable.
    #[must_use]
    pub fn open(intent: Intent, now: Timestamp) -> Self {
        let model = Model::opened(intent, now);
        let step = dispatch::open(&model);
        let mut payment = Self::at(model, 0);
        payment.take(step, now);
        payment
    }

    /// A payment as its journal has it; `None` when the journal is empty.
    ///
    /// # Errors
    /// [`ReplayError`] when the entries are not one payment's journal from its beginning.
    pub fn replay<'a>(
        journal: impl IntoIterator<Item = (u64, &'a [u8])>,
    ) -> Result<Option<Self>, ReplayError> {
        let mut payment: Option<Self> = None;
        for (seq, bytes) in journal {
            match &mut payment {
                Some(payment) => payment.follow(seq, bytes)?,
                None if seq != 1 => return Err(ReplayError::OutOfOrder { expected: 1, found: seq }),
                None => payment = Some(Self::from_first(&JournalEntry::from_bytes(seq, bytes)?)?),
            }
        }
        Ok(payment)
    }

    /// What is known of the payment as bytes, so that its journal need not be read from the beginning.
    /// Store it beside the journal, if at all: it is made again from that at any time.
    ///
    /// # Errors
    /// [`ApiMisuse::NotAcknowledged`] while the last entry is not known to be durable: what may never have
    /// happened must not be stored as if it had.
    pub fn snapshot(&self) -> Result<Vec<u8>, ApiMisuse> {
        match self.unacknowledged {
            Some(seq) => Err(ApiMisuse::NotAcknowledged { seq }),
            None => Ok(snapshot::to_bytes(&self.model, self.seq)),
        }
    }

    /// A payment as a [snapshot](Self::snapshot) has it, and the entries behind that.
    ///
    /// # Errors
    /// [`ReplayError`] when it is no snapshot of a version known here, or the entries are not those that
    /// follow it.
    pub fn restore<'a>(
        snapshot: &[u8],
        journal: impl IntoIterator<Item = (u64, &'a [u8])>,
    ) -> Result<Self, ReplayError> {
        let (model, seq) = snapshot::from_bytes(snapshot)?;
        let mut payment = Self::at(model, seq);
        for (seq, bytes) in journal {
            payment.follow(seq, bytes)?;
        }
        Ok(payment)
    }

    /// Takes an input. The outputs it leads to are taken with [`Payment::poll_output`].
    ///
    /// # Errors
    /// [`ApiMisuse`] when outputs of the step before were not taken, or its entry not acknowledged;
    /// the payment is unchanged.
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
        let step = dispatch::step(&self.model, &input, now);
        self.take(step, now);
        Ok(())
    }

    /// Begins to give money back to the buyer; see [`RefundProcess`] for how that goes on. The same refund
    /// asked for again is the one that was begun, and nothing happens.
    ///
    /// # Errors
    /// [`RefundError`] when the payment is not paid, too little is left of it, the time for refunds has
    /// passed, the reference belongs to another refund, or the contract was broken; the payment is
    /// unchanged.
    pub fn refund(&mut self, order: &RefundRequest, now: Timestamp) -> Result<(), RefundError> {
        if !self.ready.is_empty() {
            return Err(ApiMisuse::NotDrained.into());
        }
        if let Some(seq) = self.unacknowledged {
            return Err(ApiMisuse::NotAcknowledged { seq }.into());
        }
        if let Some(step) = begin::open(&self.model, order, now)? {
            self.take(step, now);
        }
        Ok(())
    }

    /// The next thing to do; `None` when there is nothing until the next input.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.ready.pop_front()
    }

    /// How far the payment has come.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.model.state
    }

    /// What the merchant wants.
    #[must_use]
    pub fn intent(&self) -> &Intent {
        &self.model.intent
    }

    /// What a person was asked to look at, and neither put right nor answered with
    /// [`Input::Resume`].
    #[must_use]
    pub fn alerts(&self) -> &BTreeSet<Alert> {
        &self.model.alerts
    }

    /// Charges of the order beside its own, each watched until it has ended.
    #[must_use]
    pub fn duplicate_charges(&self) -> &BTreeMap<ChargeId, DuplicateCharge> {
        &self.model.duplicates
    }

    /// The refunds, by their own references.
    #[must_use]
    pub fn refunds(&self) -> &BTreeMap<Reference, RefundProcess> {
        &self.model.refunds
    }

    /// The sequence number of the last entry.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Where to send the buyer while the charge waits to be approved. It is opaque. There is none while
    /// the last entry is not known to be durable.
    #[must_use]
    pub fn authorize_uri(&self) -> Option<&str> {
        match self.state() {
            State::Pending(pending) if self.unacknowledged.is_none() => pending.authorize_uri.as_deref(),
            _ => None,
        }
    }

    fn at(model: Model, seq: u64) -> Self {
        Self { model, seq, unacknowledged: None, ready: VecDeque::new(), held: Vec::new() }
    }

    fn from_first(entry: &JournalEntry) -> Result<Self, ReplayError> {
        let Some((Record::Opened(intent), rest)) = entry.records.split_first() else {
            return Err(ReplayError::Impossible { seq: entry.seq });
        };
        let mut payment = Self::at(Model::opened(intent.clone().into(), entry.at), 0);
        payment.absorb(entry, rest)?;
        Ok(payment)
    }

    fn follow(&mut self, seq: u64, bytes: &[u8]) -> Result<(), ReplayError> {
        let expected = self.seq.checked_add(1).ok_or(ReplayError::Unreadable { seq: self.seq })?;
        if seq != expected {
            return Err(ReplayError::OutOfOrder { expected, found: seq });
        }
        let entry = JournalEntry::from_bytes(seq, bytes)?;
        self.absorb(&entry, &entry.records)
    }

    fn absorb(&mut self, entry: &JournalEntry, records: &[Record]) -> Result<(), ReplayError> {
        for record in records {
            self.model.apply(record, entry.at).ok_or(ReplayError::Impossible { seq: entry.seq })?;
        }
        self.seq = entry.seq;
        Ok(())
    }

    /// Turns a step into outputs: what belongs to the transaction first, the rest behind it.
    fn take(&mut self, step: Transition, now: Timestamp) {
        let Transition { records, events, deadline, redirect, mutations, reads } = step;
        self.model.apply_all(&records, now);
        let deadline = deadline.deadline(&self.model, now).map(Output::Deadline);
        let requests = mutations.into_iter().chain(reads).map(Output::Transmit);
        if records.is_empty() {
            self.ready.extend(deadline);
            // A step that records nothing has nothing to say and changes nothing; were there ever
            // a mutation in it, it would not leave.
            self.ready.extend(requests.filter(is_read));
            return;
        }
        self.seq += 1;
        self.unacknowledged = Some(self.seq);
        self.ready.push_back(Output::Persist(JournalEntry { seq: self.seq, at: now, records }));
        self.ready.extend(events.into_iter().map(Output::PaymentEvent));
        self.ready.extend(deadline);
        self.held.extend(redirect.map(Output::Redirect).into_iter().chain(requests));
    }
}

fn is_read(output: &Output) -> bool {
    matches!(output, Output::Transmit(request) if !request.is_mutation())
}
