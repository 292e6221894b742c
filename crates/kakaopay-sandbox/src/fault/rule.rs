//! Fault rules.

use std::num::NonZeroU64;
use std::str::FromStr;
use std::time::Duration;

use super::Fault;
use super::operation;
use super::path::PathPattern;

/// A fault, the calls it applies to, and its frequency.
///
/// The text form is `FAULT[=VALUE][@OPERATION|@PATH][:nth=N|:every=N|:chance=PERCENT][:seed=N][:times=N]`, such as
/// `drop-response@charges.create:nth=2`. Faults are `drop-request`, `drop-response`, `delay=MILLISECONDS`, `429`,
/// `429=RETRY-AFTER` (which contains `:` only as `%3A`), `status=500` to `status=599`, `refuse=CODE`, `html`, `empty`, `truncated`,
/// `slow-body=MILLISECONDS`, `reset-mid-body`, `large=BYTES`, `unknown-field`, `unknown-status`, `no-date` and
/// `list-cycle`.
///
/// In a path such as `/charges/*/refunds`, `*` matches one segment; in `/payments/**`, `**` matches the rest. Paths
/// of pages are allowed. A rule without operation or path applies to every API call, and a rule without frequency
/// applies always.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultRule {
    pub(super) fault: Fault,
    pub(super) calls: Calls,
    pub(super) when: Trigger,
    pub(super) times: Option<u64>,
}

/// The calls that a rule applies to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Calls {
    /// Every API call.
    Api,
    Operation(&'static str),
    Path(PathPattern),
}

/// The frequency of a fault among the calls that its rule applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trigger {
    /// Every call.
    Always,
    /// Only this call, counted from 1 since the rule was set.
    Nth(NonZeroU64),
    /// Every nth call.
    Every(NonZeroU64),
    /// A random share of calls.
    Chance {
        /// Percentage from 0 to 100.
        percent: u8,
        /// Seed of the random numbers.
        seed: u64,
    },
}

/// Maximum of [`Fault::Large`], which a list has a hundred times.
const MAX_LARGE: usize = 4 << 20;

impl FaultRule {
    /// Creates a rule for every API call.
    ///
    /// # Errors
    /// [`InvalidFaultRule::Fault`] if the status is not from 500 to 599, the code of a refusal is not in lower case,
    /// `Retry-After` is not a valid header value, or an element would be too large.
    pub fn new(fault: Fault) -> Result<Self, InvalidFaultRule> {
        let good = match &fault {
            Fault::Status(status) => (500..=599).contains(status),
            Fault::TooManyRequests { retry_after: Some(text) } => http::HeaderValue::from_str(text).is_ok(),
            Fault::Large(bytes) => *bytes <= MAX_LARGE,
            Fault::Refuse(code) => is_code(code),
            _ => true,
        };
        if !good {
            return Err(InvalidFaultRule::Fault);
        }
        Ok(Self { fault, calls: Calls::Api, when: Trigger::Always, times: None })
    }

    /// Limits the rule to one operation, such as `charges.create`.
    ///
    /// # Errors
    /// [`InvalidFaultRule::Operation`] if no operation has this name.
    pub fn on(self, operation: &str) -> Result<Self, InvalidFaultRule> {
        let known = operation::named(operation).ok_or(InvalidFaultRule::Operation)?;
        Ok(Self { calls: Calls::Operation(known), ..self })
    }

    /// Limits the rule to matching paths, pages included, such as `/charges/*/refunds` or `/payments/**`. Paths under
    /// `/_sandbox` are excluded, so that faults can always be cleared.
    ///
    /// # Errors
    /// [`InvalidFaultRule::Path`] if the pattern is invalid.
    pub fn at(self, path: &str) -> Result<Self, InvalidFaultRule> {
        let pattern = PathPattern::parse(path).ok_or(InvalidFaultRule::Path)?;
        Ok(Self { calls: Calls::Path(pattern), ..self })
    }

    /// Limits the rule to some of its calls.
    #[must_use]
    pub fn when(self, when: Trigger) -> Self {
        Self { when, ..self }
    }

