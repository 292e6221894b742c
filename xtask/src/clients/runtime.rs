//! The languages that the clients are written in.

use std::path::PathBuf;
use std::process::Command;

use crate::packages;
use crate::shell::{Problem, output, root};

/// A language that a client is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runtime {
    Node,
    Python,
    /// Nothing is installed for it: an example of a shop runs on it, and Node.js is its buyer.
    Php,
}

/// The languages that this machine has.
#[derive(Debug)]
pub(crate) struct Runtimes(Vec<(Runtime, &'static str, bool)>);

impl Runtimes {
    /// Asks each program that is needed for its version.
    pub(crate) fn found() -> Self {
        let programs: [(Runtime, &str, &[&str]); 5] = [
            (Runtime::Node, "node", &["node", "--version"]),
            (Runtime::Node, "npm", &["npm", "--version"]),
            (Runtime::Python, "python3", &["python3", "--version"]),
            (Runtime::Python, "pip", &["python3", "-m", "pip", "--version"]),
            (Runtime::Php, "php with curl", &["php", "--rf", "curl_init"]),
        ];
        let asked = programs.map(|(runtime, name, words)| {
            (runtime, name, output(Command::new(words[0]).args(&words[1..])).is_ok())
        });
        Self(asked.into())
    }

    /// The programs that are not there.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        self.0.iter().filter(|(_, _, found)| !found).map(|(_, name, _)| *name).collect()
    }

    /// Whether everything of a language is there.
    pub(crate) fn have(&self, runtime: Runtime) -> bool {
        let needed = |of| of == runtime || (runtime == Runtime::Php && of == Runtime::Node);
        self.0.iter().filter(|(of, _, _)| needed(*of)).all(|(_, _, found)| *found)
    }
}

impl Runtime {
    fn name(self) -> &'static str {
        match self {
            Self::Node | Self::Php => "node",
            Self::Python => "python",
        }
    }

    /// The folder of this language's journeys, with the list of their packages.
    pub(crate) fn sources(self) -> PathBuf {
        root().join("crates/kakaopay-sandbox-server/tests/clients").join(self.name())
    }

    /// Where its clients are installed.
    pub(crate) fn folder(self) -> PathBuf {
        root().join("target/clients").join(self.name())
    }

    /// The program that runs a script.
    pub(crate) fn program(self) -> &'static str {
        match self {
            Self::Node | Self::Php => "node",
            Self::Python => "python3",
        }
    }

    /// Installs its clients, unless they were and their list is the same.
    pub(crate) fn install(self) -> Result<(), Problem> {
        let (sources, folder) = (self.sources(), self.folder());
        match self {
            Self::Node | Self::Php => packages::npm(&sources, &folder),
            Self::Python => packages::pip(&sources.join("requirements.txt"), &folder),
        }
    }
}
