//! Data of a payment, and how records change it. Nothing here decides.

pub(crate) mod duplicate_charge;
pub(crate) mod lifecycle;
pub(crate) mod model;
pub(crate) mod refund;
