//! Records in insertion order, indexed by id.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

/// A record with an id.
pub(super) trait Named {
    fn name(&self) -> &str;
}

/// Records in insertion order, indexed by id. A sandbox may hold millions, so the index does not store ids again.
#[derive(Debug)]
pub(super) struct Records<T> {
    all: Vec<T>,
    names: Names,
}

/// An index from ids to positions. The ids themselves are stored in the records.
#[derive(Debug, Default)]
pub(super) struct Names {
    places: HashTable<usize>,
    hashing: RandomState,
}

impl<T> Default for Records<T> {
    fn default() -> Self {
        Self { all: Vec::new(), names: Names::default() }
    }
}

impl<T: Named> Records<T> {
    /// Returns the position of the record with this id.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.names.find(name, |place| self.all[place].name())
    }

    pub(super) fn get(&self, name: &str) -> Option<&T> {
        self.at(self.place(name)?)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.find_mut(name).map(|(_, record)| record)
    }

    /// Finds a record by id, with its position.
    pub(super) fn find_mut(&mut self, name: &str) -> Option<(usize, &mut T)> {
        let place = self.place(name)?;
        Some((place, self.all.get_mut(place)?))
    }

    /// Returns the record at a position.
    pub(super) fn at(&self, place: usize) -> Option<&T> {
        self.all.get(place)
    }

    /// Appends a record and returns its position. Returns `None` and changes nothing if the id is taken.
    pub(super) fn push(&mut self, record: T) -> Option<usize> {
        let Self { all, names } = self;
        let place = all.len();
        all.push(record);
        if names.insert(place, |place| all[place].name()) {
            return Some(place);
        }
        all.pop();
        None
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.all.iter()
    }
}

impl Names {
    /// Finds the position of an id; `of` returns the id at a position.
    pub(super) fn find<'a>(&self, name: &str, of: impl Fn(usize) -> &'a str) -> Option<usize> {
        self.places.find(self.hashing.hash_one(name), |place| of(*place) == name).copied()
    }

    /// Adds a position; `of` returns the id at a position. Returns `false` if the id is taken.
    pub(super) fn insert<'a>(&mut self, place: usize, of: impl Fn(usize) -> &'a str) -> bool {
        let name = of(place);
        if self.find(name, &of).is_some() {
            return false;
        }
        let hash = |place: &usize| self.hashing.hash_one(of(*place));
        self.places.insert_unique(hash(&place), place, hash);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Named for String {
        fn name(&self) -> &str {
            self
        }
    }

    #[test]
    fn records_are_found_by_id_and_position() {
        let mut records = Records::default();
        for number in 0..1_000 {
            assert_eq!(records.push(format!("name-{number}")), Some(number));
        }
        assert_eq!(records.push("name-7".to_owned()), None);
        assert_eq!(records.iter().count(), 1_000);
        for number in 0..1_000 {
            let name = format!("name-{number}");
            assert_eq!(records.place(&name), Some(number));
            assert_eq!((records.get(&name), records.at(number)), (Some(&name), Some(&name)));
        }
        assert_eq!((records.get("name-1000"), records.at(1_000)), (None, None));
        assert_eq!(records.get_mut(""), None);
    }
}
