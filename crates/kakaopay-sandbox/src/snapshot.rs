//! Snapshots: the whole state as JSON.

use std::fmt;

use kakaopay_types::{PublicKey, SecretKey};
use serde::{Deserialize, Serialize};

use crate::clock::Setting;
use crate::state::{Charge, Event, GlobalState, Inconsistent, Source, State, Written};

/// Everything in a sandbox but its keys, as JSON: for another sandbox, or for later.
///
/// The secrets that webhooks are signed with are in it, so it prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Snapshot(Vec<u8>);

impl Snapshot {
    /// Takes bytes for a snapshot. Whether they are one is found out when they are restored.
    #[must_use]
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// A state and its clock, written down.
    pub(crate) fn of(state: &State, clock: Setting) -> Self {
        let Written { state, sources, charges, events } = state.written();
        Self(to_json(&Whole { format: FORMAT, clock, state, sources, charges, events }))
    }

    /// The state that was written down, and how its clock was set.
    pub(crate) fn read(&self) -> Result<(State, Setting), RestoreError> {
        let Format { format } = read(&self.0)?;
        if format != FORMAT {
            return Err(RestoreError::Format { found: format });
        }
        let Whole { clock, state, sources, charges, events, .. } = read(&self.0)?;
        Ok((State::read(Written { state, sources, charges, events })?, clock))
    }

    /// The snapshot as JSON.
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

/// Everything of a sandbox that a later process needs to go on: see [`Sandbox::save`](crate::Sandbox::save).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedSandbox {
    /// The account's public key.
    pub public_key: PublicKey,
    /// The account's secret key.
    pub secret_key: SecretKey,
    /// The state when the sandbox was built, which a reset returns to.
    pub initial: Snapshot,
    /// The state when it was saved.
    pub current: Snapshot,
}

/// Why a snapshot is not restored. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// It is no JSON, or not in this form.
    #[error("the snapshot cannot be read at {place} (line {line}, column {column})")]
    Unreadable {
        /// The way to what cannot be read, such as `charges[3].amount`.
        place: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// It was written in a form that is not known here.
    #[error("the snapshot has format {found}, and {FORMAT} is known: use the version that wrote it")]
    Format {
        /// The number of its form.
        found: u32,
    },
    /// It contradicts itself.
    #[error("the snapshot contradicts itself at {place}: {problem}")]
    Inconsistent {
        /// The way to what cannot be, such as `charges[3].source`.
        place: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl RestoreError {
    /// The library's own message would repeat what it found.
    fn unreadable(place: String, error: &serde_json::Error) -> Self {
        Self::Unreadable { place, line: error.line(), column: error.column() }
    }
}

impl From<Inconsistent> for RestoreError {
    fn from(Inconsistent { place, problem }: Inconsistent) -> Self {
        Self::Inconsistent { place, problem }
    }
}

/// The form of any snapshot: its number.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// A snapshot.
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
    // The keys are texts, and it is written to memory.
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

/// The form that is written and read. Another one gets another number.
const FORMAT: u32 = 1;
