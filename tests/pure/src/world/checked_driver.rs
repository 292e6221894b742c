//! The shop's side: a store that survives, and a payment that does not.

use std::collections::{BTreeMap, BTreeSet};

use kakaopay_flows::{
    Alert, ApiMisuse, Deadline, Evidence, Input, Intent, Output, Payment, PaymentEvent, RefundError,
    RefundRequest, Request, Response,
};
use kakaopay_types::{Reference, Timestamp};

/// The process died.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crashed;

/// A driver with its store, held to the contract at each step.
#[derive(Debug, Clone)]
pub struct CheckedDriver {
    /// The journal: durable.
    pub journal: Vec<Vec<u8>>,
    /// When the payment wants to be woken: durable.
    pub deadline: Deadline,
    /// Notifications by key: durable.
    pub notified: BTreeMap<String, PaymentEvent>,
    /// Every link that was handed out.
    pub links: BTreeSet<String>,
    /// How many outputs may still be taken before the process dies.
    pub fuel: Option<u32>,
    /// How many outputs were taken.
    pub taken: u32,
    payment: Option<Payment>,
}

impl CheckedDriver {
    /// A driver at which a payment is to be opened.
    #[must_use]
    pub fn new() -> Self {
        Self {
            journal: Vec::new(),
            deadline: Deadline::Never,
            notified: BTreeMap::new(),
            links: BTreeSet::new(),
            fuel: None,
            taken: 0,
            payment: None,
        }
    }

    /// The payment, if it was opened.
    #[must_use]
    pub fn payment(&self) -> Option<&Payment> {
        self.payment.as_ref()
    }

    /// Opens the payment, or finds it.
    ///
    /// # Errors
    /// [`Crashed`].
    pub fn open(&mut self, intent: &Intent, now: Timestamp, sent: &mut Vec<Request>) -> Result<(), Crashed> {
        if self.payment.is_some() {
            return Ok(());
        }
        let payment = Payment::open(intent.clone(), now);
        self.drain(payment, now, sent)
    }

    /// Tells the payment something.
    ///
    /// # Errors
    /// [`Crashed`].
    ///
    /// # Panics
    /// If a final state is left.
    pub fn tell(&mut self, input: Input, now: Timestamp, sent: &mut Vec<Request>) -> Result<(), Crashed> {
        let Some(mut payment) = self.payment.take() else { return Ok(()) };
        let before = payment.state().clone();
        let (money_is_back, was_paid) = (shows_money_back(&input), self.is_notified_as_paid());
        payment.handle(input, now).expect("the contract is kept");
        assert!(!before.is_final() || before == *payment.state(), "I6: a final state stays: {before:?}");
        let drained = self.drain(payment, now, sent);
        let is_paid = self.is_notified_as_paid();
        assert!(
            !money_is_back || was_paid == is_paid,
            "F49, I4: the money was back, and it is notified as paid"
        );
        drained
    }

    /// Whether the order was notified as paid.
    #[must_use]
    pub fn is_notified_as_paid(&self) -> bool {
        self.notified.values().any(|event| matches!(event, PaymentEvent::Paid(_)))
    }

    /// The merchant wants a refund. Whether it was taken.
    ///
    /// # Errors
    /// [`Crashed`].
    ///
    /// # Panics
    /// If the contract is broken.
    pub fn refund(
        &mut self,
        order: &RefundRequest,
        now: Timestamp,
        sent: &mut Vec<Request>,
    ) -> Result<bool, Crashed> {
        let Some(mut payment) = self.payment.take() else { return Ok(false) };
        let taken = match payment.refund(order, now) {
            Ok(()) => true,
            Err(RefundError::ApiMisuse(misuse)) => panic!("{misuse}"),
            Err(_) => false,
        };
        self.drain(payment, now, sent)?;
        Ok(taken)
    }

