//! Where a charge may lead back to.

use kakaopay_types::{Params, ReturnUri};

use super::fields;
use super::refusal::Refusal;
use crate::webhook::WebhookUrl;

/// Which addresses are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ReturnUris {
    /// `https://`, as the service takes them.
    #[default]
    Https,
    /// Also `http://` on this machine: a shop under test has no certificate.
    Local,
}

impl ReturnUris {
    /// The `return_uri` of a new charge.
    pub(super) fn read(self, params: &Params) -> Result<String, Refusal> {
        let text = fields::text(params, "return_uri")
            .ok_or_else(|| Refusal::invalid_charge("return_uri is required for kakaopay"))?;
        // What is plain http on this machine is said once, for webhooks.
        if self == Self::Local && WebhookUrl::parse(text).is_ok() {
            return Ok(text.to_owned());
        }
        ReturnUri::parse(text).map_err(|error| Refusal::invalid_charge(error.to_string()))?;
        Ok(text.to_owned())
    }
}
