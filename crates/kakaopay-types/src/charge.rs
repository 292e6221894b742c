//! A charge: the attempt to be paid, and the only object that tells whether it was.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::currency::Currency;
use crate::failure::FailureCode;
use crate::id::ChargeId;
use crate::list::List;
use crate::metadata::Metadata;
use crate::mode::Mode;
use crate::money::Money;
use crate::null::null_as_default;
use crate::object::object_tag;
use crate::source::Source;
use crate::status::ChargeStatus;
use crate::timestamp::Timestamp;

object_tag! {
    /// The `object` member of a charge: always `charge`.
    ChargeObject = "charge";
}

/// A charge, with every member Omise's KakaoPay guide shows.
///
/// Whether it was paid is told by [`Charge::outcome`] alone. Members that look as if they told it
/// too are kept, so that nothing is lost when the charge is written again, but cannot be read:
/// recorded charges carry an `expired_at` though they were paid, `expired: true` though they
/// failed, and flags that change with time. Nor can what they hold make the charge unreadable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Charge {
    /// Always `charge`.
    pub object: ChargeObject,
    /// Identifies the charge.
    pub id: ChargeId,
    /// Path of the charge on the API's host.
    #[serde(default)]
    pub location: Option<String>,
    /// Amount in minor units.
    pub amount: i64,
    /// What remains for the merchant, in minor units of the funding currency.
    #[serde(default)]
    pub net: Option<i64>,
    /// Omise's fee in minor units.
    #[serde(default)]
    pub fee: Option<i64>,
    /// Tax on the fee in minor units.
    #[serde(default)]
    pub fee_vat: Option<i64>,
    /// Interest in minor units.
    #[serde(default)]
    pub interest: Option<i64>,
    /// Tax on the interest in minor units.
    #[serde(default)]
    pub interest_vat: Option<i64>,
    /// Amount in minor units of the funding currency.
    #[serde(default)]
    pub funding_amount: Option<i64>,
    /// Sum of the refunds in minor units. A refund leaves the status as it is.
    #[serde(default, alias = "refunded")]
    pub refunded_amount: Option<i64>,
    /// The rates the fees were computed with.
    #[serde(default)]
    pub transaction_fees: Option<TransactionFees>,
    /// What the platform of a marketplace keeps.
    #[serde(default)]
    pub platform_fee: Option<PlatformFee>,
    /// Currency of the amount.
    pub currency: Currency,
    /// Currency the merchant is paid in.
    #[serde(default)]
    pub funding_currency: Option<Currency>,
    /// The buyer's IP address, if the merchant told it.
    #[serde(default)]
    pub ip: Option<String>,
    /// The refunds of the charge, first page.
    #[serde(default)]
    pub refunds: Option<List<Value>>,
    /// Payment link it came from: an id, or the object when expanded.
    #[serde(default)]
    pub link: Option<Value>,
    /// The merchant's text about it.
    #[serde(default)]
    pub description: Option<String>,
    /// What the merchant attached to it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub metadata: Metadata,
    /// Card, for card charges.
    #[serde(default)]
    pub card: Option<Value>,
    /// The source it was made from.
    #[serde(default)]
    pub source: Option<Source>,
    /// Schedule it came from: an id, or the object when expanded.
    #[serde(default)]
    pub schedule: Option<Value>,
    /// Customer: an id, or the object when expanded.
    #[serde(default)]
    pub customer: Option<Value>,
    /// Dispute, if the buyer raised one.
    #[serde(default)]
    pub dispute: Option<Value>,
    /// The ledger transaction of a successful charge: an id, or the object when expanded.
    #[serde(default)]
    pub transaction: Option<Value>,
    /// Why it failed.
    #[serde(default)]
    pub failure_code: Option<FailureCode>,
    /// Why it failed, for people. The wording changes without notice.
    #[serde(default)]
    pub failure_message: Option<String>,
    /// How far it has come; read it through [`Charge::outcome`].
    pub status: ChargeStatus,
    /// Where to send the buyer. It is opaque: never rebuild or extend it.
    #[serde(default)]
    pub authorize_uri: Option<String>,
    /// Where the buyer comes back to, for good or ill.
    #[serde(default)]
    pub return_uri: Option<String>,
    /// When it was created.
    #[serde(default, alias = "created")]
    pub created_at: Option<Timestamp>,
    /// When it was paid.
    #[serde(default)]
    pub paid_at: Option<Timestamp>,
    /// When it can no longer be paid: seven days after its creation in the guide's example.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    #[serde(default)]
    expired_at: Option<Value>,
    /// When an authorisation was given back. Never for KakaoPay.
    #[serde(default)]
    pub reversed_at: Option<Timestamp>,
    /// Whether an instalment plan bears no interest.
    #[serde(default)]
    pub zero_interest_installments: Option<bool>,
    /// Branch: an id, or the object when expanded.
    #[serde(default)]
    pub branch: Option<Value>,
    /// Terminal: an id, or the object when expanded.
    #[serde(default)]
    pub terminal: Option<Value>,
    /// Device: an id, or the object when expanded.
    #[serde(default)]
    pub device: Option<Value>,
    #[serde(default)]
    authorized: Option<Value>,
    #[serde(default)]
    capturable: Option<Value>,
    #[serde(default)]
    capture: Option<Value>,
    #[serde(default)]
    disputable: Option<Value>,
    /// Whether real money moves. A charge that does not say so is no order's.
    #[serde(default)]
    pub livemode: Option<bool>,
    #[serde(default)]
    refundable: Option<Value>,
    #[serde(default)]
    reversed: Option<Value>,
    #[serde(default)]
    reversible: Option<Value>,
    #[serde(default)]
    voided: Option<Value>,
    #[serde(default)]
    paid: Option<Value>,
    #[serde(default)]
    expired: Option<Value>,
}

