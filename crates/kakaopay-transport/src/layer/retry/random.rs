//! Numbers that decide how much of a wait is waited.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// How far apart the states are.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Numbers by SplitMix64 (Steele, Lea and Flood 2014), without a lock. Who guesses them gains nothing, so
/// that these lines do, and no crate is built for them.
#[derive(Debug)]
pub(super) struct Random(AtomicU64);

impl Default for Random {
    /// From a seed that is another one each time: the standard library's, for its maps.
    fn default() -> Self {
        Self::seeded(RandomState::new().build_hasher().finish())
    }
}

impl Random {
    pub(super) fn seeded(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    pub(super) fn next(&self) -> u64 {
        let mut mixed = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_published_algorithm() {
        let random = Random::seeded(1_234_567);
        let numbers = [random.next(), random.next(), random.next()];
        assert_eq!(
            numbers,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn no_two_clients_wait_alike() {
        assert_ne!(Random::default().next(), Random::default().next());
    }
}
