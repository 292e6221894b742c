//! Typed parameters: encoding and decoding.

use std::net::IpAddr;

#[cfg(feature = "server")]
use super::receive::InvalidRequest;
#[cfg(feature = "server")]
use crate::currency::Currency;
#[cfg(feature = "server")]
use crate::decode::FromText;
use crate::failure::FailureCode;
use crate::limits::PaymentAmount;
use crate::list::SortOrder;
#[cfg(feature = "server")]
use crate::money::Money;
use crate::params::{Param, Params};
use crate::platform::PlatformType;
use crate::refund_amount::RefundAmount;
use crate::return_uri::ReturnUri;
use crate::timestamp::Timestamp;

/// A typed parameter.
pub(crate) trait Field: Sized {
    /// Appends it under a name. A member without a value is not sent.
    fn put(&self, name: &'static str, params: &mut Params);

    /// Decodes it.
    #[cfg(feature = "server")]
    fn take(name: &'static str, params: &Params) -> Result<Self, InvalidRequest>;
}

/// A parameter with a single value.
pub(crate) trait Single: Sized {
    /// Describes the valid value in errors.
    #[cfg(feature = "server")]
    const EXPECTED: &'static str;

    /// Returns the encoded value.
    fn to_param(&self) -> Param;

    /// Decodes the value. In a form every value is text.
    #[cfg(feature = "server")]
    fn from_param(param: &Param) -> Option<Self>;
}

impl<T: Single> Field for T {
    fn put(&self, name: &'static str, params: &mut Params) {
        params.set(name.to_owned(), self.to_param());
    }

    #[cfg(feature = "server")]
    fn take(name: &'static str, params: &Params) -> Result<Self, InvalidRequest> {
        let value = params.get(name).and_then(Self::from_param);
        value.ok_or_else(|| InvalidRequest::new(name, T::EXPECTED))
    }
}

/// `null` and, in a form, an empty value mean `None`: some clients send one for every unset
/// parameter.
impl<T: Single> Field for Option<T> {
    fn put(&self, name: &'static str, params: &mut Params) {
        if let Some(value) = self {
            value.put(name, params);
        }
    }

    #[cfg(feature = "server")]
    fn take(name: &'static str, params: &Params) -> Result<Self, InvalidRequest> {
        match params.get(name) {
            None | Some(Param::Null) => Ok(None),
            Some(Param::Text(text)) if text.is_empty() => Ok(None),
            Some(_) => T::take(name, params).map(Some),
        }
    }
}

/// Amount and currency are two parameters.
impl Field for PaymentAmount {
    fn put(&self, name: &'static str, params: &mut Params) {
        self.minor_units().put(name, params);
        params.set("currency".to_owned(), self.currency().as_str().into());
    }

    #[cfg(feature = "server")]
    fn take(name: &'static str, params: &Params) -> Result<Self, InvalidRequest> {
        let units = i64::take(name, params)?;
        let currency = params.get("currency").and_then(text).and_then(Currency::from_text);
        let currency = currency.ok_or_else(|| InvalidRequest::new("currency", Currency::EXPECTED))?;
        Self::new(Money::new(units, currency))
            .map_err(|_| InvalidRequest::new(name, "an amount inside KakaoPay's limits"))
    }
}

impl Single for i64 {
    #[cfg(feature = "server")]
    const EXPECTED: &'static str = "an integer";

    fn to_param(&self) -> Param {
        (*self).into()
    }

    #[cfg(feature = "server")]
    fn from_param(param: &Param) -> Option<Self> {
        match param {
            Param::Number(number) => number.as_i64(),
            Param::Text(text) if !text.starts_with('+') => text.parse().ok(),
            _ => None,
        }
    }
}

impl Single for u32 {
    #[cfg(feature = "server")]
    const EXPECTED: &'static str = "an integer from 0 to 4294967295";

    fn to_param(&self) -> Param {
        (*self).into()
    }

    #[cfg(feature = "server")]
    fn from_param(param: &Param) -> Option<Self> {
        i64::from_param(param)?.try_into().ok()
    }
}

impl Single for bool {
    #[cfg(feature = "server")]
    const EXPECTED: &'static str = "true or false";

    fn to_param(&self) -> Param {
        (*self).into()
    }

    #[cfg(feature = "server")]
    fn from_param(param: &Param) -> Option<Self> {
        match param {
            Param::Bool(truth) => Some(*truth),
            Param::Text(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl Single for RefundAmount {
    #[cfg(feature = "server")]
    const EXPECTED: &'static str = "an integer above zero";

    fn to_param(&self) -> Param {
        self.minor_units().into()
    }

    #[cfg(feature = "server")]
    fn from_param(param: &Param) -> Option<Self> {
        Self::new(i64::from_param(param)?).ok()
    }
}

impl Single for String {
    #[cfg(feature = "server")]
    const EXPECTED: &'static str = "text";

    fn to_param(&self) -> Param {
        self.as_str().into()
    }

    #[cfg(feature = "server")]
    fn from_param(param: &Param) -> Option<Self> {
        text(param).map(str::to_owned)
    }
}

/// Values that the API writes as text.
macro_rules! text_fields {
    ($($type:ty: $text:expr;)*) => {$(
        impl Single for $type {
            #[cfg(feature = "server")]
            const EXPECTED: &'static str = <$type as FromText>::EXPECTED;

            fn to_param(&self) -> Param {
                let text: fn(&$type) -> String = $text;
                text(self).into()
            }

            #[cfg(feature = "server")]
            fn from_param(param: &Param) -> Option<Self> {
                text(param).and_then(FromText::from_text)
            }
        }
    )*};
}

text_fields! {
    PlatformType: |platform| platform.as_str().to_owned();
    FailureCode: |code| code.as_str().to_owned();
    SortOrder: |order| order.as_str().to_owned();
    ReturnUri: |uri| uri.as_str().to_owned();
    Timestamp: ToString::to_string;
    IpAddr: ToString::to_string;
}

#[cfg(feature = "server")]
impl FromText for IpAddr {
    const EXPECTED: &'static str = "an IP address";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// A parameter with a constant value.
#[cfg(feature = "server")]
pub(crate) fn constant(
    name: &'static str,
    expected: &'static str,
    params: &Params,
) -> Result<(), InvalidRequest> {
    let found = params.get(name).and_then(text) == Some(expected);
    found.then_some(()).ok_or(InvalidRequest::new(name, expected))
}

#[cfg(feature = "server")]
pub(crate) fn text(param: &Param) -> Option<&str> {
    match param {
        Param::Text(text) => Some(text),
        _ => None,
    }
}
