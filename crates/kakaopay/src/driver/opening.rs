//! Opens the payment of an order.

use std::num::NonZeroU32;
use std::sync::PoisonError;

use kakaopay_flows::{Evidence, Input, Payment};
use kakaopay_store::Store;

use super::adoption::Found;
use super::engine::{Applied, Engine, MAX_TRIES};
use super::pending_request::Begun;
use super::reads::Joins;
use super::suspicion::Suspicion;
use crate::error::Error;
use crate::order::Order;

/// The result of opening the payment of an order.
#[expect(clippy::large_enum_variant, reason = "short-lived: matched at once")]
pub(crate) enum Opened {
    /// It is open.
    Payment(Applied),
    /// It could not be found out whether the order has a charge already, so that none is created.
    NotYet,
}

impl<S: Store> Engine<S> {
    /// Opens the payment of an order, or loads it if an earlier call opened it. One that has charges already is
    /// opened with them.
    pub(crate) async fn open(&self, order: Order) -> Result<Opened, Error> {
        self.store_id().await?;
        for _ in 0..MAX_TRIES {
            let mut begun = Begun::now(&self.clock);
            let (payment, mut now) = self.load_to_change(order.reference()).await?;
            if let Some(payment) = payment {
                check_same(&order, &payment)?;
                let before = payment.seq();
                let applied = Applied { before, payment, requests: Vec::new(), joins: Joins::Next };
                return Ok(Opened::Payment(applied));
            }
            let opened = match self.charges_before(order.reference()).await? {
                Found::Unknown => return Ok(Opened::NotYet),
                Found::Charges(charges) if charges.is_empty() => {
                    let intent = order.clone().into_intent(self.bind().await?, self.mode, self.next_seed());
                    let intent = intent.served_at(self.service_clock.now());
                    if begun.is_old() {
                        begun = Begun::now(&self.clock);
                        now = self.load_to_change(order.reference()).await?.1;
                    }
                    let mut payment = Payment::open(intent, now);
                    let requests = self.persist(&mut payment, now, begun, &[]).await;
                    requests.map(|requests| Applied { payment, requests, joins: Joins::Next, before: 0 })
                }
                Found::Charges(charges) => self.open_with(order.clone(), charges).await,
            };
            match opened {
                Ok(applied) => return Ok(Opened::Payment(applied)),
                Err(Error::Store(error)) if error.is_conflict() => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::TooMuchContention(order.reference().clone()))
    }

    /// Begins the attempt after `after` has ended. A store that may lack attempts looks for their charges first.
    pub(crate) async fn pay_again(&self, order: &Order, after: NonZeroU32) -> Result<Opened, Error> {
        self.ready().await?;
        let reference = order.reference();
        if self.suspicion().await? != Suspicion::Cleared {
            let Some(charges) = self.listed_charges(reference).await? else { return Ok(Opened::NotYet) };
            for charge in charges {
                let read = Input::Evidence(Evidence::Read(Box::new(charge)));
                let applied = self.apply_input(reference, &read).await?;
                self.drive(applied).await?;
            }
        }
        let (store, seed) = (self.bind().await?, self.next_seed());
        let again = |payment: &mut Payment, now| {
            let intent = order.clone().into_intent(store.clone(), self.mode, seed);
            payment.pay_again(&intent.served_at(self.service_clock.now()), after, now)?;
            Ok(())
        };
        Ok(Opened::Payment(self.change(reference, again).await?))
    }

    /// Returns a seed of the jitter of one payment.
    pub(super) fn next_seed(&self) -> u64 {
        self.jitter.lock().unwrap_or_else(PoisonError::into_inner).u64(..)
    }
}

/// Checks that an existing payment is of the same order.
pub(crate) fn check_same(order: &Order, payment: &Payment) -> Result<(), Error> {
    let intent = payment.intent();
    if order.is_same(intent) {
        return Ok(());
    }
    Err(Error::ReferenceConflict { reference: intent.reference.clone(), amount: intent.amount.money() })
}
