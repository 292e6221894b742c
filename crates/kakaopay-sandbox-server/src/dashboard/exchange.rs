//! Requests and responses on the dashboard.

use bytes::Bytes;
use kakaopay_sandbox::ConnectionDropped;

use super::redact::{SHOWN, shown};
use crate::pages::Moment;

/// A request with its response. Its credentials are not kept.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    /// Sequence number, starting at 1.
    pub(super) number: u64,
    pub(super) at: Moment,
    pub(super) method: String,
    /// Path and query.
    pub(super) target: String,
    pub(super) request: BodyExcerpt,
    pub(super) outcome: Result<u16, ConnectionDropped>,
    pub(super) response: BodyExcerpt,
}

/// The beginning of a body.
#[derive(Debug, Clone)]
pub(super) struct BodyExcerpt {
    bytes: Bytes,
    /// Length of the whole body in bytes.
    length: usize,
}

impl BodyExcerpt {
    pub(super) fn of(body: &Bytes) -> Self {
        // A slice of a large body would keep all of it in memory.
        let bytes = if body.len() > SHOWN { Bytes::copy_from_slice(&body[..SHOWN]) } else { body.clone() };
        Self { bytes, length: body.len() }
    }

    /// Length of the whole body in bytes.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// The kept part as text, with keys redacted.
    pub(super) fn text(&self) -> String {
        shown(&self.bytes)
    }

    /// Number of bytes that were not kept.
    pub(super) fn missing(&self) -> usize {
        self.length - self.bytes.len()
    }
}

impl Exchange {
    /// Short text for the outcome.
    pub(super) fn status(&self) -> String {
        match self.outcome {
            Ok(status) => status.to_string(),
            Err(dropped) => dropped.to_string(),
        }
    }

    pub(super) fn is_refused(&self) -> bool {
        !matches!(self.outcome, Ok(200..=299))
    }

    /// Returns whether the bodies contain secrets.
    pub(super) fn is_secret(&self) -> bool {
        self.target.trim_start_matches('/').starts_with("webhooks")
    }

    /// Returns the charge or source of the call: the one in its path or body, or the created one.
    pub(super) fn subject(&self) -> Option<String> {
        let path = self.target.split('?').next().unwrap_or_default();
        let made = matches!(path.trim_matches('/'), "charges" | "sources") && self.method == "POST";
        identifier(path.as_bytes()).or_else(|| identifier(&self.response.bytes).filter(|_| made))
    }
}

/// Finds the first id of a charge or a source in a text.
fn identifier(text: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(text);
    text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_')
        .find(|word| word.starts_with("chrg_") || word.starts_with("src_"))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(method: &str, target: &str, response: &'static str, expected: Option<&str>) {
        let (method, target) = (method.to_owned(), target.to_owned());
        let [request, response] =
            ["", response].map(|body| BodyExcerpt::of(&Bytes::from_static(body.as_bytes())));
        let (at, outcome) = (Moment(kakaopay_types::Timestamp::UNIX_EPOCH), Ok(200));
        let exchange = Exchange { number: 1, at, method, target, request, outcome, response };
        assert_eq!(exchange.subject().as_deref(), expected);
    }

    #[test]
    fn an_exchange_belongs_to_its_charge_or_source() {
        check("GET", "/charges/chrg_test_1/refunds?limit=1", "", Some("chrg_test_1"));
        check(
            "POST",
            "/charges",
            "{\"id\": \"chrg_test_2\", \"source\": \"src_test_1\"}",
            Some("chrg_test_2"),
        );
        check("POST", "/sources/", "{\"id\": \"src_test_2\"}", Some("src_test_2"));
        check("GET", "/charges", "{\"id\": \"chrg_test_2\"}", None);
        check("GET", "/charges?source=src_test_1", "", None);
        check("POST", "/charges", "{\"object\": \"error\"}", None);
    }

    #[test]
    fn large_bodies_are_kept_in_part() {
        let kept = BodyExcerpt::of(&Bytes::from(vec![b'a'; SHOWN + 5]));
        assert_eq!((kept.length(), kept.text().len(), kept.missing()), (SHOWN + 5, SHOWN, 5));
        let kept = BodyExcerpt::of(&Bytes::from_static(b"a"));
        assert_eq!((kept.length(), kept.text().as_str(), kept.missing()), (1, "a", 0));
    }
}
