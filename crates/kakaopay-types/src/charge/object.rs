//! The charge object and its members.

use serde_json::Value;

use super::fees::{PlatformFee, TransactionFees};
use crate::currency::Currency;
use crate::expandable::Expandable;
use crate::failure::FailureCode;
use crate::id::ChargeId;
use crate::list::List;
use crate::metadata::Metadata;
use crate::mode::Mode;
use crate::money::Money;
use crate::object::{object, object_tag};
use crate::opaque::Opaque;
use crate::refund::Refund;
use crate::source::Source;
use crate::status::ChargeStatus;
use crate::timestamp::Timestamp;

object_tag! {
    /// The `object` member of a charge: always `charge`.
    ChargeObject = "charge";
}

object! {
    /// A charge, with every member that Omise documents or has been recorded to send.
    ///
    /// `None` is what was `null` or absent: which members there are depends on the account's age,
    /// its country and the API version, and only those a charge cannot be judged without are
    /// required. Amounts are in minor units of the charge's currency where nothing else is said.
    ///
    /// # Traps
    ///
    /// Whether it was paid is told by [`Charge::outcome`] alone. Members that look as if they told
    /// it too are kept, so that nothing is lost when the charge is written again, but cannot be
    /// read, and nothing they hold can make the charge unreadable:
    ///
    /// - `paid` and `authorized` tell of cards as well, where `authorized` is no payment.
    /// - `expired` is `true` on recorded charges that *failed*, when they are read some time later.
    /// - `expired_at` is set to `expires_at` once that has passed, on charges that were *paid* too.
    /// - `captured_amount` and `authorized_amount` are the whole amount on charges that failed.
    /// - `refundable` becomes `false` when the time for a refund has passed, and so do
    ///   `partially_refundable`, `disputable`, `reversible` and `can_perform_void` with theirs.
    /// - `voided` is `true` after a full refund before settlement; the `status` stays `successful`.
    ///
    /// ```compile_fail,E0616
    /// # fn shipped(charge: kakaopay_types::Charge) -> bool {
    /// charge.paid == Some(true)
    /// # }
    /// ```
    ///
    /// ```compile_fail,E0616
    /// # fn is_over(charge: &kakaopay_types::Charge) -> bool {
    /// charge.expired == Some(true) || charge.expired_at.is_some()
    /// # }
    /// ```
    ///
    /// ```compile_fail,E0616
    /// # fn shipped(charge: &kakaopay_types::Charge) -> bool {
    /// charge.captured_amount == Some(charge.amount)
    /// # }
    /// ```
    ///
    /// Nor may [`refunded_amount`](Self::refunded_amount) be taken to be below the amount: one
    /// recorded charge has more.
    Charge {
        /// Always `charge`.
        pub object: ChargeObject,
        /// Identifies the charge.
        pub id: ChargeId,
        /// Path of the charge on the API's host.
        pub location: Option<Box<str>>,
        /// What the buyer pays.
        pub amount: i64,
        authorization_type: Opaque [unless is_none],
        authorized_amount: Opaque [unless is_none],
        captured_amount: Opaque [unless is_none],
        /// The acquirer's own name for it.
        pub acquirer_reference_number: Option<Box<str>> [unless is_none],
        /// What remains for the merchant, in minor units of the funding currency.
        pub net: Option<i64>,
        /// Omise's fee.
        pub fee: Option<i64>,
        /// Tax on the fee.
        pub fee_vat: Option<i64>,
        /// Interest of an instalment plan.
        pub interest: Option<i64>,
        /// Tax on the interest.
        pub interest_vat: Option<i64>,
        /// Amount in minor units of the funding currency.
        pub funding_amount: Option<i64>,
        refunded_amount: Option<i64>,
        refunded: Option<i64> [unless is_none],
        /// The rates the fees were computed with.
        pub transaction_fees: Option<TransactionFees>,
        /// What the platform of a marketplace keeps.
        pub platform_fee: Option<PlatformFee>,
        /// Currency of the amount.
        pub currency: Currency,
        /// Currency the merchant is paid in.
        pub funding_currency: Option<Currency>,
        /// The buyer's IP address, if the merchant told it.
        pub ip: Option<Box<str>>,
        /// The refunds of the charge, first page.
        pub refunds: Option<List<Refund>>,
        /// Payment link it came from.
        pub link: Option<Expandable>,
        /// The merchant's text about it.
        pub description: Option<Box<str>>,
        /// What the merchant attached to it.
        pub metadata: Metadata,
        /// Card, for card charges.
        pub card: Option<Value>,
        missing_3ds_fields: Option<Value> [unless is_none],
        /// The source it was made from.
        pub source: Option<Box<Source>>,
        /// Schedule it came from.
        pub schedule: Option<Expandable>,
        /// Account of a wallet that was linked for good.
        pub linked_account: Option<Expandable> [unless is_none],
        /// Customer.
        pub customer: Option<Expandable>,
        /// Dispute, if the buyer raised one.
        pub dispute: Option<Expandable>,
        /// The ledger transaction of a successful charge; `null` for any other.
        pub transaction: Option<Expandable>,
        /// Why it failed.
        pub failure_code: Option<FailureCode>,
        /// Why it failed, for people. The wording changes without notice.
        pub failure_message: Option<Box<str>>,
        /// What the issuer advises after a decline.
        pub merchant_advice: Option<Box<str>> [unless is_none],
        /// The issuer's advice as a code.
        pub merchant_advice_code: Option<Box<str>> [unless is_none],
        /// How far it has come; read it through [`Charge::outcome`].
        pub status: ChargeStatus,
        /// Where to send the buyer. It is opaque: never rebuild or extend it.
        pub authorize_uri: Option<Box<str>>,
        /// Where the buyer comes back to, for good or ill.
        pub return_uri: Option<Box<str>>,
        created_at: Option<Timestamp>,
        created: Option<Timestamp> [unless is_none],
        /// When it was paid.
        pub paid_at: Option<Timestamp>,
        /// When a card was authorised. No proof of a payment.
        pub authorized_at: Option<Timestamp> [unless is_none],
        /// When it can no longer be paid: seven days after its creation in the guide's example.
        pub expires_at: Option<Timestamp>,
        expired_at: Opaque,
        /// When an authorisation was given back. Never for KakaoPay.
        pub reversed_at: Option<Timestamp>,
        multi_capture: Opaque [unless is_none],
        /// Whether an instalment plan bears no interest.
        pub zero_interest_installments: Option<bool>,
        /// Branch of the merchant.
        pub branch: Option<Expandable>,
        /// Terminal in the shop.
        pub terminal: Option<Expandable>,
        /// Device in the shop.
        pub device: Option<Expandable>,
        authorized: Opaque,
        capturable: Opaque,
        capture: Opaque,
        disputable: Opaque,
        /// Whether real money moves. A charge that does not say so is no order's.
        pub livemode: Option<bool>,
        refundable: Opaque,
        partially_refundable: Opaque [unless is_none],
        reversed: Opaque,
        reversible: Opaque,
        voided: Opaque,
        paid: Opaque,
        expired: Opaque,
        can_perform_void: Opaque [unless is_none],
        /// The issuer's approval of a card.
        pub approval_code: Option<Box<str>> [unless is_none],
        /// Who authenticated a card's holder.
        pub authenticated_by: Option<Value> [unless is_none],
        /// How a card's holder was authenticated.
        pub authentication: Option<Value> [unless is_none],
        /// The merchant's account. Only payment facilitators' charges have it.
        pub team: Option<Expandable> [unless is_none],
        /// The merchant's name. Only payment facilitators' charges have it.
        pub merchant_name: Option<Box<str>> [unless is_none],
        /// The merchant's number. Only payment facilitators' charges have it.
        pub merchant_uid: Option<Box<str>> [unless is_none],
    }
}

impl Expandable<ChargeId, Charge> {
    /// Identifies the charge.
    #[must_use]
    pub fn id(&self) -> &ChargeId {
        match self {
            Self::Id(id) => id,
            Self::Object(charge) => &charge.id,
        }
    }
}

impl Charge {
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

    /// When it was created: `created_at`, or `created` in API version 2017-11-02.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        self.created_at.or(self.created)
    }

    /// Sum of the refunds in minor units: `refunded_amount`, or `refunded` in API version
    /// 2017-11-02. A refund leaves the status as it is.
    #[must_use]
    pub fn refunded_amount(&self) -> Option<i64> {
        self.refunded_amount.or(self.refunded)
    }
}
