//! Webhook schedules: delivery as in production, or with faults.

use std::num::{NonZeroU8, NonZeroUsize};
use std::str::FromStr;

/// The schedule of webhook delivery.
///
/// The text form is `on`, `lost`, or a comma-separated list of `delay=SECONDS`, `duplicate=N`, `reorder=N`,
/// `unsigned` and `stale=SECONDS`, such as `delay=30,duplicate=3`. For webhooks of an older API version, use an
/// account of that version: [`SandboxBuilder::api_version`](crate::SandboxBuilder::api_version).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WebhookSchedule {
    pub(crate) lost: bool,
    pub(crate) delay_seconds: u32,
    pub(crate) copies: NonZeroU8,
    pub(crate) batch: NonZeroUsize,
    pub(crate) signing: Signing,
}

/// The signature of webhooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signing {
    /// Signed at the time of the post.
    Now,
    /// Signed with a timestamp this many seconds before the post.
    Ago(u32),
    Not,
}

impl WebhookSchedule {
    /// Delivers each webhook once, in order, immediately and signed.
    pub const ON: Self = Self {
        lost: false,
        delay_seconds: 0,
        copies: NonZeroU8::MIN,
        batch: NonZeroUsize::MIN,
        signing: Signing::Now,
    };

    /// Drops all webhooks for good.
    pub const LOST: Self = Self { lost: true, ..Self::ON };

    /// Returns whether all webhooks are dropped.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.lost
    }

    /// Delays each webhook by this many seconds of the sandbox's clock.
    #[must_use]
    pub fn delayed_seconds(self, delay_seconds: u32) -> Self {
        Self { delay_seconds, ..self }
    }

    /// Posts each webhook this many times in a row.
    #[must_use]
    pub fn copies(self, copies: NonZeroU8) -> Self {
        Self { copies, ..self }
    }

    /// Holds webhooks until `batch` are pending, then posts them in reverse order. A smaller rest stays pending.
    #[must_use]
    pub fn reordered(self, batch: NonZeroUsize) -> Self {
        Self { batch, ..self }
    }

    /// Posts webhooks without signatures.
    #[must_use]
    pub fn unsigned(self) -> Self {
        Self { signing: Signing::Not, ..self }
    }

    /// Signs each webhook with a timestamp this many seconds in the past.
    #[must_use]
    pub fn stale_seconds(self, seconds: u32) -> Self {
        Self { signing: Signing::Ago(seconds), ..self }
    }

    fn and(self, part: &str) -> Option<Self> {
        let (name, value) = part.split_once('=').map_or((part, None), |(name, value)| (name, Some(value)));
        Some(match (name, value) {
            ("on", None) => self,
            ("lost", None) => Self { lost: true, ..self },
            ("unsigned", None) => self.unsigned(),
            ("delay", Some(seconds)) => self.delayed_seconds(seconds.parse().ok()?),
            ("duplicate", Some(copies)) => self.copies(copies.parse().ok()?),
            ("reorder", Some(batch)) => self.reordered(batch.parse().ok()?),
            ("stale", Some(seconds)) => self.stale_seconds(seconds.parse().ok()?),
            _ => return None,
        })
    }
}

impl Default for WebhookSchedule {
    fn default() -> Self {
        Self::ON
    }
}

impl FromStr for WebhookSchedule {
    type Err = InvalidWebhookSchedule;

    fn from_str(text: &str) -> Result<Self, InvalidWebhookSchedule> {
        text.split(',').try_fold(Self::ON, Self::and).ok_or(InvalidWebhookSchedule)
    }
}

/// The text is not a webhook schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid webhook schedule: expected one of on, lost, or a comma-separated list of delay=SECONDS, duplicate=N, \
     reorder=N, unsigned and stale=SECONDS"
)]
#[non_exhaustive]
pub struct InvalidWebhookSchedule;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webhook_schedules_parse_strictly() {
        let two = NonZeroU8::new(2).expect("not zero");
        for (text, schedule) in [
            ("on", WebhookSchedule::ON),
            ("lost", WebhookSchedule::LOST),
            ("delay=30,duplicate=2", WebhookSchedule::ON.delayed_seconds(30).copies(two)),
            ("reorder=3", WebhookSchedule::ON.reordered(NonZeroUsize::new(3).expect("not zero"))),
            ("unsigned", WebhookSchedule::ON.unsigned()),
            ("stale=301", WebhookSchedule::ON.stale_seconds(301)),
        ] {
            assert_eq!(text.parse(), Ok(schedule), "{text}");
        }
        for text in
            ["", "on,", "On", "lost=1", "delay", "delay=", "delay=-1", "duplicate=0", "reorder=0", "off"]
        {
            assert_eq!(text.parse::<WebhookSchedule>(), Err(InvalidWebhookSchedule), "{text}");
        }
    }
}
