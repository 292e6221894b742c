//! Versions of the stored formats, and the upgrades between them.
//!
//! Until the first release, version 1 is rewritten in place. After it, a changed type raises
//! [`VERSION`], adds an upgrade from the version before, and keeps the golden files of that version.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::ReplayError;

/// The version in which entries and snapshots are written.
pub(crate) const VERSION: u32 = 1;

/// Upgrades a stored value to the next version.
pub(crate) type Upgrade = fn(&mut Value);

/// Upgrades of entries. The first upgrades version 1 to 2.
pub(crate) const ENTRY_UPGRADES: &[Upgrade] = &[];

/// Upgrades of snapshots. The first upgrades version 1 to 2.
pub(crate) const SNAPSHOT_UPGRADES: &[Upgrade] = &[];

/// Decodes a value of this version or, after `upgrades`, of an older one.
pub(crate) fn read<T: DeserializeOwned>(
    bytes: &[u8],
    upgrades: &[Upgrade],
    seq: u64,
) -> Result<T, ReplayError> {
    read_as(bytes, upgrades, VERSION, seq)
}

fn read_as<T: DeserializeOwned>(
    bytes: &[u8],
    upgrades: &[Upgrade],
    newest: u32,
    seq: u64,
) -> Result<T, ReplayError> {
    let unreadable = |_| ReplayError::Unreadable { seq };
    let Versioned { v: version } = serde_json::from_slice(bytes).map_err(unreadable)?;
    if version == newest {
        return serde_json::from_slice(bytes).map_err(unreadable);
    }
    let known = version.checked_sub(1).and_then(|from| upgrades.get(usize::try_from(from).ok()?..));
    let Some(steps) = known.filter(|_| version < newest) else {
        return Err(ReplayError::Version { seq, version });
    };
    let mut value: Value = serde_json::from_slice(bytes).map_err(unreadable)?;
    for upgrade in steps {
        upgrade(&mut value);
    }
    serde_json::from_value(value).map_err(unreadable)
}

#[derive(Deserialize)]
struct Versioned {
    v: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_has_an_upgrade() {
        let versions = usize::try_from(VERSION).expect("small");
        assert_eq!((ENTRY_UPGRADES.len(), SNAPSHOT_UPGRADES.len()), (versions - 1, versions - 1));
    }

    #[test]
    fn f43_an_unknown_version_is_refused() {
        for version in [0, VERSION + 1, u32::MAX] {
            let bytes = format!(r#"{{"v":{version}}}"#);
            let read: Result<Value, _> = read(bytes.as_bytes(), ENTRY_UPGRADES, 3);
            assert_eq!(read, Err(ReplayError::Version { seq: 3, version }));
        }
        let read: Result<Value, _> = read(b"{}", ENTRY_UPGRADES, 3);
        assert_eq!(read, Err(ReplayError::Unreadable { seq: 3 }));
    }

    #[test]
    fn f43_older_versions_take_each_later_upgrade() {
        let upgrades: &[Upgrade] =
            &[|value| value["second"] = true.into(), |value| value["third"] = true.into()];
        for (version, expected) in
            [(1, r#"{"v":1,"second":true,"third":true}"#), (2, r#"{"v":2,"third":true}"#), (3, r#"{"v":3}"#)]
        {
            let bytes = format!(r#"{{"v":{version}}}"#);
            let read: Value = read_as(bytes.as_bytes(), upgrades, 3, 1).expect("a known version");
            assert_eq!(read, serde_json::from_str::<Value>(expected).expect("JSON"), "version {version}");
        }
        let newer: Result<Value, _> = read_as(br#"{"v":4}"#, upgrades, 3, 1);
        assert_eq!(newer, Err(ReplayError::Version { seq: 1, version: 4 }));
    }
}
