//! An amount of money: an integer of minor units with its currency.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::currency::Currency;
use crate::decode::reads_text;

/// An amount of money in minor units (cents, satang) of one currency.
///
/// It has no operators: arithmetic is checked and stays within one currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor_units: i64,
    currency: Currency,
}

impl Money {
    /// Creates an amount of `minor_units` of a currency.
    #[must_use]
    pub const fn new(minor_units: i64, currency: Currency) -> Self {
        Self { minor_units, currency }
    }

    /// Returns the amount in minor units.
    #[must_use]
    pub const fn minor_units(self) -> i64 {
        self.minor_units
    }

    /// Returns the currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Adds two amounts; `None` if their currencies differ or the sum overflows.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.combine(other, i64::checked_add)
    }

    /// Subtracts `other`; `None` if the currencies differ or the difference overflows.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.combine(other, i64::checked_sub)
    }

    /// Adds many amounts of one currency; `None` if their currencies differ or the sum overflows.
    #[must_use]
    pub fn checked_sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::new(0, currency), Self::checked_add)
    }

    /// Parses an amount in major units: `1500`, `1500.00` or `1,500.00`.
    ///
    /// Commas separate every group of three digits or are absent. The text has at most as many decimals
    /// as the currency.
    ///
    /// # Errors
    /// [`InvalidMoney`] with the reason.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, InvalidMoney> {
        let exponent = currency.exponent().ok_or(InvalidMoney::Currency(currency))?;
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
        let (whole, decimals) = match digits.split_once('.') {
            Some((whole, decimals)) if !decimals.is_empty() => (whole, decimals),
            Some(_) => return Err(InvalidMoney::Form),
            None => (digits, ""),
        };
        if !is_whole(whole) || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidMoney::Form);
        }
        let missing = usize::from(exponent).checked_sub(decimals.len()).ok_or(InvalidMoney::Decimals)?;
        let digits = whole.bytes().filter(u8::is_ascii_digit).chain(decimals.bytes());
        let padded = digits.chain(std::iter::repeat_n(b'0', missing));
        // Counts downwards because the lowest integer has no positive counterpart.
        let units = padded
            .map(|digit| i64::from(digit - b'0'))
            .try_fold(0_i64, |units, digit| units.checked_mul(10)?.checked_sub(digit));
        let units = if negative { units } else { units.and_then(i64::checked_neg) };
        units.map(|units| Self::new(units, currency)).ok_or(InvalidMoney::TooLarge)
    }

    /// Formats the amount in major units: `1500.00`, with all decimals of the currency and no commas.
    /// `None` for a currency whose number of decimals is unknown.
    #[must_use]
    pub fn to_major(self) -> Option<String> {
        let exponent = usize::from(self.currency.exponent()?);
        let sign = if self.minor_units < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", self.minor_units.unsigned_abs(), width = exponent + 1);
        let (major, minor) = digits.split_at(digits.len() - exponent);
        let point = if minor.is_empty() { "" } else { "." };
        Some(format!("{sign}{major}{point}{minor}"))
    }

    fn combine(self, other: Self, operation: fn(i64, i64) -> Option<i64>) -> Option<Self> {
        if self.currency != other.currency {
            return None;
        }
        Some(Self::new(operation(self.minor_units, other.minor_units)?, self.currency))
    }
}

/// Formats as `SGD 1500.00`. A currency with an unknown number of decimals is shown in minor units,
/// marked as such.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_major() {
            Some(major) => write!(f, "{} {major}", self.currency),
            None => write!(f, "{} {} (minor units)", self.currency, self.minor_units),
        }
    }
}

/// Serializes in the API's form: `{"amount": 150000, "currency": "SGD"}`.
impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut money = serializer.serialize_struct("Money", 2)?;
        money.serialize_field("amount", &self.minor_units)?;
        money.serialize_field("currency", &self.currency)?;
        money.end()
    }
}

/// Reads the form that [`Money`] serializes to, and ignores other members.
impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("Money", &["amount", "currency"], MoneyVisitor)
    }
}

enum Member {
    Amount,
    Currency,
    Unknown,
}

