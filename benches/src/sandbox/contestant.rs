//! The servers to measure, and how each is started.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A server that answers `POST /charges`.
#[derive(Debug, Clone)]
pub struct Contestant {
    /// Name of the figures.
    pub name: &'static str,
    /// How many charges it is asked for in a round: as many as take it a second or so.
    pub count: u64,
    /// Whether it stores requests. A server that does not gives the same response each time.
    pub keeps: bool,
    program: PathBuf,
    words: fn(&str) -> Vec<String>,
    /// Where it runs, with the files that its words name.
    folder: PathBuf,
}

/// The secret key of the sandbox. The others take any.
pub(super) const SECRET_KEY: &str = "skey_test_5xt0gk0nqqnwnp1bnm8";

/// Installs them where they are not. Each of the others is given as little to do as it can be: one route, whose
/// answer is written out, or a table that begins empty.
///
/// # Panics
/// When npm or cargo cannot install them.
#[must_use]
pub fn contestants() -> Vec<Contestant> {
    let folder = install();
    let node = |name, count, keeps, program: &str, words| Contestant {
        name,
        count,
        keeps,
        program: folder.join("node_modules/.bin").join(program),
        words,
        folder: folder.clone(),
    };
    vec![
        Contestant {
            name: "kakaopay_sandbox",
            count: 40_000,
            keeps: true,
            program: ours(),
            words: |port| words(&format!("sandbox --addr 127.0.0.1:{port} --secret-key {SECRET_KEY}")),
            folder: folder.clone(),
        },
        node("prism", 2_000, false, "prism", |port| words(&format!("mock -p {port} -v silent openapi.json"))),
        node("mockoon", 2_000, false, "mockoon-cli", |port| {
            words(&format!("start -d mockoon.json -p {port} -l 127.0.0.1 -X --disable-admin-api"))
        }),
        node("json_server", 500, true, "json-server", |port| {
            words(&format!("--host 127.0.0.1 --port {port} --quiet db.json"))
        }),
    ]
}

impl Contestant {
    /// The command that serves on a port. State of an earlier run is removed.
    pub(super) fn command(&self, port: u16) -> Command {
        fs::copy(sources().join("db.json"), self.folder.join("db.json")).expect("an empty table");
        let mut command = Command::new(&self.program);
        command.args((self.words)(&port.to_string())).current_dir(&self.folder);
        command
    }
}

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sandbox")
}

/// Installs the npm packages of the lock file.
fn install() -> PathBuf {
    let (sources, folder) = (sources(), root().join("target/bench-sandbox"));
    fs::create_dir_all(&folder).expect("a folder");
    let list = fs::read(sources.join("package-lock.json")).expect("a list");
    let is_installed = fs::read(folder.join("installed")).is_ok_and(|installed| installed == list);
    for file in ["package.json", "package-lock.json", "openapi.json", "mockoon.json"] {
        fs::copy(sources.join(file), folder.join(file)).expect("copied");
    }
    if !is_installed {
        let options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
        let status = Command::new("npm").args(options).current_dir(&folder).status();
        assert!(status.expect("npm").success(), "npm ci");
        fs::write(folder.join("installed"), list).expect("written");
    }
    folder
}

/// The `kakaopay` command, built as it is released.
fn ours() -> PathBuf {
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "--quiet", "--release", "--package", "kakaopay-cli", "--locked"]);
    assert!(command.current_dir(root()).status().expect("cargo").success(), "cargo build");
    root().join("target/release/kakaopay")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the workspace")
}
