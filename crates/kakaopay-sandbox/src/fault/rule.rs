//! In which calls something goes wrong.

use std::num::NonZeroU64;
use std::str::FromStr;
use std::time::Duration;

use super::Fault;
use super::operation;
use super::path::PathPattern;

/// A fault, and the calls it happens in.
///
/// As a text: `FAULT[=VALUE][@OPERATION|@PATH][:nth=N|:every=N|:chance=PERCENT][:seed=N][:times=N]`, as in
/// `drop-response@charges.create:nth=2`. Faults are `drop-request`, `drop-response`, `delay=MILLISECONDS`, `429` or
/// `429=RETRY-AFTER` (which may hold `:` only as `%3A`), `status=500` to `599`, `html`, `empty`, `truncated`,
/// `slow-body=MILLISECONDS`, `reset-mid-body`,
/// `unknown-field`, `unknown-status` and `list-cycle`. A path is one such as
/// `/charges/*/refunds`, where `*` is any one part, or `/payments/**`, where `**` is any rest; pages have paths, too.
/// Without an operation or a path it is every call of the API; without a time it is always.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultRule {
    pub(super) fault: Fault,
    pub(super) calls: Calls,
    pub(super) when: Trigger,
    pub(super) times: Option<u64>,
}

/// What a rule is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Calls {
    /// Each call of the API.
    Api,
    Operation(&'static str),
    Path(PathPattern),
}

/// Which of the calls that a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trigger {
    /// Each.
    Always,
    /// Only this one, counted from 1 since the rule was set.
    Nth(NonZeroU64),
    /// Each that is divided by this.
    Every(NonZeroU64),
    /// So many of a hundred, drawn from a seed.
    Chance {
        /// From 0 to 100.
        percent: u8,
        /// What they are drawn from.
        seed: u64,
    },
}

impl FaultRule {
    /// A fault in every call.
    ///
    /// # Errors
    /// [`InvalidFaultRule::Fault`] when its status is none from 500 to 599, or its `Retry-After` cannot stand in a
    /// header.
    pub fn new(fault: Fault) -> Result<Self, InvalidFaultRule> {
        let good = match &fault {
            Fault::Status(status) => (500..=599).contains(status),
            Fault::TooManyRequests { retry_after: Some(text) } => http::HeaderValue::from_str(text).is_ok(),
            _ => true,
        };
        if !good {
            return Err(InvalidFaultRule::Fault);
        }
        Ok(Self { fault, calls: Calls::Api, when: Trigger::Always, times: None })
    }

    /// Only in calls of this operation, such as `charges.create`.
    ///
    /// # Errors
    /// [`InvalidFaultRule::Operation`] when there is none of this name.
    pub fn on(self, operation: &str) -> Result<Self, InvalidFaultRule> {
        let known = operation::named(operation).ok_or(InvalidFaultRule::Operation)?;
        Ok(Self { calls: Calls::Operation(known), ..self })
    }

    /// Only in requests for these paths, pages included, such as `/charges/*/refunds` or `/payments/**`. Nothing goes
    /// wrong with `/_sandbox`, which a rule can be taken away through.
    ///
    /// # Errors
    /// [`InvalidFaultRule::Path`] when it is no such path.
    pub fn at(self, path: &str) -> Result<Self, InvalidFaultRule> {
        let pattern = PathPattern::parse(path).ok_or(InvalidFaultRule::Path)?;
        Ok(Self { calls: Calls::Path(pattern), ..self })
    }

    /// Only in some of those calls.
    #[must_use]
    pub fn when(self, when: Trigger) -> Self {
        Self { when, ..self }
    }

    /// So many times at most.
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
        ("html", None) => Fault::Html,
        ("empty", None) => Fault::Empty,
        ("truncated", None) => Fault::Truncated,
        ("slow-body", _) => Fault::SlowBody(Duration::from_millis(number()?)),
        ("reset-mid-body", None) => Fault::ResetMidBody,
        ("unknown-field", None) => Fault::UnknownField,
        ("unknown-status", None) => Fault::UnknownStatus,
        ("list-cycle", None) => Fault::ListCycle,
        _ => return Err(InvalidFaultRule::Fault),
    })
}

/// The text is no rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidFaultRule {
    /// There is no such fault, or not with this value.
    #[error("no such fault: write one such as drop-response, delay=500, 429=30, status=503 or truncated")]
    Fault,
    /// There is no such operation.
    #[error("no such operation: write one such as @charges.create or @charges.list")]
    Operation,
    /// There can be no such path.
    #[error("no such path: write one such as @/charges/*/refunds or @/payments/**")]
    Path,
    /// It cannot be told in which calls.
    #[error("not a time: write :nth=N, :every=N or :chance=PERCENT with :seed=N, and :times=N")]
    Trigger,
}
