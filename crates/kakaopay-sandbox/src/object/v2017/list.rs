//! A page of a list in version 2017-11-02.

use kakaopay_types::Timestamp;
use serde::Serialize;

use crate::object::{ListObject, Shape};

/// A page of a list: the current members in another order.
#[derive(Debug, Serialize)]
pub(crate) struct List<'a, T> {
    object: &'static str,
    from: Timestamp,
    to: Timestamp,
    offset: usize,
    limit: usize,
    total: usize,
    order: Option<&'static str>,
    location: &'a str,
    data: Vec<T>,
}

impl<T> List<'_, T> {
    /// Removes the order, as recorded for lists inside objects.
    pub(super) fn inside(self) -> Self {
        Self { order: None, ..self }
    }
}

impl<T: Shape> Shape for ListObject<T> {
    type Old<'a>
        = List<'a, T::Old<'a>>
    where
        T: 'a;

    fn old(&self) -> List<'_, T::Old<'_>> {
        List {
            object: self.object,
            from: self.from,
            to: self.to,
            offset: self.offset,
            limit: self.limit,
            total: self.total,
            order: Some(self.order),
            location: &self.location,
            data: self.data.iter().map(Shape::old).collect(),
        }
    }
}
