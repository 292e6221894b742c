//! Escapes text for a terminal: text from outside must not move the cursor, begin a line or change the direction.

use std::fmt::Write;

/// Escapes a text for people: `\n` for a line feed, `\u{1b}` for an escape.
pub(crate) fn escaped(text: &str) -> String {
    replaced(text, |shown, char| match char {
        '\n' => shown.push_str("\\n"),
        '\r' => shown.push_str("\\r"),
        '\t' => shown.push_str("\\t"),
        other => shown.extend(other.escape_unicode()),
    })
}

/// Escapes serialized JSON, which then still means the same: such characters stand in its strings only.
pub(crate) fn escaped_json(json: &str) -> String {
    replaced(json, |shown, char| {
        for unit in char.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(shown, "\\u{unit:04x}");
        }
    })
}

fn replaced(text: &str, replace: impl Fn(&mut String, char)) -> String {
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        if is_active(char) { replace(&mut shown, char) } else { shown.push(char) }
    }
    shown
}

/// Whether a terminal may act on a character instead of showing it: control characters, line separators, and the
/// invisible ones that change the direction or hide text.
fn is_active(char: char) -> bool {
    char.is_control()
        || matches!(
            char,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f63_text_from_outside_is_only_shown() {
        for (text, expected) in [
            ("a\nstate  successful", "a\\nstate  successful"),
            ("a\r\nb\tc", "a\\r\\nb\\tc"),
            ("\u{1b}[2J\u{1b}]0;title\u{7}", "\\u{1b}[2J\\u{1b}]0;title\\u{7}"),
            ("\u{9b}31m\u{7f}\u{0}", "\\u{9b}31m\\u{7f}\\u{0}"),
            ("\u{202e}lufsseccus\u{2066}\u{2069}\u{200f}", "\\u{202e}lufsseccus\\u{2066}\\u{2069}\\u{200f}"),
            ("\u{2028}\u{85}\u{feff}\u{e0041}", "\\u{2028}\\u{85}\\u{feff}\\u{e0041}"),
            // Thai and Korean, with combining marks, are shown as they are, and so are a backslash and a quote.
            ("ชำระเงินสำเร็จแล้ว 결제 완료 \\ \" 1,500.00 ฿", "ชำระเงินสำเร็จแล้ว 결제 완료 \\ \" 1,500.00 ฿"),
        ] {
            assert_eq!(escaped(text), expected);
        }
    }

    #[test]
    fn f63_escaped_json_means_the_same() {
        let every: String =
            (0..=0xe_007f).filter_map(char::from_u32).filter(|char| is_active(*char)).collect();
        let value = serde_json::json!({ "description": every, "thai": "ชำระ" });
        let shown = escaped_json(&value.to_string());
        assert!(!shown.chars().any(is_active), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).expect("JSON"), value);
    }
}
