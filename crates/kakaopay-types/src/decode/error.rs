//! Why something read is not the object asked for.

use std::fmt;

use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

/// Something read is not the object asked for. It names the place and never repeats a value,
/// because a value may be personal or secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    path: String,
    reason: Reason,
}

impl DecodeError {
    /// An error of `serde_json` at the place that was kept track of.
    pub(super) fn at(path: &Path, error: &serde_json::Error) -> Self {
        let path = shown(path);
        // serde names such a member in its message alone. The name is the type's own, not the JSON's.
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

    /// An error that concerns the whole.
    pub(super) fn of_the_whole(error: &serde_json::Error) -> Self {
        Self { path: ".".to_owned(), reason: Reason::of(error) }
    }

    /// The place in the JSON, such as `source.created_at` or `data[3].id`; `.` is the whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong there.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }
}

/// A path such as `refunds.data[0].id`. A name that is no plain one, as only those of a merchant's
/// metadata are, may be anything, and is not repeated.
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

/// What is wrong at the place a [`DecodeError`] names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The bytes are not JSON.
    NotJson,
    /// The JSON ends too soon.
    Truncated,
    /// A member must be there and is not.
    Missing,
    /// A member is given twice.
    Duplicate,
    /// A member is of another type, or has a value it cannot have.
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
            Reason::Truncated => write!(f, "the JSON ends too soon, at `{}`", self.path),
            Reason::Missing => write!(f, "`{}` is missing", self.path),
            Reason::Duplicate => write!(f, "`{}` is given twice", self.path),
            Reason::Unexpected => {
                write!(f, "`{}` is of another type, or has a value that it cannot have", self.path)
            }
        }
    }
}

impl std::error::Error for DecodeError {}
