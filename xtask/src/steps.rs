//! Steps with their times.

use std::time::Instant;

use crate::shell::Problem;

/// Steps that have run.
#[derive(Debug, Default)]
pub(crate) struct Steps(Vec<Step>);

#[derive(Debug)]
struct Step {
    name: String,
    good: bool,
    seconds: f64,
}

impl Steps {
    /// Runs a step and keeps its time.
    ///
    /// # Errors
    /// The step's own.
    pub(crate) fn run(
        &mut self,
        name: &str,
        step: impl FnOnce() -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        println!("\n── {name}");
        let start = Instant::now();
        let result = step();
        let step =
            Step { name: name.to_owned(), good: result.is_ok(), seconds: start.elapsed().as_secs_f64() };
        println!("── {}", step.row());
        self.0.push(step);
        result
    }

    /// Seconds of the last step.
    pub(crate) fn last_seconds(&self) -> f64 {
        self.0.last().map_or(0.0, |step| step.seconds)
    }

    /// A table of all steps.
    pub(crate) fn print(&self) {
        println!();
        self.0.iter().for_each(|step| println!("{}", step.row()));
        println!("{:>8.1} s  in all", self.0.iter().map(|step| step.seconds).sum::<f64>());
    }
}

impl Step {
    fn row(&self) -> String {
        let verdict = if self.good { "" } else { " FAILED" };
        format!("{:>8.1} s  {}{verdict}", self.seconds, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_kept_with_its_result() {
        let mut steps = Steps::default();
        assert!(steps.run("good", || Ok(())).is_ok());
        assert!(steps.run("bad", || Err(Problem::new("no"))).is_err());
        let rows: Vec<_> = steps.0.iter().map(|step| (step.name.as_str(), step.good)).collect();
        assert_eq!(rows, [("good", true), ("bad", false)]);
        assert!(steps.0[1].row().ends_with("bad FAILED"));
        assert!(steps.last_seconds() >= 0.0);
    }
}
