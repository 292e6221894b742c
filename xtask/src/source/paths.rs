//! Collects the paths that an item names.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, ItemUse, Macro, Path};

use super::Module;
use super::tree::imports;

/// Keys of `#[serde(…)]` whose text is a path.
const SERDE_PATHS: [&str; 8] = [
    "with",
    "default",
    "serialize_with",
    "deserialize_with",
    "skip_serializing_if",
    "from",
    "into",
    "try_from",
];

/// Adds the paths and imports of an item to its module.
pub(super) struct Paths<'a> {
    module: &'a mut Module,
}

impl<'a> Paths<'a> {
    pub(super) fn collect(item: &syn::Item, module: &'a mut Module) {
        Self { module }.visit_item(item);
    }

    /// Paths in tokens that no parser reads: the arguments of macros, and their definitions.
    fn scan(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            match token {
                TokenTree::Group(group) => self.scan(group.stream()),
                TokenTree::Ident(name) if !follows_dot(&tokens[..at]) => {
                    let mut path = vec![name.to_string()];
                    while let Some(next) = next_segment(&tokens[at + 1..]) {
                        path.push(next);
                        at += 3;
                    }
                    self.add(path);
                }
                _ => {}
            }
            at += 1;
        }
    }

    fn add(&mut self, mut path: Vec<String>) {
        // `$crate::a` is `crate::a`.
        path.iter_mut().filter(|name| *name == "$crate").for_each(|name| *name = "crate".to_owned());
        self.module.paths.push(path);
    }
}

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.module.imports.extend(imports(item));
    }

    fn visit_path(&mut self, path: &'ast Path) {
        self.add(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.visit_path(&call.path);
        self.scan(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        let Ok(list) = attribute.meta.require_list() else { return };
        if !attribute.path().is_ident("serde") {
            return;
        }
        let tokens: Vec<_> = list.tokens.clone().into_iter().collect();
        for window in tokens.windows(3) {
            if let [TokenTree::Ident(key), TokenTree::Punct(_), TokenTree::Literal(text)] = window
                && SERDE_PATHS.iter().any(|path| key == path)
            {
                let text = text.to_string();
                self.add(text.trim_matches('"').split("::").map(str::to_owned).collect());
            }
        }
    }
}

/// The name behind `::`.
fn next_segment(tokens: &[TokenTree]) -> Option<String> {
    match tokens {
        [TokenTree::Punct(first), TokenTree::Punct(second), TokenTree::Ident(name), ..]
            if first.as_char() == ':' && second.as_char() == ':' =>
        {
            Some(name.to_string())
        }
        _ => None,
    }
}

/// Whether a field or a method comes next.
fn follows_dot(before: &[TokenTree]) -> bool {
    matches!(before.last(), Some(TokenTree::Punct(dot)) if dot.as_char() == '.')
}
