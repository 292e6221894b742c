//! The time something takes, by criterion.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::measurement::Measured;
use crate::shell::{Problem, run};

/// How often everything is measured.
///
/// Criterion measures one contestant after another, and other work on the machine would slow down
/// only some of them. So its runs are short, and of the medians of all runs the smallest counts:
/// other work only ever makes slower.
const ROUNDS: usize = 10;

pub(super) fn take(program: &Path) -> Result<Vec<Measured>, Problem> {
    let mut best = BTreeMap::new();
    for round in 1..=ROUNDS {
        eprintln!("time: round {round} of {ROUNDS}");
        // A fresh folder, so that no older result is found in it.
        let home = tempfile::tempdir()?;
        let mut command = Command::new(program);
        command.args(["--bench", "--quiet"]).env("CRITERION_HOME", home.path());
        run(command.stdout(std::io::stderr()))?;
        for (bench, median) in medians(home.path())? {
            let least = best.entry(bench).or_insert(median);
            *least = least.min(median);
        }
    }
    if best.is_empty() {
        return Err(Problem::new("criterion left no estimates where they are looked for"));
    }
    Ok(best.into_iter().collect())
}

/// The medians in criterion's folder, in nanoseconds. Each has a place of its own there:
/// `GROUP/NAME/new/estimates.json`.
fn medians(home: &Path) -> Result<Vec<Measured>, Problem> {
    let mut medians = Vec::new();
    for group in folders(home)? {
        for name in folders(&home.join(&group))? {
            let file = home.join(&group).join(&name).join("new/estimates.json");
            if file.is_file() {
                medians.push((format!("{group}/{name}"), median(&fs::read_to_string(file)?)?));
            }
        }
    }
    Ok(medians)
}

fn folders(folder: &Path) -> Result<Vec<String>, Problem> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

fn median(estimates: &str) -> Result<f64, Problem> {
    let estimates: Value = serde_json::from_str(estimates)?;
    let median = estimates["median"]["point_estimate"].as_f64();
    median.ok_or_else(|| Problem::new("criterion's estimates have no median"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_are_read_from_criterions_folder() {
        let home = tempfile::tempdir().expect("a folder");
        for (place, point) in [("a/mine/new", 12.5), ("a/mine/base", 1.0), ("b/value/new", 3.0)] {
            let folder = home.path().join(place);
            fs::create_dir_all(&folder).expect("a folder");
            let text = format!(r#"{{"mean":{{"point_estimate":9}},"median":{{"point_estimate":{point}}}}}"#);
            fs::write(folder.join("estimates.json"), text).expect("a file");
        }
        let mut medians = medians(home.path()).expect("medians");
        medians.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(medians, [("a/mine".to_owned(), 12.5), ("b/value".to_owned(), 3.0)]);
    }

    #[test]
    fn estimates_without_a_median_are_refused() {
        assert!(median("{}").is_err());
        assert!(median("").is_err());
    }
}
