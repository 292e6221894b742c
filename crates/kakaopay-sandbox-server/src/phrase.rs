//! A text with code, times and other values in it.

use askama::Template;

use crate::pages::Moment;

/// A text as HTML, with its values filled in. In the text, `{name}` stands for a value, and backquotes enclose code.
#[derive(Template)]
#[template(path = "parts/phrase.html")]
pub(crate) struct Phrase {
    pieces: Vec<Piece>,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    Code(String),
    Time(Moment),
}

impl Phrase {
    /// Fills the values in. A placeholder without a value stays as it is.
    pub(crate) fn new(text: &str, values: &[(&str, Piece)]) -> Self {
        let mut pieces = Vec::new();
        for (index, part) in text.split('`').enumerate() {
            if index % 2 == 1 {
                pieces.push(Piece::Code(part.to_owned()));
                continue;
            }
            let mut rest = part;
            while let Some((start, end, value)) = next_value(rest, values) {
                pieces.extend([Piece::Text(rest[..start].to_owned()), value.clone()]);
                rest = &rest[end..];
            }
            pieces.push(Piece::Text(rest.to_owned()));
        }
        pieces.retain(|piece| !matches!(piece, Piece::Text(text) if text.is_empty()));
        Self { pieces }
    }
}

/// Finds the first placeholder that has a value: its start, its end, and the value.
fn next_value<'a>(text: &str, values: &'a [(&str, Piece)]) -> Option<(usize, usize, &'a Piece)> {
    let found = values.iter().filter_map(|(name, value)| {
        let placeholder = format!("{{{name}}}");
        let start = text.find(&placeholder)?;
        Some((start, start + placeholder.len(), value))
    });
    found.min_by_key(|(start, ..)| *start)
}

#[cfg(test)]
mod tests {
    use kakaopay_types::Timestamp;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let values = [
            ("url", Piece::Code("http://a.example/?b=<c>".to_owned())),
            ("n", Piece::Text("{url} & `3`".to_owned())),
            ("time", Piece::Time(Moment(Timestamp::UNIX_EPOCH))),
        ];
        assert_eq!(Phrase::new(text, &values).to_string(), expected);
    }

    #[test]
    fn values_are_filled_in_and_escaped() {
        check("", "");
        check("none", "none");
        check("a < b", "a &#60; b");
        check("{url}", "<code>http://a.example/?b=&#60;c&#62;</code>");
        check("to {url}, {n}.", "to <code>http://a.example/?b=&#60;c&#62;</code>, {url} &#38; `3`.");
        check("{n}건", "{url} &#38; `3`건");
        check("use `--flag` or `{n}`", "use <code>--flag</code> or <code>{n}</code>");
        check("{other} {", "{other} {");
        check("at {time}", "at <time datetime=\"1970-01-01T00:00:00Z\">1970-01-01 00:00:00 UTC</time>");
    }
}
