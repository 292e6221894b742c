//! Which part of a list to read.

use crate::list::Order;
use crate::params::Params;
use crate::timestamp::Timestamp;

/// Which part of a list to read. What is left out is the API's default: the first 20 of all, oldest
/// first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Only what was created at or after this.
    pub from: Option<Timestamp>,
    /// Only what was created at or before this. Fix it when reading page by page, or the pages
    /// shift while new objects arrive.
    pub to: Option<Timestamp>,
    /// How many elements to skip.
    pub offset: u32,
    /// Most elements to read, 100 at most; `None` for the API's default of 20.
    pub limit: Option<u32>,
    /// The order.
    pub order: Option<Order>,
}

impl Page {
    /// Most elements the API puts on one page.
    pub const MAX_LIMIT: u32 = 100;

    pub(super) fn params(&self) -> Params {
        Params::new()
            .with_some("from", self.from.map(|at| at.to_string()))
            .with_some("to", self.to.map(|at| at.to_string()))
            .with_some("offset", (self.offset != 0).then_some(self.offset))
            .with_some("limit", self.limit.map(|limit| limit.min(Self::MAX_LIMIT)))
            .with_some("order", self.order.as_ref().map(Order::as_str))
    }
}
