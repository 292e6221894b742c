//! What is measured, beside what, and how it is told.

use tempfile::TempDir;

use super::build::{Cost, Package};
use super::scratch;
use crate::figure::{Figure, Measure, Measured};
use crate::shell::{Problem, root};

/// What models are held against: a crate that has no more than anybody needs who reads JSON.
const BASE: &str = "serde+serde_json";
/// What a client is called here, and what one is held against.
const CLIENT: [&str; 2] = ["client/kakaopay-transport", "client/reqwest"];
/// With what a client is built: the same provider as the other's.
const CLIENT_FEATURES: &str = "ring,webpki-roots";
const CRATES: Measure = Measure { name: "crates", unit: "count", bases: &[BASE, "reqwest"] };
const CPU: Measure = Measure { name: "cpu", unit: "s", bases: &[BASE, "reqwest"] };
/// How often everything is built, in turn. The least counts: other work on the machine only adds.
const ROUNDS: usize = 3;

/// Without names: the two that people take alone, the models and the client.
pub(crate) fn run(options: &[&str]) -> Result<(), Problem> {
    let json = options.contains(&"--json");
    let named: Vec<_> = options.iter().copied().filter(|option| *option != "--json").collect();
    let reader = scratch::JSON.make()?;
    // Only what is held against it needs it.
    let client = if named.is_empty() { Some(scratch::CLIENT.make()?) } else { None };
    let of_scratch = |folder: &TempDir| Package {
        name: scratch::NAME,
        features: None,
        workspace: folder.path().to_owned(),
    };
    let member = |name, features| Package { name, features, workspace: root() };
    let mut packages = vec![(BASE, of_scratch(&reader))];
    if let Some(client) = &client {
        packages.push(("kakaopay-types", member("kakaopay-types", None)));
        packages.push((CLIENT[0], member("kakaopay-transport", Some(CLIENT_FEATURES))));
        packages.push((CLIENT[1], of_scratch(client)));
    }
    packages.extend(named.iter().map(|name| (*name, member(name, None))));
    let mut costs = packages.iter().map(|(_, package)| package.cost()).collect::<Result<Vec<_>, _>>()?;
    for _ in 1..ROUNDS {
        for ((_, package), cost) in packages.iter().zip(&mut costs) {
            *cost = cost.least(package.cost()?);
        }
    }
    let told: Vec<_> = packages.iter().map(|(name, _)| *name).zip(costs).collect();
    for figure in figures(&told)? {
        println!("{}", if json { figure.json() } else { figure.row() });
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    const COSTS: [(&str, Cost); 2] =
        [(BASE, Cost { crates: 10, cpu: 8.0 }), ("mine", Cost { crates: 15, cpu: 10.0 })];

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
