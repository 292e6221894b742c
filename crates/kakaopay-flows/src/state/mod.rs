//! The data of a payment, and the changes that records make to it. It holds no rules.

pub(crate) mod acknowledgement;
pub(crate) mod cancellation;
pub(crate) mod duplicate_charge;
pub(crate) mod earlier_attempts;
pub(crate) mod late_charge;
pub(crate) mod lifecycle;
pub(crate) mod look_up;
pub(crate) mod model;
pub(crate) mod model_facts;
pub(crate) mod own_charge;
pub(crate) mod refund;
pub(crate) mod refund_state;
