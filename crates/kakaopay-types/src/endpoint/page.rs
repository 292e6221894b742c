//! The pagination parameters of a list.

use super::constructor::parameters;
use super::field::Field;
#[cfg(feature = "server")]
use super::receive::InvalidRequest;
use crate::list::SortOrder;
use crate::params::Params;
use crate::timestamp::Timestamp;

parameters! {
/// Selects a part of a list. Defaults of the API: the first 20 elements, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListParams {
    /// Earliest creation time, inclusive.
    pub from: Option<Timestamp>,
    /// Latest creation time, inclusive. Set it when reading several pages; otherwise new objects shift
    /// the pages.
    pub to: Option<Timestamp>,
    /// Number of elements to skip.
    pub offset: u32,
    /// Maximum number of elements, capped at the API's maximum of 100. `None` for the API's default of
    /// 20.
    pub limit: Option<u32>,
    /// Sort order.
    pub order: Option<SortOrder>,
}
}

impl ListParams {
    /// The API's maximum number of elements per page.
    pub const MAX_LIMIT: u32 = 100;
}

fn capped(limit: Option<u32>) -> Option<u32> {
    limit.map(|limit| limit.min(ListParams::MAX_LIMIT))
}

/// Each member is a parameter of its own.
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
