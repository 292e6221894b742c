//! Runs the simulation: `sim --seed N` tells the story of a seed, `sim --seeds N`, `--seconds N` and `--orders N`
//! search so many seeds, for so long, or until there were so many orders, each from `--from S`. `sim --find N` prints
//! the first seed that breaks a promise, and fails if none does.
#![expect(clippy::print_stdout, reason = "a command")]
#![expect(clippy::disallowed_methods, reason = "a command has arguments and a clock")]

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use kakaopay_sim::search::{Figures, first, search};
use kakaopay_sim::{Plan, run};

/// A search for so many orders prints its figures each time when it has run so many more.
const PROGRESS: usize = 50_000;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (name, number, from) = match words.as_slice() {
        [name, number] => (*name, number.parse::<u64>(), Ok(0)),
        [name, number, "--from", from] => (*name, number.parse(), from.parse::<u64>()),
        _ => return usage(),
    };
    let (Ok(number), Ok(from)) = (number, from) else { return usage() };
    let begin = Instant::now();
    let seconds = |_: &Figures| begin.elapsed() >= Duration::from_secs(number);
    let shown = AtomicUsize::new(0);
    let orders = |figures: &Figures| {
        let reached = figures.orders / PROGRESS;
        if shown.fetch_max(reached, Ordering::SeqCst) < reached {
            print_figures(figures, begin.elapsed());
        }
        u64::try_from(figures.orders).is_ok_and(|orders| orders >= number)
    };
    let found = match name {
        "--seed" => return tell(number),
        "--find" => return print_first(from, number),
        "--seeds" => search(from..from.saturating_add(number), &|_| false),
        "--seconds" => search(from..u64::MAX, &seconds),
        "--orders" => search(from..u64::MAX, &orders),
        _ => return usage(),
    };
    match found {
        Ok(figures) => {
            print_figures(&figures, begin.elapsed());
            ExitCode::SUCCESS
        }
        Err(found) => {
            println!("{found}");
            ExitCode::FAILURE
        }
    }
}

/// Prints the first seed that breaks a promise.
fn print_first(from: u64, seeds: u64) -> ExitCode {
    let Some(first) = first(from..from.saturating_add(seeds)) else {
        println!("no promise broken in {seeds} seeds");
        return ExitCode::FAILURE;
    };
    let (seed, violation) = first;
    println!("found after {} seeds (seed {seed}): {violation}", seed - from + 1);
    ExitCode::SUCCESS
}

fn print_figures(figures: &Figures, took: Duration) {
    let Figures { seeds, orders, paid, requests, pruned } = figures;
    println!(
        "{seeds} seeds, {orders} orders, {paid} paid, {pruned} pruned, {requests} requests, no promise broken, {:.1} s",
        took.as_secs_f64()
    );
}

/// Prints the story of a seed.
fn tell(seed: u64) -> ExitCode {
    let ending = run(&Plan::of(seed));
    ending.story.iter().for_each(|line| println!("{line}"));
    match ending.violation {
        None => ExitCode::SUCCESS,
        Some(violation) => {
            println!("seed {seed} breaks {violation}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    println!("sim --seed N, or with [--from S]: sim --seeds N | --seconds N | --orders N | --find N");
    ExitCode::from(2)
}
