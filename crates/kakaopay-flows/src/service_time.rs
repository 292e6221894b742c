//! The service's own time of a response.

use kakaopay_types::Timestamp;
use serde::{Deserialize, Serialize};

/// When a page of a list was served, by the clocks of the service. Two of them are compared by a clock that
/// both show, and never with the driver's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ServiceTime {
    /// The `Date` of the response. `None` if the response has none.
    pub date: Option<Timestamp>,
    /// The `to` of the list, which is the present time unless the request sets it. `None` if the list has none.
    pub to: Option<Timestamp>,
}

impl ServiceTime {
    /// Creates the time of the first page of a list.
    #[must_use]
    pub fn new(date: Option<Timestamp>, to: Option<Timestamp>) -> Self {
        Self { date, to }
    }

    /// Returns whether the service showed any time.
    pub(crate) fn is_known(self) -> bool {
        self.date.is_some() || self.to.is_some()
    }

    /// Returns the milliseconds since an earlier time, by `Date` if both have it, else by `to`. Returns `None`
    /// if they share no clock.
    pub(crate) fn millis_since(self, earlier: Self) -> Option<i64> {
        let passed = |now: Option<Timestamp>, then: Option<Timestamp>| Some(now?.millis_since(then?));
        passed(self.date, earlier.date).or_else(|| passed(self.to, earlier.to))
    }
}
