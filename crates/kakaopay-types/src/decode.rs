//! Reading an object from JSON, with errors that name the place and never the value.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;

/// Reads an object of the API from the bytes of a response or a webhook.
///
/// # Errors
/// [`DecodeError`], which names where the object is not what was expected.
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    // The path is only worth its cost once something is wrong, so the good case never tracks it.
    serde_json::from_slice(bytes).map_err(|error| locate::<T>(bytes, &error))
}

/// Reads an object of the API from a JSON value.
///
/// # Errors
/// [`DecodeError`], which names where the object is not what was expected.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, DecodeError> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| DecodeError { path: error.path().to_string(), reason: Reason::of(error.inner()) })
}

fn locate<T: DeserializeOwned>(bytes: &[u8], error: &serde_json::Error) -> DecodeError {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Err(located) => DecodeError { path: located.path().to_string(), reason: Reason::of(located.inner()) },
        // The object itself is good; what comes behind it is not.
        Ok(_) => DecodeError { path: ".".to_owned(), reason: Reason::of(error) },
    }
}

/// Something read is not the object asked for. It names the place and never repeats a value,
/// because a value may be personal or secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    path: String,
    reason: Reason,
}

impl DecodeError {
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

/// What is wrong at the place a [`DecodeError`] names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The bytes are not JSON.
    NotJson,
    /// The JSON ends too soon.
    Truncated,
    /// A member is missing, of another type, or has a value it cannot have.
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
            Reason::Unexpected => {
                write!(f, "`{}` is missing something, of another type, or has an impossible value", self.path)
            }
        }
    }
}

impl std::error::Error for DecodeError {}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Outer {
        inner: Vec<Inner>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        amount: i64,
    }

    #[track_caller]
    fn check(json: &str, path: &str, reason: Reason) {
        let error = from_slice::<Outer>(json.as_bytes()).unwrap_err();
        assert_eq!((error.path(), error.reason()), (path, reason));
        assert!(!error.to_string().contains("canary"), "{error}");
    }

    #[test]
    fn the_place_is_named_and_the_value_is_not() {
        check(r#"{"inner":[{"amount":1},{"amount":"canary"}]}"#, "inner[1].amount", Reason::Unexpected);
        check(r#"{"inner":[{"amount":1},{}]}"#, "inner[1]", Reason::Unexpected);
        check(r#"{"inner":[{"amount":1.5}]}"#, "inner[0].amount", Reason::Unexpected);
        check(r#"{"inner":[]} canary"#, ".", Reason::NotJson);
        check("<html>canary</html>", ".", Reason::NotJson);
        check("", ".", Reason::Truncated);
        check(r#"{"inner":[{"amount":1},"#, "inner", Reason::Truncated);
    }
}
