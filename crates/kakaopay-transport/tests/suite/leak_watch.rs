//! F39: a process that logs a secret ends, which is seen from another process.

use std::process::{Command, Output};

use kakaopay_transport::testing::LeakWatch;

/// The argument by which the test binary is asked to be the process that logs.
const ASKED: &str = "as-a-child:";

/// Runs this very test in another process, in which it logs something.
fn child(what: &str) -> Output {
    let binary = std::env::current_exe().expect("this binary");
    let name = "leak_watch::f39_a_process_that_logs_a_secret_ends";
    // The harness takes it for the name of another test, of which there is none.
    let asked = format!("{ASKED}{what}");
    Command::new(binary).args(["--exact", name, &asked]).output().expect("a child")
}

/// The child's part.
fn log(what: &str) {
    LeakWatch::install();
    // Again does nothing.
    LeakWatch::install();
    let canary = "skey_test_canary1";
    match what {
        "event" => tracing::trace!("the key is {canary}"),
        "field" => tracing::trace!(key = canary, "a message"),
        "debug" => tracing::trace!(header = ?http::HeaderValue::from_static("Basic dXNlcjpwYXNzd29yZA==")),
        "bytes" => tracing::trace!(body = &b"amount=150000&currency=SGD"[..]),
        "error" => {
            let error = std::io::Error::other(std::io::Error::other(canary));
            tracing::trace!(error = &error as &dyn std::error::Error);
        }
        "span" => drop(tracing::trace_span!("call", signature = "9f".repeat(32))),
        "recorded" => {
            let span = tracing::trace_span!("call", key = tracing::field::Empty);
            span.record("key", canary);
        }
        "log" => log::trace!("the key is {canary}"),
        "thread" => {
            // Its panic would go unseen if nobody joined it.
            let _ = std::thread::spawn(move || tracing::trace!("{canary}")).join();
        }
        "redacted" => {
            let mut header = http::HeaderValue::from_static("Basic dXNlcjpwYXNzd29yZA==");
            header.set_sensitive(true);
            tracing::trace!(?header, key = "skey_test_…");
            log::trace!("the call ended");
        }
        other => unreachable!("nothing is called {other}"),
    }
}

#[test]
fn f39_a_process_that_logs_a_secret_ends() {
    if let Some(asked) = std::env::args().find_map(|argument| argument.strip_prefix(ASKED).map(str::to_owned))
    {
        return log(&asked);
    }
    for (what, kind) in [
        ("event", "a key"),
        ("field", "a key"),
        ("debug", "an Authorization value"),
        ("bytes", "a body"),
        ("error", "a key"),
        ("span", "a signature"),
        ("recorded", "a key"),
        ("log", "a key"),
        ("thread", "a key"),
    ] {
        let ended = child(what);
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(!ended.status.success(), "{what} was let through");
        assert!(said.contains("LeakWatch: ") && said.contains(&format!("logged {kind}")), "{what}: {said}");
        for secret in ["canary", "dXNlc", "9f9f", "150000"] {
            assert!(!said.contains(secret), "{what}: {said}");
        }
    }
    let ended = child("redacted");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    assert!(String::from_utf8_lossy(&ended.stdout).contains("1 passed"));
}
