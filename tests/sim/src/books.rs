//! The shop's books: links that were handed out, and notifications that its handler accepted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kakaopay::flows::RefundNotice;
use kakaopay::types::{ChargeId, Reference};
use kakaopay::{Error, PaymentEvent, RefundSummary};
use kakaopay_types::StoreId;

use crate::choices::Choices;
use crate::moves::{Millis, Seconds};
use crate::service::Service;
use crate::wishes::Wishes;

/// A broken promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The invariant.
    pub invariant: &'static str,
    /// How it was broken.
    pub text: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.text)
    }
}

/// The shop's books. Clones share them.
#[derive(Debug, Clone)]
pub struct Books(Arc<Mutex<Pages>>);

/// The pages of the books.
#[derive(Debug)]
pub struct Pages {
    /// The time.
    pub now: Millis,
    /// Links handed out, by order.
    pub links: BTreeMap<String, Vec<String>>,
    /// Accepted notifications in order, by order: each with its key, once.
    pub accepted: BTreeMap<String, Vec<(String, PaymentEvent)>>,
    /// Charges that a notification named when it came again.
    pub named_again: BTreeSet<ChargeId>,
    /// Charges that a response showed as successful, with money left at the shop.
    pub shown_paid: BTreeSet<String>,
    /// Refunds that a call returned, by order and reference.
    pub accepted_refunds: BTreeSet<(String, Reference)>,
    /// When each charge was last read.
    pub polled: BTreeMap<String, Millis>,
    /// Orders whose charge was notified as orphaned, until the operator has adopted them.
    pub to_adopt: BTreeSet<String>,
    /// Orders whose pending charges were shown as ended, so that the buyer could try again.
    pub misread: BTreeSet<String>,
    /// Whether an older copy was put in the place of the store.
    pub was_restored: bool,
    /// How many payments were pruned.
    pub pruned: u64,
    /// Keys of notifications that were removed when their payments were pruned.
    pub pruned_keys: BTreeSet<String>,
    /// Wishes to cancel.
    pub wishes: Wishes,
    /// Broken promises.
    pub violations: Vec<Violation>,
    /// The story so far, of all books.
    pub story: Story,
    /// Whether the handler fails now and then.
    pub handler_trouble: bool,
    /// The name of the shop in the story; empty for the first.
    name: &'static str,
    choices: Choices,
    service: Service,
    store_id: StoreId,
}

/// A story, a line for each thing that happened. Clones share it.
pub type Story = Arc<Mutex<Vec<String>>>;

/// The charge that a notification calls paid, whether it pays the order or not.
#[must_use]
pub fn paid_charge(event: &PaymentEvent) -> Option<&ChargeId> {
    match event {
        PaymentEvent::Paid(paid) => Some(&paid.charge),
        // The money was back before the payment was known.
        PaymentEvent::PaidAndRefunded { charge, .. } | PaymentEvent::PaidLate { charge, .. } => Some(charge),
        _ => None,
    }
}

/// How the handler treats a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// It accepts it, after a while.
    Accept(Millis),
    /// It fails, after a while.
    Fail(Millis),
    /// It panics.
    Panic,
    /// It never returns.
    Hang,
}

impl Books {
    /// Empty books.
    #[must_use]
    pub fn new(
        name: &'static str,
        choices: Choices,
        service: Service,
        store_id: StoreId,
        story: Story,
    ) -> Self {
        Self(Arc::new(Mutex::new(Pages {
            now: 0,
            links: BTreeMap::new(),
            accepted: BTreeMap::new(),
            named_again: BTreeSet::new(),
            shown_paid: BTreeSet::new(),
            accepted_refunds: BTreeSet::new(),
            polled: BTreeMap::new(),
            to_adopt: BTreeSet::new(),
            misread: BTreeSet::new(),
            was_restored: false,
            pruned: 0,
            pruned_keys: BTreeSet::new(),
            wishes: Wishes::default(),
            violations: Vec::new(),
            story,
            handler_trouble: false,
            name,
            choices,
            service,
            store_id,
        })))
    }

