//! The capabilities of an account.

use serde_json::Value;

use crate::currency::Currency;
use crate::list::Elements;
use crate::object::{object, object_tag};
use crate::source::SourceType;

object_tag! {
    /// The `object` member of a capability: always `capability`.
    CapabilityObject = "capability";
    /// The `object` member of a payment method: always `payment_method`.
    PaymentMethodObject = "payment_method";
}

object! {
    /// The capabilities of an account, including whether KakaoPay is enabled. Its limits are the
    /// account's general limits, not [KakaoPay's](crate::Limits).
    Capability {
        /// Always `capability`.
        pub object: CapabilityObject,
        /// Path of the capability on the API's host.
        pub location: Option<Box<str>>,
        /// Banks that payouts can be sent to.
        pub banks: Option<Vec<Box<str>>>,
        /// The account's general limits.
        pub limits: Option<AccountLimits> [unless is_none],
        /// The enabled payment methods.
        pub payment_methods: Elements<PaymentMethod>,
        /// The account's country, as two letters.
        pub country: Option<Box<str>>,
        /// Methods of converting cards into tokens.
        pub tokenization_methods: Option<Vec<Box<str>>> [unless is_none],
        /// Whether the merchant can bear an instalment plan's interest.
        pub zero_interest_installments: Option<bool>,
    }
}

object! {
    /// The general limits of an account.
    AccountLimits {
        /// Limits of a charge by any method.
        pub charge_amount: Option<Range>,
        /// Limits of a payout.
        pub transfer_amount: Option<Range>,
        /// Limits of an instalment charge.
        pub installment_amount: Option<Range>,
    }
}

object! {
    /// A minimum and a maximum amount in minor units of the account's currency.
    Range {
        /// The maximum.
        pub max: Option<i64> [unless is_none],
        /// The minimum.
        pub min: Option<i64>,
    }
}

object! {
    /// An enabled payment method.
    PaymentMethod {
        /// Always `payment_method`.
        pub object: PaymentMethodObject,
        /// The `type` of the method's sources.
        pub name: SourceType,
        /// Currencies it accepts.
        pub currencies: Vec<Currency>,
        /// Card brands it accepts.
        pub card_brands: Option<Vec<Box<str>>>,
        /// Numbers of months of its instalment plans.
        pub installment_terms: Option<Vec<i64>>,
        /// Numbers of months of its loans.
        pub loan_installment_terms: Option<Vec<i64>> [unless is_none],
        /// Banks to choose from.
        pub banks: Option<Vec<Value>> [unless is_none],
        /// The provider, such as Alipay+.
        pub provider: Option<Box<str>> [unless is_none],
    }
}

impl Capability {
    /// Returns KakaoPay's entry, if enabled.
    #[must_use]
    pub fn kakaopay(&self) -> Option<&PaymentMethod> {
        self.payment_methods.items.iter().find(|method| method.name == SourceType::Kakaopay)
    }

    /// Whether the account accepts KakaoPay in a currency.
    #[must_use]
    pub fn takes_kakaopay(&self, currency: Currency) -> bool {
        self.kakaopay().is_some_and(|method| method.currencies.contains(&currency))
    }
}