/// What became of a charge, read from its `status` alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// Nothing is decided.
    Pending,
    /// Paid.
    Successful,
    /// Not paid.
    Failed {
        /// Why, if the service told.
        code: Option<&'a FailureCode>,
        /// Why, for people, if the service told.
        message: Option<&'a str>,
    },
    /// Not paid in time.
    Expired,
    /// A status that says nothing here: one that KakaoPay charges are not known to have.
    Unknown(&'a ChargeStatus),
}

impl Charge {
    /// What became of it, read from `status` alone.
    #[must_use]
    pub fn outcome(&self) -> Outcome<'_> {
        match &self.status {
            ChargeStatus::Pending => Outcome::Pending,
            ChargeStatus::Successful => Outcome::Successful,
            ChargeStatus::Failed => {
                Outcome::Failed { code: self.failure_code.as_ref(), message: self.failure_message.as_deref() }
            }
            ChargeStatus::Expired => Outcome::Expired,
            status @ (ChargeStatus::Reversed | ChargeStatus::Unknown(_)) => Outcome::Unknown(status),
        }
    }

    /// The amount with its currency.
    #[must_use]
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }

    /// The mode the `livemode` member tells, if it does.
    #[must_use]
    pub fn mode(&self) -> Option<Mode> {
        self.livemode.map(Mode::from_livemode)
    }
}

/// The rates a charge's fees were computed with. Decimal text, as the API writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TransactionFees {
    /// Flat part.
    pub fee_flat: String,
    /// Percentage of the amount.
    pub fee_rate: String,
    /// Percentage of tax on the fee.
    pub vat_rate: String,
}

/// What the platform of a marketplace keeps of a charge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlatformFee {
    /// Fixed part in minor units.
    #[serde(default)]
    pub fixed: Option<i64>,
    /// The whole in minor units.
    #[serde(default)]
    pub amount: Option<i64>,
    /// Percentage of the amount, as the API writes it.
    #[serde(default)]
    pub percentage: Option<Value>,
}
