//! The wish to cancel the attempt at hand.

use std::ops::Not;

use kakaopay_types::Timestamp;
use serde::{Deserialize, Serialize};

use crate::journal::record::Record;

/// What ends an unpaid payment before its charge expires by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CancelledBy {
    /// The merchant: see [`Input::Cancel`](crate::Input::Cancel).
    Merchant,
    /// The end of its hold: see [`Intent::pay_within`](crate::Intent::pay_within).
    Hold,
}

/// A wish to cancel that stands: the payment has not ended, and the wish was not taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CancelWish {
    /// What it comes from.
    pub by: CancelledBy,
    /// When it was recorded, by the driver's clock.
    pub since: Timestamp,
    /// Whether the hold had ended before, so that it ends the charge whatever the merchant wishes after it.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub(crate) ends_hold: bool,
    /// Whether the service has refused to end the charge, which can still be paid, and the merchant was notified.
    pub is_refused: bool,
    /// When the service was last requested to end the charge, by the driver's clock.
    pub(crate) requested_at: Option<Timestamp>,
    /// The entry with the service's rejection. Only a read that was requested after it shows whether the charge can
    /// still be paid: it may have been paid just before.
    pub(crate) rejected: Option<u64>,
}

impl CancelWish {
    /// Returns whether a success is late money: the merchant has given the order up, or was notified that it can still be
    /// paid, and may have sold its goods to another buyer.
    #[must_use]
    pub fn forbids_goods(&self) -> bool {
        self.by == CancelledBy::Merchant || self.is_refused
    }

    /// Returns whether the service is still to be requested to end the charge.
    pub(crate) fn is_pursued(&self) -> bool {
        self.rejected.is_none() && !self.is_refused
    }
}

/// The cancelling of the attempt at hand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cancellation {
    /// The wish, while it stands.
    pub(crate) wish: Option<CancelWish>,
    /// Whether the hold of the attempt has ended. It does so once.
    pub(crate) hold_has_ended: bool,
    /// How often the merchant was notified that the service refused.
    pub(crate) refusals: u32,
}

/// Returns whether a record is about a wish to cancel, and not about an end.
pub(crate) fn is_about_wish(record: &Record) -> bool {
    matches!(
        record,
        Record::CancelWished { .. }
            | Record::CancelRequested { .. }
            | Record::CancelRejected { .. }
            | Record::CancelRefused
            | Record::CancelTakenBack
    )
}

impl Cancellation {
    pub(crate) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Applies a record of the cancelling. Returns `None` if it contradicts what is known.
    pub(crate) fn apply(&mut self, record: &Record, (seq, at): (u64, Timestamp)) -> Option<()> {
        if let Record::CancelWished { by } = record {
            let ends_hold = *by == CancelledBy::Hold;
            self.hold_has_ended |= ends_hold;
            let wish = self.wish.get_or_insert(CancelWish {
                by: *by,
                since: at,
                ends_hold,
                is_refused: false,
                requested_at: None,
                rejected: None,
            });
            wish.by = *by;
            return Some(());
        }
        let wish = self.wish.as_mut()?;
        match record {
            Record::CancelRequested { .. } => wish.requested_at = Some(at),
            Record::CancelRejected { .. } => wish.rejected = Some(seq),
            Record::CancelRefused => {
                wish.is_refused = true;
                self.refusals = self.refusals.saturating_add(1);
            }
            Record::CancelTakenBack => self.wish = None,
            _ => return None,
        }
        Some(())
    }
}
