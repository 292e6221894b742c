//! The webhook secret object.

use kakaopay_types::Timestamp;
use serde::Serialize;

use super::shape::same_in_each_version;
use crate::state::IssuedSecret;

/// The webhook secret object. The call is documented, but its response is not, so the members are a choice.
#[derive(Clone, Serialize)]
pub(crate) struct WebhookSecretObject {
    object: &'static str,
    id: String,
    livemode: bool,
    /// The secret's value, present only in the response to its creation.
    secret: Option<String>,
    created_at: Timestamp,
    /// Time at which it stops signing; `null` for the newest.
    expires_at: Option<Timestamp>,
}

impl WebhookSecretObject {
    /// Builds the object without the secret's value, as in lists.
    pub(crate) fn of(secret: &IssuedSecret) -> Self {
        Self {
            object: "webhook_secret",
            id: secret.id.clone(),
            livemode: false,
            secret: None,
            created_at: secret.created_at,
            expires_at: secret.expires_at,
        }
    }

    /// Builds the object with the secret's value, as in the response to its creation.
    pub(crate) fn with_value(secret: &IssuedSecret) -> Self {
        Self { secret: Some(secret.secret.expose_base64().as_str().to_owned()), ..Self::of(secret) }
    }
}

same_in_each_version!(WebhookSecretObject);
