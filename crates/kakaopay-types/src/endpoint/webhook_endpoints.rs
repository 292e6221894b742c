//! The webhook endpoints of one charge.

use std::fmt;

use super::field::Single;
use crate::params::Param;
use crate::return_uri::{InvalidReturnUri, ReturnUri};

/// Webhook endpoints for one charge and its refunds, instead of the account's own: one or two HTTPS
/// URIs that the service can reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEndpoints(Vec<ReturnUri>);

impl WebhookEndpoints {
    /// Maximum number of endpoints of a charge.
    pub const MAX: usize = 2;

    /// Checks the URIs.
    ///
    /// # Errors
    /// [`InvalidWebhookEndpoints`] if there are none or more than two, or if a URI is not of the plain
    /// HTTPS form that [`ReturnUri`] accepts, its host is `localhost`, or it has a fragment. The plain form
    /// excludes IP addresses.
    pub fn new<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidWebhookEndpoints> {
        let addresses = addresses.into_iter().map(address).collect::<Result<Vec<_>, _>>()?;
        if addresses.is_empty() || addresses.len() > Self::MAX {
            return Err(InvalidWebhookEndpoints::Count);
        }
        Ok(Self(addresses))
    }

    /// Returns the URIs.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(ReturnUri::as_str)
    }
}

fn address(text: &str) -> Result<ReturnUri, InvalidWebhookEndpoints> {
    let address = ReturnUri::parse(text).map_err(InvalidWebhookEndpoints::Address)?;
    let host = address.host().to_ascii_lowercase();
    if host == "localhost" || host.ends_with(".localhost") {
        return Err(InvalidWebhookEndpoints::Localhost);
    }
    if text.contains('#') {
        return Err(InvalidWebhookEndpoints::Address(InvalidReturnUri::Character));
    }
    Ok(address)
}

impl Single for WebhookEndpoints {
    #[cfg(feature = "server")]
    const EXPECTED: &'static str = "one or two HTTPS addresses that the service can reach";

    fn to_param(&self) -> Param {
        Param::List(self.iter().map(Param::from).collect())
    }

    #[cfg(feature = "server")]
    fn from_param(param: &Param) -> Option<Self> {
        let Param::List(list) = param else { return None };
        let addresses = list.iter().map(super::field::text).collect::<Option<Vec<_>>>()?;
        Self::new(addresses).ok()
    }
}

/// The reason why webhook endpoints are invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidWebhookEndpoints {
    /// There are none, or more than two.
    Count,
    /// A URI is not of the plain HTTPS form.
    Address(InvalidReturnUri),
    /// A URI refers to the local machine.
    Localhost,
}

impl fmt::Display for InvalidWebhookEndpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count => write!(f, "a charge has one or two webhook endpoints"),
            Self::Address(_) => f.write_str("a webhook endpoint is not a plain HTTPS address"),
            Self::Localhost => f.write_str("the service cannot reach localhost"),
        }
    }
}

impl std::error::Error for InvalidWebhookEndpoints {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Address(address) => Some(address),
            Self::Count | Self::Localhost => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(addresses: &[&str], expected: Result<(), InvalidWebhookEndpoints>) {
        assert_eq!(WebhookEndpoints::new(addresses.iter().copied()).map(drop), expected, "{addresses:?}");
    }

    #[test]
    fn one_or_two_uris_are_accepted() {
        let (one, two) = ("https://shop.example/hooks", "https://shop.example:8443/hooks?a=1");
        check(&[one], Ok(()));
        check(&[one, two], Ok(()));
        check(&[], Err(InvalidWebhookEndpoints::Count));
        check(&[one, two, one], Err(InvalidWebhookEndpoints::Count));
    }

    #[test]
    fn f37_internal_addresses_are_rejected() {
        check(&["https://localhost/hooks"], Err(InvalidWebhookEndpoints::Localhost));
        check(&["https://LocalHost:443"], Err(InvalidWebhookEndpoints::Localhost));
        check(&["https://a.localhost/"], Err(InvalidWebhookEndpoints::Localhost));
        let host = Err(InvalidWebhookEndpoints::Address(InvalidReturnUri::Host));
        for address in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::1]/",
            "https://169.254.169.254/latest",
            "https://user@shop.example/",
            "https://shop.example.:443/",
        ] {
            check(&[address], host);
        }
        let plain = InvalidWebhookEndpoints::Address(InvalidReturnUri::NotHttps);
        check(&["http://shop.example/hooks"], Err(plain));
        let fragment = InvalidWebhookEndpoints::Address(InvalidReturnUri::Character);
        check(&["https://shop.example/hooks#a"], Err(fragment));
    }
}
