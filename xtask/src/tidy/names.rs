//! Public type names that stand in two published crates. A reader could not know which one is meant.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::project::{Member, members};
use crate::shell::Problem;
use crate::source::{Target, Tree};

/// Names that every crate may have.
const COMMON: [&str; 1] = ["Error"];

/// Reports the names that more than one published crate defines.
pub(super) fn check() -> Result<Vec<String>, Problem> {
    let mut crates = BTreeMap::new();
    for Member { name, library, .. } in members()?.into_values().filter(|member| member.publish) {
        if let Some(library) = library {
            crates.insert(name, public_types(&Tree::read(Path::new(&library))?));
        }
    }
    Ok(shared(&crates))
}

fn shared(crates: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut places = BTreeMap::<&str, Vec<&str>>::new();
    for (name, types) in crates {
        types.iter().for_each(|of| places.entry(of).or_default().push(name));
    }
    places.retain(|name, crates| crates.len() > 1 && !COMMON.contains(name));
    places
        .iter()
        .map(|(name, crates)| format!("`{name}` is a public type of {}", crates.join(" and ")))
        .collect()
}

/// Public types that a crate defines, under the names it exports. Types of other crates that it re-exports are theirs.
fn public_types(tree: &Tree) -> BTreeSet<String> {
    let (mut types, mut seen) = (BTreeSet::new(), BTreeSet::new());
    visit(tree, 0, &mut types, &mut seen);
    types
}

fn visit(tree: &Tree, index: usize, types: &mut BTreeSet<String>, seen: &mut BTreeSet<usize>) {
    if !seen.insert(index) {
        return;
    }
    let module = &tree.modules[index];
    types.extend(module.items.iter().filter(|item| item.public_type).map(|item| item.name.clone()));
    for import in module.imports.iter().filter(|import| import.public) {
        match tree.resolve(index, &import.path) {
            Some(Target::Module(other)) => visit(tree, other, types, seen),
            Some(Target::Item(other)) if is_type(tree, other, import.path.last()) => {
                types.insert(import.name.clone());
            }
            _ => {}
        }
    }
    let children = tree.modules.iter().enumerate();
    for (child, _) in children.filter(|(at, child)| *at != index && child.parent == index && child.public) {
        visit(tree, child, types, seen);
    }
}

/// Whether a name of a module is a public type. A type that a macro makes counts if its name is written in camel case.
fn is_type(tree: &Tree, module: usize, name: Option<&String>) -> bool {
    let Some(name) = name else { return false };
    let module = &tree.modules[module];
    match module.items.iter().find(|item| item.name == *name) {
        Some(item) => item.public_type,
        None => {
            name.starts_with(char::is_uppercase)
                && name.contains(char::is_lowercase)
                && module.macro_names.contains(name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_types(files: &[(&str, &str)], expected: &[&str]) {
        assert_eq!(public_types(&Tree::of(files)).into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn public_types_are_found_through_re_exports() {
        let a = ("a.rs", "pub struct A; pub(crate) struct Hidden; pub fn f() {} ids! { Id, MAX }");
        check_types(&[("lib.rs", "mod a; pub use a::{A, Id, MAX, f};"), a], &["A", "Id"]);
        check_types(&[("lib.rs", "mod a; pub use a::A as B;"), a], &["B"]);
        check_types(&[("lib.rs", "mod a; pub use a::*;"), a], &["A"]);
        check_types(&[("lib.rs", "pub mod a;"), a], &["A"]);
        check_types(&[("lib.rs", "mod a; pub use a as b;"), a], &["A"]);
        check_types(&[("lib.rs", "mod a; use a::A; pub use other::Type;"), a], &[]);
    }

    #[test]
    fn each_kind_of_type_counts() {
        let text = "pub enum E {} pub trait T {} pub type L = u8; pub union U { a: u8 } pub const C: u8 = 1;";
        check_types(&[("lib.rs", text)], &["E", "L", "T", "U"]);
    }

    #[test]
    fn only_errors_may_share_a_name() {
        let types = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let crates = BTreeMap::from([
            ("a".to_owned(), types(&["Error", "Order", "One"])),
            ("b".to_owned(), types(&["Error", "Order", "Two"])),
        ]);
        assert_eq!(shared(&crates), ["`Order` is a public type of a and b"]);
    }
}
