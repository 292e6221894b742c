//! A tree of named values in insertion order.

use serde_json::{Number, Value};

/// One value of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "each value must be written to forms and to JSON")]
pub enum Param {
    /// An explicit `null`. Some official clients send one for every unset field.
    Null,
    /// Text. In a form every value is text.
    Text(String),
    /// A number. Only integers are sent; a received number may be any JSON number.
    Number(Number),
    /// A boolean.
    Bool(bool),
    /// Nested named values: `source[type]` in a form.
    Map(Params),
    /// Values in order: `webhook_endpoints[]` in a form.
    List(Vec<Param>),
}

/// Named values in insertion order. The encoding is deterministic: equal parameters
/// produce equal bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, Param)>);

impl Params {
    /// Creates an empty set of parameters.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a parameter. A name that is set twice keeps its last value, in the
    /// position of the first.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Param>) -> Self {
        self.set(name.into(), value.into());
        self
    }

    /// Appends a parameter if it has a value.
    #[must_use]
    pub fn with_some(self, name: &str, value: Option<impl Into<Param>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Returns the value of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Param> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Iterates over the names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Param)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Whether there are no parameters.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn set(&mut self, name: String, value: Param) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    #[cfg(feature = "server")]
    pub(crate) fn entry(&mut self, name: &str, default: Param) -> &mut Param {
        let at = self.0.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.0.push((name.to_owned(), default));
            self.0.len() - 1
        });
        &mut self.0[at].1
    }
}

impl From<&str> for Param {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Param {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Param {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<u32> for Param {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<bool> for Param {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

/// Converts any JSON value.
impl From<&Value> for Param {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(truth) => Self::Bool(*truth),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(list) => Self::List(list.iter().map(Self::from).collect()),
            Value::Object(map) => map
                .iter()
                .fold(Params::new(), |params, (name, value)| params.with(name.as_str(), Self::from(value)))
                .into(),
        }
    }
}

impl From<&Param> for Value {
    fn from(param: &Param) -> Self {
        match param {
            Param::Null => Self::Null,
            Param::Bool(truth) => Self::Bool(*truth),
            Param::Number(number) => Self::Number(number.clone()),
            Param::Text(text) => Self::String(text.clone()),
            Param::List(list) => Self::Array(list.iter().map(Self::from).collect()),
            Param::Map(params) => {
                params.iter().map(|(name, value)| (name.to_owned(), Self::from(value))).collect()
            }
        }
    }
}

impl From<Params> for Param {
    fn from(params: Params) -> Self {
        Self::Map(params)
    }
}

impl From<Vec<Param>> for Param {
    fn from(list: Vec<Param>) -> Self {
        Self::List(list)
    }
}
