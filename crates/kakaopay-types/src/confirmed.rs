//! The proof that an order's own charge was paid.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::charge::{Charge, Outcome};
use crate::decode::reads_text;
use crate::id::ChargeId;
use crate::mode::Mode;
use crate::money::Money;
use crate::reference::AttemptReference;
use crate::source::SourceType;
use crate::store_id::StoreId;

/// The properties that an order's charge must have.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expected {
    /// Amount and currency of the order.
    pub amount: Money,
    /// Mode of the key that created the charge.
    pub mode: Mode,
    /// Attempt reference that the charge's `metadata` must contain.
    pub attempt: AttemptReference,
    /// The store that the attempt belongs to, which the charge's `metadata` must name too. `None` if the order is
    /// in no store.
    pub store: Option<StoreId>,
    /// The charge that is known to be the order's own: see [`own_charge`](Self::own_charge).
    pub charge: Option<ChargeId>,
}

impl Expected {
    /// Creates the expectation from an attempt, its amount and its mode.
    #[must_use]
    pub fn new(amount: Money, mode: Mode, attempt: AttemptReference) -> Self {
        Self { amount, mode, attempt, store: None, charge: None }
    }

    /// Sets the store that the attempt belongs to.
    #[must_use]
    pub fn store(self, store: StoreId) -> Self {
        Self { store: Some(store), ..self }
    }

    /// Sets the charge that is known to be the order's own: the response to its creation, or a search by its
    /// reference, named it. Others may have replaced its `metadata` since, so an absent reference or store does not
    /// speak against it. One of another order or store does.
    #[must_use]
    pub fn own_charge(self, charge: ChargeId) -> Self {
        Self { charge: Some(charge), ..self }
    }

    /// Checks a charge against the order, regardless of its status.
    ///
    /// # Errors
    /// [`Mismatch`] with the first member that differs.
    pub fn check(&self, charge: &Charge) -> Result<(), Mismatch> {
        let found = if !self.is_named_by(charge) {
            Mismatch::Reference
        } else if !self.is_of_store(charge) {
            Mismatch::Store
        } else if charge.amount != self.amount.minor_units() {
            Mismatch::Amount
        } else if charge.currency != self.amount.currency() {
            Mismatch::Currency
        } else if charge.mode() != Some(self.mode) || charge.id.mode() != self.mode {
            Mismatch::Mode
        } else if charge.source.as_ref().map(|source| &source.kind) != Some(&SourceType::Kakaopay) {
            Mismatch::SourceType
        } else {
            return Ok(());
        };
        Err(found)
    }

    /// Returns whether the charge's metadata names the attempt, or is the order's own and names no other order.
    fn is_named_by(&self, charge: &Charge) -> bool {
        let named = charge.metadata.attempt();
        if self.charge.as_ref() == Some(&charge.id) {
            named.is_none_or(|named| named.order() == self.attempt.order())
        } else {
            named.as_ref() == Some(&self.attempt)
        }
    }

    /// Returns whether the charge's metadata names the store, or is the order's own and names no other store.
    fn is_of_store(&self, charge: &Charge) -> bool {
        let named = charge.metadata.store();
        let is_own = self.charge.as_ref() == Some(&charge.id);
        self.store.is_none() || named == self.store || (is_own && named.is_none())
    }
}

/// Proof of a successful check. Each constructor is named after the check it performs.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirmed<T>(T);

impl Confirmed<Charge> {
    /// Proves that a charge is paid, belongs to the order, and was not refunded in full.
    ///
    /// Pass only a charge that was just read with the secret key: a webhook's copy may be forged, and the
    /// response to a creation predates the buyer's approval.
    ///
    /// # Errors
    /// [`Unconfirmed`] if a member differs from the order, the status is not `successful`, or the money has gone
    /// back in full; checked in this order.
    pub fn paid(charge: Charge, expected: &Expected) -> Result<Self, Unconfirmed> {
        expected.check(&charge).map_err(Unconfirmed::Mismatch)?;
        if charge.outcome() != Outcome::Successful {
            return Err(Unconfirmed::NotPaid);
        }
        if charge.is_refunded_in_full() {
            return Err(Unconfirmed::RefundedInFull);
        }
        Ok(Self(charge))
    }

    /// Returns the id of the paid charge.
    #[must_use]
    pub fn charge_id(&self) -> &ChargeId {
        &self.0.id
    }
}

