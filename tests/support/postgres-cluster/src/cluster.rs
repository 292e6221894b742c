//! A server with its data, ended and removed when it is dropped or the process ends.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::data_dir::DataDir;
use crate::installed::{leave_out, programs, say};
use crate::setup::Setup;
use crate::small_disk::SmallDisk;
use crate::supervisor::Supervisor;

/// The user of every server. It may do anything.
pub(crate) const USER: &str = "keeper";
/// Its password, which stands out wherever it is printed.
pub(crate) const PASSWORD: &str = "correct-horse-battery";
/// How often to try to start: a conflict with an ending process or a taken port passes within milliseconds.
const STARTS: usize = 200;

/// A server with its data, ended and removed when it is dropped or the process ends.
#[derive(Debug)]
pub struct Cluster {
    // Dropped first: it ends the server.
    supervisor: Mutex<Supervisor>,
    data_dir: DataDir,
    port: u16,
}

impl Cluster {
    /// Starts a server; `None` where PostgreSQL is not installed, which is said in one line.
    ///
    /// # Panics
    /// When PostgreSQL is there and cannot be started, or is required and not there.
    #[must_use]
    pub fn start(setup: Setup) -> Option<Self> {
        let Some(programs) = programs() else {
            leave_out("it is not installed (Debian: apt-get install postgresql)");
            return None;
        };
        let (data_dir, small_disk) = (DataDir::new(), setup.small_disk);
        if small_disk.is_some() && !data_dir.may_mount() {
            say("only root can mount a small file system");
            return None;
        }
        initialise(&data_dir, &programs, setup);
        Some(Self::start_in(data_dir, &programs, small_disk))
    }

    /// Starts a standby that streams from this server under this name, on data copied from it.
    ///
    /// # Panics
    /// If the data cannot be copied or the standby does not start.
    #[must_use]
    pub fn standby(&self, name: &str) -> Self {
        let programs = programs().expect("this server runs");
        let data_dir = DataDir::new();
        let mut copy = data_dir.command(&programs.join("pg_basebackup"));
        copy.args(["--wal-method=stream", "--checkpoint=fast", "--write-recovery-conf", "--no-sync"]);
        copy.arg("--pgdata").arg(data_dir.path().join("data"));
        let connection = format!("{} application_name={name}", self.tcp("postgres"));
        copy.arg(format!("--dbname={connection}"));
        let copied = copy.output().expect("pg_basebackup");
        assert!(copied.status.success(), "pg_basebackup: {}", String::from_utf8_lossy(&copied.stderr));
        Self::start_in(data_dir, &programs, None)
    }

    /// Dumps the database `postgres` of this server, and restores it on another one.
    ///
    /// # Panics
    /// If one of the two fails.
    pub fn dump_into(&self, other: &Self) {
        let programs = programs().expect("this server runs");
        let file = self.data_dir.path().join("dump.sql");
        let run = |program: &str, of: &Self, option: &str| {
            let mut command = self.data_dir.command(&programs.join(program));
            command.arg(format!("--dbname={}", of.tcp("postgres"))).arg(option).arg(&file);
            let done = command.output().expect("a program");
            assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
        };
        run("pg_dump", self, "--file");
        run("psql", other, "--file");
    }

    fn start_in(data_dir: DataDir, programs: &Path, small_disk: Option<u32>) -> Self {
        let mut supervisor = Supervisor::new(&data_dir, programs, small_disk);
        // Between being found and being used, a port may become somebody else's.
        let mut ports = (0..STARTS).map(|_| free_port());
        let port = ports.find(|port| supervisor.start(*port)).expect("PostgreSQL starts");
        Self { supervisor: Mutex::new(supervisor), data_dir, port }
    }

    /// How to reach a database of it over TCP, with its password and without TLS.
    #[must_use]
    pub fn tcp(&self, database: &str) -> String {
        format!("{} sslmode=disable", self.tcp_with_tls("127.0.0.1", database))
    }

    /// How to reach a database of it over TCP by this name of the machine, with TLS.
    #[must_use]
    pub fn tcp_with_tls(&self, host: &str, database: &str) -> String {
        let port = self.port;
        format!("host={host} port={port} user={USER} password={PASSWORD} dbname={database}")
    }

    /// How to reach a database of it over its Unix socket, with its password.
    #[must_use]
    pub fn socket(&self, database: &str) -> String {
        self.tcp_with_tls(&self.data_dir.path().display().to_string(), database)
    }

    /// The password, to look for where it must not be.
    #[must_use]
    pub fn password(&self) -> &'static str {
        PASSWORD
    }

    /// The statements by which the small file system of [`Setup::small_disk`] is used, filled and freed.
    #[must_use]
    pub fn small_disk(&self) -> SmallDisk {
        SmallDisk::new(&self.data_dir.small_disk())
    }

    /// The port, on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Kills every process of the server at once, as a loss of power would.
    pub fn kill(&self) {
        self.supervise(|supervisor| supervisor.signal("kill"));
    }

    /// Ends the server in order, and everyone's connections with it.
    pub fn stop(&self) {
        self.supervise(|supervisor| supervisor.signal("stop"));
    }

    /// Stops every process of the server, so that its connections stay open and nothing responds.
    pub fn freeze(&self) {
        self.supervise(|supervisor| supervisor.signal("freeze"));
    }

    /// Lets a frozen server go on.
    pub fn thaw(&self) {
        self.supervise(|supervisor| supervisor.signal("thaw"));
    }

    /// Starts the server again, on the same data and port.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_again(&self) {
        let started = self.supervise(|supervisor| (0..STARTS).any(|_| supervisor.start(self.port)));
        assert!(started, "PostgreSQL does not start again");
    }

    fn supervise<T>(&self, work: impl FnOnce(&mut Supervisor) -> T) -> T {
        // A test that panicked has left the shell as it was.
        work(&mut self.supervisor.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("its number").port()
}

fn initialise(data_dir: &DataDir, programs: &Path, setup: Setup) {
    let password = data_dir.write("password", PASSWORD.as_bytes());
    let data = data_dir.path().join("data");
    let mut initdb = data_dir.command(&programs.join("initdb"));
    // The data of a test need not outlive the machine; what is written later is synced.
    initdb.args(["--auth=scram-sha-256", "--no-sync", "--encoding=UTF8", "--locale=C", "--data-checksums"]);
    initdb.arg(format!("--username={USER}")).arg("--pwfile").arg(password).arg("--pgdata").arg(&data);
    let made = initdb.output().expect("initdb");
    assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
    data_dir.write("data/postgresql.auto.conf", configuration(data_dir, setup).as_bytes());
}

fn configuration(data_dir: &DataDir, setup: Setup) -> String {
    // Checkpoints are rare enough not to meet a test, and the machine is shared.
    let mut settings = vec![
        ("max_connections".to_owned(), "150".to_owned()),
        ("shared_buffers".to_owned(), "64MB".to_owned()),
        ("timezone".to_owned(), "UTC".to_owned()),
        ("log_min_messages".to_owned(), "log".to_owned()),
    ];
    settings.extend(setup.settings);
    for (setting, bytes) in setup.files {
        let path: PathBuf = data_dir.write(&setting, &bytes);
        settings.push((setting, path.display().to_string()));
    }
    let line = |(name, value): &(String, String)| format!("{name} = '{value}'\n");
    settings.iter().map(line).collect()
}
