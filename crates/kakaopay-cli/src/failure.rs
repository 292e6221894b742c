//! What goes wrong in a command, and the exit code it has.

use std::error::Error;
use std::fmt;
use std::process::ExitCode;

/// What went wrong.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments cannot be used. Exit code 2, as for arguments that cannot be read.
    Usage(String),
    /// Something went wrong on the way. Exit code 1.
    Other(Box<dyn Error + Send + Sync>),
}

impl Failure {
    /// The arguments cannot be used.
    pub(crate) fn usage(argument: &str, problem: impl fmt::Display) -> Self {
        Self::Usage(format!("{argument}: {problem}"))
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Other(_) => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Failure {
    /// The whole chain of causes, on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(problem) => f.write_str(problem),
            Self::Other(error) => {
                write!(f, "{error}")?;
                let mut next = error.source();
                while let Some(cause) = next {
                    write!(f, ": {cause}")?;
                    next = cause.source();
                }
                Ok(())
            }
        }
    }
}

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}
