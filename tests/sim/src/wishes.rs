//! What the shop knows about its wishes to cancel.

use std::collections::{BTreeMap, BTreeSet};

/// What the shop knows about its wishes to cancel.
#[derive(Debug, Default)]
pub struct Wishes {
    /// Orders that are to be cancelled, as the last call said, and that no call wanted to be paid since.
    unwanted: BTreeSet<String>,
    /// How many calls want an order to be paid. One that died with its process counts for ever.
    wanted: BTreeMap<String, u32>,
}

impl Wishes {
    /// A call wants the order to be paid: it takes a wish to cancel back.
    pub fn want(&mut self, order: &str) {
        self.unwanted.remove(order);
        *self.wanted.entry(order.to_owned()).or_default() += 1;
    }

    /// That call has ended.
    pub fn wanted(&mut self, order: &str) {
        if let Some(calls) = self.wanted.get_mut(order) {
            *calls = calls.saturating_sub(1);
        }
    }

    /// A call has left the order with a wish to cancel it.
    pub fn cancel(&mut self, order: &str) {
        if self.wanted.get(order).is_none_or(|calls| *calls == 0) {
            self.unwanted.insert(order.to_owned());
        }
    }

    /// Whether the order is to be cancelled.
    #[must_use]
    pub fn is_unwanted(&self, order: &str) -> bool {
        self.unwanted.contains(order)
    }
}
