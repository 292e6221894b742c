//! The parameters of TLS in a connection string, which the client library does not know.

use std::path::PathBuf;

/// A connection string without its parameters of TLS, and those.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ConnectionString {
    /// What the client library can parse.
    pub(crate) rest: String,
    /// File of trusted root certificates.
    pub(crate) root: Option<PathBuf>,
    /// File of the client's certificate chain.
    pub(crate) certificate: Option<PathBuf>,
    /// File of its key.
    pub(crate) key: Option<PathBuf>,
}

impl ConnectionString {
    /// Takes the parameters out of a URL or of key-value pairs. What cannot be parsed stays in the rest.
    pub(crate) fn split(text: &str) -> Self {
        let is_url = text.starts_with("postgres://") || text.starts_with("postgresql://");
        if is_url { Self::split_url(text) } else { Self::split_pairs(text) }
    }

    fn split_url(text: &str) -> Self {
        let Some((address, query)) = text.split_once('?') else {
            return Self { rest: text.to_owned(), ..Self::default() };
        };
        let mut parts = Self::default();
        let mut kept = Vec::new();
        for pair in query.split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            kept.extend(parts.take(key, || percent_decoded(value), pair));
        }
        parts.rest = address.to_owned();
        if !kept.is_empty() {
            parts.rest += "?";
            parts.rest += &kept.join("&");
        }
        parts
    }

    fn split_pairs(text: &str) -> Self {
        let mut parts = Self::default();
        let mut kept = Vec::new();
        let mut left = text.trim_start();
        while let Some((key, behind)) = left.split_once('=') {
            let (value, length) = pair_value(behind);
            let end = left.len() - behind.len() + length;
            kept.extend(parts.take(key.trim(), || Some(value), &left[..end]));
            left = left[end..].trim_start();
        }
        kept.push(left);
        parts.rest = kept.join(" ").trim_end().to_owned();
        parts
    }

    /// Keeps a parameter of TLS, or returns the pair for the rest. Verification is always full.
    fn take<'a>(
        &mut self,
        key: &str,
        value: impl FnOnce() -> Option<String>,
        pair: &'a str,
    ) -> Option<&'a str> {
        let place = match key {
            "sslrootcert" => &mut self.root,
            "sslcert" => &mut self.certificate,
            "sslkey" => &mut self.key,
            "sslmode" => {
                let verifies = value().is_some_and(|mode| mode == "verify-full" || mode == "verify-ca");
                return Some(if verifies { "sslmode=require" } else { pair });
            }
            _ => return Some(pair),
        };
        match value() {
            Some(path) => *place = Some(path.into()),
            None => return Some(pair),
        }
        None
    }
}

/// The value of a pair, and its length in the text: in quotes or up to white space, with backslashes before what would
/// end it.
fn pair_value(text: &str) -> (String, usize) {
    let begin = text.len() - text.trim_start().len();
    let is_quoted = text[begin..].starts_with('\'');
    let mut value = String::new();
    let mut characters = text.char_indices().skip_while(|(index, _)| *index < begin + usize::from(is_quoted));
    while let Some((index, character)) = characters.next() {
        match character {
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            '\'' if is_quoted => return (value, index + 1),
            space if space.is_whitespace() && !is_quoted => return (value, index),
            other => value.push(other),
        }
    }
    (value, text.len())
}

/// `None` if a `%` is not followed by two hexadecimal digits, or the result is no text.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut left = text.bytes();
    while let Some(byte) = left.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let (high, low) = (digit(left.next()?)?, digit(left.next()?)?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> (String, [Option<String>; 3]) {
        let parts = ConnectionString::split(text);
        let text = |path: Option<PathBuf>| path.map(|path| path.display().to_string());
        (parts.rest, [text(parts.root), text(parts.certificate), text(parts.key)])
    }

    #[test]
    fn parameters_of_tls_are_taken_out() {
        let some = |path: &str| Some(path.to_owned());
        let all = [some("/a b/ca.pem"), some("c.pem"), some("k.pem")];
        for (text, rest) in [
            (
                "postgres://u:p%3F@h/d?sslmode=verify-full&sslrootcert=/a%20b/ca.pem&sslcert=c.pem&sslkey=k.pem",
                "postgres://u:p%3F@h/d?sslmode=require",
            ),
            ("postgresql://h/d?sslrootcert=%2Fa%20b%2Fca.pem&sslcert=c.pem&sslkey=k.pem", "postgresql://h/d"),
            (
                "host=h sslmode = verify-ca sslrootcert='/a b/ca.pem' sslcert=c.pem user=u sslkey=k.pem",
                "host=h sslmode=require user=u",
            ),
            (
                "host=h sslrootcert=/a\\ b/ca.pem password='a\\'b=c' sslcert=c.pem sslkey=k.pem ",
                "host=h password='a\\'b=c'",
            ),
        ] {
            assert_eq!(split(text), (rest.to_owned(), all.clone()), "{text}");
        }
    }

    #[test]
    fn everything_else_stays_as_it_is() {
        for text in [
            "",
            "host=h",
            "host=h port=5 password='a b\\\\c'",
            "postgres://u:p@h/d",
            "postgres://h?sslmode=disable",
            "postgres://h/d?sslrootcert=%zz",
            "nonsense",
            "host=h sslmode=prefer",
        ] {
            assert_eq!(split(text), (text.to_owned(), [None, None, None]), "{text}");
        }
    }
}
