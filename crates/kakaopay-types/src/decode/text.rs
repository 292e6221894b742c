//! Values that the API writes as text.

use std::fmt;
use std::marker::PhantomData;

use serde::de;

/// A value that the API writes as text.
pub(crate) trait FromText: Sized {
    /// What the text must be, for an error.
    const EXPECTED: &'static str;

    /// Reads the text; `None` when it is no such value.
    fn from_text(text: &str) -> Option<Self>;
}

impl FromText for Box<str> {
    const EXPECTED: &'static str = "text";

    fn from_text(text: &str) -> Option<Self> {
        Some(text.into())
    }
}

/// Reads a [`FromText`] with serde.
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
        // The text itself stays out of the error.
        T::from_text(text).ok_or_else(|| E::custom(format_args!("not {}", T::EXPECTED)))
    }
}

/// Has types read from text: each is named with what the text must be, and how it is read.
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
