//! Path patterns of fault rules.

use crate::route;

/// A path pattern such as `/charges/*/refunds`: `*` matches one segment, and `**` at the end any number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathPattern {
    parts: Vec<Option<String>>,
    /// Whether the pattern ends in `**`.
    open: bool,
}

impl PathPattern {
    /// Parses a pattern; `None` if it is invalid or starts with `/_sandbox`, which has no faults.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut texts: Vec<&str> = text.strip_prefix('/')?.split('/').collect();
        let open = texts.pop_if(|last| *last == "**").is_some();
        let good = |part: &&str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte);
            *part == "*" || (!part.is_empty() && part.bytes().all(plain))
        };
        if !texts.iter().all(good) || texts.first() == Some(&"_sandbox") {
            return None;
        }
        let parts = texts.into_iter().map(|part| (part != "*").then(|| part.to_owned())).collect();
        Some(Self { parts, open })
    }

    /// Returns whether a path matches.
    pub(super) fn is_of(&self, path: &str) -> bool {
        let mut given = route::parts(path).peekable();
        if given.peek() == Some(&"_sandbox") {
            return false;
        }
        for part in &self.parts {
            let Some(found) = given.next() else { return false };
            if part.as_ref().is_some_and(|part| part != found) {
                return false;
            }
        }
        self.open || given.next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_patterns_match_segments() {
        for (pattern, path, expected) in [
            ("/charges", "/charges", true),
            ("/charges", "/charges/", true),
            ("/charges", "/charges/x", false),
            ("/charges", "/charge", false),
            ("/charges/*", "/charges/chrg_test_1", true),
            ("/charges/*", "/charges", false),
            ("/charges/*", "/charges/chrg_test_1/refunds", false),
            ("/charges/*/refunds", "/charges/chrg_test_1/refunds", true),
            ("/charges/**", "/charges", true),
            ("/charges/**", "/charges/chrg_test_1/refunds", true),
            ("/charges/**", "/sources", false),
            ("/**", "/", true),
            ("/**", "/anything/at/all", true),
            ("/*", "/omise.js", true),
            ("/payments/*/authorize", "/payments/pay2_test_1/authorize", true),
            // A client that set faults must be able to clear them.
            ("/**", "/_sandbox/faults", false),
            ("/*/faults", "//_sandbox/faults", false),
        ] {
            let read = PathPattern::parse(pattern).unwrap();
            assert_eq!(read.is_of(path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn invalid_path_patterns_are_rejected() {
        for text in [
            "",
            "charges",
            "*",
            "/",
            "//",
            "/charges/",
            "//charges",
            "/charges/x*",
            "/**/charges",
            "/***",
            "/charges?limit=1",
            "/charges#x",
            "/a b",
            "/_sandbox",
            "/_sandbox/**",
        ] {
            assert_eq!(PathPattern::parse(text), None, "{text:?}");
        }
    }
}
