//! The filters of a search.

use super::field::Field;
#[cfg(feature = "server")]
use super::field::text;
#[cfg(feature = "server")]
use super::receive::InvalidRequest;
#[cfg(feature = "server")]
use crate::params::Param;
use crate::params::Params;

/// The filters of a search, such as `filters[status]=successful`.
///
/// Names are those of Omise's documentation, values are text. Amounts are in major units, unlike
/// everywhere else ([`Money::to_major`](crate::Money::to_major)), booleans are `yes` or `no`, and a
/// range of days is `2023-06-01..2023-06-30`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters(Vec<(String, String)>);

impl Filters {
    /// Adds a filter. A name that is set twice keeps its last value.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let name = name.into();
        self.0.retain(|(known, _)| *known != name);
        self.0.push((name, value.into()));
        self
    }
}

impl Field for Filters {
    fn put(&self, name: &'static str, params: &mut Params) {
        if !self.0.is_empty() {
            let filters = self
                .0
                .iter()
                .fold(Params::new(), |params, (name, value)| params.with(name.as_str(), value.as_str()));
            params.set(name.to_owned(), filters.into());
        }
    }

    #[cfg(feature = "server")]
    fn take(name: &'static str, params: &Params) -> Result<Self, InvalidRequest> {
        let invalid = InvalidRequest::new(name, "an object with text values");
        match params.get(name) {
            None | Some(Param::Null) => Ok(Self::default()),
            Some(Param::Map(filters)) => filters.iter().try_fold(Self::default(), |all, (name, value)| {
                Ok(all.with(name, text(value).ok_or(invalid)?))
            }),
            Some(_) => Err(invalid),
        }
    }
}
