//! The refund object.

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
    /// The `status` of a refund. Every recording has `closed`; the other values appear in third-party
    /// code and are unconfirmed.
    RefundStatus {
        /// The refund was made and is final.
        Closed = "closed",
        /// Not decided yet.
        Pending = "pending",
        /// The refund was not made.
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
    /// API version 2017-11-02 has few of them, so only the members that identify a refund are required.
    Refund {
        /// Always `refund`.
        pub object: RefundObject,
        /// Identifies the refund.
        pub id: RefundId,
        /// Path of the refund on the API's host, below its charge's.
        pub location: Option<Box<str>>,
        /// Whether real money moves; absent in API version 2017-11-02, where the id indicates the mode.
        pub livemode: Option<bool>,
        /// Whether the charge was voided instead of paid back: a full refund soon after the payment. Absent
        /// in very old recordings.
        pub voided: Option<bool>,
        /// Currency of the amount: that of the charge.
        pub currency: Currency,
        /// Refunded amount in minor units.
        pub amount: i64,
        /// The merchant's metadata.
        pub metadata: Metadata,
        /// The charge it belongs to.
        pub charge: Expandable<ChargeId, Charge>,
        /// The capture it belongs to, for cards.
        pub capture: Option<Expandable>,
        /// Terminal in the shop.
        pub terminal: Option<Expandable>,
        /// The ledger transaction.
        pub transaction: Option<Expandable>,
        /// Current status; absent in API version 2017-11-02.
        pub status: Option<RefundStatus>,
        /// Amount in minor units of the funding currency.
        pub funding_amount: Option<i64>,
        /// Currency the merchant was paid out in.
        pub funding_currency: Option<Currency>,
        created_at: Option<Timestamp>,
        created: Option<Timestamp> [unless is_none],
        /// The acquirer's own reference.
        pub acquirer_reference_number: Option<Box<str>>,
        /// The issuer's approval.
        pub approval_code: Option<Box<str>>,
        /// The merchant's name. Present only on payment facilitators' refunds.
        pub merchant_name: Option<Box<str>> [unless is_none],
        /// The merchant's number. Present only on payment facilitators' refunds.
        pub merchant_uid: Option<Box<str>> [unless is_none],
    }
}

impl Refund {
    /// Returns the amount with its currency.
    #[must_use]
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }

    /// Returns the id of the charge it belongs to.
    #[must_use]
    pub fn charge_id(&self) -> &ChargeId {
        self.charge.id()
    }

    /// Returns the creation time: `created_at`, or `created` in API version 2017-11-02.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        self.created_at.or(self.created)
    }
}