reads_text! {
    Member: "the name of a member", |text| Some(match text {
        "amount" => Self::Amount,
        "currency" => Self::Currency,
        _ => Self::Unknown,
    });
}

struct MoneyVisitor;

impl<'de> Visitor<'de> for MoneyVisitor {
    type Value = Money;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount with its currency")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Money, A::Error> {
        let (mut amount, mut currency) = (None, None);
        while let Some(member) = map.next_key()? {
            match member {
                Member::Amount if amount.is_some() => return Err(A::Error::duplicate_field("amount")),
                Member::Amount => amount = Some(map.next_value()?),
                Member::Currency if currency.is_some() => {
                    return Err(A::Error::duplicate_field("currency"));
                }
                Member::Currency => currency = Some(map.next_value()?),
                Member::Unknown => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let minor_units = amount.ok_or_else(|| A::Error::missing_field("amount"))?;
        let currency = currency.ok_or_else(|| A::Error::missing_field("currency"))?;
        Ok(Money { minor_units, currency })
    }
}

/// Accepts digits with commas between all groups of three, or without commas.
fn is_whole(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once(',') {
        None => digits(text),
        Some((first, groups)) => {
            first.len() <= 3
                && digits(first)
                && groups.split(',').all(|group| group.len() == 3 && digits(group))
        }
    }
}

/// The reason why a text is not an amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidMoney {
    /// It is not of the form `1500.00` or `1,500.00`.
    Form,
    /// It has more decimals than the currency.
    Decimals,
    /// It exceeds an `i64` of minor units.
    TooLarge,
    /// The currency's number of decimals is unknown.
    Currency(Currency),
}

impl fmt::Display for InvalidMoney {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("an amount is written like 1500.00 or 1,500.00"),
            Self::Decimals => f.write_str("the amount has more decimals than its currency"),
            Self::TooLarge => f.write_str("the amount is too large"),
            Self::Currency(currency) => write!(f, "how many decimals {currency} has is not known"),
        }
    }
}

