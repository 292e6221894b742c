//! Maps errors of PostgreSQL to kinds of the contract.

use std::error::Error;
use std::{fmt, io};

use kakaopay_store::{StoreError, StoreErrorKind};
use tokio_postgres::error::{DbError, Severity, SqlState};

use crate::schema::CHARGE_CONFLICT;
use crate::sqlstate::{next_step, word};

/// The store error of a PostgreSQL error before anything of a payment was sent: the server's message is kept whole.
pub(crate) fn failed_to_open(error: tokio_postgres::Error) -> StoreError {
    let kind = kind_of(&error);
    match error.as_db_error() {
        Some(answer) => {
            let words = Some(answer.message().to_owned());
            StoreError::new(kind, Answer { words, ..Answer::of(answer) })
        }
        None => StoreError::new(kind, error),
    }
}

/// The store error of a PostgreSQL error.
pub(crate) fn failed(error: tokio_postgres::Error) -> StoreError {
    let kind = kind_of(&error);
    match error.as_db_error() {
        Some(answer) => StoreError::new(kind, Answer::of(answer)),
        None => StoreError::new(kind, error),
    }
}

/// Whether the server rolled the statement back because of a concurrent one.
pub(crate) fn was_in_the_way(error: &tokio_postgres::Error) -> bool {
    let codes = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED];
    error.code().is_some_and(|code| codes.contains(code))
}

/// Whether a connection can be reused after an error of this kind. After `ReadOnly` it cannot: the next one may
/// lead to the new primary.
pub(crate) fn leaves_sound(kind: StoreErrorKind) -> bool {
    use StoreErrorKind::{Busy, ChargeConflict, Full};
    matches!(kind, Busy | ChargeConflict | Full)
}

/// Whether a statement that failed with an error of this kind from the server has had no effect, and may succeed later.
pub(crate) fn is_rolled_back(kind: StoreErrorKind) -> bool {
    matches!(kind, StoreErrorKind::Busy | StoreErrorKind::Full)
}

/// The server's error response. Its message is kept only for classes that are about the server itself: other
/// messages quote parameters.
#[derive(Debug)]
struct Answer {
    code: String,
    words: Option<String>,
    constraint: Option<String>,
}

impl Answer {
    fn of(error: &DbError) -> Self {
        let code = error.code().code();
        // Resources, interventions of an operator, the system, and damage.
        let about_itself = ["53", "57", "58", "XX"].iter().any(|class| code.starts_with(class));
        let constraint = error.constraint().map(|constraint| match error.table() {
            Some(table) => format!("{constraint} of {table}"),
            None => constraint.to_owned(),
        });
        let words = about_itself.then(|| error.message().to_owned());
        Self { code: code.to_owned(), words, constraint }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server responded with SQLSTATE {}", self.code)?;
        word(&self.code).iter().try_for_each(|word| write!(f, " ({word})"))?;
        self.words.iter().try_for_each(|words| write!(f, ": {words}"))?;
        self.constraint.iter().try_for_each(|constraint| write!(f, ", constraint {constraint}"))?;
        next_step(&self.code).iter().try_for_each(|step| write!(f, ": {step}"))
    }
}

impl Error for Answer {}

fn kind_of(error: &tokio_postgres::Error) -> StoreErrorKind {
    if let Some(answer) = error.as_db_error() {
        // A connection that ends with its answer may have ended behind a commit.
        let ends = matches!(answer.parsed_severity(), Some(Severity::Fatal | Severity::Panic));
        return kind_of_code(answer.code().code(), ends);
    }
    let cause = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    match cause.map(io::Error::kind) {
        // Every host that was reached only reads, or the socket may not be used.
        Some(io::ErrorKind::PermissionDenied) => StoreErrorKind::ReadOnly,
        _ => StoreErrorKind::Io,
    }
}

/// The kind of an SQLSTATE, whose first two characters are its class.
fn kind_of_code(code: &str, ends: bool) -> StoreErrorKind {
    match code {
        // A commit divides by zero when it meets the charge of another payment.
        CHARGE_CONFLICT | "22012" => return StoreErrorKind::ChargeConflict,
        // Disk full. A server that ends over it may have stored the commit before.
        "53100" if !ends => return StoreErrorKind::Full,
        // Out of memory, too many connections, lock not available, a statement that took too long:
        // all of them go by.
        "53200" | "53300" | "55P03" | "57014" | "40001" | "40P01" => return StoreErrorKind::Busy,
        // A transaction that only reads, and a lack of privileges.
        "25006" | "42501" => return StoreErrorKind::ReadOnly,
        // No such schema, table, column, function or database.
        "3F000" | "42P01" | "42703" | "42883" | "3D000" => return StoreErrorKind::UnrecognizedSchema,
        // Damaged data or index.
        "XX001" | "XX002" => return StoreErrorKind::Corrupt,
        _ => {}
    }
    match code.get(..2) {
        // The connection, an operator, and the system.
        Some("08" | "57" | "58") => StoreErrorKind::Io,
        _ if ends => StoreErrorKind::Io,
        _ => StoreErrorKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &str, expected: StoreErrorKind) {
        assert_eq!(kind_of_code(code, false), expected);
    }

    #[test]
    fn f13_every_trouble_of_the_server_has_its_kind() {
        check("53100", StoreErrorKind::Full);
        check("53200", StoreErrorKind::Busy);
        check("53300", StoreErrorKind::Busy);
        check("55P03", StoreErrorKind::Busy);
        check("57014", StoreErrorKind::Busy);
        check("40001", StoreErrorKind::Busy);
        check("40P01", StoreErrorKind::Busy);
        check("25006", StoreErrorKind::ReadOnly);
        check("42501", StoreErrorKind::ReadOnly);
        check("57P01", StoreErrorKind::Io);
        check("57P02", StoreErrorKind::Io);
        check("57P03", StoreErrorKind::Io);
        check("08006", StoreErrorKind::Io);
        check("58030", StoreErrorKind::Io);
        check("XX001", StoreErrorKind::Corrupt);
        check("XX002", StoreErrorKind::Corrupt);
        check("23505", StoreErrorKind::Other);
        check("22012", StoreErrorKind::ChargeConflict);
        check("42P01", StoreErrorKind::UnrecognizedSchema);
        check("3F000", StoreErrorKind::UnrecognizedSchema);
        check("42601", StoreErrorKind::Other);
        check("KK001", StoreErrorKind::Other);
        check("KK002", StoreErrorKind::ChargeConflict);
        check("", StoreErrorKind::Other);
    }

    #[test]
    fn i10_a_response_that_ends_the_connection_leaves_it_open() {
        assert_eq!(kind_of_code("XX000", true), StoreErrorKind::Io);
        assert_eq!(kind_of_code("25P03", true), StoreErrorKind::Io);
        assert_eq!(kind_of_code("53100", true), StoreErrorKind::Io);
        assert_eq!(kind_of_code("53300", true), StoreErrorKind::Busy);
    }
}
