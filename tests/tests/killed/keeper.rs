//! A shop in a process of its own, which can be killed.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::JoinHandle;

use tokio::sync::mpsc::UnboundedSender;

/// What a shop is told when it starts.
pub(crate) struct Orders<'a> {
    /// Where its books are.
    pub(crate) books: &'a str,
    /// Where the service is.
    pub(crate) api: String,
    /// The key to it.
    pub(crate) key: &'a str,
    /// When its clock was started.
    pub(crate) epoch: i64,
    /// Which of the shop's processes it is.
    pub(crate) worker: u64,
    /// From where on it sells; zero for not at all.
    pub(crate) first: u64,
}

/// A shop in a process of its own.
pub(crate) struct Keeper {
    pub(crate) worker: u64,
    child: Child,
    /// What it sells for as long as it is there.
    open: Option<ChildStdin>,
    listener: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts one, whose lines go where the others' go.
    pub(crate) fn start(orders: &Orders<'_>, said: UnboundedSender<(u64, String)>) -> Self {
        let worker = orders.worker;
        let numbers = [orders.epoch.to_string(), worker.to_string(), orders.first.to_string()];
        let mut child = Command::new(env!("CARGO_BIN_EXE_keeper"))
            .args([orders.books, &orders.api, orders.key])
            .args(numbers)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it runs");
        let out = BufReader::new(child.stdout.take().expect("piped"));
        let listener = std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                // Nobody may listen any more.
                let _ = said.send((worker, line));
            }
        });
        Self { worker, open: child.stdin.take(), child, listener: Some(listener) }
    }

    /// It sells nothing more, and goes on with what was sold.
    pub(crate) fn close(&mut self) {
        self.open = None;
    }

    /// It must not have ended by itself.
    pub(crate) fn assert_runs(&mut self) {
        let ended = self.child.try_wait().expect("its state");
        assert_eq!(ended, None, "worker {} has ended by itself", self.worker);
    }

    /// Kills it, and waits until all that it said was heard.
    pub(crate) fn kill(mut self) {
        self.assert_runs();
        self.child.kill().expect("SIGKILL");
        self.child.wait().expect("it is gone");
        let listener = self.listener.take().expect("one listens until it is gone");
        listener.join().expect("all was heard");
    }
}

impl Drop for Keeper {
    /// A test that fails leaves nobody behind.
    fn drop(&mut self) {
        // It may be gone already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
