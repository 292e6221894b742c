//! Objects of the API as text: the guide's, and those that the tables make.

use std::fmt::Debug;

use kakaopay_types::{
    Account, ApiError, Capability, Charge, Decode, DecodeError, Event, List, Refund, SearchResult, Source,
    decode,
};
use serde::Serialize;
use serde_json::json;

use crate::guide;
use crate::tables::{Edition, ObjectType, Variation};

/// The type of an object.
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
    /// The type of its object.
    pub kind: Kind,
    /// The text.
    pub json: String,
}

/// Objects that a table makes in each edition, unless the types cannot read them yet.
const MADE: [(&str, Kind, &[Edition]); 13] = [
    ("charge", Kind::Charge, &Edition::ALL),
    ("source", Kind::Source, &Edition::ALL),
    ("refund", Kind::Refund, &Edition::ALL),
    ("event of charge", Kind::Event, &Edition::ALL),
    ("event of refund", Kind::Event, &Edition::ALL),
    ("event of dispute", Kind::Event, &[Edition::V2017In2017]),
    ("list of charge", Kind::Charges, &Edition::ALL),
    ("list of refund", Kind::Refunds, &Edition::ALL),
    ("list of event of charge", Kind::Events, &Edition::ALL),
    ("search of charge", Kind::Search, &Edition::ALL),
    ("capability", Kind::Capability, &[Edition::V2019]),
    ("account", Kind::Account, &[Edition::V2017, Edition::V2019]),
    ("error", Kind::Error, &[Edition::V2019]),
];

/// A sample by its name, such as `guide_charge`, `charge` (of the current version) or `2017-11-02 charge`.
///
/// # Panics
/// If there is none of that name.
#[must_use]
pub fn own(name: &str) -> Sample {
    all().into_iter().find(|sample| sample.name == name).unwrap_or_else(|| panic!("no sample {name}"))
}

/// Every sample, each once.
#[must_use]
pub fn all() -> Vec<Sample> {
    let guide = |name: &str, kind, json: &str| Sample { name: name.to_owned(), kind, json: json.to_owned() };
    let mut all = vec![
        guide("guide_source", Kind::Source, guide::SOURCE),
        guide("guide_charge", Kind::Charge, guide::CHARGE),
    ];
    for (object, kind, editions) in MADE {
        for (edition, variation) in editions.iter().flat_map(|edition| variations(*edition, object)) {
            let sample = made(edition, object, kind, &variation);
            if !all.iter().any(|known| known.json == sample.json) {
                all.push(sample);
            }
        }
    }
    all
}

/// The bodies of an object. A nested object is varied where it stands alone.
fn variations(edition: Edition, object: &str) -> Vec<(Edition, Variation)> {
    let mut variations = vec![Variation::Plain];
    if object == "event of dispute" {
        let (table, path) = ("event".to_owned(), "key".to_owned());
        variations = vec![Variation::One { table, path, value: json!("dispute.create") }];
    } else if !object.contains(" of ") {
        variations.extend([Variation::Nulls, Variation::Others]);
        if edition == Edition::V2019 {
            variations.extend([Variation::AsOf(2023), Variation::AsOf(2020)]);
        }
    }
    variations.into_iter().map(|variation| (edition, variation)).collect()
}

fn made(edition: Edition, object: &str, kind: Kind, variation: &Variation) -> Sample {
    let how = match variation {
        Variation::Plain | Variation::One { .. } => String::new(),
        Variation::Nulls => " with nulls".to_owned(),
        Variation::Others => " in other forms".to_owned(),
        Variation::AsOf(year) => format!(" of {year}"),
    };
    // The current version needs no name.
    let version = if edition == Edition::V2019 { String::new() } else { format!("{} ", edition.name()) };
    let body = edition.body(&ObjectType::parse(object), variation);
    let json = serde_json::to_string_pretty(&body).expect("JSON");
    Sample { name: format!("{version}{object}{how}"), kind, json }
}

impl Kind {
    /// Reads bytes as an object of this kind, in every way there is, and makes sure that the ways
    /// agree. Returns the object as it is written again.
    ///
    /// # Errors
    /// The error of [`decode::from_slice`].
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
