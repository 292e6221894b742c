//! `cargo xtask faults`: the tests that inject faults, as often as it takes to be believed.
//!
//! `cargo test --workspace` runs the same tests, less often. Each leaves its figures where they are found here.

use std::fs;

use crate::shell::{self, Problem, cargo, root};

/// A test that injects faults: where it is, and the variables that say how often, with how often.
struct Fault {
    package: &'static str,
    test: &'static str,
    times: &'static [(&'static str, &'static str)],
}

const FAULTS: &[Fault] = &[
    Fault { package: "kakaopay-tests", test: "duplicates", times: &[("KAKAOPAY_DUPLICATES", "10000")] },
    Fault { package: "kakaopay-tests", test: "killed", times: KILLS },
    Fault { package: "kakaopay-tests", test: "misbehaving", times: &[] },
    Fault { package: "kakaopay-tests", test: "paid_back", times: &[] },
    Fault { package: "kakaopay-tests", test: "powerloss", times: &[("KAKAOPAY_CRASH_IMAGES", "100000")] },
    Fault { package: "kakaopay-tests", test: "reordered", times: &[] },
    Fault { package: "kakaopay-tests", test: "sweeps", times: &[] },
    Fault { package: "kakaopay-ledger-postgres", test: "suite", times: &[] },
    Fault { package: "kakaopay-ledger-sqlite", test: "suite", times: &[] },
];

/// Shops over SQLite, shops over PostgreSQL, and the server under them.
const KILLS: &[(&str, &str)] =
    &[("KAKAOPAY_KILLS", "10000"), ("KAKAOPAY_KILLS_POSTGRES", "1000"), ("KAKAOPAY_SERVER_KILLS", "100")];

/// Runs them, or those of the targets named, and tells what they counted.
pub(crate) fn run(names: &[&str]) -> Result<(), Problem> {
    if let Some(unknown) = names.iter().find(|name| FAULTS.iter().all(|fault| fault.test != **name)) {
        return Err(Problem::new(format!("`{unknown}` injects no faults")));
    }
    let folder = root().join("target/tmp/faults");
    // What an earlier run has counted is not this one's.
    let _ = fs::remove_dir_all(&folder);
    for fault in FAULTS.iter().filter(|fault| names.is_empty() || names.contains(&fault.test)) {
        let mut command = cargo(&["test", "--quiet", "--package", fault.package, "--test", fault.test]);
        command.envs(fault.times.iter().copied());
        shell::run(&mut command)?;
    }
    let mut figures: Vec<_> = fs::read_dir(&folder).into_iter().flatten().collect::<Result<_, _>>()?;
    figures.sort_by_key(fs::DirEntry::path);
    for file in figures {
        let name = file.path().with_extension("");
        let name = name.file_name().unwrap_or_default().to_string_lossy().into_owned();
        print!("{name:<26} {}", fs::read_to_string(file.path())?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_knows_what_injects_faults() {
        assert!(run(&["kindness"]).is_err());
        for fault in FAULTS {
            let folder = if fault.package == "kakaopay-tests" {
                "tests".to_owned()
            } else {
                format!("crates/{}", fault.package)
            };
            let tests = root().join(folder).join("tests");
            let file = tests.join(format!("{}.rs", fault.test));
            assert!(file.is_file() || tests.join(fault.test).join("main.rs").is_file(), "{}", fault.test);
        }
    }
}
