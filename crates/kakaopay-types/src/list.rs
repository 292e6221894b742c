//! One page of a list. An invalid element does not affect the others.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use crate::decode::{self, Decode, DecodeError, InOrder, Reader};
use crate::object::{object, object_tag};
use crate::open_enum::open_enum;
use crate::timestamp::Timestamp;

open_enum! {
    /// Sort order of a list, by creation time.
    SortOrder {
        /// Oldest first: the API's default.
        Chronological = "chronological",
        /// Newest first.
        ReverseChronological = "reverse_chronological",
    }
}

object_tag! {
    /// The `object` member of a list: always `list`.
    ListObject = "list";
}

object! {
    /// One page of a list. API version 2017-11-02 writes the same members in another order.
    List<T> {
        /// Always `list`.
        pub object: ListObject,
        /// The elements, valid and invalid ones, in order.
        pub data: Elements<T>,
        /// Maximum number of elements per page.
        pub limit: u64,
        /// Number of elements before this page.
        pub offset: u64,
        /// Total number of elements.
        pub total: u64,
        /// Path of the list on the API's host.
        pub location: Option<Box<str>>,
        /// Sort order of the elements; `null` or absent in old recordings.
        pub order: Option<SortOrder>,
        /// Lower bound of the creation time.
        pub from: Option<Timestamp>,
        /// Upper bound of the creation time.
        pub to: Option<Timestamp>,
    }
}

/// The elements of a list. An invalid element is set aside with its index and error, because an object
/// of an unknown kind must not hide the others.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Elements<T> {
    /// The valid elements, in order.
    pub items: Vec<T>,
    /// The invalid elements, each with its index in the page.
    pub invalid: Vec<(usize, DecodeError)>,
}

impl<T> Default for Elements<T> {
    fn default() -> Self {
        Self { items: Vec::new(), invalid: Vec::new() }
    }
}

impl<T: Serialize> Serialize for Elements<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.items)
    }
}

struct Each<T>(PhantomData<T>);

impl<'de, T: Decode> Visitor<'de> for Each<T> {
    type Value = Elements<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the elements of a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Elements<T>, A::Error> {
        let mut elements = Elements::default();
        let mut index = 0;
        while let Some(value) = seq.next_element::<Value>()? {
            match decode::from_value(value) {
                Ok(element) => elements.items.push(element),
                Err(error) => elements.invalid.push((index, error)),
            }
            index += 1;
        }
        Ok(elements)
    }
}

impl<'de, T: Decode> Deserialize<'de> for Elements<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Each(PhantomData))
    }
}

impl<T: InOrder> InOrder for Elements<T> {
    /// An invalid element makes the fast reader give up; serde sets it aside.
    fn in_order(reader: &mut Reader<'_>) -> Option<Self> {
        Vec::in_order(reader).map(|items| Self { items, invalid: Vec::new() })
    }
}
