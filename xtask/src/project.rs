//! What cargo knows of the workspace.

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
    /// Its examples, by name.
    pub(crate) examples: Vec<Example>,
}

/// An example of a member.
#[derive(Debug, Clone)]
pub(crate) struct Example {
    pub(crate) name: String,
    /// Without these it is not built.
    pub(crate) features: Vec<String>,
}

/// A member's dependency on another member.
#[derive(Debug, Clone)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// For its tests, examples and benches alone.
    pub(crate) dev: bool,
    /// It names a version, so that the registry must know the other crate too.
    pub(crate) versioned: bool,
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
        .map(|dependency| Dependency {
            name: text_of(&dependency["name"]),
            dev: dependency["kind"] == "dev",
            // A dependency by path alone asks for any version.
            versioned: dependency["req"] != "*",
        })
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
        examples: examples(&package["targets"]),
    }
}

fn examples(targets: &Value) -> Vec<Example> {
    let is_example = |target: &&Value| {
        target["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "example"))
    };
    let texts = |value: &Value| value.as_array().into_iter().flatten().map(text_of).collect();
    let targets = targets.as_array().into_iter().flatten().filter(is_example);
    let mut examples: Vec<_> = targets
        .map(|target| Example {
            name: text_of(&target["name"]),
            features: texts(&target["required-features"]),
        })
        .collect();
    examples.sort_by(|a, b| a.name.cmp(&b.name));
    examples
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_found_with_the_features_they_need() {
        let targets = serde_json::json!([
            { "name": "a", "kind": ["lib"] },
            { "name": "c", "kind": ["example"], "required-features": ["x", "y"] },
            { "name": "b", "kind": ["example"] },
        ]);
        let found = examples(&targets);
        let found: Vec<_> =
            found.iter().map(|example| (example.name.as_str(), example.features.join(","))).collect();
        assert_eq!(found, [("b", String::new()), ("c", "x,y".to_owned())]);
    }
}
