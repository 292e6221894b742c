//! Aborts the process when it logs a secret.

use std::error::Error as StdError;
use std::fmt::{Arguments, Debug};
use std::io::Write;
use std::sync::Once;

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::leak::Leak;

/// Checks every field of every `tracing` span and event, and every `log` record, at all levels and from all
/// crates, and aborts the process if one contains a [`Leak`].
///
/// Install it in a helper that all tests of a suite call. The message on standard error names the kind of
/// secret and the log target, and never the secret. It aborts, since a panic could be caught, or end a thread
/// that no test joins.
///
/// It does not see the logs of a thread for which a test sets its own subscriber.
#[derive(Debug)]
pub struct LeakWatch(());

impl LeakWatch {
    /// Installs the check for this process. Further calls do nothing.
    ///
    /// # Panics
    /// If the process already has a global subscriber or logger, since its logs would not be checked.
    pub fn install() {
        static INSTALLED: Once = Once::new();
        INSTALLED.call_once(|| {
            tracing::subscriber::set_global_default(Watch).expect("no other global subscriber");
            log::set_logger(&Watch).expect("no other logger");
            log::set_max_level(log::LevelFilter::Trace);
        });
    }
}

/// The installed subscriber and logger.
struct Watch;

impl Subscriber for Watch {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::TRACE)
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Inspector(span.metadata().target()));
        // Spans are not stored, so all can share an id.
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Inspector("a span"));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Inspector(event.metadata().target()));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl log::Log for Watch {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        Inspector(record.target()).check_arguments(*record.args());
    }

    fn flush(&self) {}
}

/// Checks logged values of a target.
struct Inspector<'a>(&'a str);

impl Inspector<'_> {
    fn check_text(&self, text: &str) {
        if let Some(leak) = Leak::find(text) {
            // Written directly, since the test harness captures `eprintln!`.
            let _ = writeln!(std::io::stderr(), "LeakWatch: {} logged {leak}", self.0);
            std::process::abort();
        }
    }

    fn check_arguments(&self, arguments: Arguments<'_>) {
        match arguments.as_str() {
            Some(text) => self.check_text(text),
            None => self.check_text(&arguments.to_string()),
        }
    }
}

impl Visit for Inspector<'_> {
    fn record_debug(&mut self, _: &Field, value: &dyn Debug) {
        self.check_arguments(format_args!("{value:?}"));
    }

    fn record_str(&mut self, _: &Field, value: &str) {
        self.check_text(value);
    }

    fn record_bytes(&mut self, _: &Field, value: &[u8]) {
        self.check_text(&String::from_utf8_lossy(value));
    }

    fn record_error(&mut self, _: &Field, value: &(dyn StdError + 'static)) {
        // A subscriber may also print the sources.
        let mut next = Some(value);
        while let Some(error) = next {
            self.check_arguments(format_args!("{error}"));
            self.check_arguments(format_args!("{error:?}"));
            next = error.source();
        }
    }
}
