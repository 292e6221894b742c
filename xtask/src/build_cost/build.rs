//! One cold build, and what it cost.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::shell::{Problem, cargo, output, run};

/// The workspace's tests run through some crates that are optimised for them, which nobody who takes a
/// crate gets: they are built as everything else is.
const AS_TAKEN: [&str; 2] =
    ["profile.dev.package.kakaopay-types.opt-level=0", "profile.dev.package.serde_json.opt-level=0"];

/// What is built alone.
pub(super) struct Package<'a> {
    pub(super) name: &'a str,
    /// The features that are chosen in place of the default ones, by commas.
    pub(super) features: Option<&'a str>,
    /// The root of the workspace it is a member of.
    pub(super) workspace: PathBuf,
}

/// What its build costs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    /// How many crates are built, the package's own among them.
    pub(super) crates: u32,
    /// Seconds of all programs together.
    pub(super) cpu: f64,
}

impl Cost {
    /// The lesser times of two builds of the same.
    pub(super) fn least(self, other: Self) -> Self {
        Self { cpu: self.cpu.min(other.cpu), ..self }
    }
}

impl Package<'_> {
    /// Builds it where nothing has been built.
    pub(super) fn cost(&self) -> Result<Cost, Problem> {
        eprintln!("build-cost: {}", self.name);
        // What has to be fetched is fetched with that, before the clock starts.
        let crates = self.crates()?;
        let target = tempfile::tempdir()?;
        let mut build = cargo(&["build", "--quiet", "--package", self.name, "--locked"]);
        build
            .args(self.choice())
            .args(AS_TAKEN.map(|setting| format!("--config={setting}")))
            .env("CARGO_TARGET_DIR", target.path())
            .current_dir(&self.workspace);
        let before = children_seconds()?;
        run(&mut build)?;
        Ok(Cost { crates, cpu: children_seconds()? - before })
    }

    fn choice(&self) -> Vec<&str> {
        self.features.map_or_else(Vec::new, |features| vec!["--no-default-features", "--features", features])
    }

    fn crates(&self) -> Result<u32, Problem> {
        let mut tree = cargo(&["tree", "--package", self.name, "--edges", "normal,build", "--locked"]);
        tree.args(self.choice());
        let tree = output(tree.args(["--prefix", "none", "--format", "{p}"]).current_dir(&self.workspace))?;
        // What stands in the tree a second time is marked with a star.
        let crates = tree.lines().filter(|line| !line.is_empty()).map(|line| line.trim_end_matches(" (*)"));
        Ok(u32::try_from(crates.collect::<BTreeSet<_>>().len())?)
    }
}

/// CPU seconds of the programs this one has run to their end, as Linux counts them: fields 16 and
/// 17 of `/proc/self/stat`, in hundredths of a second.
fn children_seconds() -> Result<f64, Problem> {
    let stat = std::fs::read_to_string("/proc/self/stat");
    let stat = stat.map_err(|_| Problem::new("CPU time is only known on Linux"))?;
    seconds(&stat).ok_or_else(|| Problem::new("/proc/self/stat cannot be read"))
}

fn seconds(stat: &str) -> Option<f64> {
    // The second field is a name in brackets, which may have spaces in it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index)?.parse::<f64>().ok();
    Some((ticks(13)? + ticks(14)?) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seconds_of_children_are_two_fields() {
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194560 10 20 0 0 5 6 150 25 20 0 1 0 9\n";
        assert_eq!(seconds(stat), Some(1.75));
        assert_eq!(seconds("7 (a) S 1"), None);
    }
}
