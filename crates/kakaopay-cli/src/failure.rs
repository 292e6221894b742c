//! Failure of a command and its exit code.

use std::error::Error;
use std::process::ExitCode;
use std::{fmt, io};

use crate::args::expectation;

/// Failure of a command.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Invalid arguments. Exit code 2, as for arguments that clap rejects.
    Usage(String),
    /// The reader of standard output has closed it, as `head` does. Exit code 0, without a message.
    StdoutClosed,
    /// Any other failure. Exit code 1.
    Other(Box<dyn Error + Send + Sync>),
}

impl Failure {
    /// An invalid value of an argument, in clap's words. The value is omitted: it may be a secret.
    pub(crate) fn usage(argument: &str, problem: impl fmt::Display) -> Self {
        Self::Usage(format!("invalid value for '{argument}': {}", expectation(problem)))
    }

    /// A failed write to standard output.
    pub(crate) fn stdout(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::StdoutClosed,
            _ => Self::Other(format!("cannot write to standard output: {error}").into()),
        }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::StdoutClosed => ExitCode::SUCCESS,
            Self::Other(_) => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Failure {
    /// Writes the error and all its sources on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(problem) => f.write_str(problem),
            Self::StdoutClosed => f.write_str("standard output is closed"),
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