    /// Limits the rule to this number of faults.
    #[must_use]
    pub fn times(self, times: u64) -> Self {
        Self { times: Some(times), ..self }
    }
}

impl FromStr for FaultRule {
    type Err = InvalidFaultRule;

    fn from_str(text: &str) -> Result<Self, InvalidFaultRule> {
        let mut parts = text.split(':');
        let head = parts.next().unwrap_or_default();
        let (fault, operation) = match head.rsplit_once('@') {
            Some((fault, operation)) => (fault, Some(operation)),
            None => (head, None),
        };
        let mut rule = Self::new(fault_of(fault)?)?;
        if let Some(operation) = operation {
            rule = if operation.starts_with('/') { rule.at(operation)? } else { rule.on(operation)? };
        }
        let mut seed = None;
        for part in parts {
            let (name, value) = part.split_once('=').ok_or(InvalidFaultRule::Trigger)?;
            let number: u64 = value.parse().map_err(|_| InvalidFaultRule::Trigger)?;
            let counted = NonZeroU64::new(number).ok_or(InvalidFaultRule::Trigger);
            let once = rule.when == Trigger::Always;
            match name {
                "nth" if once => rule.when = Trigger::Nth(counted?),
                "every" if once => rule.when = Trigger::Every(counted?),
                "chance" if once && number <= 100 => {
                    let percent = u8::try_from(number).map_err(|_| InvalidFaultRule::Trigger)?;
                    rule.when = Trigger::Chance { percent, seed: 0 };
                }
                "seed" if seed.is_none() => seed = Some(number),
                "times" if rule.times.is_none() => rule.times = Some(number),
                _ => return Err(InvalidFaultRule::Trigger),
            }
        }
        match (&mut rule.when, seed) {
            (Trigger::Chance { seed, .. }, Some(given)) => *seed = given,
            (_, Some(_)) => return Err(InvalidFaultRule::Trigger),
            (_, None) => {}
        }
        Ok(rule)
    }
}

/// Returns whether a text may be an error code: lower-case letters and underscores.
fn is_code(code: &str) -> bool {
    !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn fault_of(text: &str) -> Result<Fault, InvalidFaultRule> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    let number = || value.and_then(|value| value.parse::<u64>().ok()).ok_or(InvalidFaultRule::Fault);
    Ok(match (name, value) {
        ("drop-request", None) => Fault::DropRequest,
        ("drop-response", None) => Fault::DropResponse,
        ("delay", _) => Fault::Delay(Duration::from_millis(number()?)),
        ("429", _) => Fault::TooManyRequests { retry_after: value.map(|text| text.replace("%3A", ":")) },
        ("status", _) => Fault::Status(u16::try_from(number()?).map_err(|_| InvalidFaultRule::Fault)?),
        ("refuse", Some(code)) => Fault::Refuse(code.to_owned()),
        ("html", None) => Fault::Html,
        ("empty", None) => Fault::Empty,
        ("truncated", None) => Fault::Truncated,
        ("slow-body", _) => Fault::SlowBody(Duration::from_millis(number()?)),
        ("reset-mid-body", None) => Fault::ResetMidBody,
        ("large", _) => Fault::Large(usize::try_from(number()?).map_err(|_| InvalidFaultRule::Fault)?),
        ("unknown-field", None) => Fault::UnknownField,
        ("unknown-status", None) => Fault::UnknownStatus,
        ("no-date", None) => Fault::NoDate,
        ("list-cycle", None) => Fault::ListCycle,
        _ => return Err(InvalidFaultRule::Fault),
    })
}

/// The text is not a fault rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidFaultRule {
    /// Unknown fault, or an invalid value for it.
    #[error("no such fault: write one such as drop-response, delay=500, 429=30, status=503 or truncated")]
    Fault,
    /// Unknown operation.
    #[error("no such operation: write one such as @charges.create or @charges.list")]
    Operation,
    /// Invalid path pattern.
    #[error("invalid path: write one such as @/charges/*/refunds or @/payments/**")]
    Path,
    /// Invalid frequency.
    #[error("invalid frequency: write :nth=N, :every=N or :chance=PERCENT with :seed=N, and :times=N")]
    Trigger,
}
