//! A payment with a driver that keeps its journal and checks the contract at each step.

use std::num::NonZeroU32;

use kakaopay_flows::{
    Deadline, Input, Intent, Output, PayAgainError, Payment, PaymentEvent, PruneError, RefundError,
    RefundRequest, Request, Response, State,
};
use kakaopay_types::Timestamp;

/// A payment with all that has come out of it.
#[derive(Debug, Clone)]
pub struct Driven {
    /// The machine.
    pub payment: Payment,
    /// The journal.
    pub journal: Vec<(u64, Vec<u8>)>,
    /// The notifications so far.
    pub events: Vec<PaymentEvent>,
    /// The links that were handed out.
    pub redirects: Vec<String>,
    /// When the payment wants to be woken.
    pub deadline: Deadline,
    /// Whether the service tells no time. Otherwise a list without a time was served when it is handled.
    pub clockless: bool,
}

impl Driven {
    /// Opens a payment. Returns its first requests.
    #[must_use]
    pub fn open(intent: Intent, now: Timestamp) -> (Self, Vec<Request>) {
        let mut driven = Self {
            payment: Payment::open(intent, now),
            journal: Vec::new(),
            events: Vec::new(),
            redirects: Vec::new(),
            deadline: Deadline::Never,
            clockless: false,
        };
        let requests = driven.drain(now);
        (driven, requests)
    }

    /// Handles an input. Returns the requests.
    ///
    /// # Panics
    /// If the payment breaks its contract.
    pub fn handle(&mut self, input: Input, now: Timestamp) -> Vec<Request> {
        let input = if self.clockless { input } else { timed(input, now) };
        let (before, attempt) = (self.payment.state().clone(), self.payment.attempt());
        let ticks = matches!(input, Input::Timeout);
        self.payment.handle(input, now).expect("the driver keeps the contract");
        let requests = self.drain(now);
        // An attempt that the journal lacks may have been made after an unpaid end.
        let is_another = before.is_unpaid_end() && self.payment.attempt() > attempt;
        if before.is_final() && !is_another {
            assert_eq!(&before, self.payment.state(), "a final state stays");
        }
        if let (true, Deadline::At(next)) = (ticks, self.deadline) {
            assert!(next > now, "a deadline that has come gives way to a later one: {next:?}, {now:?}");
        }
        requests
    }

    /// Requests a refund. Returns the requests.
    ///
    /// # Errors
    /// [`RefundError`] when the payment takes no such refund.
    pub fn refund(&mut self, order: &RefundRequest, now: Timestamp) -> Result<Vec<Request>, RefundError> {
        self.payment.refund(order, now)?;
        Ok(self.drain(now))
    }

    /// Begins another attempt. Returns the requests.
    ///
    /// # Errors
    /// [`PayAgainError`] when no attempt can begin.
    pub fn pay_again(
        &mut self,
        intent: &Intent,
        after: NonZeroU32,
        now: Timestamp,
    ) -> Result<Vec<Request>, PayAgainError> {
        self.payment.pay_again(intent, after, now)?;
        Ok(self.drain(now))
    }

    /// Prunes the payment, and removes the entries that are no longer needed.
    ///
    /// # Errors
    /// [`PruneError`] when the payment is not over.
    ///
    /// # Panics
    /// If the payment breaks its contract.
    pub fn prune(&mut self, now: Timestamp) -> Result<(), PruneError> {
        self.payment.prune(now)?;
        let before = self.journal.len();
        let (events, deadline) = (self.events.len(), self.deadline);
        assert!(self.drain(now).is_empty(), "it sends nothing");
        assert_eq!((self.events.len(), self.deadline), (events, deadline), "it changes no plan");
        if self.journal.len() > before {
            self.journal.drain(..before);
        }
        self.check_replay();
        Ok(())
    }

    /// Acknowledges an alert. Returns whether there is one.
    ///
    /// # Panics
    /// If the payment breaks its contract.
    pub fn acknowledge(&mut self, key: &str, now: Timestamp) -> bool {
        self.acknowledge_as(key, ("staff", "seen"), now)
    }

    /// Acknowledges an alert by a person, for a reason. Returns whether there is one.
    ///
    /// # Panics
    /// If the payment breaks its contract.
    pub fn acknowledge_as(&mut self, key: &str, (who, why): (&str, &str), now: Timestamp) -> bool {
        let found = self.payment.acknowledge(key, who, why, now).expect("the contract is kept");
        let requests = self.drain(now);
        assert!(requests.is_empty(), "it sends nothing: {requests:?}");
        found
    }

    /// The deadline is the one that a tick would set.
    ///
    /// # Panics
    /// If it is another.
    #[track_caller]
    pub fn assert_is_planned(&self, now: Timestamp) {
        let mut ticked = self.clone();
        ticked.handle(Input::Timeout, now);
        assert_eq!(self.deadline, ticked.deadline);
    }

    /// How far the payment has come.
    #[must_use]
    pub fn state(&self) -> &State {
        self.payment.state()
    }

    /// Takes every output, as the contract says, and holds the payment to it.
    fn drain(&mut self, now: Timestamp) -> Vec<Request> {
        let mut requests = Vec::new();
        loop {
            let mut unacknowledged = None;
            while let Some(output) = self.payment.poll_output() {
                match output {
                    Output::Persist(entry) => {
                        assert_eq!(unacknowledged, None, "one entry a step");
                        unacknowledged = Some(entry.seq);
                        self.journal.push((entry.seq, entry.to_bytes()));
                    }
                    Output::Transmit(request) => {
                        assert_eq!(unacknowledged, None, "nothing leaves before its entry is durable");
                        requests.push(request);
                    }
                    Output::Redirect(link) => {
                        assert_eq!(unacknowledged, None, "no link is handed out before it is durable");
                        self.redirects.push(link);
                    }
                    Output::Deadline(deadline) => self.deadline = deadline,
                    Output::Event(event) => {
                        assert!(
                            unacknowledged.is_some(),
                            "what is told is stored with the entry that tells it"
                        );
                        self.events.push(event);
                    }
                }
            }
            let Some(seq) = unacknowledged else { return requests };
            assert!(self.payment.snapshot().is_err(), "what is not durable is not to be stored as known");
            self.payment.handle(Input::Persisted(seq), now).expect("it waits for this");
            self.check_replay();
        }
    }

    /// The journal alone brings the same payment back.
    fn check_replay(&self) {
        let entries = self.journal.iter().map(|(seq, bytes)| (*seq, bytes.as_slice()));
        let last = self.journal.last().map(|(seq, _)| *seq);
        assert_eq!(Some(self.payment.seq()), last, "the last entry is known");
        let replayed = Payment::replay(entries).expect("a good journal").expect("an opened payment");
        assert_eq!(replayed.state(), self.payment.state());
        assert!(self.payment.snapshot().is_ok() && replayed.snapshot() == self.payment.snapshot());
    }
}

/// A list that tells no time, as served at an instant.
fn timed(mut input: Input, now: Timestamp) -> Input {
    if let Input::Response(response) = &mut input {
        let (served_at, to) = match response {
            Response::FindCharge { served_at, result: Ok(list), .. } => (served_at, list.to),
            Response::Refunds { served_at, result: Ok(list), .. } => (served_at, list.to),
            Response::Read { served_at, result: Ok(_), .. } => (served_at, None),
            _ => return input,
        };
        if served_at.is_none() && to.is_none() {
            *served_at = Some(now.truncate_to_seconds());
        }
    }
    input
}
