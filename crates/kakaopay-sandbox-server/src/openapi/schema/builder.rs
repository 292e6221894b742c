//! Builders of schemas.

use serde_json::Value;
use utoipa::openapi::schema::{
    AdditionalProperties, AnyOfBuilder, ArrayBuilder, Object, ObjectBuilder, SchemaType, Type,
};
use utoipa::openapi::{KnownFormat, Ref, RefOr, Schema, SchemaFormat};

/// A schema or a reference to one.
pub(in crate::openapi) type Kind = RefOr<Schema>;

fn of(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(kind)
}

/// Any text.
pub(in crate::openapi) fn text() -> Kind {
    of(Type::String).into()
}

/// Text that matches a regular expression.
pub(in crate::openapi) fn text_like(pattern: impl Into<String>) -> Kind {
    of(Type::String).pattern(Some(pattern)).into()
}

/// One of the given texts.
pub(in crate::openapi) fn one_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Kind {
    of(Type::String).enum_values(Some(texts)).into()
}

/// An id with a prefix.
pub(in crate::openapi) fn id(prefix: &str) -> Kind {
    text_like(format!("^{prefix}_(test_)?[0-9a-z]{{1,48}}$"))
}

/// A timestamp such as `2024-02-29T12:00:00Z`.
pub(in crate::openapi) fn moment() -> Kind {
    of(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))).into()
}

/// A URI.
pub(in crate::openapi) fn address() -> Kind {
    of(Type::String).format(Some(SchemaFormat::Custom("uri".to_owned()))).into()
}

/// A 64-bit integer with a minimum.
pub(in crate::openapi) fn whole(least: i64) -> Kind {
    whole_within(least, i64::MAX)
}

/// An integer in an inclusive range.
pub(in crate::openapi) fn whole_within(least: i64, most: i64) -> Kind {
    let format = SchemaFormat::KnownFormat(KnownFormat::Int64);
    of(Type::Integer).format(Some(format)).minimum(Some(least)).maximum(Some(most)).into()
}

/// A boolean.
pub(in crate::openapi) fn truth() -> Kind {
    of(Type::Boolean).into()
}

/// A constant boolean.
pub(in crate::openapi) fn always(truth: bool) -> Kind {
    of(Type::Boolean).enum_values(Some([truth])).into()
}

/// Always `null`, for members that KakaoPay does not use.
pub(in crate::openapi) fn null() -> Kind {
    of(Type::Null).into()
}

/// Always an empty list, for members that KakaoPay does not use.
pub(in crate::openapi) fn empty() -> Kind {
    ArrayBuilder::new().items(Object::with_type(SchemaType::AnyValue)).max_items(Some(0)).into()
}

/// An object with any members.
pub(in crate::openapi) fn anything() -> Kind {
    of(Type::Object).additional_properties(Some(AdditionalProperties::FreeForm(true))).into()
}

/// A list.
pub(in crate::openapi) fn list(of: Kind) -> Kind {
    ArrayBuilder::new().items(of).into()
}

/// A list with a maximum length.
pub(in crate::openapi) fn short_list(of: Kind, most: usize) -> Kind {
    ArrayBuilder::new().items(of).max_items(Some(most)).into()
}

/// A reference to a schema by name.
pub(in crate::openapi) fn named(name: impl Into<String>) -> Kind {
    Ref::from_schema_name(name).into()
}

/// Any of the given schemas.
pub(in crate::openapi) fn any_of(kinds: impl IntoIterator<Item = Kind>) -> Kind {
    kinds.into_iter().fold(AnyOfBuilder::new(), AnyOfBuilder::item).into()
}

/// The schema, or `null`.
pub(in crate::openapi) fn or_null(kind: Kind) -> Kind {
    let RefOr::T(Schema::Object(mut object)) = kind else { return any_of([kind, null()]) };
    let SchemaType::Type(own) = object.schema_type else { return any_of([object.into(), null()]) };
    object.schema_type = SchemaType::Array(vec![own, Type::Null]);
    if let Some(values) = &mut object.enum_values {
        values.push(Value::Null);
    }
    object.into()
}

/// An object with required members. It may have others.
pub(in crate::openapi) fn object<const N: usize>(says: &str, members: [(&str, Kind); N]) -> Kind {
    let object = of(Type::Object).description(Some(says));
    let add = |object: ObjectBuilder, (name, kind)| object.property(name, kind).required(name);
    members.into_iter().fold(object, add).into()
}

/// A request object with required and optional members.
pub(in crate::openapi) fn request_object<'a>(
    says: &str,
    needed: impl IntoIterator<Item = (&'a str, Kind)>,
    other: impl IntoIterator<Item = (&'a str, Kind)>,
) -> ObjectBuilder {
    let object = of(Type::Object).description(Some(says));
    let add = |object: ObjectBuilder, (name, kind)| object.property(name, kind).required(name);
    let object = needed.into_iter().fold(object, add);
    other.into_iter().fold(object, |object, (name, kind)| object.property(name, kind))
}

/// Allows other members.
pub(in crate::openapi) fn open(object: ObjectBuilder) -> Kind {
    object.additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(true))).into()
}

/// Forbids other members.
pub(in crate::openapi) fn closed(object: ObjectBuilder) -> Kind {
    object.additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false))).into()
}

/// Restricts the names in a form, where brackets have a meaning.
pub(in crate::openapi) fn plain_names(object: ObjectBuilder) -> Kind {
    let names = of(Type::String).pattern(Some(r"^([^\[]+|source\[type\]|webhook_endpoints\[\])$")).build();
    object.property_names(Some(names)).into()
}

/// The schema, or an empty text, which counts as missing.
pub(in crate::openapi) fn or_empty(kind: Kind) -> Kind {
    any_of([kind, one_of([""])])
}

/// Adds a description.
pub(in crate::openapi) fn with_description(kind: Kind, says: &str) -> Kind {
    match kind {
        RefOr::T(Schema::Object(mut object)) => {
            object.description = Some(says.to_owned());
            object.into()
        }
        RefOr::T(Schema::Array(mut array)) => {
            array.description = Some(says.to_owned());
            array.into()
        }
        RefOr::T(Schema::AnyOf(mut any)) => {
            any.description = Some(says.to_owned());
            RefOr::T(Schema::AnyOf(any))
        }
        other => other,
    }
}

/// Adds an example.
pub(in crate::openapi) fn such_as(kind: Kind, example: impl Into<Value>) -> Kind {
    match kind {
        RefOr::T(Schema::Object(mut object)) => {
            object.examples = vec![example.into()];
            object.into()
        }
        other => other,
    }
}

/// Adds required members.
pub(in crate::openapi) fn with<const N: usize>(kind: Kind, members: [(&str, Kind); N]) -> Kind {
    let RefOr::T(Schema::Object(object)) = kind else { return kind };
    let add = |object: ObjectBuilder, (name, kind)| object.property(name, kind).required(name);
    members.into_iter().fold(object.into(), add).into()
}
