//! The simulation itself, and as many seeds as a default run of the tests takes.

use kakaopay_sim::search::search;
use kakaopay_sim::{Plan, run};

/// Seeds of a default run.
const SEEDS: u64 = 500;

#[test]
fn the_same_seed_gives_the_same_story() {
    for seed in [1, 7, 42] {
        let plan = Plan::of(seed);
        let (one, other) = (run(&plan), run(&plan));
        assert_eq!(one.story.join("\n"), other.story.join("\n"), "seed {seed}");
        assert!(one.requests > 0, "seed {seed}");
    }
}

#[test]
fn i2_i3_i4_i5_i8_no_seed_breaks_a_promise() {
    match search(0..SEEDS, &|_| false) {
        Ok(figures) => {
            assert!(figures.paid * 3 > figures.orders, "few orders are paid: {figures:?}");
            assert!(figures.pruned > SEEDS / 4, "few payments were pruned: {figures:?}");
        }
        Err(found) => panic!("{found}"),
    }
}
