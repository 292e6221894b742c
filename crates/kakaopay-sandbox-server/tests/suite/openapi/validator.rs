//! Validation of responses against a document.

use std::collections::BTreeSet;

use http::Request;
use http_body_util::Full;
use serde_json::Value;

use crate::common::{TestClient, TestResponse};

/// A document, with the operations and statuses seen so far.
pub(crate) struct Validator {
    pub(crate) document: Value,
    version: &'static str,
    pub(crate) seen: BTreeSet<String>,
}

impl Validator {
    /// Returns the document of a version.
    pub(crate) fn of(client: &mut TestClient, version: &'static str) -> Self {
        let request = Request::get("/openapi.json").header("omise-version", version);
        let response = client.request(request.body(Full::default()).expect("a request"));
        assert_eq!(response.headers["access-control-allow-origin"], "*");
        let mut document = response.ok();
        close(&mut document["components"]["schemas"]);
        Self { document, version, seen: BTreeSet::new() }
    }

    /// Sends a call as its operation describes it, and validates the response.
    #[track_caller]
    pub(crate) fn call(
        &mut self,
        client: &mut TestClient,
        operation: &str,
        path: &str,
        body: &str,
    ) -> TestResponse {
        let (template, method) = self.place(operation);
        assert!(fits(&template, path), "{path} is no {template}");
        let response = client.with_headers(&method, path, body, &[("omise-version", self.version)]);
        self.validate(operation, &response);
        response
    }

    #[track_caller]
    pub(crate) fn validate(&mut self, operation: &str, response: &TestResponse) {
        let (template, method) = self.place(operation);
        let status = response.status.to_string();
        let responses = &self.document["paths"][&template][&method.to_ascii_lowercase()]["responses"];
        let documented = self.resolved(&responses[&status]);
        assert!(documented.is_object(), "{operation} does not document {status}: {}", response.text);
        let kind =
            response.headers["content-type"].to_str().expect("text").split(';').next().expect("a type");
        let content = &documented["content"][kind];
        assert!(content.is_object(), "{operation} {status} is not {kind}");
        for (name, header) in documented["headers"].as_object().into_iter().flatten() {
            let value = response.headers[name.as_str()].to_str().expect("text");
            self.validate_value(&header["schema"], &value.into(), operation);
        }
        let value = if kind == "application/json" { response.json() } else { response.text.as_str().into() };
        self.validate_value(&content["schema"], &value, operation);
        self.seen.insert(format!("{operation} {status}"));
    }

    #[track_caller]
    fn validate_value(&self, schema: &Value, value: &Value, operation: &str) {
        let mut schema = schema.clone();
        schema["components"] = self.document["components"].clone();
        let validator = jsonschema::options().should_validate_formats(true).build(&schema);
        let validator = validator.expect("a schema");
        let errors: Vec<_> = validator
            .iter_errors(value)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{operation}: {errors:#?}\n{value:#}");
    }

    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(place) => {
                self.document.pointer(place.trim_start_matches('#')).expect("the referenced value")
            }
            None => value,
        }
    }

    /// Returns path and method of an operation.
    #[track_caller]
    fn place(&self, operation: &str) -> (String, String) {
        let paths = self.document["paths"].as_object().expect("paths");
        for (path, methods) in paths {
            for (method, result) in methods.as_object().expect("methods") {
                if result["operationId"] == operation {
                    return (path.clone(), method.to_ascii_uppercase());
                }
            }
        }
        panic!("there is no {operation}");
    }
}

/// Forbids members that a schema does not declare, so that a missing one is noticed.
fn close(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if object.contains_key("properties") && !object.contains_key("additionalProperties") {
                object.insert("additionalProperties".to_owned(), false.into());
            }
            object.values_mut().for_each(close);
        }
        Value::Array(list) => list.iter_mut().for_each(close),
        _ => {}
    }
}

fn fits(template: &str, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(path).all(|(part, given)| part.starts_with('{') || *part == given)
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
