//! A rate with its exact decimal text.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::decode::reads_text;

/// A rate or a flat fee: decimal text such as `2.9`, written back digit by digit and never converted
/// to a float.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rate(Repr);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Repr {
    /// `digits` over ten to the power of `decimals`.
    Decimal { digits: u32, decimals: u8 },
    /// Text of another form, unchanged.
    Other(Box<str>),
}

impl Rate {
    /// Returns the digits without the point and the number of decimals; `None` unless the text is a
    /// plain decimal of up to nine digits.
    #[must_use]
    pub fn decimal(&self) -> Option<(u32, u8)> {
        match self.0 {
            Repr::Decimal { digits, decimals } => Some((digits, decimals)),
            Repr::Other(_) => None,
        }
    }
}

impl From<&str> for Rate {
    fn from(text: &str) -> Self {
        Self(decimal(text).unwrap_or_else(|| Repr::Other(text.into())))
    }
}

/// Parses `2.9` if it would be written back identically.
fn decimal(text: &str) -> Option<Repr> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let point = usize::from(whole.len() < text.len());
    let plain = !whole.is_empty() && (whole == "0" || !whole.starts_with('0'));
    if !plain || decimals.len() < point || whole.len() + decimals.len() > 9 {
        return None;
    }
    let digits = whole.bytes().chain(decimals.bytes()).try_fold(0, |digits: u32, digit| {
        digit.is_ascii_digit().then(|| digits * 10 + u32::from(digit - b'0'))
    })?;
    Some(Repr::Decimal { digits, decimals: u8::try_from(decimals.len()).ok()? })
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Decimal { digits, decimals: 0 } => write!(f, "{digits}"),
            Repr::Decimal { digits, decimals } => {
                let unit = 10_u32.pow(u32::from(*decimals));
                write!(f, "{}.{:0width$}", digits / unit, digits % unit, width = usize::from(*decimals))
            }
            Repr::Other(text) => f.write_str(text),
        }
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

reads_text! {
    Rate: "a rate", |text| Some(Self::from(text));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, decimal: Option<(u32, u8)>) {
        let rate = Rate::from(text);
        assert_eq!((rate.to_string().as_str(), rate.decimal()), (text, decimal));
    }

    #[test]
    fn plain_decimal_is_read_as_digits() {
        check("2.9", Some((29, 1)));
        check("0.0", Some((0, 1)));
        check("3.65", Some((365, 2)));
        check("10", Some((10, 0)));
        check("0.00000001", Some((1, 8)));
        check("999999999", Some((999_999_999, 0)));
    }

    #[test]
    fn other_text_is_kept_unchanged() {
        for text in ["", ".", "1.", ".5", "00.5", "-0.5", "1e3", "1.2.3", "1234567890", "0.000000001", "๑.๒"]
        {
            check(text, None);
        }
    }

    proptest! {
        #[test]
        fn rate_round_trips(text in "[0-9]{0,6}\\.?[0-9]{0,6}") {
            prop_assert_eq!(Rate::from(text.as_str()).to_string(), text);
        }
    }
}
