//! Resolves names to the module that defines them.

use std::collections::BTreeSet;

use super::{Module, Tree};

/// Definition of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Module(usize),
    /// An item of the module with this index.
    Item(usize),
}

/// Names looked up on the way, with their modules. A name that comes up again is imported in a circle.
type Seen = BTreeSet<(usize, String)>;

impl Tree {
    /// Resolves a path that stands in a module. `None` for names of other crates, locals and preludes.
    pub(crate) fn resolve(&self, from: usize, path: &[String]) -> Option<Target> {
        self.resolve_within(from, path, &mut Seen::new())
    }

    fn resolve_within(&self, from: usize, path: &[String], seen: &mut Seen) -> Option<Target> {
        let (first, rest) = path.split_first()?;
        let mut at = match first.as_str() {
            "crate" => Target::Module(0),
            "self" => Target::Module(from),
            "super" => Target::Module(self.modules[from].parent),
            name => self.lookup(from, name, seen)?,
        };
        for name in rest {
            at = match at {
                // A variant or an associated item belongs to its type.
                Target::Item(_) => return Some(at),
                Target::Module(module) if name == "super" => Target::Module(self.modules[module].parent),
                Target::Module(module) => self.lookup(module, name, seen)?,
            };
        }
        Some(at)
    }

    /// Finds a name in a module: defined, declared, imported by name, imported by a glob, made by a macro.
    fn lookup(&self, module: usize, name: &str, seen: &mut Seen) -> Option<Target> {
        if !seen.insert((module, name.to_owned())) {
            return None;
        }
        let scope = &self.modules[module];
        if scope.items.iter().any(|item| item.name == name) {
            return Some(Target::Item(module));
        }
        if let Some(child) = self.child(module, name) {
            return Some(Target::Module(child));
        }
        let by_name = scope.imports.iter().filter(|import| import.name == name);
        if let Some(found) = by_name.flat_map(|import| self.resolve_within(module, &import.path, seen)).next()
        {
            return Some(found);
        }
        let globs = scope.imports.iter().filter(|import| import.name == "*");
        let mut found = globs.filter_map(|glob| match self.resolve_within(module, &glob.path, seen)? {
            Target::Module(other) => self.lookup(other, name, seen),
            Target::Item(_) => None,
        });
        // No parser sees the items that a macro makes.
        let made = || scope.macro_names.contains(name).then_some(Target::Item(module));
        found.next().or_else(made)
    }

    pub(crate) fn child(&self, module: usize, name: &str) -> Option<usize> {
        let is_child = |(index, child): &(usize, &Module)| {
            child.parent == module && child.name == name && *index != module
        };
        self.modules.iter().enumerate().find(is_child).map(|(index, _)| index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tree: &Tree, path: &str, expected: Option<&str>) {
        let path: Vec<_> = path.split("::").map(str::to_owned).collect();
        let from = tree.child(0, "user").expect("a module");
        let found = tree.resolve(from, &path).map(|target| match target {
            Target::Item(module) => format!("item in {}", tree.modules[module].name),
            Target::Module(module) => format!("module {}", tree.modules[module].name),
        });
        assert_eq!(found.as_deref(), expected, "{path:?}");
    }

    #[test]
    fn a_name_leads_to_the_module_that_defines_it() {
        let tree = Tree::of(&[
            ("lib.rs", "mod a; mod user; pub use a::*; pub use a::deep::Deep as Renamed;"),
            ("a/mod.rs", "mod deep; pub use deep::Deep; pub use serde::Serialize;"),
            ("a/deep.rs", "pub enum Deep { One }"),
            ("user.rs", "use super::*; use crate::a::deep; use lone::lone; use Renamed as Again;"),
        ]);
        check(&tree, "crate::a::Deep", Some("item in deep"));
        check(&tree, "crate::a::Deep::One", Some("item in deep"));
        check(&tree, "super::Renamed", Some("item in deep"));
        check(&tree, "Deep", Some("item in deep"));
        check(&tree, "Again", Some("item in deep"));
        check(&tree, "deep::Deep", Some("item in deep"));
        check(&tree, "crate::a", Some("module a"));
        check(&tree, "crate::a::Serialize", None);
        check(&tree, "lone", None);
        check(&tree, "std::mem::take", None);
    }
}
