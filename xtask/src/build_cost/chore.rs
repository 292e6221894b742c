//! What is measured, beside what, and how it is told.

use super::build::{Cost, Package};
use super::scratch;
use crate::figure::{Figure, Measure, Measured};
use crate::shell::{Problem, root};

/// What is measured when nothing is named: the two that people take alone.
const DEFAULT: &[&str] = &["kakaopay-types", "kakaopay-transport"];
/// What each is held against: a crate that has no more than anybody needs who reads JSON.
const BASE: &str = "serde+serde_json";
const CRATES: Measure = Measure { name: "crates", unit: "count", bases: &[BASE] };
const CPU: Measure = Measure { name: "cpu", unit: "s", bases: &[BASE] };
/// How often everything is built, in turn. The least counts: other work on the machine only adds.
const ROUNDS: usize = 3;

pub(crate) fn run(options: &[&str]) -> Result<(), Problem> {
    let json = options.contains(&"--json");
    let named: Vec<_> = options.iter().copied().filter(|option| *option != "--json").collect();
    let named = if named.is_empty() { DEFAULT } else { &named };
    let scratch = scratch::make()?;
    let base = Package { name: scratch::NAME, workspace: scratch.path().to_owned() };
    let others = named.iter().map(|name| Package { name, workspace: root() });
    let packages: Vec<_> = std::iter::once(base).chain(others).collect();
    let mut costs = packages.iter().map(Package::cost).collect::<Result<Vec<_>, _>>()?;
    for _ in 1..ROUNDS {
        for (package, cost) in packages.iter().zip(&mut costs) {
            *cost = cost.least(package.cost()?);
        }
    }
    let names = std::iter::once(BASE).chain(named.iter().copied());
    let told = names.zip(costs).collect::<Vec<_>>();
    let lines = if json { figures(&told)?.iter().map(Figure::json).collect() } else { sentences(&told) };
    lines.iter().for_each(|line| println!("{line}"));
    Ok(())
}

fn figures(costs: &[(&str, Cost)]) -> Result<Vec<Figure>, Problem> {
    let measured = |value: fn(&Cost) -> f64| -> Vec<Measured> {
        costs.iter().map(|(name, cost)| ((*name).to_owned(), value(cost))).collect()
    };
    let mut figures = CRATES.figures(&measured(|cost| f64::from(cost.crates)))?;
    figures.extend(CPU.figures(&measured(|cost| cost.cpu))?);
    Ok(figures)
}

/// A sentence for each but the first, which is the base.
fn sentences(costs: &[(&str, Cost)]) -> Vec<String> {
    let [(_, base), others @ ..] = costs else { return Vec::new() };
    let sentence = |(name, cost): &(&str, Cost)| {
        format!(
            "{name}: {} crates, {:.1} CPU seconds, {:.1} s wall, {:.2} × serde and serde_json with derive \
             ({:.1} CPU seconds, {} crates)",
            cost.crates,
            cost.cpu,
            cost.wall,
            cost.cpu / base.cpu,
            base.cpu,
            base.crates
        )
    };
    others.iter().map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COSTS: [(&str, Cost); 2] = [
        (BASE, Cost { crates: 10, cpu: 8.0, wall: 5.0 }),
        ("mine", Cost { crates: 15, cpu: 10.0, wall: 6.0 }),
    ];

    #[test]
    fn a_sentence_says_what_it_is_held_against() {
        let expected = "mine: 15 crates, 10.0 CPU seconds, 6.0 s wall, 1.25 × serde and serde_json with \
                        derive (8.0 CPU seconds, 10 crates)";
        assert_eq!(sentences(&COSTS), [expected]);
    }

    #[test]
    fn every_package_has_two_figures() {
        let lines: Vec<_> = figures(&COSTS).expect("figures").iter().map(Figure::json).collect();
        let line = |bench: &str, measure: &str, ratio: &str| {
            format!(r#"{{"bench":"{bench}",{measure},"base":"{BASE}","ratio":{ratio}}}"#)
        };
        assert_eq!(
            lines,
            [
                line(BASE, r#""measure":"crates","value":10,"unit":"count""#, "1"),
                line("mine", r#""measure":"crates","value":15,"unit":"count""#, "1.5"),
                line(BASE, r#""measure":"cpu","value":8,"unit":"s""#, "1"),
                line("mine", r#""measure":"cpu","value":10,"unit":"s""#, "1.25"),
            ]
        );
    }
}
