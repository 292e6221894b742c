//! The decode error.

use std::fmt;

use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

/// A JSON text is not the expected object. The error contains the path and never a value, because
/// values may be personal or secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    path: String,
    reason: Reason,
}

impl DecodeError {
    /// Creates an error from a `serde_json` error at the tracked path.
    pub(super) fn at(path: &Path, error: &serde_json::Error) -> Self {
        let path = shown(path);
        // serde names these members only in its message. The name comes from the type, not from the JSON.
        let message = error.to_string();
        let named = |prefix| message.strip_prefix(prefix)?.split('`').next();
        let (reason, member) = match (named("missing field `"), named("duplicate field `")) {
            (Some(member), _) => (Reason::Missing, member),
            (_, Some(member)) => (Reason::Duplicate, member),
            _ => return Self { path, reason: Reason::of(error) },
        };
        let path = if path == "." { member.to_owned() } else { format!("{path}.{member}") };
        Self { path, reason }
    }

    /// Creates an error at the root.
    pub(super) fn of_the_whole(error: &serde_json::Error) -> Self {
        Self { path: ".".to_owned(), reason: Reason::of(error) }
    }

    /// Returns the path in the JSON, such as `source.created_at` or `data[3].id`; `.` is the root.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the reason.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }
}

/// Formats a path such as `refunds.data[0].id`. Names with other characters, which occur only in a
/// merchant's metadata, may hold any data and are replaced by `?`.
fn shown(path: &Path) -> String {
    let plain = |name: &str| name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let mut shown = String::new();
    for segment in path {
        let name = match segment {
            Segment::Seq { index } => {
                shown.push_str(&format!("[{index}]"));
                continue;
            }
            Segment::Map { key } if plain(key) => key,
            _ => "?",
        };
        if !shown.is_empty() {
            shown.push('.');
        }
        shown.push_str(name);
    }
    if shown.is_empty() { ".".to_owned() } else { shown }
}

/// The reason of a [`DecodeError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The bytes are not JSON.
    NotJson,
    /// The JSON is truncated.
    Truncated,
    /// A required member is missing.
    Missing,
    /// A member occurs twice.
    Duplicate,
    /// A member has the wrong type or an invalid value.
    Unexpected,
}

impl Reason {
    fn of(error: &serde_json::Error) -> Self {
        match error.classify() {
            Category::Data => Self::Unexpected,
            Category::Eof => Self::Truncated,
            Category::Syntax | Category::Io => Self::NotJson,
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason {
            Reason::NotJson => write!(f, "not JSON at `{}`", self.path),
            Reason::Truncated => write!(f, "the JSON is truncated at `{}`", self.path),
            Reason::Missing => write!(f, "`{}` is missing", self.path),
            Reason::Duplicate => write!(f, "`{}` occurs twice", self.path),
            Reason::Unexpected => {
                write!(f, "invalid value or type at `{}`", self.path)
            }
        }
    }
}

impl std::error::Error for DecodeError {}