    /// Opens them.
    pub fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    /// Adds a line to the story.
    pub fn tell(&mut self, line: impl fmt::Display) {
        let line = format!("{:>12} s  {}{line}", Seconds(self.now), self.name);
        self.story.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    /// Records a broken promise.
    pub fn violate(&mut self, invariant: &'static str, text: impl fmt::Display) {
        self.tell(format_args!("BROKEN {invariant}: {text}"));
        self.violations.push(Violation { invariant, text: text.to_string() });
    }

    /// A link is handed to a buyer.
    pub fn hand_out(&mut self, order: &str, link: &str) {
        let links = self.links.entry(order.to_owned()).or_default();
        if links.iter().any(|known| known == link) {
            return;
        }
        links.push(link.to_owned());
        let charges = self.service.charges();
        let is_payable = |link: &&String| {
            charges.iter().any(|charge| charge.authorize_uri == **link && charge.status == "pending")
        };
        let payable = links.iter().filter(is_payable).count();
        if payable > 1 && !self.misread.contains(order) {
            self.violate("F10", format_args!("{order}: {payable} links can be paid"));
        }
    }

    /// A call for a refund has ended: with the refund, or with an error.
    pub fn refund_returned(&mut self, order: &Reference, returned: Result<RefundSummary, Error>) {
        match returned {
            Ok(refund) => {
                self.tell(format_args!("{order}: {} requested: {}", refund.reference, refund.state.name()));
                self.accepted_refunds.insert((order.as_str().to_owned(), refund.reference));
            }
            Err(error) => self.tell(format_args!("{order}: refund requested: {error}")),
        }
    }

    /// The handler is called.
    pub fn treat(&mut self, key: &str) -> Treatment {
        let treatment = if self.handler_trouble && self.choices.percent(40) {
            match self.choices.between(0, 8) {
                0..=3 => Treatment::Fail(0),
                4 => Treatment::Fail(31_000),
                5 => Treatment::Panic,
                6 => Treatment::Hang,
                _ => Treatment::Accept(self.choices.between(0, 50_000)),
            }
        } else {
            Treatment::Accept(0)
        };
        self.tell(format_args!("handler gets {key}: {treatment:?}"));
        treatment
    }

    /// The handler has accepted a notification.
    pub fn accept(&mut self, key: &str, event: &PaymentEvent) {
        let order = event.reference().as_str().to_owned();
        if matches!(event, PaymentEvent::Orphaned { .. }) {
            // Also when it comes again: the store was put back once more, and lacks the order again.
            self.to_adopt.insert(order.clone());
        }
        let accepted = self.accepted.entry(order.clone()).or_default();
        if accepted.iter().any(|(known, _)| known == key) {
            // Delivery is at least once. A store that was put back may judge another of two paid charges to be the one that
            // pays the order: the notification names it, under the key that the handler knows.
            self.named_again.extend(paid_charge(event).filter(|_| self.was_restored).cloned());
            return;
        }
        accepted.push((key.to_owned(), event.clone()));
        let paid: Vec<_> = accepted.iter().filter_map(|(_, event)| paid_charge(event)).cloned().collect();
        let times = |charge: &ChargeId| paid.iter().filter(|paid| *paid == charge).count();
        // A store that was put back does not know what it has notified, and notifies what it reads now: once as paid,
        // and perhaps as late or given back.
        if let Some(charge) = paid_charge(event).filter(|charge| times(charge) > 1 && !self.was_restored) {
            self.violate("I2", format_args!("{order}: {charge} was notified more than once"));
        }
        match event {
            PaymentEvent::Paid(paid) => {
                self.check_paid(&order, paid.charge.as_str(), paid.amount.minor_units());
            }
            PaymentEvent::PaidLate { charge, amount, .. } => {
                self.check_booked(&order, charge.as_str(), amount.minor_units());
            }
            PaymentEvent::Refunded { notice: RefundNotice { charge, .. }, .. }
            | PaymentEvent::RefundedElsewhere { charge, .. }
                if times(charge) == 0 =>
            {
                self.violate("F48", format_args!("{order}: {key} was accepted before paid"));
            }
            _ => {}
        }
    }

    /// I3, I4: goods leave once, for a charge that the service holds as successful, of the order and the amount.
    fn check_paid(&mut self, order: &str, charge: &str, amount: i64) {
        let paid = |(_, event): &&(String, PaymentEvent)| matches!(event, PaymentEvent::Paid(_));
        let times = self.accepted[order].iter().filter(paid).count();
        if times > 1 {
            self.violate("I3", format_args!("{order}: paid {times} times"));
        }
        self.check_wish(order, charge);
        if !self.shown_paid.contains(charge) {
            self.violate(
                "F49",
                format_args!("{order}: paid by {charge}, whose money was back in every reading"),
            );
        }
        self.check_booked(order, charge, amount);
    }

    /// F64: what is to be cancelled, or was notified as cancelled, releases no goods. A store that was put back may lack the
    /// wish.
    fn check_wish(&mut self, order: &str, charge: &str) {
        if self.was_restored {
            return;
        }
        if self.wishes.is_unwanted(order) {
            self.violate("F64", format_args!("{order}: paid by {charge}, and it was to be cancelled"));
        }
        let accepted = self.accepted.get(order).map(Vec::as_slice).unwrap_or_default();
        let is_cancelled = accepted.iter().any(|(_, event)| match event {
            PaymentEvent::Cancelled { charge: Some(cancelled), .. } => cancelled.as_str() == charge,
            _ => false,
        });
        if is_cancelled {
            self.violate("F64", format_args!("{order}: paid by {charge}, which was notified as cancelled"));
        }
    }

    /// I4: a charge notified as paid is one that the service holds as successful, of the order and the amount.
    fn check_booked(&mut self, order: &str, charge: &str, amount: i64) {
        let charges = self.service.charges();
        let booked = charges.iter().find(|booked| booked.id == charge);
        let matches = booked.is_some_and(|booked| {
            booked.status == "successful"
                && booked.amount == amount
                && booked.order.as_deref() == Some(order)
                && booked.store.as_deref() == Some(self.store_id.as_str())
        });
        if !matches {
            self.violate("I4", format_args!("{order}: paid by {charge}, which is {booked:?}"));
        }
    }
}
