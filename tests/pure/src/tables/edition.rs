//! A version of the API at a time: the tables of its objects.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::member::Member;

/// A version of the API at a time. Members were added to the versions without a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edition {
    /// 2017-11-02 as the service wrote it in 2017, and as the sandbox writes it.
    V2017In2017,
    /// 2017-11-02 as the service writes it today.
    V2017,
    /// 2019-05-29 as the service writes it today.
    V2019,
}

type Tables = BTreeMap<String, Vec<Member>>;

static TABLES: LazyLock<BTreeMap<Edition, Tables>> =
    LazyLock::new(|| Edition::ALL.map(|edition| (edition, edition.parse())).into());

impl Edition {
    /// Every edition.
    pub const ALL: [Self; 3] = [Self::V2017In2017, Self::V2017, Self::V2019];

    /// The name of its file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V2017In2017 => "2017-11-02-in-2017",
            Self::V2017 => "2017-11-02",
            Self::V2019 => "2019-05-29",
        }
    }

    /// The names of the tables.
    pub fn tables(self) -> impl Iterator<Item = &'static str> {
        TABLES[&self].keys().map(String::as_str)
    }

    /// The members of an object.
    ///
    /// # Panics
    /// If there is no such table.
    #[must_use]
    pub fn members(self, table: &str) -> &'static [Member] {
        TABLES[&self].get(table).unwrap_or_else(|| panic!("{}: no table of {table}", self.name()))
    }

    fn parse(self) -> Tables {
        let text = match self {
            Self::V2017In2017 => include_str!("../../tables/2017-11-02-in-2017.txt"),
            Self::V2017 => include_str!("../../tables/2017-11-02.txt"),
            Self::V2019 => include_str!("../../tables/2019-05-29.txt"),
        };
        let mut lines: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        let mut table = None;
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
                Some(name) => table = Some(name.to_owned()),
                None => lines.entry(table.clone().expect("a table's name")).or_default().push(line),
            }
        }
        // The first line of each table names the columns.
        lines.into_iter().map(|(name, lines)| (name, Member::parse_all(&lines[1..]))).collect()
    }
}