impl<T> Confirmed<T> {
    /// Returns the expectation that was checked.
    #[must_use]
    pub fn get(&self) -> &T {
        &self.0
    }
}

/// The charge's member that differs from the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(
    clippy::exhaustive_enums,
    reason = "each match decides about money, so a new mismatch must not pass it"
)]
pub enum Mismatch {
    /// The attempt reference differs or is missing.
    Reference,
    /// The store differs or is missing: another store has an order of the same reference.
    Store,
    /// The amount differs.
    Amount,
    /// The currency differs.
    Currency,
    /// The mode differs.
    Mode,
    /// The payment method is not KakaoPay.
    SourceType,
}

impl Mismatch {
    /// All mismatches, in the order of the checks.
    pub const ALL: [Self; 6] =
        [Self::Reference, Self::Store, Self::Amount, Self::Currency, Self::Mode, Self::SourceType];

    /// Returns its serialized name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Store => "store",
            Self::Amount => "amount",
            Self::Currency => "currency",
            Self::Mode => "mode",
            Self::SourceType => "source_type",
        }
    }

    /// Returns the name of the charge's member that differs.
    #[must_use]
    pub fn member(self) -> &'static str {
        match self {
            Self::Reference => "metadata.kakaopay_reference",
            Self::Store => "metadata.kakaopay_store",
            Self::Amount => "amount",
            Self::Currency => "currency",
            Self::Mode => "livemode",
            Self::SourceType => "source.type",
        }
    }
}

impl Serialize for Mismatch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

reads_text! {
    Mismatch: "a mismatch", |text| Self::ALL.into_iter().find(|mismatch| mismatch.as_str() == text);
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the charge's {} is not the order's", self.member())
    }
}

impl std::error::Error for Mismatch {}

/// The reason why a charge does not prove a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unconfirmed {
    /// Its status is not `successful`.
    NotPaid,
    /// It is not the order's own charge.
    Mismatch(Mismatch),
    /// It is the order's own charge and was paid, but the money has gone back in full: nothing is to be shipped.
    RefundedInFull,
}

impl fmt::Display for Unconfirmed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPaid => f.write_str("the charge's status is not successful"),
            Self::Mismatch(mismatch) => fmt::Display::fmt(mismatch, f),
            Self::RefundedInFull => f.write_str("the charge was paid and has been refunded in full"),
        }
    }
}

impl std::error::Error for Unconfirmed {}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use serde_json::{Value, json};

    use super::*;
    use crate::currency::Currency;
    use crate::reference::Reference;

    /// Creates a charge that differs in every member except the given ones.
    fn found(right: &[(&str, Value)]) -> Result<(), Mismatch> {
        let mut json = json!({
            "object": "charge", "id": "chrg_1", "amount": 1, "currency": "THB", "livemode": true,
            "status": "pending", "metadata": {},
        });
        for (member, value) in right {
            json[*member] = value.clone();
        }
        let attempt = Reference::parse("order-1").unwrap().attempt(NonZeroU32::MIN);
        let expected = Expected::new(Money::new(1_000, Currency::SGD), Mode::Test, attempt);
        let expected = expected.store(StoreId::from_bits(7));
        expected.check(&serde_json::from_value(json).unwrap())
    }

    /// The first mismatch is reported, in the order of [`Mismatch::ALL`].
    #[test]
    fn first_mismatch_is_reported_in_fixed_order() {
        let source = json!({
            "object": "source", "id": "src_test_1", "type": "kakaopay", "flow": "redirect",
            "amount": 1000, "currency": "SGD", "charge_status": "unknown",
        });
        let right = [
            ("metadata", json!({"kakaopay_reference": "order-1/1"})),
            ("metadata", json!({"kakaopay_reference": "order-1/1", "kakaopay_store": format!("{:032x}", 7)})),
            ("amount", json!(1000)),
            ("currency", json!("SGD")),
            ("livemode", json!(false)),
            ("id", json!("chrg_test_1")),
            ("source", source),
        ];
        use Mismatch::{Amount, Currency, Mode, Reference, SourceType, Store};
        let expected = [Reference, Store, Amount, Currency, Mode, Mode, SourceType].map(Err);
        let expected = expected.into_iter().chain([Ok(())]);
        let all = (0..=right.len()).map(|count| found(&right[..count]));
        assert!(all.eq(expected));
        assert_eq!(Mismatch::ALL, [Reference, Store, Amount, Currency, Mode, SourceType]);
    }
}
