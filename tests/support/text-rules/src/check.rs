//! The check of one text in its three languages.

use crate::placeholders::placeholders;
use crate::rules::{english, korean, thai};

/// Checks a text in English, Thai and Korean. Its key is part of the message.
///
/// # Panics
/// If a text is empty or violates a rule, or if the three texts have different placeholders.
#[track_caller]
pub fn check(key: &str, texts: [&str; 3]) {
    let [en, th, ko] = texts;
    let mut violations = [english(en), thai(th), korean(ko)].concat();
    if texts.iter().any(|text| text.trim().is_empty()) {
        violations.push("a text is empty".to_owned());
    }
    if texts.iter().any(|text| placeholders(text) != placeholders(en)) {
        violations.push("the placeholders differ between the languages".to_owned());
    }
    // `Debug` would escape Thai.
    assert!(violations.is_empty(), "{key}: {}\n{}", violations.join(", "), texts.join("\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_translations_pass() {
        check("charges", ["{n} charges", "รายการ {n} รายการ", "결제 {n}건"]);
    }

    #[test]
    #[should_panic(expected = "the placeholders differ")]
    fn different_placeholders_are_found() {
        check("charges", ["{n} charges", "รายการ {n} รายการ", "결제 {m}건"]);
    }

    #[test]
    #[should_panic(expected = "a text is empty")]
    fn an_empty_text_is_found() {
        check("charges", ["Charges", " ", "결제"]);
    }

    #[test]
    #[should_panic(expected = "charges: use ไม่สำเร็จ for ล้มเหลว")]
    fn the_rules_of_a_language_are_applied() {
        check("charges", ["Failed", "ล้มเหลว", "결제 실패"]);
    }
}
