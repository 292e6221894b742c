//! Whether the time that a wrong signature takes tells how much of it is right.
//!
//! A million guesses, of two kinds in a random order, and Welch's t between the times of
//! the two, as dudect does it. Beyond 4.5 they differ; a comparison that stops early stands beside it,
//! to show that the difference would be seen.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::hint::black_box;
use std::time::Instant;

use fastrand::Rng;
use kakaopay_benches::webhook::{Guess, guesses};
use kakaopay_webhook::{Verifier, WebhookSecret};

const SAMPLES: usize = 1_000_000;
/// dudect's threshold of a difference.
const LIMIT: f64 = 4.5;
/// As many of the fastest count, of both kinds by the same measure: in the others something else ran
/// meanwhile.
const KEPT: usize = SAMPLES / 10 * 9;

fn main() {
    let secret = WebhookSecret::from_bytes(*b"the secret of a webhook endpoint").expect("not empty");
    let verifier = Verifier::new([secret]).expect("a secret");
    let guesses = guesses();
    println!("refuse/limit {LIMIT}");
    println!("refuse/verifier {:.2}", t_of(&guesses, |guess| guess.refuse(&verifier)));
    println!("refuse/early_exit {:.2}", t_of(&guesses, Guess::refuse_early));
}

/// Welch's t between the times of the two kinds, without its sign.
#[expect(clippy::disallowed_methods, reason = "time is what it measures")]
fn t_of(guesses: &[[Guess; 2]], refuse: impl Fn(&Guess)) -> f64 {
    let mut rng = Rng::with_seed(1);
    let mut samples: Vec<(usize, u64)> = Vec::with_capacity(SAMPLES);
    for _ in 0..SAMPLES {
        let kind = rng.usize(..2);
        let guess = black_box(guesses[rng.usize(..guesses.len())][kind]);
        let start = Instant::now();
        refuse(&guess);
        let took = start.elapsed().as_nanos();
        samples.push((kind, u64::try_from(took).unwrap_or(u64::MAX)));
    }
    let mut times: Vec<_> = samples.iter().map(|(_, took)| *took).collect();
    times.sort_unstable();
    let most = times[KEPT];
    let of = |wanted: usize| {
        let kept = samples.iter().filter(|(kind, took)| *kind == wanted && *took <= most);
        kept.map(|(_, took)| *took as f64).collect::<Vec<_>>()
    };
    welch(&of(0), &of(1)).abs()
}

fn welch(a: &[f64], b: &[f64]) -> f64 {
    let ((mean_a, error_a), (mean_b, error_b)) = (moments(a), moments(b));
    (mean_a - mean_b) / (error_a + error_b).sqrt()
}

/// The mean, and its variance.
fn moments(samples: &[f64]) -> (f64, f64) {
    let count = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / count;
    let squares: f64 = samples.iter().map(|sample| (sample - mean).powi(2)).sum();
    (mean, squares / (count - 1.0) / count)
}
