//! Which part of a list to read.

use super::constructor::parameters;
use super::field::Field;
#[cfg(feature = "server")]
use super::receive::InvalidRequest;
use crate::list::SortOrder;
use crate::params::Params;
use crate::timestamp::Timestamp;

parameters! {
/// Which part of a list to read. What is left out is the API's default: the first 20 of all, oldest
/// first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListParams {
    /// Only what was created at or after this.
    pub from: Option<Timestamp>,
    /// Only what was created at or before this. Fix it when reading page by page, or the pages
    /// shift while new objects arrive.
    pub to: Option<Timestamp>,
    /// How many elements to skip.
    pub offset: u32,
    /// Most elements to read; more than 100 are asked for as 100, the API's most. `None` for the
    /// API's default of 20.
    pub limit: Option<u32>,
    /// The order.
    pub order: Option<SortOrder>,
}
}

impl ListParams {
    /// Most elements the API puts on one page.
    pub const MAX_LIMIT: u32 = 100;
}

fn capped(limit: Option<u32>) -> Option<u32> {
    limit.map(|limit| limit.min(ListParams::MAX_LIMIT))
}

/// Each of its members is a parameter of its own.
impl Field for ListParams {
    fn put(&self, _name: &'static str, params: &mut Params) {
        self.from.put("from", params);
        self.to.put("to", params);
        (self.offset != 0).then_some(self.offset).put("offset", params);
        capped(self.limit).put("limit", params);
        self.order.put("order", params);
    }

    #[cfg(feature = "server")]
    fn take(_name: &'static str, params: &Params) -> Result<Self, InvalidRequest> {
        Ok(Self {
            from: Field::take("from", params)?,
            to: Field::take("to", params)?,
            offset: <Option<u32> as Field>::take("offset", params)?.unwrap_or_default(),
            limit: capped(Field::take("limit", params)?),
            order: Field::take("order", params)?,
        })
    }
}
