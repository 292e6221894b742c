//! The workspace, as cargo describes it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::shell::{Problem, cargo, output};

/// A member of the workspace.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) version: String,
    /// The folder it is in.
    pub(crate) folder: String,
    pub(crate) publish: bool,
    pub(crate) description: bool,
    /// The README it carries when it is published, from its folder.
    pub(crate) readme: Option<String>,
    pub(crate) depends: Vec<Dependency>,
    /// File of the root of its library.
    pub(crate) library: Option<String>,
    /// Files of the roots of its library and its binaries.
    pub(crate) roots: Vec<String>,
    /// Its examples, by name.
    pub(crate) examples: Vec<String>,
}

#[cfg(test)]
impl Member {
    /// A published crate without targets.
    pub(crate) fn bare(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: "0.1.0".to_owned(),
            folder: String::new(),
            publish: true,
            description: true,
            readme: None,
            depends: Vec::new(),
            library: None,
            roots: Vec::new(),
            examples: Vec::new(),
        }
    }
}

/// A member's dependency on another member.
#[derive(Debug, Clone)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// For its tests, examples and benches alone.
    pub(crate) dev: bool,
}

/// The members of the workspace by name.
pub(crate) fn members() -> Result<BTreeMap<String, Member>, Problem> {
    let text = output(&mut cargo(&["metadata", "--format-version", "1", "--no-deps", "--locked"]))?;
    let metadata: Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    let names: Vec<String> = packages.iter().map(|package| text_of(&package["name"])).collect();
    let members = packages.iter().map(|package| member(package, &names));
    Ok(members.map(|member| (member.name.clone(), member)).collect())
}

fn member(package: &Value, names: &[String]) -> Member {
    let depends = package["dependencies"].as_array().cloned().unwrap_or_default();
    let depends = depends
        .iter()
        .map(|dependency| Dependency { name: text_of(&dependency["name"]), dev: dependency["kind"] == "dev" })
        .filter(|dependency| names.contains(&dependency.name))
        .collect();
    let manifest = text_of(&package["manifest_path"]);
    Member {
        name: text_of(&package["name"]),
        version: text_of(&package["version"]),
        folder: manifest.trim_end_matches("/Cargo.toml").to_owned(),
        // `publish = false` is an empty list of registries.
        publish: package["publish"].as_array().is_none_or(|registries| !registries.is_empty()),
        description: package["description"].is_string(),
        readme: package["readme"].as_str().map(str::to_owned),
        depends,
        library: targets(&package["targets"], &["lib"], "src_path").pop(),
        roots: targets(&package["targets"], &["lib", "bin"], "src_path"),
        examples: targets(&package["targets"], &["example"], "name"),
    }
}

/// The values of a member in the targets of certain kinds.
fn targets(targets: &Value, kinds: &[&str], member: &str) -> Vec<String> {
    let has = |target: &&Value| kinds.iter().any(|kind| target["kind"] == serde_json::json!([kind]));
    let targets = targets.as_array().into_iter().flatten().filter(has);
    let mut values: Vec<_> = targets.map(|target| text_of(&target[member])).collect();
    values.sort();
    values
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_found_by_kind() {
        let list = serde_json::json!([
            { "name": "a", "kind": ["lib"], "src_path": "src/lib.rs" },
            { "name": "c", "kind": ["example"] },
            { "name": "b", "kind": ["example"] },
            { "name": "d", "kind": ["bin"], "src_path": "src/main.rs" },
        ]);
        assert_eq!(targets(&list, &["example"], "name"), ["b", "c"]);
        assert_eq!(targets(&list, &["lib", "bin"], "src_path"), ["src/lib.rs", "src/main.rs"]);
    }
}
