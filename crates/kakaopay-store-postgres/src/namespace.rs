//! The schema of a ledger: a name that may stand in SQL as it is.

use crate::open_error::OpenError;

/// The schema of a ledger: a name that may stand in SQL as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Namespace(String);

/// PostgreSQL cuts a longer name, and then two could be one.
const MAX_LENGTH: usize = 63;

impl Namespace {
    pub(crate) fn parse(name: &str) -> Result<Self, OpenError> {
        let legal = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
        let begins = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_');
        // Names that begin with `pg_` are the server's own.
        let good = begins && name.len() <= MAX_LENGTH && name.bytes().all(legal) && !name.starts_with("pg_");
        good.then(|| Self(name.to_owned())).ok_or(OpenError::InvalidSchemaName)
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

    /// The number of the lock that migrations of this schema take.
    pub(crate) fn lock(&self) -> i64 {
        let hash = fnv_1a(&format!("kakaopay ledger {}", self.0));
        i64::from_ne_bytes(hash.to_ne_bytes())
    }
}

/// FNV-1a of a text.
pub(crate) fn fnv_1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_that_needs_no_escape() {
        for good in ["kakaopay", "_a", "shop_2", "user", &"a".repeat(63)] {
            let namespace = Namespace::parse(good).unwrap();
            assert_eq!(namespace.fill("{schema}.entry"), format!("\"{good}\".entry"));
        }
        for bad in ["", "1a", "A", "a-b", "a\"b", "a;b", "a.b", "ä", "pg_shop", &"a".repeat(64)] {
            assert!(matches!(Namespace::parse(bad), Err(OpenError::InvalidSchemaName)), "{bad}");
        }
    }

    #[test]
    fn the_hash_is_the_published_fnv_1a() {
        assert_eq!(fnv_1a(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv_1a("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv_1a("foobar"), 0x8594_4171_f739_67e8);
    }
}