impl std::error::Error for InvalidMoney {}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn f19_every_integer_is_formatted() {
        for (units, text) in [
            (0, "SGD 0.00"),
            (1, "SGD 0.01"),
            (-1, "SGD -0.01"),
            (150_000, "SGD 1500.00"),
            (i64::MAX, "SGD 92233720368547758.07"),
            (i64::MIN, "SGD -92233720368547758.08"),
        ] {
            let money = Money::new(units, Currency::SGD);
            assert_eq!((money.to_string().as_str(), format!("{money:?}").as_str()), (text, text));
        }
        let of = |code, units| Money::new(units, Currency::parse(code).unwrap()).to_string();
        assert_eq!(of("KRW", 15_000), "KRW 15000");
        assert_eq!(of("KWD", -5), "KWD -0.005");
        assert_eq!(of("ZZZ", 5), "ZZZ 5 (minor units)");
    }

    #[test]
    fn money_serializes_in_the_apis_form() {
        let json = serde_json::to_string(&Money::new(150_000, Currency::SGD)).unwrap();
        assert_eq!(json, r#"{"amount":150000,"currency":"SGD"}"#);
    }

    #[test]
    fn money_deserializes_from_the_apis_form() {
        let read = |json: &str| serde_json::from_str::<Money>(json).map_err(|error| error.to_string());
        let money = Money::new(150_000, Currency::SGD);
        assert_eq!(read(r#"{"amount":150000,"currency":"SGD"}"#), Ok(money));
        assert_eq!(read(r#"{"currency":"sgd","else":[{}],"amount":150000}"#), Ok(money));
        for (json, reason) in [
            (r#"{"currency":"SGD"}"#, "missing field `amount`"),
            (r#"{"amount":1}"#, "missing field `currency`"),
            (r#"{"amount":1,"currency":"SGD","amount":2}"#, "duplicate field `amount`"),
            (r#"{"currency":"SGD","amount":1,"currency":"THB"}"#, "duplicate field `currency`"),
            (r#"{"amount":1.5,"currency":"SGD"}"#, "invalid type: floating point `1.5`, expected i64"),
            (r#"{"amount":9223372036854775808,"currency":"SGD"}"#, "expected i64"),
            (r#"{"amount":1,"currency":"S1D"}"#, "not a three-letter currency code"),
            ("150000", "expected an amount with its currency"),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains(reason), "{json}: {error}");
        }
    }

    #[track_caller]
    fn check(text: &str, expected: Result<i64, InvalidMoney>) {
        let found = Money::parse(text, Currency::SGD).map(Money::minor_units);
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn f19_amounts_in_major_units_are_parsed() {
        check("1,500.00", Ok(150_000));
        check("1500.00", Ok(150_000));
        check("1500", Ok(150_000));
        check("1500.5", Ok(150_050));
        check("0.01", Ok(1));
        check("-0.01", Ok(-1));
        check("007", Ok(700));
        check("92,233,720,368,547,758.07", Ok(i64::MAX));
        check("-92233720368547758.08", Ok(i64::MIN));
        let won = Currency::parse("KRW").unwrap();
        assert_eq!(Money::parse("15,000", won), Ok(Money::new(15_000, won)));
    }

    #[test]
    fn f19_invalid_amounts_are_rejected() {
        for text in [
            "",
            "-",
            ".",
            "1.",
            ".5",
            "1,50",
            "1,5000",
            "15,00,000",
            ",500",
            "1,500,",
            "1500,000",
            "1.0.0",
            "1e3",
            " 1",
            "1 ",
            "+1",
            "--1",
            "1_000",
            "S$1",
            "๑",
            "1,500.0,0",
            "0x10",
            "NaN",
            "1.-5",
        ] {
            check(text, Err(InvalidMoney::Form));
        }
        check("1.005", Err(InvalidMoney::Decimals));
        check("1.000", Err(InvalidMoney::Decimals));
        check("92233720368547758.08", Err(InvalidMoney::TooLarge));
        check("-92233720368547758.09", Err(InvalidMoney::TooLarge));
        let unknown = Currency::parse("ZZZ").unwrap();
        let error = InvalidMoney::Currency(unknown);
        assert_eq!(Money::parse("1", unknown), Err(error));
        assert_eq!(error.to_string(), "how many decimals ZZZ has is not known");
    }

    proptest! {
        #[test]
        fn f19_formatted_amounts_parse_back(units in any::<i64>(), code in "SGD|THB|KRW|KWD") {
            let money = Money::new(units, Currency::parse(&code).unwrap());
            let major = money.to_major().unwrap();
            prop_assert_eq!(Money::parse(&major, money.currency()), Ok(money));
        }

        #[test]
        fn f45_any_text_parses_or_is_rejected(text in "[-0-9,.]{0,24}") {
            if let Ok(money) = Money::parse(&text, Currency::THB) {
                let plain = text.replace(',', "");
                let whole = plain.split('.').next().unwrap();
                let major = money.to_major().unwrap();
                let trimmed = whole.trim_start_matches('-').trim_start_matches('0');
                prop_assert!(major.trim_start_matches('-').trim_start_matches('0').starts_with(trimmed));
            }
        }
    }

    #[test]
    fn f19_sum_of_many_amounts_is_checked() {
        let one = Money::new(1, Currency::SGD);
        assert_eq!(Money::checked_sum(Currency::SGD, [one; 3]), Some(Money::new(3, Currency::SGD)));
        assert_eq!(Money::checked_sum(Currency::SGD, []), Some(Money::new(0, Currency::SGD)));
        assert_eq!(Money::checked_sum(Currency::THB, [one]), None);
        assert_eq!(Money::checked_sum(Currency::SGD, [Money::new(i64::MAX, Currency::SGD), one]), None);
    }

    #[test]
    fn f19_additions_are_checked() {
        let most = Money::new(i64::MAX, Currency::THB);
        let one = Money::new(1, Currency::THB);
        assert_eq!(most.checked_add(one), None);
        assert_eq!(Money::new(i64::MIN, Currency::THB).checked_sub(one), None);
        assert_eq!(most.checked_sub(most), Some(Money::new(0, Currency::THB)));
        assert_eq!(one.checked_add(Money::new(1, Currency::SGD)), None);
    }
}
