//! The fees of a charge.

use serde_json::Value;

use super::rate::Rate;
use crate::object::object;

object! {
    /// The rates the fees of a charge were computed with.
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
    /// The fee a marketplace platform takes from a charge. Every member may be `null`.
    PlatformFee {
        /// Fixed part in minor units.
        pub fixed: Option<i64>,
        /// Total in minor units.
        pub amount: Option<i64>,
        /// Percentage of the amount, as the API writes it.
        pub percentage: Option<Value>,
    }
}
