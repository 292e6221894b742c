//! Plain HTTP URLs.

use http::Uri;

/// Parses a plain HTTP URL with any host; `None` for other schemes and for URLs with a user name.
pub(crate) fn parse(text: &str) -> Option<Uri> {
    let uri: Uri = text.parse().ok()?;
    let bare = !uri.authority()?.as_str().contains('@');
    (uri.scheme_str() == Some("http") && bare).then_some(uri)
}
