//! How much may go wrong in the model.

use kakaopay_flows::RefundRequest;

/// How much may go wrong.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    /// Requests that are lost, or whose answers are, or that come late.
    pub(super) faults: u8,
    /// Processes that die.
    pub(super) crashes: u8,
    /// Webhooks that come.
    pub(super) hooks: u8,
    /// Persons who say to go on.
    pub(super) persons: u8,
    /// Whole refunds that staff make in the dashboard.
    pub(super) staff: u8,
    /// Wishes to cancel, and as many that are taken back.
    pub(super) cancels: u8,
    /// Whether the service refuses to cancel.
    pub(super) refuses: bool,
    /// Whether the payment is held for 100 s.
    pub(super) is_held: bool,
    /// A refund that is requested once the payment is paid.
    pub(super) refund: Option<RefundRequest>,
    /// How long a charge can be paid, in seconds. The longer, the more looks at it there are, each of
    /// which can go wrong.
    pub(super) lifetime: i64,
}
