//! The source of a charge: by which method, and how much.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::currency::Currency;
use crate::id::SourceId;
use crate::money::Money;
use crate::null::null_as_default;
use crate::object::object_tag;
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
    /// The `flow` of a source: how the buyer is asked.
    Flow {
        /// The buyer is sent to the wallet's app or page. KakaoPay's flow.
        AppRedirect = "app_redirect",
        /// The buyer is sent to a page.
        Redirect = "redirect",
        /// The buyer pays elsewhere, such as at a counter.
        Offline = "offline",
    }
}

/// A source, with every member Omise's KakaoPay guide shows.
///
/// Only the members that have been in every recorded source are required; another that is absent
/// reads like `null`. Unknown members are ignored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Source {
    /// Always `source`.
    pub object: SourceObject,
    /// Identifies the source.
    pub id: SourceId,
    /// Whether real money moves; absent in old recordings, where the id tells.
    #[serde(default)]
    pub livemode: Option<bool>,
    /// Path of the source on the API's host.
    #[serde(default)]
    pub location: Option<String>,
    /// Amount in minor units.
    pub amount: i64,
    /// Barcode, for methods that scan one.
    #[serde(default)]
    pub barcode: Option<String>,
    /// Bank, for methods that name one.
    #[serde(default)]
    pub bank: Option<String>,
    /// When it was created.
    #[serde(default, alias = "created")]
    pub created_at: Option<Timestamp>,
    /// Currency of the amount.
    pub currency: Currency,
    /// The buyer's e-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// How the buyer is asked.
    pub flow: Flow,
    /// Months of an instalment plan.
    #[serde(default)]
    pub installment_term: Option<i64>,
    /// Who bears the cost of an instalment plan.
    #[serde(default)]
    pub absorption_type: Option<String>,
    /// The buyer's name.
    #[serde(default)]
    pub name: Option<String>,
    /// The buyer's mobile number.
    #[serde(default)]
    pub mobile_number: Option<String>,
    /// The buyer's phone number.
    #[serde(default)]
    pub phone_number: Option<String>,
    /// The platform the buyer pays on.
    #[serde(default)]
    pub platform_type: Option<PlatformType>,
    /// A code to scan, for methods that show one.
    #[serde(default)]
    pub scannable_code: Option<Value>,
    /// Billing address.
    #[serde(default)]
    pub billing: Option<Value>,
    /// Shipping address.
    #[serde(default)]
    pub shipping: Option<Value>,
    /// Items of the order.
    #[serde(default, deserialize_with = "null_as_default")]
    pub items: Vec<Value>,
    /// References of bill payments.
    #[serde(default)]
    pub references: Option<Value>,
    /// Store identifier.
    #[serde(default)]
    pub store_id: Option<String>,
    /// Store name.
    #[serde(default)]
    pub store_name: Option<String>,
    /// Terminal identifier.
    #[serde(default)]
    pub terminal_id: Option<String>,
    /// The payment method.
    #[serde(rename = "type")]
    pub kind: SourceType,
    /// Whether an instalment plan bears no interest.
    #[serde(default)]
    pub zero_interest_installments: Option<bool>,
    /// What became of the charge made from it. A mirror: the charge itself decides.
    #[serde(default)]
    pub charge_status: Option<SourceChargeStatus>,
    /// Amount on the receipt in minor units, where it differs.
    #[serde(default)]
    pub receipt_amount: Option<i64>,
    /// Discounts of the method.
    #[serde(default, deserialize_with = "null_as_default")]
    pub discounts: Vec<Value>,
}

impl Source {
    /// The amount with its currency.
    #[must_use]
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
}

object_tag! {
    /// The `object` member of a source: always `source`.
    SourceObject = "source";
}
