//! Opens the payment of an order.

use std::num::NonZeroU32;
use std::sync::PoisonError;

use kakaopay_flows::{CancelWish, Evidence, Input, Payment};
use kakaopay_store::Store;
use kakaopay_types::{Reference, Timestamp};
use tokio::time::Instant;

use super::adoption::{Found, LOOK_TIMEOUT, MayHave};
use super::along::Along;
use super::engine::{Applied, Engine, MAX_TRIES};
use super::pending_request::Begun;
use super::reads::Joins;
use super::rehydrate::Loaded;
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
        let until = Instant::now() + LOOK_TIMEOUT;
        for _ in 0..MAX_TRIES {
            let begun = Begun::now(&self.clock);
            let Loaded { payment, charges, suspect, now, .. } =
                self.load_to_change(order.reference()).await?;
            if let Some(payment) = payment {
                return self.go_on(&order, payment).await;
            }
            let opened = match self.must_look(charges, suspect).await? {
                None => self.open_new(&order, begun, now).await.map(Opened::Payment),
                Some(charges) => {
                    let look = Box::pin(self.look_and_open(&order, charges, until));
                    match self.openings.look(order.reference(), look).await {
                        Some(opened) => opened,
                        // Another view's look serves this one.
                        None => match self.load(order.reference()).await? {
                            Some(payment) => self.go_on(&order, payment).await,
                            None => Ok(Opened::NotYet),
                        },
                    }
                }
            };
            match opened {
                Err(Error::Store(error)) if error.is_conflict() => {}
                opened => return opened,
            }
        }
        Err(Error::TooMuchContention(order.reference().clone()))
    }

    /// Goes on with the payment of an order: the buyer is to pay it, so that a wish to cancel it is taken back.
    async fn go_on(&self, order: &Order, payment: Payment) -> Result<Opened, Error> {
        check_same(order, &payment)?;
        if payment.cancel_wish().is_some_and(CancelWish::forbids_goods) {
            let applied = self.apply_input(order.reference(), &Input::TakeCancelBack).await?;
            return Ok(Opened::Payment(applied));
        }
        let before = payment.seq();
        Ok(Opened::Payment(Applied {
            before,
            payment,
            requests: Vec::new(),
            joins: Joins::Next,
            postponed: None,
        }))
    }

    async fn open_new(&self, order: &Order, mut begun: Begun, mut now: Timestamp) -> Result<Applied, Error> {
        let intent = order.clone().into_intent(self.bind().await?, self.mode, self.next_seed())?;
        let intent = intent.served_at(self.service_clock.now());
        if begun.is_old() {
            begun = Begun::now(&self.clock);
            now = self.load_to_change(order.reference()).await?.now;
        }
        let mut payment = Payment::open(intent, now);
        let (requests, postponed) = self.persist(&mut payment, now, begun, Along::default()).await?;
        Ok(Applied { payment, requests, joins: Joins::Next, before: 0, postponed })
    }

    async fn look_and_open(&self, order: &Order, charges: MayHave, until: Instant) -> Result<Opened, Error> {
        match self.charges_before(order.reference(), charges, until).await? {
            Found::Unknown => Ok(Opened::NotYet),
            Found::Charges(charges) if charges.is_empty() => {
                let begun = Begun::now(&self.clock);
                let now = self.load_to_change(order.reference()).await?.now;
                self.open_new(order, begun, now).await.map(Opened::Payment)
            }
            Found::Charges(charges) => self.open_with(order.clone(), charges).await.map(Opened::Payment),
        }
    }

    /// Begins the attempt after `after` has ended. A store that may lack attempts looks for their charges first.
    pub(crate) async fn pay_again(&self, order: &Order, after: NonZeroU32) -> Result<Opened, Error> {
        self.ready().await?;
        let reference = order.reference();
        if self.suspicion().await? != Suspicion::Cleared {
            let is_read = match self.openings.look(reference, Box::pin(self.read_attempts(reference))).await {
                Some(is_read) => is_read?,
                // Another view's look serves this one, and has begun the attempt.
                None => self.load(reference).await?.is_some_and(|payment| !payment.state().is_unpaid_end()),
            };
            if !is_read {
                return Ok(Opened::NotYet);
            }
        }
        let (store, seed) = (self.bind().await?, self.next_seed());
        let again = |payment: &mut Payment, now| {
            let intent = order.clone().into_intent(store.clone(), self.mode, seed)?;
            payment.pay_again(&intent.served_at(self.service_clock.now()), after, now)?;
            Ok(())
        };
        Ok(Opened::Payment(self.change(reference, again).await?))
    }

    /// Applies the charges that the service has for an order. Returns whether they could be read.
    async fn read_attempts(&self, reference: &Reference) -> Result<bool, Error> {
        let Some(charges) = self.listed_charges(reference).await? else { return Ok(false) };
        for charge in charges {
            let read = Input::Evidence(Evidence::Read(Box::new(charge)));
            let applied = self.apply_input(reference, &read).await?;
            self.drive(applied).await?;
        }
        Ok(true)
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
