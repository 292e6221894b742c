//! A clock that several processes share, and that goes a hundred times as fast as theirs.

use std::time::SystemTime;

use kakaopay_types::Timestamp;

/// How much faster it goes.
const SPEED: i64 = 100;
/// Where it begins, in seconds since the Unix epoch.
const BEGIN: i64 = 1_709_208_000;

/// A clock that several processes share, and that goes a hundred times as fast as theirs.
#[derive(Debug, Clone, Copy)]
pub struct FastClock {
    /// When it was started, by the machine's clock in milliseconds.
    epoch: i64,
}

impl FastClock {
    /// The clock that was started then, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn since(epoch: i64) -> Self {
        Self { epoch }
    }

    /// One that starts now.
    #[must_use]
    pub fn start() -> Self {
        Self::since(machine())
    }

    /// When it was started, for another process.
    #[must_use]
    pub fn epoch(self) -> i64 {
        self.epoch
    }

    /// The moment it shows, in milliseconds since the Unix epoch, as PostgreSQL computes it by the clock of the same
    /// machine.
    #[must_use]
    pub fn expression(self) -> String {
        let Self { epoch } = self;
        let machine = "(extract(epoch FROM pg_catalog.clock_timestamp()) * 1000)::bigint";
        format!("({BEGIN}::bigint * 1000 + ({machine} - {epoch}::bigint) * {SPEED})")
    }

    /// The moment it shows.
    #[must_use]
    pub fn now(self) -> Timestamp {
        let millis = machine().saturating_sub(self.epoch).saturating_mul(SPEED);
        Timestamp::UNIX_EPOCH.saturating_add_seconds(BEGIN).saturating_add_millis(millis)
    }
}

#[expect(clippy::disallowed_methods, reason = "the processes have nothing else in common")]
fn machine() -> i64 {
    Timestamp::try_from(SystemTime::now()).map_or(0, Timestamp::unix_millis)
}
