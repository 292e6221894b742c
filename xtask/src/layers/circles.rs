//! Circles of files: each needs, directly or through others, every other one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::source::{Target, Tree};

/// Most files that may need each other: a type and the part of it in a file of its own.
const MAX_FILES: usize = 2;

/// Which files each file needs.
type Graph = BTreeMap<PathBuf, BTreeSet<PathBuf>>;

/// The circles of a crate that have too many files, the largest first.
pub(super) fn circles(tree: &Tree) -> Vec<BTreeSet<PathBuf>> {
    let mut circles = components(&graph(tree));
    circles.retain(|files| files.len() > MAX_FILES);
    circles.sort_by_key(|files| std::cmp::Reverse(files.len()));
    circles
}

/// An edge leads from the file that names an item to the file that defines it. A re-export in between is no
/// dependency: who names an item through it needs the item alone.
fn graph(tree: &Tree) -> Graph {
    let mut graph = Graph::new();
    for (index, module) in tree.modules.iter().enumerate() {
        let needed = graph.entry(module.file.clone()).or_default();
        let imported = module.imports.iter().map(|import| &import.path);
        for path in imported.chain(&module.paths) {
            if let Some(Target::Item(other)) = tree.resolve(index, path) {
                needed.insert(tree.modules[other].file.clone());
            }
        }
        needed.remove(&module.file);
    }
    graph
}

/// Groups of files that reach each other.
fn components(graph: &Graph) -> Vec<BTreeSet<PathBuf>> {
    let reached: BTreeMap<_, _> = graph.keys().map(|file| (file, reachable(graph, file))).collect();
    let mut grouped = BTreeSet::new();
    let mut components = Vec::new();
    for (file, others) in &reached {
        if grouped.contains(file) {
            continue;
        }
        let mutual =
            others.iter().filter(|other| reached.get(other).is_some_and(|back| back.contains(*file)));
        let component: BTreeSet<PathBuf> = mutual.chain([*file]).cloned().collect();
        grouped.extend(graph.keys().filter(|file| component.contains(*file)));
        components.push(component);
    }
    components
}

fn reachable(graph: &Graph, from: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut open = vec![from];
    while let Some(file) = open.pop() {
        for next in graph.get(file).into_iter().flatten() {
            if found.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(files: &[(&str, &str)], expected: &[&[&str]]) {
        let found = circles(&Tree::of(files));
        let found: Vec<Vec<_>> =
            found.iter().map(|files| files.iter().filter_map(|file| file.to_str()).collect()).collect();
        assert_eq!(found, expected);
    }

    const LIB: (&str, &str) = ("lib.rs", "mod a; mod b; mod c; pub use a::A; pub use b::B; pub use c::C;");

    #[test]
    fn three_files_in_a_circle_are_found() {
        let a = ("a.rs", "use crate::b::B; pub struct A(B);");
        let b = ("b.rs", "pub struct B; fn f() { let _ = super::C::new(); }");
        let c = ("c.rs", "pub struct C; impl C { fn new() { assert!(crate::A::ok()) } }");
        check(&[LIB, a, b, c], &[&["a.rs", "b.rs", "c.rs"]]);
    }

    #[test]
    fn two_files_may_need_each_other() {
        let a = ("a.rs", "use crate::b::B; pub struct A(B);");
        let b = ("b.rs", "pub struct B; fn f(_: crate::A) {}");
        check(&[LIB, a, b, ("c.rs", "pub struct C;")], &[]);
    }

    #[test]
    fn test_modules_are_ignored() {
        let a = ("a.rs", "use crate::B; pub struct A;");
        let b = ("b.rs", "use crate::C; pub struct B;");
        let c = ("c.rs", "pub struct C; #[cfg(test)] mod tests { use crate::A; }");
        check(&[LIB, a, b, c], &[]);
    }

    #[test]
    fn a_module_that_only_lists_is_in_no_circle() {
        let lib = ("lib.rs", "mod a; pub use a::One;");
        let list = ("a/mod.rs", "mod one; mod two; pub use one::One; pub(crate) use two::Two;");
        let one = ("a/one.rs", "use super::Two; pub struct One;");
        check(&[lib, list, one, ("a/two.rs", "pub struct Two;")], &[]);
    }

    #[test]
    fn paths_in_attributes_and_globs_count() {
        let a = ("a.rs", "use super::*; pub struct A(B);");
        let b = ("b.rs", "pub struct B { #[serde(with = \"crate::c::C\")] x: u8 }");
        let c = ("c.rs", "pub struct C; macro_rules! m { () => { $crate::A } }");
        check(&[LIB, a, b, c], &[&["a.rs", "b.rs", "c.rs"]]);
    }
}
