//! The folder a server lives in, and the user it runs as.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The user that owns nothing, by its number everywhere. PostgreSQL refuses to run as root.
const NOBODY: u32 = 65534;

/// The folder a server lives in, and the user it runs as.
#[derive(Debug)]
pub(crate) struct DataDir {
    folder: TempDir,
    as_nobody: bool,
}

impl DataDir {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("kakaopay-pg-").tempdir().expect("a folder");
        // Whoever makes a folder owns it: so this process is root's.
        let as_nobody = fs::metadata(folder.path()).expect("its owner").uid() == 0;
        let data_dir = Self { folder, as_nobody };
        data_dir.hand_over(data_dir.path());
        data_dir
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A file that only the server may read.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, bytes).expect("a file for the server");
        fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("its permissions");
        self.hand_over(&path);
        path
    }

    /// A program that runs as the server's user.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command;
        if self.as_nobody {
            command = Command::new("setpriv");
            command.args([
                format!("--reuid={NOBODY}"),
                format!("--regid={NOBODY}"),
                "--clear-groups".to_owned(),
            ]);
            command.arg(program);
        } else {
            command = Command::new(program);
        }
        command.current_dir(self.path());
        command
    }

    fn hand_over(&self, path: &Path) {
        if self.as_nobody {
            chown(path, Some(NOBODY), Some(NOBODY)).expect("a file for the server's user");
        }
    }
}
