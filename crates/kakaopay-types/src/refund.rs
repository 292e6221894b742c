//! A refund: money that goes back to the buyer.

use crate::charge::Charge;
use crate::currency::Currency;
use crate::expandable::Expandable;
use crate::id::{ChargeId, RefundId};
use crate::metadata::Metadata;
use crate::money::Money;
use crate::object::{object, object_tag};
use crate::open_enum::open_enum;
use crate::timestamp::Timestamp;

open_enum! {
    /// The `status` of a refund. Every recording has `closed`; the others are handled by third
    /// parties' code and unconfirmed.
    RefundStatus {
        /// The money is on its way and nothing more will happen.
        Closed = "closed",
        /// Nothing is decided.
        Pending = "pending",
        /// The money stays.
        Failed = "failed",
    }
}

object_tag! {
    /// The `object` member of a refund: always `refund`.
    RefundObject = "refund";
}

object! {
    /// A refund, with every member that Omise documents or has been recorded to send.
    ///
    /// API version 2017-11-02 has few of them, so only those are required that a refund cannot be
    /// recognised without.
    Refund {
        /// Always `refund`.
        pub object: RefundObject,
        /// Identifies the refund.
        pub id: RefundId,
        /// Path of the refund on the API's host, below its charge's.
        pub location: Option<Box<str>>,
        /// Whether real money moves; absent in API version 2017-11-02, where the id tells.
        pub livemode: Option<bool>,
        /// Whether it was made by not settling the charge at all: a full refund soon after the
        /// payment. Absent in very old recordings.
        pub voided: Option<bool>,
        /// Currency of the amount: the charge's.
        pub currency: Currency,
        /// What goes back, in minor units.
        pub amount: i64,
        /// What the merchant attached to it.
        pub metadata: Metadata,
        /// The charge it belongs to.
        pub charge: Expandable<ChargeId, Charge>,
        /// The capture it belongs to, for cards.
        pub capture: Option<Expandable>,
        /// Terminal in the shop.
        pub terminal: Option<Expandable>,
        /// The ledger transaction.
        pub transaction: Option<Expandable>,
        /// How far it has come; absent in API version 2017-11-02.
        pub status: Option<RefundStatus>,
        /// Amount in minor units of the funding currency.
        pub funding_amount: Option<i64>,
        /// Currency the merchant was paid in.
        pub funding_currency: Option<Currency>,
        created_at: Option<Timestamp>,
        created: Option<Timestamp> [unless is_none],
        /// The acquirer's own name for it.
        pub acquirer_reference_number: Option<Box<str>>,
        /// The issuer's approval.
        pub approval_code: Option<Box<str>>,
        /// The merchant's name. Only payment facilitators' refunds have it.
        pub merchant_name: Option<Box<str>> [unless is_none],
        /// The merchant's number. Only payment facilitators' refunds have it.
        pub merchant_uid: Option<Box<str>> [unless is_none],
    }
}

impl Refund {
    /// The amount with its currency.
    #[must_use]
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }

    /// Identifies the charge it belongs to.
    #[must_use]
    pub fn charge_id(&self) -> &ChargeId {
        self.charge.id()
    }

    /// When it was created: `created_at`, or `created` in API version 2017-11-02.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        self.created_at.or(self.created)
    }
}
