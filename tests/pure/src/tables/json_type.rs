//! The JSON type of a member, or a narrower one.

use kakaopay_types::{Currency, Timestamp};
use serde_json::Value;

/// The JSON type of a member, or a narrower one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonType {
    /// A string.
    Text,
    /// A number without a fraction.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// An array; the table does not say which elements it has.
    Array,
    /// An object; its members stand in the table behind it, or can be any.
    Object,
    /// A string in the form of RFC 3339.
    Time,
    /// A string such as `2025-01-13`.
    Date,
    /// A string such as `2025-03-20 09:29:25 UTC`.
    UtcTime,
    /// A currency in upper case.
    UpperCurrency,
    /// A currency in lower case.
    LowerCurrency,
}

impl JsonType {
    /// The type that the tables call by a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "text" => Self::Text,
            "integer" => Self::Integer,
            "boolean" => Self::Boolean,
            "array" => Self::Array,
            "object" => Self::Object,
            "time" => Self::Time,
            "date" => Self::Date,
            "utc time" => Self::UtcTime,
            "CUR" => Self::UpperCurrency,
            "cur" => Self::LowerCurrency,
            _ => return None,
        })
    }

    /// Whether a value is of the type. `null` is of none.
    #[must_use]
    pub fn fits(self, value: &Value) -> bool {
        let text = || value.as_str().unwrap_or_default();
        match self {
            Self::Text => value.is_string(),
            Self::Integer => value.is_i64() || value.is_u64(),
            Self::Boolean => value.is_boolean(),
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
            Self::Time => Timestamp::parse(text()).is_ok(),
            Self::Date => Timestamp::parse(&format!("{}T00:00:00Z", text())).is_ok(),
            Self::UtcTime => {
                let (date, time) = text().split_once(' ').unwrap_or_default();
                let time = time.strip_suffix(" UTC").unwrap_or_default();
                Timestamp::parse(&format!("{date}T{time}Z")).is_ok()
            }
            Self::UpperCurrency => Currency::parse(text()).is_ok_and(|currency| currency.as_str() == text()),
            Self::LowerCurrency => {
                Currency::parse(text()).is_ok_and(|currency| currency.as_str().to_ascii_lowercase() == text())
            }
        }
    }
}
