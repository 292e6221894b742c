//! A process of the shop, as its parent sees it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use tokio::sync::mpsc::UnboundedSender;

/// A process of the shop, which ends with its parent or when it is dropped.
pub(crate) struct ShopProcess {
    child: Child,
    orders: ChildStdin,
    /// Where its webhooks arrive.
    pub(crate) port: u16,
}

impl ShopProcess {
    /// Starts one, and waits until it listens. Its lines go to the others'.
    pub(crate) fn start(arguments: &[String], lines: UnboundedSender<String>) -> Self {
        let this = std::env::current_exe().expect("this program");
        let mut command = Command::new(this);
        command.arg("worker").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("a process");
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        let mut first = String::new();
        out.read_line(&mut first).expect("a line");
        let port = first.trim().strip_prefix("listens ").expect("a port").parse().expect("a number");
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                // None listens at the end.
                let _ = lines.send(line);
            }
        });
        Self { orders: child.stdin.take().expect("piped"), child, port }
    }

    /// Lets it check an order out.
    pub(crate) fn sell(&mut self, reference: &str) {
        writeln!(self.orders, "{reference}").expect("a process that reads");
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for ShopProcess {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
