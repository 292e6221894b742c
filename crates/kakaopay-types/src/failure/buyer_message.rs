//! The explanation of a failure for the buyer.

use std::fmt;

/// The explanation of a failed payment for the buyer, in one language.
///
/// Show the two parts as separate blocks: Thai has no full stop between them. [`Display`](fmt::Display)
/// joins them by a space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct BuyerMessage {
    /// The reason for the failure, in one sentence.
    pub cause: &'static str,
    /// The buyer's possible next steps. "Try again" always means a new charge, because a failed one stays failed.
    pub next_step: &'static str,
}

impl fmt::Display for BuyerMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.cause, self.next_step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_joined_by_a_space() {
        let message = BuyerMessage { cause: "It failed.", next_step: "Please try again." };
        assert_eq!(message.to_string(), "It failed. Please try again.");
    }
}
