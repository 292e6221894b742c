//! A page with one message for testers.

use askama::Template;
use bytes::Bytes;
use http::{Response, StatusCode};

use super::words::DashboardWords;
use crate::pages::{Language, page};

#[derive(Template)]
#[template(path = "plain.html")]
struct PlainPage {
    language: Language,
    labels: &'static DashboardWords,
    text: &'static str,
}

/// Responds with a page that contains one message and a link to the dashboard.
pub(super) fn plain(
    status: StatusCode,
    language: Language,
    text: fn(&DashboardWords) -> &'static str,
) -> Response<Bytes> {
    let labels = DashboardWords::of(language);
    let html = PlainPage { language, labels, text: text(labels) };
    // Templates only write to memory, which cannot fail.
    page(status, html.render().unwrap_or_default())
}
