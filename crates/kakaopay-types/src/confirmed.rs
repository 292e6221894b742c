//! The proof that a charge was paid, and paid for this very order.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::charge::{Charge, Outcome};
use crate::decode::reads_text;
use crate::id::ChargeId;
use crate::mode::Mode;
use crate::money::Money;
use crate::reference::AttemptReference;
use crate::source::SourceType;

/// What the charge of an order must be like.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expected {
    /// Amount and currency of the order.
    pub amount: Money,
    /// The mode of the key the charge was created with.
    pub mode: Mode,
    /// The attempt that its `metadata` must name.
    pub attempt: AttemptReference,
}

impl Expected {
    /// The charge of an attempt to pay an amount, in a mode.
    #[must_use]
    pub fn new(amount: Money, mode: Mode, attempt: AttemptReference) -> Self {
        Self { amount, mode, attempt }
    }

    /// Checks a charge against the order, whatever its status.
    ///
    /// # Errors
    /// [`Mismatch`], which names the first member that differs.
    pub fn check(&self, charge: &Charge) -> Result<(), Mismatch> {
        let found = if charge.metadata.attempt().as_ref() != Some(&self.attempt) {
            Mismatch::Reference
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
}

/// Proof that something was checked and found good. The one way to make it is named by what it
/// checks.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirmed<T>(T);

impl Confirmed<Charge> {
    /// Proof that a charge, which was just read from the service, is paid and belongs to the order.
    ///
    /// Only give it a charge that came back from a read with the secret key: a webhook's copy may
    /// be forged, and the answer to a creation is older than the buyer's approval.
    ///
    /// # Errors
    /// [`Unconfirmed`] when the status is not `successful` or another member differs from the order.
    pub fn paid(charge: Charge, expected: &Expected) -> Result<Self, Unconfirmed> {
        expected.check(&charge).map_err(Unconfirmed::Mismatch)?;
        if charge.outcome() != Outcome::Successful {
            return Err(Unconfirmed::NotPaid);
        }
        Ok(Self(charge))
    }

    /// Identifies the paid charge.
    #[must_use]
    pub fn charge_id(&self) -> &ChargeId {
        &self.0.id
    }
}

impl<T> Confirmed<T> {
    /// What was checked.
    #[must_use]
    pub fn get(&self) -> &T {
        &self.0
    }
}

/// The member by which a charge is not the order's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(
    clippy::exhaustive_enums,
    reason = "each match decides about money, so a new mismatch must not pass it"
)]
pub enum Mismatch {
    /// It names another attempt, or none.
    Reference,
    /// Another amount.
    Amount,
    /// Another currency.
    Currency,
    /// Test where live was expected, or the other way round.
    Mode,
    /// Not paid by KakaoPay.
    SourceType,
}

impl Mismatch {
    /// Every mismatch, in the order they are looked for.
    pub const ALL: [Self; 5] = [Self::Reference, Self::Amount, Self::Currency, Self::Mode, Self::SourceType];

    /// Its name, as it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Amount => "amount",
            Self::Currency => "currency",
            Self::Mode => "mode",
            Self::SourceType => "source_type",
        }
    }

    /// The member of the charge that differs.
    #[must_use]
    pub fn member(self) -> &'static str {
        match self {
            Self::Reference => "metadata.kakaopay_reference",
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

/// Why a charge does not prove a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unconfirmed {
    /// Its status is not `successful`.
    NotPaid,
    /// It is not the order's charge.
    Mismatch(Mismatch),
}

impl fmt::Display for Unconfirmed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPaid => f.write_str("the charge's status is not successful"),
            Self::Mismatch(mismatch) => fmt::Display::fmt(mismatch, f),
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

    /// A charge that differs in every member but those that are put right.
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
        expected.check(&serde_json::from_value(json).unwrap())
    }

    /// The first that differs is named, in the order of [`Mismatch::ALL`].
    #[test]
    fn mismatches_are_looked_for_in_one_order() {
        let source = json!({
            "object": "source", "id": "src_test_1", "type": "kakaopay", "flow": "redirect",
            "amount": 1000, "currency": "SGD", "charge_status": "unknown",
        });
        let right = [
            ("metadata", json!({"kakaopay_reference": "order-1/1"})),
            ("amount", json!(1000)),
            ("currency", json!("SGD")),
            ("livemode", json!(false)),
            ("id", json!("chrg_test_1")),
            ("source", source),
        ];
        use Mismatch::{Amount, Currency, Mode, Reference, SourceType};
        let expected =
            [Err(Reference), Err(Amount), Err(Currency), Err(Mode), Err(Mode), Err(SourceType), Ok(())];
        let all = (0..=right.len()).map(|count| found(&right[..count]));
        assert!(all.eq(expected));
        assert_eq!(Mismatch::ALL, [Reference, Amount, Currency, Mode, SourceType]);
    }
}
