//! Identifiers in the service's format.

use fastrand::Rng;

/// Number of characters after the prefix, as in all recorded identifiers.
const LENGTH: usize = 19;

/// Generates identifiers: the same sequence for the same seed.
#[derive(Debug, Clone)]
pub(crate) struct Ids(Rng);

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    /// Continues from a saved state.
    pub(crate) fn at(state: u64) -> Self {
        Self(Rng::with_seed(state))
    }

    /// The state of the generator, which determines all later identifiers.
    pub(crate) fn state(&self) -> u64 {
        self.0.get_seed()
    }

    /// Generates a test identifier with a prefix.
    pub(crate) fn next(&mut self, prefix: &str) -> String {
        let random: String = std::iter::repeat_with(|| self.character()).take(LENGTH).collect();
        format!("{prefix}_test_{random}")
    }

    /// Generates `N` random bytes.
    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.0.u8(..))
    }

    /// Generates a request id in the form of a UUID.
    pub(crate) fn request(&mut self) -> String {
        let hex = format!("{:032x}", self.0.u128(..));
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    fn character(&mut self) -> char {
        let digit = self.0.u32(0..36);
        char::from_digit(digit, 36).unwrap_or('0')
    }
}
