//! Random choices of a run.

use fastrand::Rng;

/// Random choices. Each part of a run draws from a fork of its own, so that a move that is left out changes no choice
/// of the others.
#[derive(Debug, Clone)]
pub struct Choices {
    seed: u64,
    rng: Rng,
}

impl Choices {
    /// The choices of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, rng: Rng::with_seed(seed) }
    }

    /// Choices that depend on the seed and the label alone.
    #[must_use]
    pub fn fork(&self, label: &str) -> Self {
        // FNV-1a, so that equal labels give equal choices in every build.
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self::new(label.bytes().fold(self.seed ^ 0xcbf2_9ce4_8422_2325, mix))
    }

    /// A number in a half-open range.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        self.rng.i64(from..to.max(from + 1))
    }

    /// `true` in this many of a hundred cases.
    pub fn percent(&mut self, percent: u8) -> bool {
        self.rng.u8(0..100) < percent
    }

    /// One of so many, from 0.
    pub fn any_of(&mut self, count: usize) -> usize {
        let most = i64::try_from(count).unwrap_or(1);
        usize::try_from(self.between(0, most)).unwrap_or(0)
    }

    /// One of the values.
    ///
    /// # Panics
    /// If there is none.
    pub fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.rng.usize(0..values.len())]
    }
}
