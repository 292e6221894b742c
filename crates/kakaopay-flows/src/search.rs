//! Searches through the pages of a list: the charges of an order, and the refunds of a charge.

use kakaopay_types::endpoint::{ListChargeRefunds, ListCharges, ListParams};
use kakaopay_types::{ChargeId, Refund, SortOrder, Timestamp};

use crate::service_time::ServiceTime;

/// One page of the search for the charges of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChargeSearch {
    /// The payment's last entry when the search began. It proves, without a clock, what was recorded before.
    pub after_seq: u64,
    /// Whether each element of the previous pages could be decoded.
    pub complete: bool,
    /// Whether a charge on the previous pages names the order but differs from it.
    pub differs: bool,
    /// When the first page was served.
    pub served_at: ServiceTime,
    /// The page to read.
    pub list: ListCharges,
}

impl ChargeSearch {
    /// How long before the opening of the payment a search begins, by the service's clock: more than its `Date` and the
    /// times of its charges differ.
    const MARGIN_SECONDS: i64 = 3_600;

    /// The same where the service shows no time: the clock of the process that opened the payment may differ from the
    /// service's by more than a day. A charge that is even older is not found, and the buyer is never redirected to it.
    const CLOCKLESS_MARGIN_SECONDS: i64 = 2 * 86_400;

    /// Returns the first page for a payment that was opened at `served_at` by the service's clock, and at `opened_at` by
    /// the driver's.
    pub(crate) fn first(served_at: Option<Timestamp>, opened_at: Timestamp) -> Self {
        let from = match served_at {
            Some(served_at) => served_at.saturating_add_seconds(-Self::MARGIN_SECONDS),
            None => opened_at.saturating_add_seconds(-Self::CLOCKLESS_MARGIN_SECONDS),
        };
        // `to` is unset, so the service's clock sets the end of the list; later pages repeat the end that
        // the service returned. Newest first: a new charge is on the first page, however busy the
        // account is.
        let page = ListParams::new()
            .from(from.truncate_to_seconds())
            .limit(ListParams::MAX_LIMIT)
            .order(SortOrder::ReverseChronological);
        Self {
            after_seq: 0,
            complete: true,
            differs: false,
            served_at: ServiceTime::default(),
            list: ListCharges::new().page(page),
        }
    }
}

/// One page of the search through the refunds of a charge.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RefundSearch {
    /// The payment's last entry when the search began. It proves, without a clock, what was recorded before.
    pub after_seq: u64,
    /// Whether each element of the previous pages could be decoded.
    pub complete: bool,
    /// When the first page was served.
    pub served_at: ServiceTime,
    /// The refunds on the previous pages.
    pub seen: Vec<Refund>,
    /// The page to read.
    pub list: ListChargeRefunds,
}

impl RefundSearch {
    pub(crate) fn first(charge: &ChargeId) -> Self {
        // Oldest first: a new refund must not shift the pages.
        let page = ListParams::new().limit(ListParams::MAX_LIMIT).order(SortOrder::Chronological);
        let list = ListChargeRefunds::new(charge.clone()).page(page);
        Self { after_seq: 0, complete: true, served_at: ServiceTime::default(), seen: Vec::new(), list }
    }
}
