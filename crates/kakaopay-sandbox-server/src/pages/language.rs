//! The language of a page.

use http::header::ACCEPT_LANGUAGE;
use kakaopay_types::{Param, Params};

use super::request::PageRequest;
use super::words::{ENGLISH, KOREAN, THAI, Words};

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Thai,
    Korean,
}

impl Language {
    pub(crate) const ALL: [Self; 3] = [Self::English, Self::Thai, Self::Korean];

    /// Returns the language chosen on the page, or else the browser's preferred one.
    pub(crate) fn of(request: &PageRequest<'_>) -> Self {
        let query = Params::from_form(request.query.as_bytes()).unwrap_or_default();
        let chosen = match query.get("lang") {
            Some(Param::Text(tag)) => Self::tagged(tag),
            _ => None,
        };
        let liked = request.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        chosen.or_else(|| liked.and_then(Self::liked)).unwrap_or(Self::English)
    }

    /// The language tag for HTML.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Thai => "th",
            Self::Korean => "ko",
        }
    }

    /// The language's own name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Thai => "ไทย",
            Self::Korean => "한국어",
        }
    }

    /// The language of failure messages.
    pub(super) fn of_explanations(self) -> kakaopay_types::Language {
        match self {
            Self::English => kakaopay_types::Language::English,
            Self::Thai => kakaopay_types::Language::Thai,
            Self::Korean => kakaopay_types::Language::Korean,
        }
    }

    /// The texts of the pages in this language.
    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::Thai => &THAI,
            Self::Korean => &KOREAN,
        }
    }

    /// Finds the language of a tag such as `th-TH`.
    fn tagged(tag: &str) -> Option<Self> {
        let primary = tag.trim().split('-').next()?;
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// Returns the supported language with the highest weight in `Accept-Language`; the first one of equals.
    fn liked(header: &str) -> Option<Self> {
        let mut best: Option<(u16, Self)> = None;
        for range in header.split(',') {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let weight = weight.trim().strip_prefix("q=").and_then(thousandths).unwrap_or(0);
            let Some(language) = Self::tagged(tag) else { continue };
            if weight > best.map_or(0, |(weight, _)| weight) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

/// Parses a weight in thousandths: at most 1, with at most three decimals.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, digits) = text.split_once('.').unwrap_or((text, ""));
    let is_good = digits.len() <= 3 && digits.bytes().all(|digit| digit.is_ascii_digit());
    match whole {
        "1" if is_good => Some(1_000),
        "0" if is_good => format!("{digits:0<3}").parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &str, expected: Option<Language>) {
        assert_eq!(Language::liked(header), expected, "{header}");
    }

    #[test]
    fn the_preferred_language_wins() {
        check("th", Some(Language::Thai));
        check("ko-KR,ko;q=0.9,en;q=0.8", Some(Language::Korean));
        check("en-GB, th;q=0.9", Some(Language::English));
        check("en;q=0.7,TH-th;q=0.71", Some(Language::Thai));
        check("de, fr;q=0.9, ko ; q=0.1", Some(Language::Korean));
        check("ko;q=0, th;q=0.001", Some(Language::Thai));
        check("en;q=1.000,th", Some(Language::English));
        for none in ["", "*", "de", "th;q=0", "th;q=0.000", "thx", "th;q=2", "th;q=0.0001", "th;q=x", ";q=1"]
        {
            check(none, None);
        }
    }
}
