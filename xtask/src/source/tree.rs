//! Reads the modules of a crate from the file of its root.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Ident, ItemMod, Visibility};

use super::paths::Paths;
use super::{Import, Item, Module};
use crate::shell::Problem;

/// All modules of a crate that are built outside tests. The first is the root.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) modules: Vec<Module>,
}

/// Reads the text of a file, or `None` where there is none.
type Reader<'a> = dyn Fn(&Path) -> Option<String> + 'a;

impl Tree {
    /// Reads the crate whose root is this file.
    ///
    /// # Errors
    /// If a file is missing or does not parse.
    pub(crate) fn read(root: &Path) -> Result<Self, Problem> {
        Self::read_with(root, &|file| std::fs::read_to_string(file).ok())
    }

    pub(super) fn read_with(root: &Path, read: &Reader<'_>) -> Result<Self, Problem> {
        let mut tree = Self::default();
        let folder = root.parent().unwrap_or(Path::new("")).to_owned();
        let place = Place { name: "crate".to_owned(), parent: 0, public: true, folder };
        tree.add_file(place, root.to_owned(), read)?;
        Ok(tree)
    }

    /// A tree of files in memory.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let read = |wanted: &Path| {
            let found = files.iter().find(|(name, _)| wanted == Path::new(name));
            found.map(|(_, text)| (*text).to_owned())
        };
        Self::read_with(Path::new("lib.rs"), &read).expect("a crate")
    }

    fn add_file(&mut self, place: Place, file: PathBuf, read: &Reader<'_>) -> Result<(), Problem> {
        let text = read(&file).ok_or_else(|| Problem::new(format!("cannot read {}", file.display())))?;
        let parsed =
            syn::parse_file(&text).map_err(|error| Problem::new(format!("{}: {error}", file.display())))?;
        self.add(place, &file, &parsed.items, read)
    }

    fn add(
        &mut self,
        place: Place,
        file: &Path,
        items: &[syn::Item],
        read: &Reader<'_>,
    ) -> Result<(), Problem> {
        let index = self.modules.len();
        let mut module = Module {
            name: place.name,
            parent: place.parent,
            file: file.to_owned(),
            public: place.public,
            items: Vec::new(),
            imports: Vec::new(),
            macro_names: BTreeSet::new(),
            paths: Vec::new(),
        };
        let mut children = Vec::new();
        for item in items.iter().filter(|item| !attributes(item).iter().any(for_tests)) {
            match item {
                syn::Item::Mod(child) => children.push(child),
                syn::Item::Macro(call) if call.ident.is_none() => {
                    names(call.mac.tokens.clone(), &mut module.macro_names);
                    Paths::collect(item, &mut module);
                }
                item => {
                    module.items.extend(named(item));
                    Paths::collect(item, &mut module);
                }
            }
        }
        self.modules.push(module);
        for child in children {
            self.add_child(child, index, file, &place.folder, read)?;
        }
        Ok(())
    }

    fn add_child(
        &mut self,
        child: &ItemMod,
        parent: usize,
        file: &Path,
        folder: &Path,
        read: &Reader<'_>,
    ) -> Result<(), Problem> {
        let name = child.ident.to_string();
        let inside = folder.join(&name);
        let place = Place { parent, public: is_public(&child.vis), folder: inside.clone(), name };
        if let Some((_, items)) = &child.content {
            return self.add(place, file, items, read);
        }
        let beside = inside.with_extension("rs");
        let file = match explicit_path(&child.attrs) {
            Some(named) => file.parent().unwrap_or(folder).join(named),
            None if read(&beside).is_some() => beside,
            None => inside.join("mod.rs"),
        };
        self.add_file(place, file, read)
    }
}

