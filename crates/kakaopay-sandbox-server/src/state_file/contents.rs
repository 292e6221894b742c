//! The contents of a state file: keys and two snapshots, as JSON.

use kakaopay_sandbox::{SavedSandbox, Snapshot};
use kakaopay_types::{Key, PublicKey, SecretKey};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The value of `format` in each state file.
const FORMAT: &str = "kakaopay-sandbox-state";
/// The version that is written and read.
pub(super) const VERSION: u32 = 1;

/// Why contents are not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    NotStateFile,
    UnknownVersion(u32),
    Damaged,
}

/// The members that each version has.
#[derive(Deserialize)]
struct Header<'a> {
    #[serde(borrow)]
    format: &'a str,
    version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents<'a> {
    format: &'a str,
    version: u32,
    public_key: &'a str,
    secret_key: &'a str,
    #[serde(borrow)]
    initial: &'a RawValue,
    #[serde(borrow)]
    current: &'a RawValue,
}

/// Reads the contents of a state file.
pub(super) fn read(bytes: &[u8]) -> Result<SavedSandbox, Unreadable> {
    let header: Header<'_> = serde_json::from_slice(bytes).map_err(|_| Unreadable::NotStateFile)?;
    match header {
        Header { format: FORMAT, version: VERSION } => {}
        Header { format: FORMAT, version } => return Err(Unreadable::UnknownVersion(version)),
        _ => return Err(Unreadable::NotStateFile),
    }
    // The parser's error would repeat what it found, perhaps a key.
    let contents: Contents<'_> = serde_json::from_slice(bytes).map_err(|_| Unreadable::Damaged)?;
    Ok(SavedSandbox {
        public_key: PublicKey::parse(contents.public_key).map_err(|_| Unreadable::Damaged)?,
        secret_key: SecretKey::parse(contents.secret_key).map_err(|_| Unreadable::Damaged)?,
        initial: Snapshot::from_bytes(contents.initial.get()),
        current: Snapshot::from_bytes(contents.current.get()),
    })
}

/// Writes the contents of a state file.
pub(super) fn write(saved: &SavedSandbox) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&Contents {
        format: FORMAT,
        version: VERSION,
        public_key: saved.public_key.expose(),
        secret_key: saved.secret_key.expose(),
        initial: serde_json::from_slice(saved.initial.as_bytes())?,
        current: serde_json::from_slice(saved.current.as_bytes())?,
    })
}
