//! The source of a crate as a tree of modules, with its names resolved.

mod module;
mod paths;
mod resolve;
mod tree;

pub(crate) use module::{Import, Item, Module};
pub(crate) use resolve::Target;
pub(crate) use tree::Tree;
