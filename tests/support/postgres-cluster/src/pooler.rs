//! PgBouncer in front of a server, ended with the process.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::cluster::{Cluster, PASSWORD, USER, free_port};
use crate::data_dir::DataDir;
use crate::installed::leave_out;

/// Where Debian puts it, apart from the `PATH` of users.
const PROGRAM: &str = "/usr/sbin/pgbouncer";
/// Runs until its input ends, which is the end of the process that started it.
const SCRIPT: &str = r#"
"$1" "$2" 2>&1 &
pid=$!
read -r _
kill "$pid"
wait "$pid"
cd / && rm -rf "$3"
"#;

/// PgBouncer in front of a server.
#[derive(Debug)]
pub struct Pooler {
    shell: Child,
    port: u16,
    // Dropped last: it is the folder of the program.
    _data_dir: DataDir,
}

impl Pooler {
    /// Starts it in this `pool_mode`; `None` where it is not installed, which is said in one line.
    ///
    /// # Panics
    /// When it is there and cannot be started, or is required and not there.
    #[must_use]
    pub fn start(server: &Cluster, pool_mode: &str) -> Option<Self> {
        if !Path::new(PROGRAM).is_file() {
            leave_out("PgBouncer is not installed (Debian: apt-get install pgbouncer)");
            return None;
        }
        let data_dir = DataDir::new();
        let users = data_dir.write("users", format!("\"{USER}\" \"{PASSWORD}\"\n").as_bytes());
        let port = free_port();
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {}\npool_mode = {pool_mode}\n",
            server.port(),
            users.display(),
        );
        let settings = data_dir.write("settings", settings.as_bytes());
        let mut command: Command = data_dir.command(Path::new("/bin/sh"));
        command.args(["-c", SCRIPT, "sh", PROGRAM]).arg(settings).arg(data_dir.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut shell = command.spawn().expect("a shell");
        let mut log = BufReader::new(shell.stdout.take().expect("it is piped"));
        let pooler = Self { shell, port, _data_dir: data_dir };
        let mut lines = log.by_ref().lines().map_while(Result::ok);
        assert!(lines.any(|line| line.contains("process up")), "PgBouncer does not start");
        // It would stand still once the pipe is full.
        thread::spawn(move || io::copy(&mut log, &mut io::sink()));
        Some(pooler)
    }

    /// The port, on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // It ends by itself now.
        let _ = self.shell.wait();
    }
}
