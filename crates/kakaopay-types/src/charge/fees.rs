//! What a charge costs.

use serde_json::Value;

use super::rate::Rate;
use crate::object::object;

object! {
    /// The rates a charge's fees were computed with.
    TransactionFees {
        /// Flat part, such as `0.0`.
        pub fee_flat: Rate,
        /// Percentage of the amount, such as `2.9`.
        pub fee_rate: Rate,
        /// Percentage of tax on the fee, such as `7.0`.
        pub vat_rate: Rate,
    }
}

object! {
    /// What the platform of a marketplace keeps of a charge. Every member may be `null`.
    PlatformFee {
        /// Fixed part in minor units.
        pub fixed: Option<i64>,
        /// The whole in minor units.
        pub amount: Option<i64>,
        /// Percentage of the amount, as the API writes it.
        pub percentage: Option<Value>,
    }
}
