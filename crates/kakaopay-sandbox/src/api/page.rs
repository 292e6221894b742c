//! Pagination of lists.

use kakaopay_types::Timestamp;

use super::fields;
use super::refusal::Refusal;
use super::request::Call;
use crate::object::ListObject;

/// Default number of elements per page.
const LIMIT: usize = 20;
/// Maximum number of elements per page.
const MAX_LIMIT: usize = 100;

/// The requested page of a list.
#[derive(Debug)]
pub(crate) struct Page {
    limit: usize,
    offset: usize,
    from: Timestamp,
    to: Timestamp,
    reverse: bool,
}

impl Page {
    /// Parses the page that a call requests.
    pub(crate) fn of(call: &Call) -> Result<Self, Refusal> {
        let params = call.query_params()?;
        Ok(Self {
            limit: fields::count(&params, "limit")?.unwrap_or(LIMIT).min(MAX_LIMIT),
            offset: fields::count(&params, "offset")?.unwrap_or(0),
            from: fields::timestamp(&params, "from")?.unwrap_or(Timestamp::UNIX_EPOCH),
            to: fields::timestamp(&params, "to")?.unwrap_or(call.now.truncate_to_seconds()),
            reverse: fields::order(&params)?.unwrap_or(false),
        })
    }

    /// Selects the page from elements with their creation times.
    pub(crate) fn cut<E, T>(
        &self,
        location: &str,
        elements: impl Iterator<Item = (Timestamp, E)>,
        object: impl Fn(E) -> T,
    ) -> ListObject<T> {
        let inside = |(at, _): &(Timestamp, E)| (self.from..=self.to).contains(at);
        let mut found: Vec<_> = elements.filter(inside).map(|(_, element)| element).collect();
        if self.reverse {
            found.reverse();
        }
        ListObject {
            object: "list",
            total: found.len(),
            data: found.into_iter().skip(self.offset).take(self.limit).map(object).collect(),
            limit: self.limit,
            offset: self.offset,
            location: location.to_owned(),
            order: if self.reverse { "reverse_chronological" } else { "chronological" },
            from: self.from,
            to: self.to,
        }
    }
}
