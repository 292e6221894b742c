//! Identifiers as the service makes them.

use fastrand::Rng;

/// Characters behind the prefix, as in every recorded identifier.
const LENGTH: usize = 19;

/// Makes identifiers: the same ones in the same order for the same seed.
#[derive(Debug, Clone)]
pub(crate) struct Ids(Rng);

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    /// Goes on where another one stood.
    pub(crate) fn at(state: u64) -> Self {
        Self(Rng::with_seed(state))
    }

    /// Where it stands: what is made from here on follows from it.
    pub(crate) fn state(&self) -> u64 {
        self.0.get_seed()
    }

    /// A new test identifier of a kind.
    pub(crate) fn next(&mut self, prefix: &str) -> String {
        let random: String = std::iter::repeat_with(|| self.character()).take(LENGTH).collect();
        format!("{prefix}_test_{random}")
    }

    /// That many random bytes.
    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.0.u8(..))
    }

    /// A request's name, in the form of a UUID.
    pub(crate) fn request(&mut self) -> String {
        let hex = format!("{:032x}", self.0.u128(..));
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    fn character(&mut self) -> char {
        let digit = self.0.u32(0..36);
        char::from_digit(digit, 36).unwrap_or('0')
    }
}
