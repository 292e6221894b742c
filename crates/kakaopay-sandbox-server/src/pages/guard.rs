//! Protection of forms against cross-site requests.

use http::header::ORIGIN;

use super::request::PageRequest;

/// Returns whether a form comes from this origin, or not from a browser.
///
/// Newer browsers send `Sec-Fetch-Site`, which pages cannot forge; older ones send only `Origin`. Other clients send
/// neither, and carry no user's session.
pub(super) fn is_same_origin(request: &PageRequest<'_>) -> bool {
    if let Some(site) = request.headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    request.headers.get(ORIGIN).is_none_or(|origin| origin.as_bytes() == request.origin.as_bytes())
}
