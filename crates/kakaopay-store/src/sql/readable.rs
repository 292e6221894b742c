//! Rows that cannot be read hold up no other.

use std::fmt;

use crate::error::StoreError;

/// Leaves a row of a queue out if it cannot be read, and logs it: the rows behind it are claimed all the same. `kind`
/// and `row` name it.
pub fn readable<T>(kind: &str, row: impl fmt::Debug, read: Result<T, StoreError>) -> Option<T> {
    let problem = read.as_ref().err().and_then(std::error::Error::source).map(ToString::to_string);
    if let Err(error) = &read {
        tracing::warn!(
            kind,
            ?row,
            %error,
            problem,
            "a stored row cannot be read and is left out: check the store with `kakaopay store verify`, and restore a \
             backup of it"
        );
    }
    read.ok()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata, Subscriber};

    use super::*;
    use crate::error::StoreErrorKind;

    /// The log entries, as texts.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<String>>>);

    struct Text(String);

    impl Visit for Text {
        fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
            self.0.push_str(&format!("{}={value:?} ", field.name()));
        }
    }

    impl Subscriber for Log {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}

        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn event(&self, event: &Event<'_>) {
            let mut text = Text(String::new());
            event.record(&mut text);
            self.0.lock().expect("no panic").push(text.0);
        }

        fn enter(&self, _: &Id) {}

        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn f62_a_row_that_cannot_be_read_is_logged_with_the_next_step() {
        let log = Log::default();
        tracing::subscriber::with_default(log.clone(), || {
            assert_eq!(readable("payment", 7, Ok("sound")), Some("sound"));
            let unreadable = Err::<&str, _>(StoreError::new(StoreErrorKind::Corrupt, "no reference"));
            assert_eq!(readable("payment", "a\nb", unreadable), None);
        });
        let log = log.0.lock().expect("no panic");
        let [line] = log.as_slice() else { panic!("{log:?}") };
        for part in ["kind=\"payment\"", "row=\"a\\nb\"", "no reference", "kakaopay store verify"] {
            assert!(line.contains(part), "{part}: {line}");
        }
    }
}
