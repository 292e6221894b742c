//! The source object: payment method and amount.

use serde_json::Value;

use crate::currency::Currency;
use crate::id::SourceId;
use crate::money::Money;
use crate::object::{object, object_tag};
use crate::open_enum::open_enum;
use crate::platform::PlatformType;
use crate::status::SourceChargeStatus;
use crate::timestamp::Timestamp;

open_enum! {
    /// The `type` of a source: the payment method.
    SourceType {
        /// KakaoPay.
        Kakaopay = "kakaopay",
    }
}

open_enum! {
    /// The `flow` of a source: how the buyer authorizes the payment.
    Flow {
        /// Redirects the buyer to the wallet's app or page. KakaoPay's flow.
        AppRedirect = "app_redirect",
        /// Redirects the buyer to a page.
        Redirect = "redirect",
        /// The buyer pays elsewhere, such as at a counter.
        Offline = "offline",
    }
}

object_tag! {
    /// The `object` member of a source: always `source`.
    SourceObject = "source";
}

object! {
    /// A source, with every member that Omise documents or has been recorded to send.
    /// Only members present in every recorded source are required; `None` means `null` or absent. For
    /// KakaoPay nearly all members are `null`: they belong to other methods.
    Source {
        /// Always `source`.
        pub object: SourceObject,
        /// Identifies the source.
        pub id: SourceId,
        /// Whether real money moves; absent in old recordings, where the id indicates the mode.
        pub livemode: Option<bool>,
        /// Path of the source on the API's host.
        pub location: Option<Box<str>>,
        /// Amount in minor units.
        pub amount: i64,
        /// Barcode, for methods that scan one.
        pub barcode: Option<Box<str>>,
        /// Bank, for methods that name one.
        pub bank: Option<Box<str>>,
        created_at: Option<Timestamp>,
        created: Option<Timestamp> [unless is_none],
        /// Currency of the amount.
        pub currency: Currency,
        /// The buyer's e-mail address.
        pub email: Option<Box<str>>,
        /// How the buyer authorizes the payment.
        pub flow: Flow,
        /// Months of an instalment plan.
        pub installment_term: Option<i64>,
        /// IP address that the source was created from.
        pub ip: Option<Box<str>> [unless is_none],
        /// The party that bears the cost of an instalment plan.
        pub absorption_type: Option<Box<str>>,
        /// The buyer's name.
        pub name: Option<Box<str>>,
        /// The buyer's mobile number.
        pub mobile_number: Option<Box<str>>,
        /// The buyer's phone number.
        pub phone_number: Option<Box<str>>,
        /// The platform the buyer pays on.
        pub platform_type: Option<PlatformType>,
        /// A code to scan, for methods that show one.
        pub scannable_code: Option<Value>,
        /// Kind of that code.
        pub qr_settings: Option<Value> [unless is_none],
        /// Billing address.
        pub billing: Option<Value>,
        /// Shipping address.
        pub shipping: Option<Value>,
        /// Items of the order.
        pub items: Option<Vec<Value>>,
        /// References of bill payments.
        pub references: Option<Value>,
        /// The method's own references of the payment.
        pub provider_references: Option<Value> [unless is_none],
        /// Store identifier.
        pub store_id: Option<Box<str>>,
        /// Store name.
        pub store_name: Option<Box<str>>,
        /// Terminal identifier.
        pub terminal_id: Option<Box<str>>,
        /// The payment method.
        pub kind as "type": SourceType,
        /// Whether an instalment plan is interest-free.
        pub zero_interest_installments: Option<bool>,
        /// Status of the charge created from it; absent in old recordings. Does not prove a payment.
        pub charge_status: Option<SourceChargeStatus>,
        /// Amount on the receipt in minor units, if it differs.
        pub receipt_amount: Option<i64>,
        /// Discounts of the method.
        pub discounts: Option<Vec<Value>>,
        /// Code of a promotion.
        pub promotion_code: Option<Box<str>> [unless is_none],
    }
}

impl Source {
    /// Returns the amount with its currency.
    #[must_use]
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }

    /// Returns the creation time: `created_at`, or `created` in API version 2017-11-02.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        self.created_at.or(self.created)
    }
}
