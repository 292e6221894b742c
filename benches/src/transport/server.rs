//! A server in a process of its own, so that nothing it costs is counted as a client's.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The response to every request: the charge of Omise's guide.
pub(super) const CHARGE: &str = include_str!("../../../tests/pure/data/guide_charge.json");
/// Tells a program that it is the server.
const SERVE: &str = "serve-the-charge";

/// The server, until it is dropped.
pub struct Server {
    process: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Server {
    /// Runs this very program a second time, as the server.
    ///
    /// # Panics
    /// When the program does not begin with [`serve_if_told`].
    #[must_use]
    pub fn start() -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut command = Command::new(program);
        let command = command.arg(SERVE).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("a process");
        let mut line = String::new();
        let mut told = BufReader::new(process.stdout.take().expect("its output"));
        told.read_line(&mut line).expect("a line");
        let address = line.trim().parse().expect("an address");
        Self { process, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It also ends by itself when its input ends.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Becomes the server if this process was started for it.
///
/// # Panics
/// When there is no port to listen on.
pub fn serve_if_told() {
    if std::env::args().nth(1).as_deref() != Some(SERVE) {
        return;
    }
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        tell(listener.local_addr().expect("an address"));
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream));
        }
    });
}

#[expect(clippy::print_stdout, reason = "the one who started the server reads it")]
fn tell(address: SocketAddr) {
    println!("{address}");
}

/// Responds as soon as the head of a request has arrived. The requests here have no body.
async fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let response = format!(
        "HTTP/1.1 200 OK\r\nserver: nginx\r\ndate: Thu, 15 Jun 2023 02:25:15 GMT\r\n\
         content-type: application/json; charset=utf-8\r\ncontent-length: {}\r\n\
         cache-control: no-cache, no-store\r\nomise-version: 2019-05-29\r\n\
         x-request-id: 7e57ab1e-0b00-4c0d-9e5a-0123456789ab\r\n\r\n{CHARGE}",
        CHARGE.len()
    );
    let mut buffer = [0; 4096];
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).await?;
        if read == 0 {
            return Ok(());
        }
        filled += read;
        if buffer[..filled].ends_with(b"\r\n\r\n") {
            stream.write_all(response.as_bytes()).await?;
            filled = 0;
        }
    }
}
