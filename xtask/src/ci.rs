//! `cargo xtask ci`: everything that must be good before a change lands.

use crate::project::members;
use crate::shell::{self, Problem, cargo, display, output, skip_or_fail};
use crate::steps::Steps;
use crate::{browser, clients, compliance, layers, programs, schemathesis, sim, tidy};

/// Runs all steps, and prints how long each took.
///
/// # Errors
/// If a step fails; the later ones do not run.
pub(crate) fn run() -> Result<(), Problem> {
    let mut steps = Steps::default();
    let result = run_all(&mut steps);
    steps.print();
    result?;
    println!("\nEverything is good.");
    Ok(())
}

/// The tests come first: a change is judged by them, and they build the programs of later steps. The
/// demo comes last, as the one step that shows the whole at work.
fn run_all(steps: &mut Steps) -> Result<(), Problem> {
    let mut cargo_step = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = cargo(arguments);
        command.envs(variables.iter().copied());
        steps.run(&display(&command), || shell::run(&mut command))
    };
    cargo_step(&["test", "--workspace"], &[])?;
    cargo_step(&["fmt", "--all", "--check"], &[])?;
    cargo_step(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"], &[])?;
    // With the examples, as the libraries below are then checked with the features that clippy checked them with.
    let strict = [("RUSTDOCFLAGS", "-D warnings")];
    cargo_step(&["doc", "--workspace", "--no-deps", "--all-features", "--lib", "--examples"], &strict)?;
    // The fuzz targets and the benchmarks are workspaces of their own, which nothing else here would compile.
    for workspace in ["fuzz/Cargo.toml", "benches/Cargo.toml"] {
        cargo_step(&["fmt", "--all", "--check", "--manifest-path", workspace], &[])?;
        // In the target folder of the others, which have checked most of the same libraries.
        let options = [
            "clippy",
            "--workspace",
            "--locked",
            "--all-targets",
            "--target-dir",
            "target",
            "--manifest-path",
        ];
        cargo_step(&[&options[..], &[workspace, "--", "-D", "warnings"]].concat(), &[])?;
    }
    steps.run("layers", || layers::run(&[]))?;
    steps.run("tidy", || tidy::run(&[]))?;
    steps.run("compliance", compliance::run)?;
    steps.run("deny", deny)?;
    steps.run("sim", || sim::run(&["--seconds", "180", "--from", "1000000"]))?;
    steps.run("examples", examples)?;
    steps.run("clients", clients::run)?;
    steps.run("browser", browser::run)?;
    steps.run("schemathesis", schemathesis::run)?;
    steps.run("demo", || shell::run(std::process::Command::new(programs::program("kakaopay")?).arg("demo")))
}

/// Each example of each crate runs to its end: each starts the servers that it needs.
fn examples() -> Result<(), Problem> {
    let built = programs::build()?;
    for member in members()?.values() {
        for example in &member.examples {
            println!("{example}:");
            shell::run(&mut std::process::Command::new(programs::find(example, &built)?))?;
        }
    }
    Ok(())
}

/// Licences, bans and sources. Its absence is a failure in CI alone.
fn deny() -> Result<(), Problem> {
    if output(&mut cargo(&["deny", "--version"])).is_err() {
        return skip_or_fail("cargo-deny is not installed: `cargo install cargo-deny --locked`");
    }
    shell::run(&mut cargo(&["deny", "--all-features", "check", "licenses", "bans", "sources"]))
}
