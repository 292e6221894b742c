//! A page of a list.

use kakaopay_types::Timestamp;
use serde::Serialize;

/// A page of a list, with the guide's members in the guide's order.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ListObject<T> {
    pub(crate) object: &'static str,
    pub(crate) data: Vec<T>,
    pub(crate) limit: usize,
    pub(crate) offset: usize,
    pub(crate) total: usize,
    pub(crate) location: String,
    pub(crate) order: &'static str,
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
}
