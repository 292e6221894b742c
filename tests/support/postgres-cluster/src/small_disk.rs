//! Statements about the small file system of a server.

use std::path::Path;

/// Statements about the small file system of a server.
#[derive(Debug, Clone)]
pub struct SmallDisk {
    /// Makes the tablespace `small` on it.
    pub create: String,
    /// Fills it: the statement fails, because the disk is full.
    pub fill: String,
    /// Makes room again.
    pub free: String,
}

impl SmallDisk {
    #[cfg_attr(not(unix), expect(dead_code, reason = "there is no server"))]
    pub(crate) fn new(path: &Path) -> Self {
        let path = path.display();
        Self {
            create: format!("CREATE TABLESPACE small LOCATION '{path}/space'"),
            fill: format!(
                "COPY (SELECT repeat('x', 1000) FROM generate_series(1, 1000000)) TO '{path}/ballast'"
            ),
            free: format!("COPY (SELECT 1) TO '{path}/ballast'"),
        }
    }
}
