//! Values that the API writes as JSON strings.

use std::fmt;
use std::marker::PhantomData;

use serde::de;

/// A value that the API writes as a JSON string.
pub(crate) trait FromText: Sized {
    /// Describes the valid text in errors.
    const EXPECTED: &'static str;

    /// Parses the text; `None` if it is invalid.
    fn from_text(text: &str) -> Option<Self>;
}

impl FromText for Box<str> {
    const EXPECTED: &'static str = "text";

    fn from_text(text: &str) -> Option<Self> {
        Some(text.into())
    }
}

/// Decodes a [`FromText`] with serde.
pub(crate) struct TextVisitor<T>(PhantomData<T>);

impl<T> TextVisitor<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: FromText> de::Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        // The error omits the text.
        T::from_text(text).ok_or_else(|| E::custom(format_args!("not {}", T::EXPECTED)))
    }
}

/// Implements decoding from text; each type has a description of the valid text and a parser.
macro_rules! reads_text {
    ($($type:ident: $expected:expr, $read:expr;)*) => {$(
        impl $crate::decode::FromText for $type {
            const EXPECTED: &'static str = $expected;

            #[inline]
            fn from_text(text: &str) -> Option<Self> {
                let read: fn(&str) -> Option<Self> = $read;
                read(text)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str($crate::decode::TextVisitor::new())
            }
        }

        impl $crate::decode::InOrder for $type {
            #[inline]
            fn in_order(reader: &mut $crate::decode::Reader<'_>) -> Option<Self> {
                <Self as $crate::decode::FromText>::from_text(reader.text()?)
            }
        }
    )*};
}

pub(crate) use reads_text;
