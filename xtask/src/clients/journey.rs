//! A journey: a payment from its source to its refund, in one manner of one client.

use std::process::Command;

use serde_json::Value;

use super::runtime::Runtime;
use super::sandbox_process::SandboxProcess;
use crate::shell::without_proxies;

/// A journey, by its script.
#[derive(Debug)]
pub(crate) struct Journey {
    pub(crate) runtime: Runtime,
    script: &'static str,
    /// The version of the API that the client asks for; `None` for the account's own.
    version: Option<&'static str>,
}

pub(crate) const JOURNEYS: &[Journey] = &[
    Journey { runtime: Runtime::Node, script: "journey.js", version: None },
    Journey { runtime: Runtime::Node, script: "journey.js", version: Some("2019-05-29") },
    Journey { runtime: Runtime::Node, script: "journey.js", version: Some("2017-11-02") },
    Journey { runtime: Runtime::Node, script: "browser.js", version: None },
    Journey { runtime: Runtime::Node, script: "shop_node.js", version: None },
    Journey { runtime: Runtime::Php, script: "shop_php.js", version: None },
    Journey { runtime: Runtime::Python, script: "journey.py", version: None },
    Journey { runtime: Runtime::Python, script: "journey.py", version: Some("2019-05-29") },
    Journey { runtime: Runtime::Python, script: "journey.py", version: Some("2017-11-02") },
];

/// A journey that was made.
#[derive(Debug)]
pub(crate) struct Made {
    /// Client, its version, its manner, and how many calls it made.
    pub(crate) cells: [String; 4],
    /// Why it did not come to its end.
    pub(crate) failure: Option<String>,
}

impl Journey {
    /// Runs the journey. A script prints its steps as one line of JSON, and fails otherwise.
    pub(crate) fn make(&self, sandbox: &SandboxProcess) -> Made {
        let mut command = Command::new(self.runtime.program());
        command
            .arg(self.runtime.sources().join(self.script))
            .env("SANDBOX_URL", &sandbox.url)
            .env("PUBLIC_KEY", &sandbox.public_key)
            .env("SECRET_KEY", &sandbox.secret_key)
            .env("WEBHOOK_SECRET", &sandbox.webhook_secret)
            .env("CLIENT_FOLDER", self.runtime.folder())
            .env("PYTHONPATH", self.runtime.folder())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHONUTF8", "1");
        without_proxies(&mut command);
        match self.version {
            Some(version) => command.env("API_VERSION", version),
            None => command.env_remove("API_VERSION"),
        };
        match command.output() {
            Err(error) => self.failed(&error.to_string()),
            Ok(output) if !output.status.success() => self.failed(&String::from_utf8_lossy(&output.stderr)),
            Ok(output) => self.told(&output.stdout),
        }
    }

    fn told(&self, stdout: &[u8]) -> Made {
        let told: Value = serde_json::from_slice(stdout).unwrap_or_default();
        let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        match told["calls"].as_u64() {
            Some(calls) if calls > 0 => Made {
                cells: [text("client"), text("version"), text("manner"), calls.to_string()],
                failure: None,
            },
            _ => self.failed("it ended without a word of what it has done"),
        }
    }

    fn failed(&self, why: &str) -> Made {
        let version = self.version.unwrap_or("the account's version");
        let failure = Some(format!("{}, {version}: {}", self.script, why.trim_end()));
        Made { cells: [self.script.to_owned(), String::new(), version.to_owned(), String::new()], failure }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_journey_has_its_script() {
        for journey in JOURNEYS {
            assert!(journey.runtime.sources().join(journey.script).is_file(), "{}", journey.script);
        }
    }

    #[test]
    fn a_journey_that_says_nothing_did_not_come_to_its_end() {
        for stdout in ["", "{}", r#"{"calls":0}"#, r#"{"calls":"7"}"#] {
            assert!(JOURNEYS[0].told(stdout.as_bytes()).failure.is_some(), "{stdout}");
        }
        let made = JOURNEYS[0].told(br#"{"client":"a","version":"1","manner":"b","calls":7}"#);
        assert_eq!((made.cells, made.failure), (["a", "1", "b", "7"].map(str::to_owned), None));
    }
}
