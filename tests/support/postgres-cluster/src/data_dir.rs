//! The folder a server lives in, and the user it runs as.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The user that owns nothing, by its number everywhere. PostgreSQL refuses to run as root.
const NOBODY: u32 = 65534;

/// Where the small file system is.
const SMALL: &str = "small";

/// Mounts it with these options at this place, where only the program behind them sees it.
const MOUNT: &str = r#"
mount -t tmpfs -o "$1" tmpfs "$2" && install -d -m 700 -o "$3" -g "$3" "$2/space" && shift 3 && exec "$@""#;

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

    /// A program that runs as the server's user and sees a file system of this many megabytes in `small`, which goes away
    /// with it.
    pub(crate) fn command_with_small_disk(&self, megabytes: u32, program: &Path) -> Command {
        let mut command = Command::new("unshare");
        let limit = format!("size={megabytes}m,mode=700,uid={NOBODY},gid={NOBODY}");
        let inside = self.command(program);
        command
            .args(["--mount", "/bin/sh", "-c", MOUNT, "sh"])
            .arg(limit)
            .arg(self.small_disk())
            .arg(NOBODY.to_string());
        command.arg(inside.get_program()).args(inside.get_args()).current_dir(self.path());
        command
    }

    /// Where the small file system is, for the server alone.
    pub(crate) fn small_disk(&self) -> PathBuf {
        self.path().join(SMALL)
    }

    /// Whether this process may mount one.
    pub(crate) fn may_mount(&self) -> bool {
        let small = self.small_disk();
        fs::create_dir(&small).expect("a folder for the server");
        self.hand_over(&small);
        let tried = self.as_nobody.then(|| self.command_with_small_disk(1, Path::new("true")).output());
        tried.is_some_and(|tried| tried.is_ok_and(|tried| tried.status.success()))
    }

    fn hand_over(&self, path: &Path) {
        if self.as_nobody {
            chown(path, Some(NOBODY), Some(NOBODY)).expect("a file for the server's user");
        }
    }
}
