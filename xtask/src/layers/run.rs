//! Runs the checks of the layers.

use super::report::Report;
use super::{edges, purity};
use crate::project::members;
use crate::shell::Problem;

/// # Errors
/// If a crate breaks a rule, or an option is unknown.
pub(crate) fn run(options: &[&str]) -> Result<(), Problem> {
    let json = match options {
        [] => false,
        ["--json"] => true,
        _ => return Err(Problem::new("cargo xtask layers [--json]")),
    };
    let members = members()?;
    let mut findings = edges::edges(&members);
    for member in purity::PURE.iter().filter_map(|name| members.get(*name)) {
        findings.extend(purity::check(member)?);
    }
    findings.extend(edges::lints(&members)?);
    let report = Report::of(&members, json)?;
    if json {
        println!("{}", report.json());
    }
    findings.extend(report.circles());
    Problem::of("layers", &findings)?;
    if !json {
        let pure = purity::PURE.len();
        println!("layers: {} crates keep to their layer, {pure} of them are pure", members.len());
    }
    Ok(())
}
