//! Searches through the pages of a list: the charges of an order, and the refunds of a charge.

use std::num::NonZeroU32;

use kakaopay_types::endpoint::{ListChargeRefunds, ListCharges, ListParams};
use kakaopay_types::{ChargeId, Refund, SortOrder, Timestamp};

/// One page of the search for the charges of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChargeSearch {
    /// When the search began, by the driver's clock.
    pub asked_at: Timestamp,
    /// The number of attempts made by then.
    pub attempts: NonZeroU32,
    /// Whether each element of the previous pages could be decoded.
    pub complete: bool,
    /// Whether a charge on the previous pages names the order but differs from it.
    pub differs: bool,
    /// When the search began, by the service's clock. `None` if the service does not say.
    pub at_service: Option<Timestamp>,
    /// When the payment's own charge was created, by the service's clock, if a previous page has it.
    pub own_created: Option<Timestamp>,
    /// The page to read.
    pub list: ListCharges,
}

impl ChargeSearch {
    /// How long before the opening of the payment a search begins, since both clocks may be wrong by this
    /// much. A charge that is even older is not found, and the buyer is never redirected to it.
    const MARGIN_SECONDS: i64 = 86_400;

    pub(crate) fn first(opened_at: Timestamp, asked_at: Timestamp, attempts: NonZeroU32) -> Self {
        // `to` is unset, so the service's clock sets the end of the list; later pages repeat the end that
        // the service returned. Newest first: a new charge is on the first page, however busy the
        // account is.
        let page = ListParams::new()
            .from(opened_at.saturating_add_seconds(-Self::MARGIN_SECONDS).truncate_to_seconds())
            .limit(ListParams::MAX_LIMIT)
            .order(SortOrder::ReverseChronological);
        Self {
            asked_at,
            attempts,
            complete: true,
            differs: false,
            at_service: None,
            own_created: None,
            list: ListCharges::new().page(page),
        }
    }
}

/// One page of the search through the refunds of a charge.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RefundSearch {
    /// When the search began, by the driver's clock.
    pub asked_at: Timestamp,
    /// Whether each element of the previous pages could be decoded.
    pub complete: bool,
    /// When the search began, by the service's clock. `None` if the service does not say.
    pub at_service: Option<Timestamp>,
    /// The refunds on the previous pages.
    pub seen: Vec<Refund>,
    /// The page to read.
    pub list: ListChargeRefunds,
}

impl RefundSearch {
    pub(crate) fn first(charge: &ChargeId, asked_at: Timestamp) -> Self {
        // Oldest first: a new refund must not shift the pages.
        let page = ListParams::new().limit(ListParams::MAX_LIMIT).order(SortOrder::Chronological);
        let list = ListChargeRefunds::new(charge.clone()).page(page);
        Self { asked_at, complete: true, at_service: None, seen: Vec::new(), list }
    }
}
