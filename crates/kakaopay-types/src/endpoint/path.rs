//! Path templates.

#[cfg(feature = "server")]
use super::receive::InvalidRequest;
#[cfg(feature = "server")]
use crate::decode::FromText;

/// Fills in the placeholders of a path. The values need no escaping.
pub(crate) fn filled(template: &str, segments: &[&str]) -> String {
    // The length is known, so that one allocation suffices.
    let length = segments.iter().fold(template.len(), |length, segment| length + segment.len());
    let mut path = String::with_capacity(length.saturating_sub("{}".len() * segments.len()));
    let mut segments = segments.iter();
    for (index, piece) in template.split('/').enumerate() {
        if index > 0 {
            path.push('/');
        }
        path.push_str(if piece == "{}" { segments.next().copied().unwrap_or_default() } else { piece });
    }
    path
}

/// Returns the values of the placeholders; `None` if the path does not match.
#[cfg(feature = "server")]
pub(crate) fn segments<'a>(template: &str, path: &'a str) -> Option<Vec<&'a str>> {
    // Some clients append a slash to the path.
    let path = path.strip_suffix('/').unwrap_or(path);
    let (mut pieces, mut found) = (path.split('/'), Vec::new());
    for expected in template.split('/') {
        match pieces.next()? {
            piece if expected == "{}" => found.push(piece),
            piece if piece == expected => {}
            _ => return None,
        }
    }
    pieces.next().is_none().then_some(found)
}

/// The value of a placeholder.
#[cfg(feature = "server")]
pub(crate) fn segment<T: FromText>(name: &'static str, text: Option<&str>) -> Result<T, InvalidRequest> {
    text.and_then(T::from_text).ok_or_else(|| InvalidRequest::new(name, T::EXPECTED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_in_order() {
        assert_eq!(filled("/charges", &[]), "/charges");
        let two = filled("/charges/{}/refunds/{}", &["a", "b"]);
        assert_eq!((two.as_str(), two.capacity()), ("/charges/a/refunds/b", two.len()));
    }

    #[test]
    #[cfg(feature = "server")]
    fn filled_in_values_are_extracted() {
        let template = "/charges/{}/refunds/{}";
        assert_eq!(segments(template, "/charges/a/refunds/b"), Some(vec!["a", "b"]));
        assert_eq!(segments(template, "/charges/a/refunds/b/"), Some(vec!["a", "b"]));
        for path in ["", "/", "/charges/a", "/charges/a/refunds/b/c", "/sources/a/refunds/b"] {
            assert_eq!(segments(template, path), None, "{path}");
        }
    }
}