    /// Kills the process and starts another, which knows only the journal.
    ///
    /// # Panics
    /// If the journal cannot be replayed, or a snapshot taken on the way does not lead to the same.
    pub fn restart(&mut self) {
        let entries = || (1_u64..).zip(&self.journal).map(|(seq, bytes)| (seq, bytes.as_slice()));
        self.payment = Payment::replay(entries()).expect("a journal");
        let half = self.journal.len() / 2;
        let replayed = Payment::replay(entries().take(half)).expect("a journal");
        if let (Some(early), Some(payment)) = (replayed, &self.payment) {
            let restored = Payment::restore(&early.snapshot().expect("all is durable"), entries().skip(half))
                .expect("a snapshot");
            assert_eq!(restored.snapshot(), payment.snapshot());
        }
    }

    /// How far a refund has come here.
    #[must_use]
    pub fn has_refund(&self, reference: &Reference) -> bool {
        self.payment.as_ref().is_some_and(|payment| payment.refunds().contains_key(reference))
    }

    /// Takes every output in the contract's order. A crash keeps the entries stored until then.
    fn drain(
        &mut self,
        mut payment: Payment,
        now: Timestamp,
        sent: &mut Vec<Request>,
    ) -> Result<(), Crashed> {
        loop {
            let (mut entry, mut deadline, mut events) = (None, None, Vec::new());
            while let Some(output) = payment.poll_output() {
                self.burn()?;
                match output {
                    Output::Persist(stored) => entry = Some(stored),
                    Output::Deadline(at) => deadline = Some(at),
                    Output::Event(event) => events.push(event),
                    Output::Redirect(link) => self.hand_out(&link),
                    Output::Transmit(request) => {
                        assert!(entry.is_none(), "I10: nothing leaves before its entry is durable");
                        sent.push(request);
                    }
                }
            }
            // The transaction.
            self.burn()?;
            self.deadline = deadline.unwrap_or(self.deadline);
            let seq = entry.as_ref().map(|entry| entry.seq);
            self.journal.extend(entry.map(|entry| entry.to_bytes()));
            for event in events {
                let before = self.notified.insert(event.key(), event.clone());
                assert!(before.is_none(), "I3: told twice: {event:?}");
            }
            match seq {
                Some(seq) => acknowledge(&mut payment, seq, now).expect("it waits for this"),
                None => break,
            }
        }
        for key in payment.notification_keys() {
            assert!(
                self.notified.contains_key(&key),
                "F62: {key} follows from the state, and was not notified"
            );
        }
        assert!(
            !payment.needs_deadline(now) || self.deadline != Deadline::Never,
            "F62: something is due later, and there is no deadline"
        );
        if let Some(link) = payment.authorize_uri() {
            self.hand_out(link);
        }
        self.payment = Some(payment);
        Ok(())
    }

    fn hand_out(&mut self, link: &str) {
        self.links.insert(link.to_owned());
        assert!(self.links.len() == 1, "F10: more than one link was handed out: {:?}", self.links);
    }

    fn burn(&mut self) -> Result<(), Crashed> {
        self.taken += 1;
        match &mut self.fuel {
            None => Ok(()),
            Some(0) => {
                self.fuel = None;
                self.payment = None;
                Err(Crashed)
            }
            Some(fuel) => {
                *fuel -= 1;
                Ok(())
            }
        }
    }
}

impl Default for CheckedDriver {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether an input is a reading of a charge whose money went back in full.
fn shows_money_back(input: &Input) -> bool {
    match input {
        Input::Response(Response::Read { result: Ok(charge), .. })
        | Input::Evidence(Evidence::Read(charge)) => charge.is_refunded_in_full(),
        _ => false,
    }
}

fn acknowledge(payment: &mut Payment, seq: u64, now: Timestamp) -> Result<(), ApiMisuse> {
    payment.handle(Input::Persisted(seq), now)
}

/// Whether a payment has come to its end, refunds included, or a person must go on.
#[must_use]
pub fn is_over(payment: &Payment) -> bool {
    let unresolved = |reference: &Reference| {
        let alert = Alert::RefundUnresolved { reference: reference.clone() };
        payment.alerts().contains(&alert)
    };
    let mut refunds = payment.refunds().iter();
    payment.state().is_final()
        && refunds.all(|(reference, refund)| {
            unresolved(reference) || (refund.state().is_final() && !refund.is_watched())
        })
        && payment.duplicate_charges().values().all(|other| other.end.is_some())
}
