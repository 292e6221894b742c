//! What a payment asks its driver to do.

use std::num::NonZeroU32;

use kakaopay_types::endpoint::{
    CreateCharge, CreateRefund, CreateSource, ListChargeRefunds, ListCharges, Page, RetrieveCharge,
};
use kakaopay_types::{ChargeId, Order, Refund, Timestamp};

use crate::event::Event;
use crate::input::Answer;
use crate::record::Entry;
use crate::trouble::Trouble;

/// What a payment asks its driver to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Append the entry to the payment's journal, then answer
    /// [`Input::Persisted`](crate::Input::Persisted).
    Persist(Entry),
    /// Send a request, then answer [`Input::Answered`](crate::Input::Answered), once. One that changes
    /// something leaves within [`LEAVE_WITHIN_SECONDS`](crate::LEAVE_WITHIN_SECONDS), or not at all.
    Transmit(Request),
    /// Send the buyer to this address. It is opaque.
    Redirect(String),
    /// Wake the payment with [`Input::Tick`](crate::Input::Tick), in place of any deadline before.
    Deadline(Deadline),
    /// Tell the merchant.
    Event(Event),
}

/// When a payment wants to be woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deadline {
    /// At this moment, or as soon after it as can be.
    At(Timestamp),
    /// Not at all.
    Never,
}

/// A request to the service.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// Create the source. Harmless when done twice: a source moves no money.
    CreateSource(CreateSource),
    /// Create the charge.
    CreateCharge(CreateCharge),
    /// Read the charge.
    RetrieveCharge(RetrieveCharge),
    /// Look for a charge that may have been created.
    LookUp(LookUp),
    /// Create the refund.
    CreateRefund {
        /// The how manieth request for this refund it is, from one.
        number: u32,
        /// What to send.
        create: CreateRefund,
    },
    /// Read the charge's refunds.
    ListRefunds(RefundList),
}

impl Request {
    /// Whether it changes anything at the service.
    #[must_use]
    pub fn is_mutation(&self) -> bool {
        matches!(self, Self::CreateSource(_) | Self::CreateCharge(_) | Self::CreateRefund { .. })
    }

    /// What to tell the payment when the request has no answer to show.
    #[must_use]
    pub fn without_answer(self, trouble: Trouble) -> Answer {
        match self {
            Self::CreateSource(_) => Answer::Source(Err(trouble)),
            Self::CreateCharge(create) => {
                Answer::Charge { attempt: create.metadata.reference.number(), result: Err(trouble) }
            }
            Self::RetrieveCharge(read) => Answer::Read { charge: read.id, result: Err(trouble) },
            Self::LookUp(request) => Answer::LookUp { request, result: Err(trouble) },
            Self::CreateRefund { number, create } => {
                Answer::Refund { reference: create.metadata.reference, number, result: Err(trouble) }
            }
            Self::ListRefunds(request) => Answer::Refunds { request, result: Err(trouble) },
        }
    }
}

/// One page of the search for a charge whose creation went unanswered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookUp {
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

impl LookUp {
    /// How far before the payment was opened a search begins, because either clock may be wrong by as
    /// much. What is even farther off is not found; its link is never handed out.
    const MARGIN_SECONDS: i64 = 86_400;

    pub(crate) fn first(opened_at: Timestamp, asked_at: Timestamp, attempts: NonZeroU32) -> Self {
        // `to` is unset, so that the service's clock decides what "until now" means; the next pages
        // repeat what it answered. What was created a moment ago stands on the first page, however
        // busy the account is.
        let page = Page::new()
            .from(opened_at.saturating_add_seconds(-Self::MARGIN_SECONDS).truncate_to_seconds())
            .limit(Page::MAX_LIMIT)
            .order(Order::ReverseChronological);
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
pub struct RefundList {
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

impl RefundList {
    pub(crate) fn first(charge: &ChargeId, asked_at: Timestamp) -> Self {
        // From the oldest on, so that what is new does not shift the pages.
        let page = Page::new().limit(Page::MAX_LIMIT).order(Order::Chronological);
        let list = ListChargeRefunds::new(charge.clone()).page(page);
        Self { asked_at, complete: true, at_service: None, seen: Vec::new(), list }
    }
}
