//! SQLSTATE codes with a word, and the next step.

/// The name of a code, as PostgreSQL's manual has it.
pub(crate) fn word(code: &str) -> Option<&'static str> {
    find(code).map(|(_, word, _)| *word)
}

/// What to do about it.
pub(crate) fn next_step(code: &str) -> Option<&'static str> {
    find(code).map(|(_, _, step)| *step).filter(|step| !step.is_empty())
}

fn find(code: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    CODES.iter().find(|(known, _, _)| *known == code)
}

const CODES: [(&str, &str, &str); 25] = [
    ("08004", "sqlserver_rejected_establishment_of_sqlconnection", "check the server's log"),
    ("08P01", "protocol_violation", "check that a PostgreSQL server listens there"),
    ("22012", "division_by_zero", ""),
    ("23502", "not_null_violation", "compare the table with that of a new schema"),
    ("23503", "foreign_key_violation", "compare the table with that of a new schema"),
    ("23505", "unique_violation", "open the store again, which says whether a sequence is behind its rows"),
    ("23514", "check_violation", "drop the constraint if it is not the store's own"),
    (
        "25006",
        "read_only_sql_transaction",
        "connect to the primary, or set default_transaction_read_only=off",
    ),
    ("28000", "invalid_authorization_specification", "check the user and pg_hba.conf"),
    ("28P01", "invalid_password", "check the user and the password"),
    ("3D000", "invalid_catalog_name", "create the database, or correct its name in the connection string"),
    ("3F000", "invalid_schema_name", "check the name of the schema"),
    ("40001", "serialization_failure", ""),
    ("40P01", "deadlock_detected", ""),
    (
        "42501",
        "insufficient_privilege",
        "let the owner of the schema grant it: GRANT USAGE ON SCHEMA, and GRANT SELECT, \
      INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA; a store is created by a user with CREATE on the database",
    ),
    ("42703", "undefined_column", "compare the table with that of a new schema"),
    ("42P01", "undefined_table", "check the name of the schema"),
    ("53100", "disk_full", "free disk space on the server"),
    ("53200", "out_of_memory", ""),
    (
        "53300",
        "too_many_connections",
        "raise the server's max_connections or the user's CONNECTION LIMIT, or let each \
      process open fewer",
    ),
    ("55P03", "lock_not_available", "end the transaction that holds the lock"),
    ("57014", "query_canceled", "look for the transaction that holds a lock, or raise the statement timeout"),
    ("57P01", "admin_shutdown", ""),
    ("57P03", "cannot_connect_now", "wait until the server has started"),
    ("XX001", "data_corrupted", "stop the server and restore a backup"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_have_words() {
        assert!(CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(word("23505"), Some("unique_violation"));
        assert!(next_step("3D000").unwrap().contains("create the database"));
        assert_eq!((word("99999"), next_step("40001")), (None, None));
    }
}
