//! Finds the programs of PostgreSQL on this machine, or says that there are none.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// Where Debian and its descendants put each major version, apart from the `PATH`.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The folder with `initdb` and `postgres`: the newest of Debian's, or the one `pg_config` names.
pub(crate) fn programs() -> Option<PathBuf> {
    let complete = |folder: &PathBuf| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file());
    newest_of_debian().filter(complete).or_else(|| named_by_pg_config().filter(complete))
}

fn newest_of_debian() -> Option<PathBuf> {
    let versions = std::fs::read_dir(DEBIAN).ok()?.filter_map(Result::ok);
    let numbered = versions.filter_map(|entry| {
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        Some((version, entry.path().join("bin")))
    });
    numbered.max().map(|(_, folder)| folder)
}

fn named_by_pg_config() -> Option<PathBuf> {
    let answer = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = String::from_utf8(answer.stdout).ok()?;
    Some(PathBuf::from(folder.trim()))
}

/// Says that tests are left out, once for each reason, or fails where they must not be.
#[expect(clippy::disallowed_methods, reason = "it is the one setting of the tests")]
pub(crate) fn leave_out(why: &str) {
    let required = std::env::var("KAKAOPAY_REQUIRE_POSTGRES").is_ok_and(|value| value == "1");
    assert!(!required, "KAKAOPAY_REQUIRE_POSTGRES is 1, and {why}");
    say(why);
}

/// Says that tests are left out, once for each reason.
pub(crate) fn say(why: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if SAID.lock().unwrap_or_else(PoisonError::into_inner).insert(why.to_owned()) {
        // Past what the tests print, which is only shown of those that fail. If it fails, there is no reader.
        drop(writeln!(std::io::stderr(), "SKIPPED the tests that need PostgreSQL: {why}"));
    }
}
