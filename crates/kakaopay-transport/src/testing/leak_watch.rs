//! Ends the process when it logs a secret.

use std::error::Error as StdError;
use std::fmt::{Arguments, Debug};
use std::io::Write;
use std::sync::Once;

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::leak::Leak;

/// Looks at every field of every span and event of `tracing`, and at every record of `log`, at every level
/// and from every crate, and ends the process when one has a [`Leak`] in it.
///
/// Use when no test of a suite may log a key, an `Authorization`, a signature or a body: install it in what
/// all tests call. The message on standard error names the kind and who logged it, and never the secret. The
/// process is aborted, since a panic could be caught, or end a thread that nobody waits for.
///
/// A subscriber that a test sets for its own thread takes what that thread says away from the watch.
#[derive(Debug)]
pub struct LeakWatch(());

impl LeakWatch {
    /// Watches this process from now on. Doing it again does nothing.
    ///
    /// # Panics
    /// When the process has a global subscriber or a logger already: it would not be watched, and the test
    /// would pass for that.
    pub fn install() {
        static INSTALLED: Once = Once::new();
        INSTALLED.call_once(|| {
            tracing::subscriber::set_global_default(Watch).expect("no other global subscriber");
            log::set_logger(&Watch).expect("no other logger");
            log::set_max_level(log::LevelFilter::Trace);
        });
    }
}

/// What is installed.
struct Watch;

impl Subscriber for Watch {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::TRACE)
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Look(span.metadata().target()));
        // Nothing is kept of a span, so that all may have one name.
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Look("a span"));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Look(event.metadata().target()));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl log::Log for Watch {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        Look(record.target()).arguments(*record.args());
    }

    fn flush(&self) {}
}

/// Looks at what somebody logs.
struct Look<'a>(&'a str);

impl Look<'_> {
    fn text(&self, text: &str) {
        if let Some(leak) = Leak::find(text) {
            // Past the harness, which would keep what a test prints to itself.
            let _ = writeln!(std::io::stderr(), "LeakWatch: {} logged {leak}", self.0);
            std::process::abort();
        }
    }

    fn arguments(&self, arguments: Arguments<'_>) {
        match arguments.as_str() {
            Some(text) => self.text(text),
            None => self.text(&arguments.to_string()),
        }
    }
}

impl Visit for Look<'_> {
    fn record_debug(&mut self, _: &Field, value: &dyn Debug) {
        self.arguments(format_args!("{value:?}"));
    }

    fn record_str(&mut self, _: &Field, value: &str) {
        self.text(value);
    }

    fn record_bytes(&mut self, _: &Field, value: &[u8]) {
        self.text(&String::from_utf8_lossy(value));
    }

    fn record_error(&mut self, _: &Field, value: &(dyn StdError + 'static)) {
        // A subscriber may print the sources as well.
        let mut next = Some(value);
        while let Some(error) = next {
            self.arguments(format_args!("{error}"));
            self.arguments(format_args!("{error:?}"));
            next = error.source();
        }
    }
}
