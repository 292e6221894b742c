//! Roots of modules only list.

use std::path::Path;

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Attribute, Item};

/// Reports items of a root that are not lists.
pub(super) fn check(file: &Path, text: &str) -> Vec<String> {
    let name = file.display().to_string();
    let parsed = match syn::parse_file(text) {
        Ok(parsed) => parsed,
        Err(error) => return vec![format!("{name} cannot be read: {error}")],
    };
    let mut findings = Vec::new();
    // The helpers of a crate's tests can only live in a `mod.rs`: a file beside the tests would be
    // taken for one of them.
    let helpers = file.ends_with("tests/common/mod.rs");
    if file.ends_with("src/lib.rs") || (file.ends_with("mod.rs") && !helpers) {
        let more = parsed.items.iter().filter(|item| !only_lists(item));
        findings.extend(more.map(|item| format!("{name}:{} does more than list", line(item.span()))));
    }
    findings
}

/// Whether an item of a root only names another place, or is there for tests alone.
fn only_lists(item: &Item) -> bool {
    match item {
        Item::Mod(module) => module.content.is_none() || for_tests(&module.attrs),
        Item::Use(_) | Item::ExternCrate(_) => true,
        // An empty type is what documents are hung on to have their examples run.
        Item::Struct(empty) => for_tests(&empty.attrs),
        _ => false,
    }
}

/// `#[cfg(test)]` or `#[cfg(doctest)]`.
fn for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).any(|attribute| {
        attribute
            .parse_args::<syn::Path>()
            .is_ok_and(|option| option.is_ident("test") || option.is_ident("doctest"))
    })
}

fn line(span: Span) -> usize {
    span.start().line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_only_lists() {
        let text = "mod a;\npub use a::A;\nfn b() {}\n";
        assert_eq!(check(Path::new("src/lib.rs"), text), ["src/lib.rs:3 does more than list"]);
        assert!(check(Path::new("src/main.rs"), text).is_empty());
        assert!(check(Path::new("tests/common/mod.rs"), text).is_empty());
        assert_eq!(check(Path::new("tests/src/lib.rs"), text).len(), 1);
    }

    #[test]
    fn what_is_there_for_tests_alone_may_stand_in_a_root() {
        let lib = Path::new("src/lib.rs");
        assert!(check(lib, "#[cfg(doctest)]\npub struct Readme;\n").is_empty());
        assert!(check(lib, "#[cfg(test)]\nmod tests {\n}\n").is_empty());
        assert_eq!(check(lib, "#[cfg(unix)]\npub struct Readme;\n").len(), 1);
        assert_eq!(check(lib, "mod inline {\n}\n").len(), 1);
    }

    #[test]
    fn what_is_no_rust_is_said_to_be_none() {
        assert_eq!(check(Path::new("a.rs"), "fn (").len(), 1);
    }
}
