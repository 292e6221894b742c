//! The schema of a store: a name that may stand in SQL as it is.

use crate::open_error::PostgresOpenError;

/// The schema of a store: a name that may stand in SQL as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SchemaName(String);

/// PostgreSQL cuts a longer name, and then two could be one.
const MAX_LENGTH: usize = 63;

impl SchemaName {
    pub(crate) fn parse(name: &str) -> Result<Self, PostgresOpenError> {
        let legal = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
        let begins = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_');
        // Names that begin with `pg_` are the server's own.
        let good = begins && name.len() <= MAX_LENGTH && name.bytes().all(legal) && !name.starts_with("pg_");
        good.then(|| Self(name.to_owned())).ok_or(PostgresOpenError::InvalidSchemaName)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// A text of SQL with this schema for `{schema}`. It stands in quotes, since `user` and others
    /// that are good names are words of the language.
    ///
    /// Every name in our SQL has its schema, so that nothing depends on a session's `search_path`.
    pub(crate) fn fill(&self, template: &str) -> String {
        template.replace("{schema}", &format!("\"{}\"", self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_that_needs_no_escape() {
        for good in ["kakaopay", "_a", "shop_2", "user", &"a".repeat(63)] {
            let namespace = SchemaName::parse(good).unwrap();
            assert_eq!(namespace.fill("{schema}.entry"), format!("\"{good}\".entry"));
        }
        for bad in ["", "1a", "A", "a-b", "a\"b", "a;b", "a.b", "ä", "pg_shop", &"a".repeat(64)] {
            assert!(matches!(SchemaName::parse(bad), Err(PostgresOpenError::InvalidSchemaName)), "{bad}");
        }
    }
}
