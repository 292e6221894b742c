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
    /// `None` means `null` or absent. Which members are present depends on the account's age, its
    /// country and the API version, so only those needed to judge a charge are required. Amounts are in
    /// minor units of the charge's currency unless stated otherwise.
    ///
    /// # Traps
    ///
    /// Only [`Charge::outcome`] decides whether a charge was paid. Members that seem to say the same
    /// are kept, so that they survive when the charge is written again, but are private, and no value
    /// in them makes the charge unreadable:
    ///
    /// - `paid` and `authorized` are used for cards too, where `authorized` is not a payment.
    /// - `expired` is `true` on recorded charges that *failed*, when they are read later.
    /// - `expired_at` is set to `expires_at` once that has passed, on charges that were *paid* too.
    /// - `captured_amount` and `authorized_amount` are the whole amount on charges that failed.
    /// - `refundable` becomes `false` when the refund window has closed. `partially_refundable`,
    ///   `disputable`, `reversible` and `can_perform_void` become `false` with their own windows.
    /// - `voided` is `true` after a full refund before settlement; the `status` stays `successful`. See
    ///   [`is_refunded_in_full`](Self::is_refunded_in_full).
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
    /// Do not assume that [`refunded_amount`](Self::refunded_amount) is at most the amount: one recorded
    /// charge exceeds it.
    Charge {
        /// Always `charge`.
        pub object: ChargeObject,
        /// Returns the id of the charge.
        pub id: ChargeId,
        /// Path of the charge on the API's host.
        pub location: Option<Box<str>>,
        /// Amount the buyer pays.
        pub amount: i64,
        authorization_type: Opaque [unless is_none],
        authorized_amount: Opaque [unless is_none],
        captured_amount: Opaque [unless is_none],
        /// The acquirer's own reference.
        pub acquirer_reference_number: Option<Box<str>> [unless is_none],
        /// Net amount for the merchant, in minor units of the funding currency.
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
        /// The fee the marketplace platform takes.
        pub platform_fee: Option<PlatformFee>,
        /// Currency of the amount.
        pub currency: Currency,
        /// Currency the merchant is paid out in.
        pub funding_currency: Option<Currency>,
        /// The buyer's IP address, if the merchant sent it.
        pub ip: Option<Box<str>>,
        /// The refunds of the charge, first page.
        pub refunds: Option<List<Refund>>,
        /// Payment link it was created from.
        pub link: Option<Expandable>,
        /// The merchant's description.
        pub description: Option<Box<str>>,
        /// The merchant's metadata.
        pub metadata: Metadata,
        /// Card, for card charges.
        pub card: Option<Value>,
        missing_3ds_fields: Option<Value> [unless is_none],
        /// The source it was created from.
        pub source: Option<Box<Source>>,
        /// Schedule it was created from.
        pub schedule: Option<Expandable>,
        /// Account of a permanently linked wallet.
        pub linked_account: Option<Expandable> [unless is_none],
        /// Customer.
        pub customer: Option<Expandable>,
        /// Dispute, if the buyer raised one.
        pub dispute: Option<Expandable>,
        /// The ledger transaction of a successful charge; `null` otherwise.
        pub transaction: Option<Expandable>,
        /// The failure code.
        pub failure_code: Option<FailureCode>,
        /// The failure message, for people. The wording changes without notice.
        pub failure_message: Option<Box<str>>,
        /// The issuer's advice after a decline.
        pub merchant_advice: Option<Box<str>> [unless is_none],
        /// The issuer's advice as a code.
        pub merchant_advice_code: Option<Box<str>> [unless is_none],
        /// Current status; read it through [`Charge::outcome`].
        pub status: ChargeStatus,
        /// The URI to redirect the buyer to. It is opaque: never rebuild or extend it.
        pub authorize_uri: Option<Box<str>>,
        /// The URI the buyer returns to, whatever the outcome.
        pub return_uri: Option<Box<str>>,
        created_at: Option<Timestamp>,
        created: Option<Timestamp> [unless is_none],
        /// Time of the payment.
        pub paid_at: Option<Timestamp>,
        /// Time a card was authorised. Does not prove a payment.
        pub authorized_at: Option<Timestamp> [unless is_none],
        /// Time after which it cannot be paid: seven days after its creation in the guide's example.
        pub expires_at: Option<Timestamp>,
        expired_at: Opaque,
        /// Time an authorisation was reversed. Never set for KakaoPay.
        pub reversed_at: Option<Timestamp>,
        multi_capture: Opaque [unless is_none],
        /// Whether an instalment plan is interest-free.
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
        /// Whether real money moves. Without it, a charge cannot be matched to an order.
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
        /// The provider that authenticated a card's holder.
        pub authenticated_by: Option<Value> [unless is_none],
        /// The method by which a card's holder was authenticated.
        pub authentication: Option<Value> [unless is_none],
        /// The merchant's account. Present only on payment facilitators' charges.
        pub team: Option<Expandable> [unless is_none],
        /// The merchant's name. Present only on payment facilitators' charges.
        pub merchant_name: Option<Box<str>> [unless is_none],
        /// The merchant's number. Present only on payment facilitators' charges.
        pub merchant_uid: Option<Box<str>> [unless is_none],
    }
}

impl Expandable<ChargeId, Charge> {
    /// Returns the id of the charge.
    #[must_use]
    pub fn id(&self) -> &ChargeId {
        match self {
            Self::Id(id) => id,
            Self::Object(charge) => &charge.id,
        }
    }
}

impl Charge {
    /// Returns the amount with its currency.
    #[must_use]
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }

    /// Returns the mode of the `livemode` member, if present.
    #[must_use]
    pub fn mode(&self) -> Option<Mode> {
        self.livemode.map(Mode::from_livemode)
    }

    /// Returns the creation time: `created_at`, or `created` in API version 2017-11-02.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        self.created_at.or(self.created)
    }

    /// Returns the sum of the refunds in minor units: `refunded_amount`, or `refunded` in API version
    /// 2017-11-02. A refund does not change the status.
    #[must_use]
    pub fn refunded_amount(&self) -> Option<i64> {
        self.refunded_amount.or(self.refunded)
    }

    /// Returns the money that has gone back: the sum of the refunds, or at least the whole amount if the charge
    /// was voided. Zero if the service does not say.
    #[must_use]
    pub fn refunded(&self) -> Money {
        let refunded = self.refunded_amount().unwrap_or(0).max(0);
        let voided = if self.voided.is_true() { self.amount } else { 0 };
        Money::new(refunded.max(voided), self.currency)
    }

    /// Returns whether the money has gone back in full, by refunds or by a void. The status stays `successful`,
    /// but nothing is to be shipped for such a charge.
    #[must_use]
    pub fn is_refunded_in_full(&self) -> bool {
        let refunded = self.refunded_amount().unwrap_or(0);
        self.voided.is_true() || (refunded > 0 && refunded >= self.amount)
    }
}
