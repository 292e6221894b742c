//! A sample of the mutants, the same for the same seed.

/// Returns `size` of the mutants, chosen by the seed, in their order.
pub(super) fn sample(mutants: Vec<String>, size: Option<usize>, seed: u64) -> Vec<String> {
    let Some(size) = size else { return mutants };
    let mut ranked: Vec<_> = mutants.into_iter().enumerate().collect();
    ranked.sort_by_key(|(place, name)| (rank(name, seed), *place));
    ranked.truncate(size);
    ranked.sort_by_key(|(place, _)| *place);
    ranked.into_iter().map(|(_, name)| name).collect()
}

/// FNV-1a of the seed and the name, with its bits mixed, as names that differ in their last letter differ little.
fn rank(name: &str, seed: u64) -> u64 {
    let bytes = seed.to_le_bytes().into_iter().chain(name.bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Returns a regular expression that matches this name alone.
pub(super) fn exactly(name: &str) -> String {
    let mut pattern = String::from("^");
    for letter in name.chars() {
        // A backslash gives `<` and `>` a meaning.
        if r"\.+*?()|[]{}^$#&-~".contains(letter) {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('$');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutants() -> Vec<String> {
        (0..1_000).map(|number| format!("src/a.rs:{number}:1: replace + with -")).collect()
    }

    #[test]
    fn the_seed_chooses_the_sample() {
        let one = sample(mutants(), Some(100), 1);
        assert_eq!(one.len(), 100);
        assert_eq!(one, sample(mutants(), Some(100), 1));
        assert_ne!(one, sample(mutants(), Some(100), 2));
        let halves = one.iter().filter(|name| mutants()[..500].contains(name)).count();
        assert!((30..=70).contains(&halves), "{halves} of 100 are in the first half");
        assert_eq!(sample(mutants(), None, 1), mutants());
        assert_eq!(sample(mutants(), Some(5_000), 1), mutants());
    }

    #[test]
    fn a_name_is_matched_letter_by_letter() {
        assert_eq!(exactly("a.rs:1: <b>::c -> d"), r"^a\.rs:1: <b>::c \-> d$");
    }
}