/// Collects all names in tokens.
fn names(tokens: TokenStream, found: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => names(group.stream(), found),
            TokenTree::Ident(name) => drop(found.insert(name.to_string())),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Where a module stands, and the folder of its children.
struct Place {
    name: String,
    parent: usize,
    public: bool,
    folder: PathBuf,
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// The file that `#[path = "…"]` names.
fn explicit_path(attributes: &[Attribute]) -> Option<String> {
    let attribute = attributes.iter().find(|attribute| attribute.path().is_ident("path"))?;
    let syn::Meta::NameValue(pair) = &attribute.meta else { return None };
    let syn::Expr::Lit(literal) = &pair.value else { return None };
    match &literal.lit {
        syn::Lit::Str(text) => Some(text.value()),
        _ => None,
    }
}

/// `#[cfg(test)]` or `#[cfg(doctest)]`.
fn for_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
        && attribute
            .parse_args::<syn::Path>()
            .is_ok_and(|option| option.is_ident("test") || option.is_ident("doctest"))
}

fn attributes(item: &syn::Item) -> &[Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Union(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn named(item: &syn::Item) -> Option<Item> {
    let of = |name: &Ident, public_type| Some(Item { name: name.to_string(), public_type });
    match item {
        syn::Item::Enum(item) => of(&item.ident, is_public(&item.vis)),
        syn::Item::Struct(item) => of(&item.ident, is_public(&item.vis)),
        syn::Item::Trait(item) => of(&item.ident, is_public(&item.vis)),
        syn::Item::Type(item) => of(&item.ident, is_public(&item.vis)),
        syn::Item::Union(item) => of(&item.ident, is_public(&item.vis)),
        syn::Item::Const(item) => of(&item.ident, false),
        syn::Item::Fn(item) => of(&item.sig.ident, false),
        syn::Item::Static(item) => of(&item.ident, false),
        syn::Item::Macro(item) => item.ident.as_ref().and_then(|name| of(name, false)),
        _ => None,
    }
}

/// The names that a `use` brings into scope.
pub(super) fn imports(item: &syn::ItemUse) -> Vec<Import> {
    let mut imports = Vec::new();
    flatten(&item.tree, Vec::new(), is_public(&item.vis), &mut imports);
    imports
}

fn flatten(tree: &syn::UseTree, mut path: Vec<String>, public: bool, imports: &mut Vec<Import>) {
    match tree {
        syn::UseTree::Path(step) => {
            path.push(step.ident.to_string());
            flatten(&step.tree, path, public, imports);
        }
        syn::UseTree::Group(group) => {
            group.items.iter().for_each(|tree| flatten(tree, path.clone(), public, imports));
        }
        syn::UseTree::Glob(_) => imports.push(Import { name: "*".to_owned(), path, public }),
        syn::UseTree::Name(name) => {
            push_unless_self(&name.ident, &mut path);
            let name = path.last().cloned().unwrap_or_default();
            imports.push(Import { name, path, public });
        }
        syn::UseTree::Rename(rename) => {
            push_unless_self(&rename.ident, &mut path);
            imports.push(Import { name: rename.rename.to_string(), path, public });
        }
    }
}

/// `use a::{self}` names `a`.
fn push_unless_self(name: &Ident, path: &mut Vec<String>) {
    if name != "self" || path.is_empty() {
        path.push(name.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_read_with_their_files() {
        let tree = Tree::of(&[
            ("lib.rs", "mod a; pub mod b { pub struct B; } #[cfg(test)] mod missing;"),
            ("a/mod.rs", "mod deep;"),
            ("a/deep.rs", "pub(crate) fn f() {}"),
        ]);
        let found: Vec<_> =
            tree.modules.iter().map(|module| (module.name.as_str(), module.file.to_str())).collect();
        let expected = [("crate", "lib.rs"), ("a", "a/mod.rs"), ("deep", "a/deep.rs"), ("b", "lib.rs")];
        assert_eq!(found, expected.map(|(name, file)| (name, Some(file))));
    }

    #[test]
    fn a_missing_file_is_an_error() {
        let read = |file: &Path| (file == Path::new("lib.rs")).then(|| "mod a;".to_owned());
        let problem = Tree::read_with(Path::new("lib.rs"), &read).expect_err("no file");
        assert_eq!(problem.to_string(), "cannot read a/mod.rs");
    }

    #[test]
    fn a_use_brings_names_into_scope() {
        let item = syn::parse_str("pub use a::{self, b as c, d::*, super::e};").expect("a use");
        let found: Vec<_> =
            imports(&item).into_iter().map(|import| (import.name, import.path.join("::"))).collect();
        let expected = [("a", "a"), ("c", "a::b"), ("*", "a::d"), ("e", "a::super::e")];
        assert_eq!(found, expected.map(|(name, path)| (name.to_owned(), path.to_owned())));
    }
}
