//! A server in a process of its own.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::Contestant;
use super::load::first;

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct Server {
    process: Child,
    /// Where it is.
    pub address: SocketAddr,
    /// From when the process was started until its first answer had been read.
    pub first_answer: Duration,
}

impl Server {
    /// Starts one, and asks until it answers.
    ///
    /// # Panics
    /// When it cannot be started or does not answer within a minute.
    #[expect(clippy::disallowed_methods, reason = "time is what it measures")]
    pub async fn start(contestant: &Contestant) -> Self {
        let address = free();
        let mut command = contestant.command(address.port());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let start = Instant::now();
        let process = command.spawn().expect("a process");
        let mut server = Self { process, address, first_answer: Duration::ZERO };
        while first(address).await.is_none() {
            assert!(start.elapsed() < Duration::from_secs(60), "{} does not answer", contestant.name);
            // Short beside what is measured, and long enough to leave the processor to the server.
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        server.first_answer = start.elapsed();
        server
    }

    /// Resident memory in bytes, as Linux counts it.
    ///
    /// # Panics
    /// When the process has ended, or the system is not Linux.
    #[must_use]
    pub fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
        let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
        kibibytes * 1_024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A free port, for programs that do not print the one they took.
fn free() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("an address")
}
