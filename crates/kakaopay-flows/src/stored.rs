//! The versions of what is stored, and how an older one becomes a newer one.
//!
//! What a version wrote keeps its meaning for ever: whoever changes a stored type raises [`VERSION`],
//! writes the upgrade from the version before, and adds files of the new version to the golden ones
//! that the tests replay.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::ReplayError;

/// The version that is written: of journals and of snapshots.
pub(crate) const VERSION: u32 = 2;

/// What makes a stored thing of one version one of the next.
pub(crate) type Upgrade = fn(&mut Value);

/// How entries become newer: the first upgrade leads from version 1 to 2, and so on. What
/// version 1 called otherwise is read by its old name, since events that it stored have that name too.
pub(crate) const ENTRY_UPGRADES: &[Upgrade] = &[|_| {}];
/// Likewise for snapshots, of which version 1 had none.
pub(crate) const SNAPSHOT_UPGRADES: &[Upgrade] = &[|_| {}];

/// Reads what this version or any before it has stored.
pub(crate) fn read<T: DeserializeOwned>(
    bytes: &[u8],
    upgrades: &[Upgrade],
    seq: u64,
) -> Result<T, ReplayError> {
    let unreadable = |_| ReplayError::Unreadable { seq };
    let Versioned { v: version } = serde_json::from_slice(bytes).map_err(unreadable)?;
    if version == VERSION {
        return serde_json::from_slice(bytes).map_err(unreadable);
    }
    let known = version.checked_sub(1).and_then(|from| upgrades.get(usize::try_from(from).ok()?..));
    let Some(steps) = known.filter(|_| version < VERSION) else {
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
    fn f43_a_version_that_never_was_is_refused() {
        for version in [0, VERSION + 1, u32::MAX] {
            let bytes = format!(r#"{{"v":{version}}}"#);
            let read: Result<Value, _> = read(bytes.as_bytes(), ENTRY_UPGRADES, 3);
            assert_eq!(read, Err(ReplayError::Version { seq: 3, version }));
        }
        let read: Result<Value, _> = read(b"{}", ENTRY_UPGRADES, 3);
        assert_eq!(read, Err(ReplayError::Unreadable { seq: 3 }));
    }
}
