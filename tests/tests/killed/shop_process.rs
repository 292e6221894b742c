//! A shop in a process of its own, which can be killed.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

/// The arguments of a shop.
pub(crate) struct ShopConfig<'a> {
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
    /// What is wrong with it.
    pub(crate) disturbance: Disturbance,
}

/// What is wrong with a process.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Disturbance {
    /// How many seconds the clock of its driver is ahead.
    pub(crate) ahead: i64,
    /// Every so many calls of its handler fail; zero for none.
    pub(crate) fails: u64,
}

/// A shop in a process of its own.
pub(crate) struct ShopProcess {
    pub(crate) worker: u64,
    child: Child,
    /// It sells until this is closed.
    open: Option<ChildStdin>,
    listener: Option<JoinHandle<()>>,
}

impl ShopProcess {
    /// Starts one, whose lines go where the others' go.
    pub(crate) fn start(config: &ShopConfig<'_>, said: UnboundedSender<(u64, String)>) -> Self {
        let worker = config.worker;
        let numbers = [config.epoch.to_string(), worker.to_string(), config.first.to_string()];
        let mut child = Command::new(env!("CARGO_BIN_EXE_kill_shop"))
            .args([config.books, &config.api, config.key])
            .args(numbers)
            .args([config.disturbance.ahead.to_string(), config.disturbance.fails.to_string()])
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

    /// It stops selling, and continues with the sold orders.
    pub(crate) fn close(&mut self) {
        self.open = None;
    }

    /// It must not have ended by itself.
    pub(crate) fn assert_runs(&mut self) {
        let ended = self.child.try_wait().expect("its state");
        assert_eq!(ended, None, "worker {} has ended by itself", self.worker);
    }

    /// Suspends it for a while: it runs nothing, and its timers stand still.
    pub(crate) async fn freeze(&mut self, lasts: Duration) {
        self.signal("-STOP");
        tokio::time::sleep(lasts).await;
        self.signal("-CONT");
    }

    fn signal(&mut self, signal: &str) {
        // It has not been waited for, so that the number is still its own.
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill").success(), "{signal}");
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

impl Drop for ShopProcess {
    /// A failed test leaves no process behind.
    fn drop(&mut self) {
        // It may be gone already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
