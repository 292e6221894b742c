//! Decoding of parameters from a request body, for servers.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess};
use serde_json::Number;

use super::value::{Param, Params};

/// Maximum nesting of a form. The API's own maximum is two.
const MAX_DEPTH: usize = 8;
/// Maximum number of pairs in a form.
const MAX_PAIRS: usize = 1_000;

impl Params {
    /// Decodes a form body, nested with brackets. Every value becomes [`Param::Text`].
    ///
    /// # Errors
    /// [`InvalidParams`] if brackets do not match or nest deeper than 8, if a name is used for two
    /// kinds of value, or if there are more than 1000 pairs.
    pub fn from_form(body: &[u8]) -> Result<Self, InvalidParams> {
        let mut params = Self::new();
        for (at, (name, value)) in form_urlencoded::parse(body).enumerate() {
            if at >= MAX_PAIRS {
                return Err(InvalidParams);
            }
            insert(&mut params, &path_of(&name)?, value.into_owned())?;
        }
        Ok(params)
    }

    /// Decodes a JSON body. An empty body means no parameters, because some clients send one.
    ///
    /// # Errors
    /// [`InvalidParams`] if it is not one JSON object, repeats a member, or contains an object with
    /// more than 1000 members.
    pub fn from_json(body: &[u8]) -> Result<Self, InvalidParams> {
        if body.trim_ascii().is_empty() {
            return Ok(Self::new());
        }
        serde_json::from_slice(body).map_err(|_| InvalidParams)
    }
}

/// Splits `a[b][]` into `a`, `b` and an empty part.
fn path_of(name: &str) -> Result<Vec<&str>, InvalidParams> {
    let Some((first, mut rest)) = name.split_once('[') else {
        return Ok(vec![name]);
    };
    let mut path = vec![first];
    loop {
        let (part, after) = rest.split_once(']').ok_or(InvalidParams)?;
        path.push(part);
        if path.len() > MAX_DEPTH {
            return Err(InvalidParams);
        }
        match after.strip_prefix('[') {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(path),
            None => return Err(InvalidParams),
        }
    }
}

fn insert(params: &mut Params, path: &[&str], value: String) -> Result<(), InvalidParams> {
    let (name, below) = path.split_first().ok_or(InvalidParams)?;
    if name.is_empty() {
        return Err(InvalidParams);
    }
    match below {
        [] => params.set((*name).to_owned(), Param::Text(value)),
        [""] => match params.entry(name, Param::List(Vec::new())) {
            Param::List(list) => list.push(Param::Text(value)),
            _ => return Err(InvalidParams),
        },
        _ => match params.entry(name, Param::Map(Params::new())) {
            Param::Map(map) => insert(map, below, value)?,
            _ => return Err(InvalidParams),
        },
    }
    Ok(())
}

impl<'de> Deserialize<'de> for Params {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Params;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of parameters")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Params, A::Error> {
                let mut params = Params::new();
                while let Some((name, value)) = map.next_entry::<String, Param>()? {
                    if params.iter().count() >= MAX_PAIRS {
                        return Err(de::Error::custom("too many parameters"));
                    }
                    if params.get(&name).is_some() {
                        return Err(de::Error::custom("a parameter occurs twice"));
                    }
                    params.set(name, value);
                }
                Ok(params)
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

impl<'de> Deserialize<'de> for Param {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Param;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a parameter")
            }

            fn visit_unit<E>(self) -> Result<Param, E> {
                Ok(Param::Null)
            }

            fn visit_bool<E>(self, truth: bool) -> Result<Param, E> {
                Ok(Param::Bool(truth))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Param, E> {
                Ok(Param::Number(number.into()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Param, E> {
                Ok(Param::Number(number.into()))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Param, E> {
                Ok(Number::from_f64(number).map_or(Param::Null, Param::Number))
            }

            fn visit_str<E>(self, text: &str) -> Result<Param, E> {
                Ok(Param::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Param, A::Error> {
                let mut list = Vec::new();
                while let Some(value) = seq.next_element()? {
                    list.push(value);
                }
                Ok(Param::List(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Param, A::Error> {
                Params::deserialize(de::value::MapAccessDeserializer::new(map)).map(Param::Map)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// The body is not a set of parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidParams;

impl fmt::Display for InvalidParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body is not a valid set of parameters")
    }
}

impl std::error::Error for InvalidParams {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Generates parameters that a form can represent: text only, nothing empty below the top.
    fn texts() -> impl Strategy<Value = Params> {
        let text = any::<String>().prop_map(Param::Text);
        let name = "[^\\[\\]&=]{1,8}";
        let map = prop::collection::vec((name, text.clone()), 1..4).prop_map(|pairs| {
            Param::Map(
                pairs.into_iter().fold(Params::new(), |params, (name, value)| params.with(name, value)),
            )
        });
        let list = prop::collection::vec(text.clone(), 1..4).prop_map(Param::List);
        prop::collection::vec((name, prop_oneof![text, map, list]), 0..5).prop_map(|pairs| {
            pairs.into_iter().fold(Params::new(), |params, (name, value)| params.with(name, value))
        })
    }

    proptest! {
        #[test]
        fn form_round_trips(params in texts()) {
            prop_assert_eq!(Params::from_form(params.to_form().as_bytes()), Ok(params));
        }

        #[test]
        fn json_round_trips(params in texts()) {
            prop_assert_eq!(Params::from_json(params.to_json().as_bytes()), Ok(params));
        }

        #[test]
        fn f45_any_bytes_parse_or_are_rejected(body in any::<Vec<u8>>()) {
            let _ = Params::from_form(&body);
            let _ = Params::from_json(&body);
        }
    }

    #[test]
    fn unmatched_brackets_are_rejected() {
        for body in ["a[=1", "a[b=1", "a[b]c=1", "[b]=1", "a[][b]=1", "a=1&a[b]=2", "a[b]=1&a[]=2", "=1"] {
            assert_eq!(Params::from_form(body.as_bytes()), Err(InvalidParams), "{body}");
        }
        let deep = format!("a{}=1", "[b]".repeat(MAX_DEPTH));
        assert_eq!(Params::from_form(deep.as_bytes()), Err(InvalidParams));
    }

    #[test]
    fn json_other_than_an_object_is_rejected() {
        for body in ["[]", "1", "null", "{", "{\"a\":1,\"a\":2}", "{} {}"] {
            assert_eq!(Params::from_json(body.as_bytes()), Err(InvalidParams), "{body}");
        }
        assert_eq!(Params::from_json(b" "), Ok(Params::new()));
    }
}
