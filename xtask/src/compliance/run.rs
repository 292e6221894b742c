//! Checks both tables against the tests.

use super::{faults, guide};
use crate::shell::Problem;

/// # Errors
/// If a table names a test that does not exist, or a test an id that is in no table.
pub(crate) fn run() -> Result<(), Problem> {
    let (guide, statements) = guide::check()?;
    let (faults, ids) = faults::check()?;
    Problem::of("compliance", &[guide, faults].concat())?;
    println!("compliance: {statements} statements have tests, {ids} faults and invariants are listed");
    Ok(())
}
