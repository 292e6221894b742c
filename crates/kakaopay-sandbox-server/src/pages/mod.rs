//! The payment pages.

mod format_time;
mod guard;
mod headers;
mod language;
mod payment;
mod qr;
mod request;
mod router;
mod view;
mod view_state;
mod words;

pub(crate) use format_time::Moment;
pub(crate) use headers::{open_to_all, page, see_other};
pub(crate) use language::Language;
pub(crate) use request::PageRequest;
pub(crate) use router::{ROUTES, respond};
pub(crate) use words::Words;
