//! What an account can do.

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
    /// What an account can do. It tells whether KakaoPay is switched on; its limits are the
    /// account's general ones and not [KakaoPay's](crate::Limits).
    Capability {
        /// Always `capability`.
        pub object: CapabilityObject,
        /// Path of the capability on the API's host.
        pub location: Option<Box<str>>,
        /// Banks that money can be paid out to.
        pub banks: Option<Vec<Box<str>>>,
        /// The account's general limits.
        pub limits: Option<AccountLimits> [unless is_none],
        /// The payment methods that are switched on.
        pub payment_methods: Elements<PaymentMethod>,
        /// The account's country, as two letters.
        pub country: Option<Box<str>>,
        /// How cards can be turned into tokens.
        pub tokenization_methods: Option<Vec<Box<str>>> [unless is_none],
        /// Whether the merchant can bear an instalment plan's interest.
        pub zero_interest_installments: Option<bool>,
    }
}

object! {
    /// The general limits of an account.
    AccountLimits {
        /// Of a charge by any method.
        pub charge_amount: Option<Range>,
        /// Of a payout.
        pub transfer_amount: Option<Range>,
        /// Of a charge in instalments.
        pub installment_amount: Option<Range>,
    }
}

object! {
    /// A smallest and a largest amount in minor units of the account's currency.
    Range {
        /// The largest.
        pub max: Option<i64> [unless is_none],
        /// The smallest.
        pub min: Option<i64>,
    }
}

object! {
    /// A payment method that is switched on.
    PaymentMethod {
        /// Always `payment_method`.
        pub object: PaymentMethodObject,
        /// The method, by the `type` of its sources.
        pub name: SourceType,
        /// The currencies it takes.
        pub currencies: Vec<Currency>,
        /// The cards it takes.
        pub card_brands: Option<Vec<Box<str>>>,
        /// Months of its instalment plans.
        pub installment_terms: Option<Vec<i64>>,
        /// Months of its loans.
        pub loan_installment_terms: Option<Vec<i64>> [unless is_none],
        /// Banks to choose from.
        pub banks: Option<Vec<Value>> [unless is_none],
        /// Who provides it, such as Alipay+.
        pub provider: Option<Box<str>> [unless is_none],
    }
}

impl Capability {
    /// KakaoPay, if it is switched on.
    #[must_use]
    pub fn kakaopay(&self) -> Option<&PaymentMethod> {
        self.payment_methods.items.iter().find(|method| method.name == SourceType::Kakaopay)
    }

    /// Whether the account can be paid by KakaoPay in a currency.
    #[must_use]
    pub fn takes_kakaopay(&self, currency: Currency) -> bool {
        self.kakaopay().is_some_and(|method| method.currencies.contains(&currency))
    }
}
