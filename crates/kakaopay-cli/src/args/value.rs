//! Parsers of argument values.

use std::ffi::OsStr;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command};
use kakaopay::PruneTerm;
use kakaopay::types::Key;

/// Parses a value. clap's message begins with "invalid value '…' for '…'", so "invalid …: " of the error is omitted.
///
/// # Errors
/// The rest of the error.
pub(super) fn parsed<T>(text: &str) -> Result<T, String>
where
    T: FromStr<Err: fmt::Display>,
{
    text.parse().map_err(expectation)
}

/// Parses the term of pruning, in days.
///
/// # Errors
/// Its form, or the shortest term.
pub(super) fn term(text: &str) -> Result<PruneTerm, String> {
    let days = text.strip_suffix('d').and_then(|days| days.parse::<u32>().ok());
    let days = days.ok_or_else(|| "expected a number of days, such as 400d".to_owned())?;
    let term = Duration::from_secs(u64::from(days) * 86_400);
    PruneTerm::new(term).map_err(|error| error.to_string())
}

/// Returns an error's text without a leading "invalid …: ".
pub(crate) fn expectation(error: impl fmt::Display) -> String {
    let text = error.to_string();
    match text.split_once(": ") {
        Some((head, rest)) if head.starts_with("invalid ") => rest.to_owned(),
        _ => text,
    }
}

/// Parses a value that may be a secret: the message omits it.
#[derive(Debug)]
pub(super) struct Secret<T> {
    parse: fn(&str) -> Result<T, String>,
    value: PhantomData<T>,
}

impl<T: FromStr<Err: fmt::Display>> Secret<T> {
    pub(super) fn new() -> Self {
        Self { parse: parsed, value: PhantomData }
    }
}

impl<T: FromStr<Err: fmt::Display> + Key> Secret<T> {
    /// Rejects live keys: a sandbox would respond with test objects.
    pub(super) fn test_key() -> Self {
        let parse = |text: &str| match parsed::<T>(text) {
            Ok(key) if key.mode().is_live() => {
                Err("live key given: a sandbox accepts only test keys".to_owned())
            }
            parsed => parsed,
        };
        Self { parse, value: PhantomData }
    }
}

impl<T> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self { parse: self.parse, value: PhantomData }
    }
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Secret<T> {
    type Value = T;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<T, clap::Error> {
        let text = value.to_str().ok_or_else(|| "expected UTF-8".to_owned());
        text.and_then(self.parse).map_err(|problem| {
            let argument = argument.map_or_else(String::new, ToString::to_string);
            let message = format!("invalid value for '{argument}': {problem}");
            command.clone().error(ErrorKind::ValueValidation, message)
        })
    }
}
