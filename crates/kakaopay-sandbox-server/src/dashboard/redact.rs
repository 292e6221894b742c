//! Redaction of bodies.

/// Maximum length of a displayed body, in bytes.
pub(super) const SHOWN: usize = 8 * 1024;

/// Prefixes of secrets.
const PREFIXES: [&str; 2] = ["skey_", "pkey_"];

/// Returns a body as text, with keys redacted.
pub(super) fn shown(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some((start, prefix)) = first_key(rest) {
        let (before, key) = rest.split_at(start + prefix.len());
        shown.push_str(before);
        shown.push('…');
        rest = key.trim_start_matches(|sign: char| sign.is_ascii_alphanumeric() || sign == '_');
    }
    shown.push_str(rest);
    shown
}

fn first_key(text: &str) -> Option<(usize, &'static str)> {
    PREFIXES.into_iter().filter_map(|prefix| Some((text.find(prefix)?, prefix))).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, expected: &str) {
        assert_eq!(shown(body.as_bytes()), expected);
    }

    #[test]
    fn i7_keys_are_not_shown() {
        check("", "");
        check("amount=1", "amount=1");
        check("key=skey_test_5xyz&a=b", "key=skey_…&a=b");
        check("pkey_test_1 skey_test_2", "pkey_… skey_…");
        check("\"skey_test_1\"\u{e01}pkey_", "\"skey_…\"\u{e01}pkey_…");
        check("a_skey_skey_test_1!", "a_skey_…!");
        assert_eq!(shown(b"\xff"), "\u{fffd}");
    }
}
