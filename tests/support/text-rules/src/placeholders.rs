//! Placeholders in texts.

/// Returns the names of the placeholders in a text, such as `n` for `{n} events`, sorted.
pub(crate) fn placeholders(text: &str) -> Vec<&str> {
    let mut names: Vec<_> =
        text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect();
    names.sort_unstable();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(placeholders(text), expected, "{text}");
    }

    #[test]
    fn placeholders_are_found_in_any_order() {
        check("", &[]);
        check("no placeholder", &[]);
        check("{n} events at {time}", &["n", "time"]);
        check("{time} 기준 이벤트 {n}건", &["n", "time"]);
        check("{url}/{url}", &["url", "url"]);
        check("{open", &[]);
    }
}
