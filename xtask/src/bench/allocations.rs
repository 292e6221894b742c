//! How often memory is asked for, as a program of the benchmark counts it.

use std::path::Path;
use std::process::Command;

use crate::measurement::Measured;
use crate::shell::{Problem, output};

pub(super) fn take(program: &Path) -> Result<Vec<Measured>, Problem> {
    output(&mut Command::new(program))?.lines().map(counted).collect()
}

/// A name and a count, as in `charge/value 138`.
fn counted(line: &str) -> Result<Measured, Problem> {
    let counted = line.rsplit_once(' ').and_then(|(name, count)| Some((name, count.parse().ok()?)));
    let (name, count) = counted.ok_or_else(|| Problem::new(format!("`{line}` is no count")))?;
    Ok((name.to_owned(), count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_name_and_a_count() {
        assert_eq!(counted("charge/value 138").expect("a count"), ("charge/value".to_owned(), 138.0));
        assert!(counted("charge/value").is_err());
        assert!(counted("charge/value many").is_err());
    }
}
