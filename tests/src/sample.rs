//! Objects of the API as text: the guide's, recorded ones, and ones in the shape of 2025.

use std::fmt::Debug;

use kakaopay_types::{
    Account, ApiError, Capability, Charge, Decode, DecodeError, Event, List, Refund, SearchResult, Source,
    decode,
};
use serde::Serialize;
use serde_json::Value;

use crate::guide;

/// What kind of object a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// [`Charge`]
    Charge,
    /// [`Source`]
    Source,
    /// [`Refund`]
    Refund,
    /// [`Event`]
    Event,
    /// [`List`] of charges
    Charges,
    /// [`List`] of refunds
    Refunds,
    /// [`List`] of events
    Events,
    /// [`SearchResult`] of charges
    Search,
    /// [`Capability`]
    Capability,
    /// [`Account`]
    Account,
    /// [`ApiError`]
    Error,
}

/// An object as text.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Where it is from.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// The text.
    pub json: String,
}

const OWN: [(&str, Kind, &str); 10] = [
    ("guide_source", Kind::Source, guide::SOURCE),
    ("guide_charge", Kind::Charge, guide::CHARGE),
    ("charge_2025", Kind::Charge, include_str!("../data/charge_2025.json")),
    ("refund", Kind::Refund, include_str!("../data/refund.json")),
    ("event", Kind::Event, include_str!("../data/event.json")),
    ("list", Kind::Charges, include_str!("../data/list.json")),
    ("search", Kind::Search, include_str!("../data/search.json")),
    ("capability", Kind::Capability, include_str!("../data/capability.json")),
    ("account", Kind::Account, include_str!("../data/account.json")),
    ("error", Kind::Error, include_str!("../data/error.json")),
];

/// Exchanges recorded from the real test API, most of them in API version 2017-11-02.
const RECORDED: &str = include_str!("../data/recorded_exchanges.jsonl");

/// A sample by its name.
///
/// # Panics
/// If there is none of that name.
#[must_use]
pub fn own(name: &str) -> Sample {
    all().into_iter().find(|sample| sample.name == name).expect("a sample of that name")
}

/// Every sample whose kind is known here, each once.
#[must_use]
pub fn all() -> Vec<Sample> {
    let own = OWN.iter().map(|(name, kind, json)| Sample {
        name: (*name).to_owned(),
        kind: *kind,
        json: (*json).to_owned(),
    });
    let mut all: Vec<Sample> = Vec::new();
    for sample in own.chain(RECORDED.lines().enumerate().filter_map(recorded)) {
        // The same exchange was recorded more than once.
        if !all.iter().any(|known| known.json == sample.json) {
            all.push(sample);
        }
    }
    all
}

fn recorded((line, exchange): (usize, &str)) -> Option<Sample> {
    let exchange: Value = serde_json::from_str(exchange).ok()?;
    let json = exchange["response_body"].as_str()?;
    let body: Value = serde_json::from_str(json).ok()?;
    let kind = match (body["object"].as_str()?, body["data"][0]["object"].as_str()) {
        ("charge", _) => Kind::Charge,
        ("source", _) => Kind::Source,
        ("refund", _) => Kind::Refund,
        ("event", _) => Kind::Event,
        ("error", _) => Kind::Error,
        ("capability", _) => Kind::Capability,
        ("list", Some("charge")) => Kind::Charges,
        ("list", Some("refund")) => Kind::Refunds,
        ("list", Some("event")) => Kind::Events,
        ("search", Some("charge")) => Kind::Search,
        _ => return None,
    };
    Some(Sample { name: format!("recorded line {}", line + 1), kind, json: json.to_owned() })
}

impl Kind {
    /// Reads bytes as an object of this kind, in every way there is, and makes sure that the ways
    /// agree. What was read is given as it is written again.
    ///
    /// # Errors
    /// What [`decode::from_slice`] says.
    ///
    /// # Panics
    /// If two ways disagree.
    pub fn read(self, bytes: &[u8]) -> Result<String, DecodeError> {
        match self {
            Self::Charge => read::<Charge>(bytes),
            Self::Source => read::<Source>(bytes),
            Self::Refund => read::<Refund>(bytes),
            Self::Event => read::<Event>(bytes),
            Self::Charges => read::<List<Charge>>(bytes),
            Self::Refunds => read::<List<Refund>>(bytes),
            Self::Events => read::<List<Event>>(bytes),
            Self::Search => read::<SearchResult<Charge>>(bytes),
            Self::Capability => read::<Capability>(bytes),
            Self::Account => read::<Account>(bytes),
            Self::Error => read::<ApiError>(bytes),
        }
    }
}

fn read<T: Decode + Serialize + PartialEq + Debug>(bytes: &[u8]) -> Result<String, DecodeError> {
    let general = serde_json::from_slice::<T>(bytes).ok();
    let read = decode::from_slice::<T>(bytes);
    assert_eq!(read.as_ref().ok(), general.as_ref(), "the ways to read disagree");
    read.map(|object| serde_json::to_string(&object).expect("an object can be written"))
}
