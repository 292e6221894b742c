//! The capability object.

use kakaopay_types::Currency;
use serde::Serialize;

use super::charge::Null;
use super::shape::same_in_each_version;

/// The capability object, with the members and order of a recorded one, for an account that supports only
/// KakaoPay.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CapabilityObject {
    object: &'static str,
    location: &'static str,
    banks: [(); 0],
    limits: Limits,
    payment_methods: [PaymentMethod; 1],
    country: &'static str,
    tokenization_methods: [(); 0],
    zero_interest_installments: bool,
}

/// The account's general limits. KakaoPay's own limits are narrower, as with the service.
#[derive(Debug, Clone, Serialize)]
struct Limits {
    charge_amount: Range,
    transfer_amount: Range,
    installment_amount: Least,
}

#[derive(Debug, Clone, Serialize)]
struct Range {
    max: i64,
    min: i64,
}

#[derive(Debug, Clone, Serialize)]
struct Least {
    min: i64,
}

#[derive(Debug, Clone, Serialize)]
struct PaymentMethod {
    object: &'static str,
    name: &'static str,
    currencies: [Currency; 2],
    card_brands: Null,
    installment_terms: Null,
    loan_installment_terms: Null,
    banks: [(); 0],
    provider: Null,
}

impl CapabilityObject {
    /// Builds the capability of a sandbox's account.
    pub(crate) fn kakaopay() -> Self {
        Self {
            object: "capability",
            location: "/capability",
            banks: [],
            limits: Limits {
                charge_amount: Range { max: 500_000_000_000, min: 100 },
                transfer_amount: Range { max: 500_000_000_000, min: 100 },
                installment_amount: Least { min: 200_000 },
            },
            payment_methods: [PaymentMethod {
                object: "payment_method",
                name: "kakaopay",
                currencies: [Currency::SGD, Currency::THB],
                card_brands: (),
                installment_terms: (),
                loan_installment_terms: (),
                banks: [],
                provider: (),
            }],
            country: "SG",
            tokenization_methods: [],
            zero_interest_installments: false,
        }
    }
}

// Version 2017-11-02 does not have this object, and rejects the call.
same_in_each_version!(CapabilityObject);
