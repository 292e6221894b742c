//! Conversions shared by the types that have a `parse` function.

/// Implements `FromStr`, `TryFrom<&str>`, `TryFrom<String>` and `Deserialize` through `parse`.
///
/// Each type is listed with its error, the expected text, and, for a secret, the wrapper that wipes
/// the source `String`. No error repeats the text.
macro_rules! parsed {
    ($($type:ident: $error:ident, $expected:expr $(, $wiped:path)?;)*) => {$(
        impl std::str::FromStr for $type {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                Self::parse(text)
            }
        }

        impl TryFrom<&str> for $type {
            type Error = $error;

            fn try_from(text: &str) -> Result<Self, $error> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $type {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, $error> {
                $(let text = $wiped(text);)?
                Self::parse(&text)
            }
        }

        $crate::decode::reads_text! {
            $type: $expected, |text| Self::parse(text).ok();
        }
    )*};
}

pub(crate) use parsed;

#[cfg(test)]
mod tests {
    use std::fmt::Debug;
    use std::str::FromStr;

    use serde::de::DeserializeOwned;

    use crate::{
        ApiVersion, AttemptReference, ChargeId, Currency, EventId, Language, Mode, PublicKey, Reference,
        RefundId, ReturnUri, SecretKey, SourceId, StoreId, Timestamp,
    };

    #[track_caller]
    fn check<T>(good: &str)
    where
        T: FromStr + for<'a> TryFrom<&'a str> + TryFrom<String> + DeserializeOwned + PartialEq + Debug,
        T::Err: Debug + ToString,
        for<'a> <T as TryFrom<&'a str>>::Error: Debug,
        <T as TryFrom<String>>::Error: Debug,
    {
        let value: T = good.parse().unwrap();
        assert_eq!(T::try_from(good).unwrap(), value);
        assert_eq!(T::try_from(good.to_owned()).unwrap(), value);
        assert_eq!(serde_json::from_value::<T>(good.into()).unwrap(), value);

        let bad = "no value: canary";
        assert!(T::try_from(bad).is_err() && T::try_from(bad.to_owned()).is_err(), "{good}");
        let error = bad.parse::<T>().unwrap_err().to_string();
        let of_serde = serde_json::from_value::<T>(bad.into()).unwrap_err().to_string();
        assert!(!error.contains("canary") && !of_serde.contains("canary"), "{error}; {of_serde}");
    }

    #[test]
    fn i7_parsed_types_convert_alike_and_repeat_no_value() {
        check::<SecretKey>("skey_test_1");
        check::<PublicKey>("pkey_test_1");
        check::<ReturnUri>("https://shop.example/done");
        check::<Reference>("order-1");
        check::<AttemptReference>("order-1/2");
        check::<ChargeId>("chrg_test_1");
        check::<SourceId>("src_test_1");
        check::<EventId>("evnt_test_1");
        check::<RefundId>("rfnd_test_1");
        check::<StoreId>("0c0ffee");
        check::<Mode>("live");
        check::<Language>("ko-KR");
        check::<Currency>("SGD");
        check::<Timestamp>("2023-06-15T02:25:15Z");
        check::<ApiVersion>("2017-11-02");
        check::<crate::delivery::DeliveryTime>("2025-03-20 09:24:24 UTC");
    }
}
