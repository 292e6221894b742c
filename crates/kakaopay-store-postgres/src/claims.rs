//! Claims of one queue. This process takes back at once those whose response was lost.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

/// How many are remembered.
const REMEMBERED: usize = 64;
/// How often a claim is looked for. The server may carry it out a little later.
const LOOKS: u32 = 30;

/// Claims of one queue.
#[derive(Debug)]
pub(crate) struct Claims {
    /// Claims rows. Its last parameter is the number of the claim.
    pub(crate) take: String,
    /// Makes rows due whose claim has one of these numbers, and returns the numbers.
    pub(crate) give_back: String,
    pub(crate) lost: LostClaims,
}

impl Claims {
    pub(crate) fn new(take: String, give_back: String) -> Self {
        Self { take, give_back, lost: LostClaims::default() }
    }
}

/// Claims of one queue whose response was lost, by the number that each call of this process leaves in its rows.
#[derive(Debug, Default)]
pub(crate) struct LostClaims {
    lost: Mutex<VecDeque<(i64, u32)>>,
}

/// A claim that is under way: lost, unless it is said to have succeeded.
pub(crate) struct Claim<'a> {
    all: &'a LostClaims,
    number: i64,
    has_response: bool,
}

impl LostClaims {
    /// Begins a claim.
    pub(crate) fn begin(&self) -> Claim<'_> {
        let random = RandomState::new().hash_one(()) >> 1;
        Claim { all: self, number: i64::try_from(random).unwrap_or_default(), has_response: false }
    }

    /// The claims to look for.
    pub(crate) fn look(&self) -> Vec<i64> {
        let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        let numbers = lost.iter().map(|(number, _)| *number).collect();
        lost.iter_mut().for_each(|(_, looks)| *looks -= 1);
        lost.retain(|(_, looks)| *looks > 0);
        numbers
    }

    /// These were found and given back.
    pub(crate) fn found(&self, numbers: &[i64]) {
        let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        lost.retain(|(number, _)| !numbers.contains(number));
    }
}

impl Claim<'_> {
    /// The number that it leaves in its rows.
    pub(crate) fn number(&self) -> i64 {
        self.number
    }

    /// Its rows have arrived.
    pub(crate) fn has_response(mut self) {
        self.has_response = true;
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if self.has_response {
            return;
        }
        let mut lost = self.all.lost.lock().unwrap_or_else(PoisonError::into_inner);
        if lost.len() == REMEMBERED {
            lost.pop_front();
        }
        lost.push_back((self.number, LOOKS));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f68_a_claim_without_a_response_is_looked_for_until_it_is_found() {
        let claims = LostClaims::default();
        claims.begin().has_response();
        assert!(claims.look().is_empty());
        let (first, second) = (claims.begin(), claims.begin());
        let numbers = [first.number(), second.number()];
        assert_ne!(numbers[0], numbers[1]);
        drop(first);
        drop(second);
        assert_eq!(claims.look(), numbers);
        claims.found(&numbers[..1]);
        for _ in 1..LOOKS {
            assert_eq!(claims.look(), numbers[1..]);
        }
        assert!(claims.look().is_empty());
        for _ in 0..2 * REMEMBERED {
            drop(claims.begin());
        }
        assert_eq!(claims.look().len(), REMEMBERED);
    }
}
