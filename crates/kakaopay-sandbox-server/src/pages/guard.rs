//! Whether a form was sent by a page of the sandbox's own.

use http::header::ORIGIN;

use super::request::PageRequest;

/// Whether a form comes from this origin, or from no browser at all.
///
/// Browsers say where a form comes from: newer ones in `Sec-Fetch-Site`, which no page can forge, older ones in
/// `Origin` alone. Other clients say nothing, and carry nobody's session.
pub(super) fn is_same_origin(request: &PageRequest<'_>) -> bool {
    if let Some(site) = request.headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    request.headers.get(ORIGIN).is_none_or(|origin| origin.as_bytes() == request.origin.as_bytes())
}
