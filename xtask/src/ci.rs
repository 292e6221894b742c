//! `cargo xtask ci`: everything that must be good before a change lands.

use std::time::Instant;

use crate::project::members;
use crate::shell::{self, Problem, cargo, lacking, output, shown};
use crate::{browser, clients, compliance, layers, schemathesis, tidy};

fn run_step(name: &str, step: impl FnOnce() -> Result<(), Problem>) -> Result<(), Problem> {
    println!("\n── {name}");
    let start = Instant::now();
    let result = step();
    let verdict = if result.is_ok() { "good" } else { "FAILED" };
    println!("── {name}: {verdict}, {:.1} s", start.elapsed().as_secs_f64());
    result
}

fn cargo_step(arguments: &[&str], variables: &[(&str, &str)]) -> Result<(), Problem> {
    let mut command = cargo(arguments);
    command.envs(variables.iter().copied());
    run_step(&shown(&command), || shell::run(&mut command))
}

/// The tests stand first: they are what a change is judged by. The demo stands last, as the one
/// step that shows the whole at work.
fn run_all() -> Result<(), Problem> {
    cargo_step(&["test", "--workspace"], &[])?;
    cargo_step(&["fmt", "--all", "--check"], &[])?;
    cargo_step(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"], &[])?;
    let strict = [("RUSTDOCFLAGS", "-D warnings")];
    cargo_step(&["doc", "--workspace", "--no-deps", "--all-features"], &strict)?;
    run_step("layers", layers::run)?;
    run_step("tidy", tidy::run)?;
    run_step("compliance", compliance::run)?;
    // The fuzz targets are a workspace of their own, which nothing else here would compile.
    cargo_step(&["check", "--manifest-path", "fuzz/Cargo.toml", "--locked"], &[])?;
    run_step("deny", deny)?;
    run_step("examples", examples)?;
    run_step("clients", clients::run)?;
    run_step("browser", browser::run)?;
    run_step("schemathesis", schemathesis::run)?;
    cargo_step(&["run", "--package", "kakaopay-cli", "--", "demo"], &[])
}

pub(crate) fn run() -> Result<(), Problem> {
    run_all()?;
    println!("\nEverything is good.");
    Ok(())
}

/// Each example of each crate runs to its end: what it speaks with, it starts itself.
fn examples() -> Result<(), Problem> {
    for member in members()?.values() {
        for example in &member.examples {
            println!("{}:", example.name);
            let features = example.features.join(",");
            let mut command =
                cargo(&["run", "--quiet", "--package", &member.name, "--example", &example.name]);
            shell::run(command.args(["--features", &features]))?;
        }
    }
    Ok(())
}

/// Licences, bans and sources. Only where the tool is promised to be is its absence a failure.
fn deny() -> Result<(), Problem> {
    if output(&mut cargo(&["deny", "--version"])).is_err() {
        return lacking("cargo-deny is not installed: `cargo install cargo-deny --locked`");
    }
    shell::run(&mut cargo(&["deny", "--all-features", "check", "licenses", "bans", "sources"]))
}
