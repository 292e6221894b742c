//! Everything there is, written down and put back.

use std::fmt;

use kakaopay_types::{ChargeId, EventId, SourceId};
use serde::{Deserialize, Serialize};

use crate::clock::Setting;
use crate::sandbox::Sandbox;
use crate::world::{Change, Charge, Event, Inconsistent, Source, State, World, Written};

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

    /// Puts a snapshot together from the newest record of each part, in the order of their first ones.
    ///
    /// # Errors
    /// [`RestoreError`] when a record cannot be read, or when there is no state among them, or two.
    pub fn from_records<'a>(records: impl IntoIterator<Item = &'a Record>) -> Result<Self, RestoreError> {
        let mut state = None;
        let (mut sources, mut charges, mut events) = (Vec::new(), Vec::new(), Vec::new());
        for record in records {
            let json = &record.json;
            match &record.part {
                Part::State if state.is_some() => return Err(inconsistent("state", "stands there twice")),
                Part::State => state = Some(read::<Kept>(json)?),
                Part::Source(_) => sources.push(read(json)?),
                Part::Charge(_) => charges.push(read(json)?),
                Part::Event(_) => events.push(read(json)?),
            }
        }
        let Some(Kept { clock, state }) = state else { return Err(inconsistent("state", "is missing")) };
        Ok(Self(to_json(&Whole { format: FORMAT, clock, state, sources, charges, events })))
    }

    /// A world and its clock, written down.
    pub(crate) fn of(world: &World, clock: Setting) -> Self {
        let Written { state, sources, charges, events } = world.written();
        Self(to_json(&Whole { format: FORMAT, clock, state, sources, charges, events }))
    }

    /// The world that was written down, and how its clock was set.
    pub(crate) fn read(&self) -> Result<(World, Setting), RestoreError> {
        let Format { format } = read(&self.0)?;
        if format != FORMAT {
            return Err(RestoreError::Format { found: format });
        }
        let Whole { clock, state, sources, charges, events, .. } = read(&self.0)?;
        Ok((World::read(Written { state, sources, charges, events })?, clock))
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

/// What a record is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Part {
    /// What there is once: the account with its webhook secrets, the clock, where identifiers stand, and what
    /// waits to be posted.
    State,
    /// A source.
    Source(SourceId),
    /// A charge with its refunds.
    Charge(ChargeId),
    /// An event with its deliveries.
    Event(EventId),
}

/// A part of a sandbox, written down. Webhook secrets are in that of [`Part::State`], so the JSON is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// What it is of. A newer record of the same part takes the place of the older one.
    pub part: Part,
    /// The part as JSON.
    pub json: Vec<u8>,
}

impl Record {
    fn of(part: Part, value: &impl Serialize) -> Self {
        Self { part, json: to_json(value) }
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record").field("part", &self.part).finish_non_exhaustive()
    }
}

/// What has changed in a sandbox, to be written elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Whether the records are all there are, so that what was kept before is to be thrown away.
    pub whole: bool,
    /// Each part that has changed, as it is now. The state is always among them.
    pub records: Vec<Record>,
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

impl Sandbox {
    /// Writes down everything but the keys.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let world = self.world();
        Snapshot::of(&world, self.clock().setting())
    }

    /// Puts back what was written down, here or in another sandbox, in the place of all there is; the keys stay
    /// this sandbox's own.
    ///
    /// # Errors
    /// [`RestoreError`] when it cannot be read or contradicts itself. Nothing was changed then.
    pub fn restore(&self, snapshot: &Snapshot) -> Result<(), RestoreError> {
        let (read, clock) = snapshot.read()?;
        let mut world = self.world();
        world.take_over(read);
        self.clock().set_to(clock);
        drop(world);
        self.bell().notify_one();
        Ok(())
    }

    /// Puts everything back to how it was when the sandbox was built: it makes the same identifiers again.
    pub fn reset(&self) {
        let restored = self.restore(self.first());
        // It was written by this very sandbox.
        debug_assert!(restored.is_ok(), "{restored:?}");
        self.clock().begin_again();
        self.desk().clear();
    }

    /// What has changed since this was last called, or everything the first time and after
    /// [`Sandbox::restore`]. For whoever keeps the sandbox elsewhere: nothing is noted until it is called. Not for
    /// a sandbox that is kept in a file, which calls it itself.
    #[must_use]
    pub fn changes(&self) -> Changes {
        let mut world = self.world();
        let state = Kept { clock: self.clock().setting(), state: world.state() };
        let mut records = vec![Record::of(Part::State, &state)];
        let Some(changes) = world.journal.take() else {
            let Written { sources, charges, events, .. } = world.written();
            records.extend(sources.iter().map(|one| Record::of(Part::Source(one.id.clone()), one)));
            records.extend(charges.iter().map(|one| Record::of(Part::Charge(one.id.clone()), one)));
            records.extend(events.iter().map(|one| Record::of(Part::Event(one.id.clone()), one)));
            return Changes { whole: true, records };
        };
        records.extend(changes.into_iter().filter_map(|change| record(&world, change)));
        Changes { whole: false, records }
    }
}

fn record(world: &World, change: Change) -> Option<Record> {
    Some(match change {
        Change::Source(id) => Record::of(Part::Source(id.clone()), world.source(&id)?),
        Change::Charge(id) => Record::of(Part::Charge(id.clone()), world.charge(&id)?),
        Change::Event(id) => Record::of(Part::Event(id.clone()), world.event(&id)?),
    })
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
    state: State,
    sources: Vec<Source>,
    charges: Vec<Charge>,
    events: Vec<Event>,
}

/// What there is once, with the clock.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    clock: Setting,
    state: State,
}

fn inconsistent(place: &str, problem: &'static str) -> RestoreError {
    RestoreError::Inconsistent { place: place.to_owned(), problem }
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
