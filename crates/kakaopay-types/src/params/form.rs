//! Encoding of parameters as `application/x-www-form-urlencoded`, nested with brackets.

use std::fmt::Write;

use super::value::{Param, Params};

impl Params {
    /// Encodes the form body: `amount=150000&source[type]=kakaopay`.
    ///
    /// Nesting brackets are written literally, everything else is percent-encoded. `null`, empty lists
    /// and empty maps are encoded as an empty value, because a form has no other representation.
    #[must_use]
    pub fn to_form(&self) -> String {
        let mut out = String::new();
        for (name, value) in self.iter() {
            let mut path = String::new();
            escape(name, &mut path);
            write_value(&path, value, &mut out);
        }
        out
    }
}

fn write_value(path: &str, value: &Param, out: &mut String) {
    match value {
        Param::Null => write_pair(path, "", out),
        Param::Text(text) => write_pair(path, text, out),
        Param::Number(number) => write_pair(path, &number.to_string(), out),
        Param::Bool(truth) => write_pair(path, if *truth { "true" } else { "false" }, out),
        Param::Map(params) if params.is_empty() => write_pair(path, "", out),
        Param::Map(params) => {
            for (name, value) in params.iter() {
                let mut path = format!("{path}[");
                escape(name, &mut path);
                path.push(']');
                write_value(&path, value, out);
            }
        }
        Param::List(list) if list.is_empty() => write_pair(path, "", out),
        Param::List(list) => {
            for value in list {
                write_value(&format!("{path}[]"), value, out);
            }
        }
    }
}

fn write_pair(path: &str, text: &str, out: &mut String) {
    if !out.is_empty() {
        out.push('&');
    }
    out.push_str(path);
    out.push('=');
    escape(text, out);
}

/// Writes text with the escapes of the WHATWG URL standard's form serializer.
fn escape(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => out.push(byte.into()),
            b' ' => out.push('+'),
            // Writing to a String cannot fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nesting_follows_the_guide() {
        let params = Params::new()
            .with("amount", 150_000_i64)
            .with("source", Params::new().with("type", "kakaopay").with("platform_type", "WEB"))
            .with("webhook_endpoints", vec![Param::from("https://a.example/x?y=1")]);
        assert_eq!(
            params.to_form(),
            "amount=150000&source[type]=kakaopay&source[platform_type]=WEB\
             &webhook_endpoints[]=https%3A%2F%2Fa.example%2Fx%3Fy%3D1",
        );
    }

    proptest! {
        /// The oracle for encoded values is the url project's serializer.
        #[test]
        fn values_are_escaped_by_the_url_standard(text in any::<String>()) {
            let expected = form_urlencoded::Serializer::new(String::new()).append_pair("a", &text).finish();
            prop_assert_eq!(Params::new().with("a", text).to_form(), expected);
        }
    }
}
