//! Snapshots of the whole state as JSON.

use std::fmt;

use kakaopay_types::{PublicKey, SecretKey};
use serde::{Deserialize, Serialize};

use crate::clock::Setting;
use crate::state::{Charge, Event, GlobalState, Inconsistent, Source, State, Written};

/// Everything in a sandbox except its keys, as JSON.
///
/// It contains the webhook secrets, so its `Debug` output is empty.
#[derive(Clone, PartialEq, Eq)]
pub struct Snapshot(Vec<u8>);

impl Snapshot {
    /// Wraps the bytes of a snapshot. They are validated when the snapshot is restored.
    #[must_use]
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// Serializes a state and its clock.
    pub(crate) fn of(state: &State, clock: Setting) -> Self {
        let Written { state, sources, charges, events } = state.written();
        Self(to_json(&Whole { format: FORMAT, clock, state, sources, charges, events }))
    }

    /// Parses the state and the clock setting.
    pub(crate) fn read(&self) -> Result<(State, Setting), RestoreError> {
        let Format { format } = read(&self.0)?;
        if format != FORMAT {
            return Err(RestoreError::Format { found: format });
        }
        let Whole { clock, state, sources, charges, events, .. } = read(&self.0)?;
        Ok((State::read(Written { state, sources, charges, events })?, clock))
    }

    /// The JSON of the snapshot.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Snapshot({} bytes)", self.0.len())
    }
}

/// A sandbox with its keys, for a later process: see [`Sandbox::save`](crate::Sandbox::save).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SavedSandbox {
    /// The account's public key.
    pub public_key: PublicKey,
    /// The account's secret key.
    pub secret_key: SecretKey,
    /// State when the sandbox was built; a reset returns to it.
    pub initial: Snapshot,
    /// State when the sandbox was saved.
    pub current: Snapshot,
}

impl SavedSandbox {
    /// Combines the keys and snapshots that [`Sandbox::save`](crate::Sandbox::save) returned in another process.
    #[must_use]
    pub fn new(public_key: PublicKey, secret_key: SecretKey, initial: Snapshot, current: Snapshot) -> Self {
        Self { public_key, secret_key, initial, current }
    }
}

/// The reason why a snapshot was not restored. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The snapshot is not valid JSON, or has another structure.
    #[error("cannot parse the snapshot at {place} (line {line}, column {column})")]
    Unreadable {
        /// Path of the invalid member, such as `charges[3].amount`.
        place: String,
        /// Line number, starting at 1.
        line: usize,
        /// Column number, starting at 1.
        column: usize,
    },
    /// The snapshot has an unsupported format.
    #[error("the snapshot has format {found}, and only {FORMAT} is supported: use the version that wrote it")]
    Format {
        /// Its format number.
        found: u32,
    },
    /// The snapshot is inconsistent.
    #[error("the snapshot is inconsistent at {place}: {problem}")]
    Inconsistent {
        /// Path of the invalid member, such as `charges[3].source`.
        place: String,
        /// Description of the inconsistency.
        problem: &'static str,
    },
}

impl RestoreError {
    /// Keeps the position only: serde's message would repeat values of the snapshot, which may be secrets.
    fn unreadable(place: String, error: &serde_json::Error) -> Self {
        Self::Unreadable { place, line: error.line(), column: error.column() }
    }
}

impl From<Inconsistent> for RestoreError {
    fn from(Inconsistent { place, problem }: Inconsistent) -> Self {
        Self::Inconsistent { place, problem }
    }
}

/// The part that all formats share: the number.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// The whole snapshot.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    format: u32,
    clock: Setting,
    state: GlobalState,
    sources: Vec<Source>,
    charges: Vec<Charge>,
    events: Vec<Event>,
}

fn to_json(value: &impl Serialize) -> Vec<u8> {
    // Serialization to memory with text keys cannot fail.
    let written = serde_json::to_vec(value);
    debug_assert!(written.is_ok());
    written.unwrap_or_default()
}

fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, RestoreError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| RestoreError::unreadable(error.path().to_string(), error.inner()))?;
    deserializer.end().map_err(|error| RestoreError::unreadable(".".to_owned(), &error))?;
    Ok(value)
}

/// Supported snapshot format. Any incompatible change gets a new number.
const FORMAT: u32 = 1;
