//! Which order a shop checks out next.

/// Most workers of a shop.
pub const MOST_WORKERS: u64 = 7;

/// The number of the order that a worker checks out at a place of the row. Every fourth order is shared by all
/// workers.
#[must_use]
pub fn order_at(place: u64, worker: u64) -> u64 {
    let whose = if place.is_multiple_of(4) { 0 } else { worker.min(MOST_WORKERS - 1) + 1 };
    place * (MOST_WORKERS + 1) + whose
}

/// Whether all workers share the order.
#[must_use]
pub fn is_everybodys(order: u64) -> bool {
    order.is_multiple_of(MOST_WORKERS + 1)
}
