//! A module, with the items, imports and paths written in it.

use std::collections::BTreeSet;
use std::path::PathBuf;

/// A module of a crate. An inline module shares the file of its parent.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) name: String,
    /// Index of the parent in the tree; the root is its own parent.
    pub(crate) parent: usize,
    pub(crate) file: PathBuf,
    pub(crate) public: bool,
    pub(crate) items: Vec<Item>,
    pub(crate) imports: Vec<Import>,
    /// Names in calls of macros that make items.
    pub(crate) macro_names: BTreeSet<String>,
    /// Paths in code, with the paths inside macro calls.
    pub(crate) paths: Vec<Vec<String>>,
}

/// An item with a name.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) name: String,
    /// A struct, enum, union, trait or type alias that is `pub`.
    pub(crate) public_type: bool,
}

/// One name that a `use` brings into scope.
#[derive(Debug)]
pub(crate) struct Import {
    /// The name in this module. `*` stands for all names of the path.
    pub(crate) name: String,
    pub(crate) path: Vec<String>,
    pub(crate) public: bool,
}
