//! An exchange with the service, as a table describes it.

use super::object_type::ObjectType;

/// An exchange with the service.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The `Omise-Version` of the request.
    pub version: String,
    /// The method of the request.
    pub method: String,
    /// The path and query; names in braces stand for identifiers.
    pub path: String,
    /// The body of the request, in JSON.
    pub body: String,
    /// The status of the response.
    pub status: u16,
    /// The body of the response.
    pub response: Expected,
    /// Why the sandbox responds with an error instead.
    pub refused: Option<String>,
}

/// The body of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// An object.
    Object(ObjectType),
    /// An error.
    Error {
        /// Its code.
        code: String,
        /// Words that its message holds.
        mentions: Vec<String>,
    },
}

impl Exchange {
    /// Every exchange of the table.
    ///
    /// # Panics
    /// If a line cannot be understood.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let text = include_str!("../../tables/exchanges.txt");
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.skip(1).map(Self::parse).collect()
    }

    fn parse(line: &str) -> Self {
        let cells: Vec<_> = line.splitn(7, '|').map(|cell| cell.trim().to_owned()).collect();
        let [version, request, status, body_of, mentions, refused, body] = &cells[..] else {
            panic!("seven cells: {line}")
        };
        let (method, path) = request.split_once(' ').expect("a method and a path");
        let status = status.parse().expect("a status");
        let response = if status == 200 {
            Expected::Object(ObjectType::parse(body_of))
        } else {
            let mentions = mentions.split(", ").filter(|word| !word.is_empty()).map(str::to_owned).collect();
            Expected::Error { code: body_of.clone(), mentions }
        };
        Self {
            version: version.clone(),
            method: method.to_owned(),
            path: path.to_owned(),
            body: if body.is_empty() { "{}".to_owned() } else { body.clone() },
            status,
            response,
            refused: (!refused.is_empty()).then(|| refused.clone()),
        }
    }
}
