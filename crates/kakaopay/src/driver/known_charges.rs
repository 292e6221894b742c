//! Charges whose payments this process knows.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use kakaopay_types::{ChargeId, Reference};

/// How many are known: a webhook mostly comes within minutes of its charge.
const MOST: usize = 4_096;

/// The charges that this process has found or bound last, with their payments. A charge never moves to another payment;
/// a fail-over may lose both.
#[derive(Debug, Default)]
pub(crate) struct KnownCharges(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    payments: BTreeMap<ChargeId, Reference>,
    /// In the order in which they became known.
    charges: VecDeque<ChargeId>,
}

impl KnownCharges {
    /// Adds a charge. The oldest one makes way.
    pub(super) fn add(&self, charge: &ChargeId, payment: &Reference) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.payments.insert(charge.clone(), payment.clone()).is_some() {
            return;
        }
        known.charges.push_back(charge.clone());
        if known.charges.len() > MOST
            && let Some(oldest) = known.charges.pop_front()
        {
            known.payments.remove(&oldest);
        }
    }

    /// Returns the payment of a charge.
    pub(super) fn payment_of(&self, charge: &ChargeId) -> Option<Reference> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.payments.get(charge).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i9_the_oldest_charge_makes_way() {
        let known = KnownCharges::default();
        let charge = |number| ChargeId::parse(&format!("chrg_test_{number}")).expect("an id");
        let payment = |number| Reference::parse(&format!("order-{number}")).expect("a reference");
        for number in 0..MOST + 2 {
            known.add(&charge(number), &payment(number));
            known.add(&charge(number), &payment(number));
        }
        let found = [0, 1, 2, MOST + 1].map(|number| known.payment_of(&charge(number)));
        assert_eq!(found, [None, None, Some(payment(2)), Some(payment(MOST + 1))]);
        assert_eq!(known.0.lock().expect("no panic").charges.len(), MOST);
    }
}
