//! A page of search results.

use serde::Serialize;
use serde_json::{Map, Value};

/// A page of search results.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SearchObject<T> {
    pub(crate) object: &'static str,
    pub(crate) data: Vec<T>,
    pub(crate) page: usize,
    pub(crate) per_page: usize,
    pub(crate) total: usize,
    pub(crate) total_pages: usize,
    pub(crate) filters: Map<String, Value>,
    pub(crate) location: &'static str,
    pub(crate) order: &'static str,
    pub(crate) query: Option<String>,
    pub(crate) scope: String,
    pub(crate) export: (),
    pub(crate) aggregate_level: (),
}
