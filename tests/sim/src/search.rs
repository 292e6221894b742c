//! Searches seeds for a broken promise, and shrinks what it finds.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::books::Violation;
use crate::plan::Plan;
use crate::run::{Ending, run};

/// A seed that breaks a promise.
#[derive(Debug)]
pub struct Found {
    /// The smallest plan found that breaks the same promise.
    pub plan: Plan,
    /// Its end.
    pub ending: Ending,
    /// The broken promise.
    pub violation: Violation,
}

/// Figures of seeds without a broken promise.
#[derive(Debug, Default, Clone, Copy)]
pub struct Figures {
    /// Seeds.
    pub seeds: u64,
    /// Orders.
    pub orders: usize,
    /// Orders that were paid.
    pub paid: usize,
    /// Requests.
    pub requests: u64,
    /// Payments that were pruned.
    pub pruned: u64,
}

/// Runs seeds on all cores, until `enough` says so or a promise is broken.
///
/// # Errors
/// The lowest seed found that breaks a promise.
///
/// # Panics
/// If the simulation itself is wrong.
pub fn search(seeds: Range<u64>, enough: &(dyn Fn(&Figures) -> bool + Sync)) -> Result<Figures, Box<Found>> {
    broken(seeds, enough).map_err(|broken| Box::new(shrink(*broken)))
}

/// The first seed that breaks a promise, and the promise.
///
/// # Panics
/// If the simulation itself is wrong.
#[must_use]
pub fn first(seeds: Range<u64>) -> Option<(u64, Violation)> {
    broken(seeds, &|_| false).err().map(|broken| (broken.0.seed, broken.2))
}

/// A plan that breaks a promise, with its end.
type Broken = (Plan, Ending, Violation);

/// Runs seeds until one breaks a promise. Seeds before it that are running are run to their end.
fn broken(seeds: Range<u64>, enough: &(dyn Fn(&Figures) -> bool + Sync)) -> Result<Figures, Box<Broken>> {
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let (next, stop) = (AtomicU64::new(seeds.start), AtomicBool::new(false));
    let shared = Mutex::new((Figures::default(), Vec::new()));
    let work = || {
        while !stop.load(Ordering::SeqCst) {
            let seed = next.fetch_add(1, Ordering::SeqCst);
            if seed >= seeds.end {
                return;
            }
            let plan = Plan::of(seed);
            let ending = run(&plan);
            let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(violation) = ending.violation.clone() {
                shared.1.push((plan, ending, violation));
                stop.store(true, Ordering::SeqCst);
            } else {
                shared.0.add(&plan, &ending);
                if enough(&shared.0) {
                    stop.store(true, Ordering::SeqCst);
                }
            }
        }
    };
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let (figures, found) = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    match found.into_iter().min_by_key(|(plan, ..)| plan.seed) {
        None => Ok(figures),
        Some(found) => Err(Box::new(found)),
    }
}

impl Figures {
    fn add(&mut self, plan: &Plan, ending: &Ending) {
        self.seeds += 1;
        self.orders += plan.orders;
        self.paid += ending.paid;
        self.requests += ending.requests;
        self.pruned += ending.pruned;
    }
}

/// Leaves out moves for as long as the same promise is broken.
fn shrink((mut plan, mut ending, mut violation): Broken) -> Found {
    let mut width = plan.moves.len().div_ceil(2);
    while width > 0 {
        let mut from = 0;
        while from < plan.moves.len() {
            let mut smaller = plan.clone();
            smaller.moves.drain(from..plan.moves.len().min(from + width));
            let end = run(&smaller);
            match end.violation.clone() {
                Some(other) if other.invariant == violation.invariant => {
                    (plan, ending, violation) = (smaller, end, other);
                }
                _ => from += width,
            }
        }
        width /= 2;
    }
    Found { plan, ending, violation }
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { plan, ending, violation } = self;
        writeln!(f, "seed {} breaks {violation}", plan.seed)?;
        writeln!(f, "{} processes, {} % of webhooks lost; moves:", plan.processes, plan.lost_webhooks)?;
        for planned in &plan.moves {
            writeln!(f, "{planned}")?;
        }
        writeln!(f, "story:")?;
        for line in &ending.story {
            writeln!(f, "{line}")?;
        }
        write!(f, "replay: cargo xtask sim --seed {}", plan.seed)
    }
}
