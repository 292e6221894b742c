//! The world that the model checker walks, and its steps.

use std::fmt::Debug;
use std::hash::{Hash, Hasher};

use kakaopay_flows::{Input, PaymentEvent, Request};
use kakaopay_pure_tests::world::{CheckedDriver, Service, is_over};
use kakaopay_types::{ChargeStatus, Timestamp};

#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) driver: CheckedDriver,
    pub(super) service: Service,
    pub(super) now: Timestamp,
    /// Sent, and neither answered nor given up.
    pub(super) waiting: Vec<Request>,
    /// Given up, and perhaps still to be carried out; each with when it was sent.
    pub(super) astray: Vec<(Timestamp, Request)>,
    pub(super) faults: u8,
    pub(super) crashes: u8,
    pub(super) hooks: u8,
    pub(super) persons: u8,
    pub(super) staff: u8,
    pub(super) cancels: u8,
    pub(super) taken_back: u8,
    /// Whether it matters when a read was requested.
    pub(super) may_cancel: bool,
    pub(super) decided: bool,
    pub(super) refund_wanted: bool,
}

impl World {
    /// All that tells one state from another, and so all that anything to come depends on.
    pub(super) fn identity(&self) -> impl Hash + PartialEq + Debug {
        let charges = self.service.charges.iter().map(|(at, charge)| {
            let attempt = charge.metadata.attempt().map(|attempt| attempt.to_string());
            let paid_at = charge.paid_at.map(Timestamp::unix_millis);
            (at.unix_millis(), attempt, charge.status.to_string(), paid_at)
        });
        let refunds = self.service.refunds.iter().map(|refund| refund.amount);
        (
            self.driver.payment().map(|payment| payment.snapshot().expect("all is durable")),
            (format!("{:?}", self.driver.deadline), self.now.unix_millis(), &self.driver.links),
            charges.collect::<Vec<_>>(),
            refunds.collect::<Vec<_>>(),
            format!("{:?} {:?}", self.told_apart(), self.astray),
            [self.faults, self.crashes, self.hooks, self.persons, self.staff, self.cancels, self.taken_back],
            [self.decided, self.refund_wanted],
        )
    }

    /// The requests that are under way. Only the end of a payment that is to be cancelled depends on when a read was
    /// requested.
    pub(super) fn told_apart(&self) -> Vec<Request> {
        let mut waiting = self.waiting.clone();
        for request in &mut waiting {
            if let (Request::RetrieveCharge(read), false) = (request, self.may_cancel) {
                read.after_seq = 0;
            }
        }
        waiting
    }

    pub(super) fn tell(&mut self, input: Input) {
        let handled = self.driver.tell(input, self.now, &mut self.waiting);
        assert!(handled.is_ok(), "nobody said that it dies");
    }

    pub(super) fn is_over(&self) -> bool {
        self.driver.payment().is_some_and(is_over)
    }

    pub(super) fn is_paid(&self) -> bool {
        self.driver.payment().is_some_and(|payment| payment.state().is_paid())
    }

    pub(super) fn is_to_be_cancelled(&self) -> bool {
        self.driver.payment().is_some_and(|payment| payment.cancel_wish().is_some())
    }

    /// Whether the order is cancelled, and was paid all the same.
    pub(super) fn is_late(&self) -> bool {
        let is_late = |event: &PaymentEvent| matches!(event, PaymentEvent::PaidLate { .. });
        self.driver.notified.values().any(is_late)
    }

    pub(super) fn refund_by_hand(&mut self, place: usize) {
        self.staff -= 1;
        self.service.refund_whole(place, self.now);
    }
}

impl Hash for World {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.identity().hash(hasher);
    }
}

impl PartialEq for World {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    /// A request is carried out and answered.
    Response(usize),
    /// It is lost.
    Lose(usize),
    /// Its answer is lost.
    LoseAnswer(usize),
    /// It is given up, and may be carried out later.
    Delay(usize),
    /// One that was given up is carried out.
    Arrive(usize),
    /// The process dies, and another takes its place.
    Die,
    /// Time passes until the payment wants to be woken.
    Wake,
    /// The buyer decides.
    Decide(ChargeStatus),
    /// A webhook comes.
    Hook(usize),
    /// The merchant wants money to go back.
    Refund,
    /// A person says to go on.
    Resume,
    /// Staff refund a whole charge in the dashboard.
    RefundByHand(usize),
    /// The merchant cancels.
    Cancel,
    /// The merchant takes it back.
    TakeBack,
}
