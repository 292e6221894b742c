//! The readings that go through a list: the search for a charge, and a charge's refunds.

use std::num::NonZeroU32;

use kakaopay_types::endpoint::{ListChargeRefunds, ListCharges, ListParams};
use kakaopay_types::{ChargeId, Refund, SortOrder, Timestamp};

/// One page of the search for a charge whose creation went unanswered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargeSearch {
    /// When the search began, by the driver's clock.
    pub asked_at: Timestamp,
    /// How many attempts had been made by then.
    pub attempts: NonZeroU32,
    /// Whether every element of the pages before this one could be read.
    pub complete: bool,
    /// Whether a charge on the pages before this one names the order and differs from it.
    pub differs: bool,
    /// The moment it began, by the service's clock, if the service told.
    pub at_service: Option<Timestamp>,
    /// When the payment's own charge was created, by the same clock, if it stands on a page before this one.
    pub own_created: Option<Timestamp>,
    /// The page to read.
    pub list: ListCharges,
}

impl ChargeSearch {
    /// How far before the payment was opened a search begins, because either clock may be wrong by as
    /// much. What is even farther off is not found; its link is never handed out.
    const MARGIN_SECONDS: i64 = 86_400;

    pub(crate) fn first(opened_at: Timestamp, asked_at: Timestamp, attempts: NonZeroU32) -> Self {
        // `to` is unset, so that the service's clock decides what "until now" means; the next pages
        // repeat what it answered. What was created a moment ago stands on the first page, however
        // busy the account is.
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

/// One page of the refunds of a charge.
#[derive(Debug, Clone, PartialEq)]
pub struct RefundSearch {
    /// When the reading began, by the driver's clock.
    pub asked_at: Timestamp,
    /// Whether every element of the pages before this one could be read.
    pub complete: bool,
    /// The moment it began, by the service's clock, if the service told.
    pub at_service: Option<Timestamp>,
    /// What stands on the pages before this one.
    pub seen: Vec<Refund>,
    /// The page to read.
    pub list: ListChargeRefunds,
}

impl RefundSearch {
    pub(crate) fn first(charge: &ChargeId, asked_at: Timestamp) -> Self {
        // From the oldest on, so that what is new does not shift the pages.
        let page = ListParams::new().limit(ListParams::MAX_LIMIT).order(SortOrder::Chronological);
        let list = ListChargeRefunds::new(charge.clone()).page(page);
        Self { asked_at, complete: true, at_service: None, seen: Vec::new(), list }
    }
}
