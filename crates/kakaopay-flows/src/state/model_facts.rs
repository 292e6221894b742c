//! What the model of a payment says: read-only.

use std::num::NonZeroU32;

use kakaopay_types::{AttemptReference, ChargeId, Expected};

use crate::alert::Alert;
use crate::state::earlier_attempts::EarlierAttempts;
use crate::state::late_charge::{LateCharge, PaidCharge};
use crate::state::lifecycle::State;
use crate::state::model::Model;
use crate::state::refund::RefundProcess;

impl Model {
    /// Returns the attempt at hand: the one that created the payment's charge, or the last one.
    pub(crate) fn attempt(&self) -> NonZeroU32 {
        self.state.charge().map_or(self.attempts, |own| own.attempt)
    }

    /// Returns the last attempt that is known, also one that the journal lacks.
    pub(crate) fn last_attempt(&self) -> NonZeroU32 {
        self.duplicates.values().map(|duplicate| duplicate.attempt).fold(self.attempts, NonZeroU32::max)
    }

    /// Returns the first attempt since the merchant asked for a payment, at first or again.
    pub(crate) fn first_attempt(&self) -> NonZeroU32 {
        self.earlier.last().map_or(NonZeroU32::MIN, |earlier| earlier.last.saturating_add(1))
    }

    /// Returns whether an attempt ended before the one at hand was begun.
    pub(crate) fn is_earlier(&self, attempt: NonZeroU32) -> bool {
        attempt < self.first_attempt()
    }

    /// Returns what is known of an attempt that ended before the one at hand was begun.
    fn earlier_of(&self, attempt: NonZeroU32) -> Option<&EarlierAttempts> {
        self.earlier.iter().find(|earlier| attempt <= earlier.last)
    }

    /// Returns whether late money of an attempt is refunded.
    pub(crate) fn refunds_late(&self, attempt: NonZeroU32) -> bool {
        let earlier = self.earlier_of(attempt);
        earlier.map_or(self.intent.refund_if_paid_late, |earlier| earlier.refund_if_paid_late)
    }

    /// Returns the members that a charge of the order must have. `named` is the attempt that the charge names; if it
    /// names another order or none, the attempt `last` is expected.
    ///
    /// Any attempt that names this store was made by it: a store that was restored may lack its later entries.
    pub(crate) fn expected(&self, named: Option<AttemptReference>, last: NonZeroU32) -> Expected {
        let intent = &self.intent;
        let number = match named {
            Some(named) if *named.order() == intent.reference => named.number(),
            _ => last,
        };
        let amount = self.earlier_of(number).map_or(intent.amount.money(), |earlier| earlier.amount);
        Expected::new(amount, intent.mode, intent.reference.attempt(number)).store(intent.store.clone())
    }

    /// Returns whether an alert is open or acknowledged, so that it is no news.
    pub(crate) fn is_raised(&self, alert: &Alert) -> bool {
        self.alerts.contains(alert) || self.is_acknowledged(alert)
    }

    /// Returns whether the alert about a rejected key is open or acknowledged.
    pub(crate) fn has_refused_key(&self) -> bool {
        let acknowledged = self.acknowledged.iter().map(|acknowledged| &acknowledged.alert);
        self.alerts.iter().chain(acknowledged).any(|alert| matches!(alert, Alert::KeyRefused { .. }))
    }

    /// Returns whether a person has acknowledged an alert.
    pub(crate) fn is_acknowledged(&self, alert: &Alert) -> bool {
        self.acknowledged.iter().any(|acknowledged| acknowledged.alert == *alert)
    }

    /// Returns whether a person has set a charge aside that differs from the order.
    pub(crate) fn is_set_aside(&self, charge: &ChargeId) -> bool {
        let is_it = |alert: &Alert| matches!(alert, Alert::Mismatch { charge: other, .. } if other == charge);
        self.acknowledged.iter().any(|acknowledged| is_it(&acknowledged.alert))
    }

    /// Returns whether a refund's charge is paid, in the refund's currency.
    pub(crate) fn is_in_currency(&self, refund: &RefundProcess) -> bool {
        let paid = self.paid_charge(refund.charge());
        paid.is_some_and(|paid| paid.amount.currency() == refund.amount().currency())
    }

    /// Returns a charge whose money can go back: the one that pays the order, or one that was paid late.
    pub(crate) fn paid_charge(&self, id: &ChargeId) -> Option<PaidCharge> {
        let own = match &self.state {
            State::Successful { pending, paid_at, .. } if pending.charge == *id => Some(PaidCharge {
                charge: id.clone(),
                amount: self.intent.amount.money(),
                paid_at: paid_at.or(self.learned_paid_at),
            }),
            _ => None,
        };
        own.or_else(|| {
            let LateCharge { amount, paid_at, learned_at, .. } = *self.late.get(id)?;
            let paid_at = paid_at.or(Some(learned_at));
            Some(PaidCharge { charge: id.clone(), amount, paid_at })
        })
    }
}
