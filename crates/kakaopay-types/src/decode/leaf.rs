//! In-order reading of scalars and containers.

use serde_json::{Map, Value};

use super::in_order::InOrder;
use super::reader::Reader;

impl InOrder for i64 {
    fn in_order(reader: &mut Reader<'_>) -> Option<Self> {
        reader.integer()
    }
}

impl InOrder for u64 {
    fn in_order(reader: &mut Reader<'_>) -> Option<Self> {
        reader.integer()?.try_into().ok()
    }
}

impl InOrder for bool {
    fn in_order(reader: &mut Reader<'_>) -> Option<Self> {
        reader.truth()
    }
}

impl InOrder for String {
    fn in_order(reader: &mut Reader<'_>) -> Option<Self> {
        reader.text().map(str::to_owned)
    }
}

impl InOrder for Box<str> {
    fn in_order(reader: &mut Reader<'_>) -> Option<Self> {
        reader.text().map(Self::from)
    }
}

impl InOrder for Value {
    fn in_order(reader: &mut Reader<'_>) -> Option<Self> {
        reader.value(0)
    }
}

impl InOrder for Map<String, Value> {
    fn in_order(reader: &mut Reader<'_>) -> Option<Self> {
        reader.map(0)
    }
}

/// `null` and an absent member are both `None`.
impl<T: InOrder> InOrder for Option<T> {
    #[inline(always)]
    fn in_order(reader: &mut Reader<'_>) -> Option<Self> {
        if reader.null() { Some(None) } else { T::in_order(reader).map(Some) }
    }

    #[inline]
    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: InOrder> InOrder for Vec<T> {
    fn in_order(reader: &mut Reader<'_>) -> Option<Self> {
        let mut elements = Self::new();
        reader.elements(|reader| {
            elements.push(T::in_order(reader)?);
            Some(())
        })?;
        Some(elements)
    }
}

impl<T: InOrder> InOrder for Box<T> {
    fn in_order(reader: &mut Reader<'_>) -> Option<Self> {
        T::in_order(reader).map(Self::new)
    }
}
