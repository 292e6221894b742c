//! Compares a response of the sandbox with a table.

use std::collections::BTreeSet;

use serde_json::Value;

use super::edition::Edition;
use super::json_type::JsonType;
use super::member::{Difference, Member, Nullness, ValueType};
use super::object_type::ObjectType;

/// How a body that the sandbox made differs from the table of its object, less the differences that the table
/// names. A difference that is named and is not there is one, too.
#[must_use]
pub fn check(edition: Edition, object: &ObjectType, body: &Value) -> Vec<String> {
    let mut check = Check { edition, findings: Vec::new() };
    check.object(&object.name, object, body);
    check.findings
}

struct Check {
    edition: Edition,
    findings: Vec<String>,
}

impl Check {
    fn object(&mut self, at: &str, object: &ObjectType, body: &Value) {
        match (object.is_array(), body) {
            (true, Value::Array(elements)) => {
                let element = object.element.as_deref().expect("an array of something");
                if element.is_nothing() && !elements.is_empty() {
                    self.findings.push(format!("{at}: something is in it"));
                    return;
                }
                for body in elements {
                    self.object(&format!("{at}[]"), element, body);
                }
            }
            (false, Value::Object(_)) => {
                self.members(at, self.edition.members(&object.name), object.element.as_deref(), body);
            }
            _ => self.findings.push(format!("{at}: {body} is of another type")),
        }
    }

    fn members(&mut self, at: &str, members: &[Member], element: Option<&ObjectType>, body: &Value) {
        let own: Vec<&str> = body.as_object().expect("an object").keys().map(String::as_str).collect();
        self.names(at, members, &own);
        for member in members.iter().filter(|member| !is_lacking(member)) {
            if let Some(value) = body.get(&member.name) {
                self.value(&format!("{at}.{}", member.name), member, element, value);
            }
        }
    }

    /// Which members there are, and in which order.
    fn names(&mut self, at: &str, members: &[Member], own: &[&str]) {
        let expected: Vec<_> = members.iter().filter(|member| !is_lacking(member)).collect();
        let named: BTreeSet<&str> = expected.iter().map(|member| member.name.as_str()).collect();
        let there: BTreeSet<&str> = own.iter().copied().collect();
        for name in named.difference(&there) {
            self.findings.push(format!("{at}.{name}: is not there"));
        }
        for name in there.difference(&named) {
            let listed = members.iter().any(|member| member.name == *name);
            let mark = if listed { "take its mark off the table" } else { "is in no table" };
            self.findings.push(format!("{at}.{name}: {mark}"));
        }
        let elsewhere = |name: &str| {
            expected.iter().any(|it| it.name == name && it.sandbox == Some(Difference::Elsewhere))
        };
        let all: Vec<_> = expected.iter().map(|member| member.name.as_str()).collect();
        let in_place = |names: &[&'_ str]| -> Vec<String> {
            names.iter().filter(|name| !elsewhere(name)).map(|name| (*name).to_owned()).collect()
        };
        if named == there && in_place(&all) != in_place(own) {
            self.findings.push(format!("{at}: the order is {own:?}"));
        }
        if named == there && all.iter().any(|name| elsewhere(name)) && all == own {
            self.findings.push(format!("{at}: all stand in their places: take the marks off the table"));
        }
    }

    fn value(&mut self, at: &str, member: &Member, element: Option<&ObjectType>, value: &Value) {
        let can_be_null = match member.sandbox {
            Some(Difference::Null) => true,
            Some(Difference::Set) => false,
            _ => member.null != Nullness::No,
        };
        let can_be_set = member.null != Nullness::Always && member.sandbox != Some(Difference::Null);
        if value.is_null() {
            if !can_be_null {
                self.findings.push(format!("{at}: is null"));
            }
            return;
        }
        if !can_be_set {
            self.findings.push(format!("{at}: is {value}"));
            return;
        }
        match &member.value_type {
            ValueType::Object(object) => self.object(at, &object.inside(element), value),
            ValueType::Json(JsonType::Object) if !member.members.is_empty() && value.is_object() => {
                self.members(at, &member.members, None, value);
            }
            ValueType::Json(json) => {
                if !json.fits(value) {
                    self.findings.push(format!("{at}: {value} is no {json:?}"));
                }
                // An object's own name is the one value that is no invention.
                if member.name == "object" && Some(value) != member.value.as_ref() {
                    self.findings.push(format!("{at}: is {value}"));
                }
            }
        }
    }
}

/// Whether the sandbox has no such member.
fn is_lacking(member: &Member) -> bool {
    matches!(member.sandbox, Some(Difference::NotYet | Difference::Never))
}
