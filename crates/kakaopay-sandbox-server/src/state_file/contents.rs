//! The contents of a state file: keys and two snapshots, as JSON.

use kakaopay_sandbox::{SavedSandbox, Snapshot};
use kakaopay_types::{Key, PublicKey, SecretKey};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Value of `format` in each state file.
const FORMAT: &str = "kakaopay-sandbox-state";
/// Supported version.
pub(super) const VERSION: u32 = 1;

/// The reason why contents cannot be parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    NotStateFile,
    UnknownVersion(u32),
    Damaged,
}

/// Members that all versions share.
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

/// Parses the contents of a state file.
pub(super) fn read(bytes: &[u8]) -> Result<SavedSandbox, Unreadable> {
    let header: Header<'_> = serde_json::from_slice(bytes).map_err(|_| Unreadable::NotStateFile)?;
    match header {
        Header { format: FORMAT, version: VERSION } => {}
        Header { format: FORMAT, version } => return Err(Unreadable::UnknownVersion(version)),
        _ => return Err(Unreadable::NotStateFile),
    }
    // serde's message would repeat values of the file, which may be keys.
    let contents: Contents<'_> = serde_json::from_slice(bytes).map_err(|_| Unreadable::Damaged)?;
    Ok(SavedSandbox::new(
        PublicKey::parse(contents.public_key).map_err(|_| Unreadable::Damaged)?,
        SecretKey::parse(contents.secret_key).map_err(|_| Unreadable::Damaged)?,
        Snapshot::from_bytes(contents.initial.get()),
        Snapshot::from_bytes(contents.current.get()),
    ))
}

/// Serializes the contents of a state file.
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
