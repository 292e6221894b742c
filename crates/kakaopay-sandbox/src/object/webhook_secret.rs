//! The webhook secret object.

use kakaopay_types::Timestamp;
use serde::Serialize;

use super::shape::same_in_each_version;
use crate::state::IssuedSecret;

/// The webhook secret object. That there is such a call is documented, and what it answers is not: the
/// members are a choice.
#[derive(Clone, Serialize)]
pub(crate) struct WebhookSecretObject {
    object: &'static str,
    id: String,
    livemode: bool,
    /// The secret itself, which is told once: when it is made.
    secret: Option<String>,
    created_at: Timestamp,
    /// When it stops signing; `null` for the newest.
    expires_at: Option<Timestamp>,
}

impl WebhookSecretObject {
    /// A secret as it is listed: without itself.
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

    /// A secret as it is told when it is made.
    pub(crate) fn told(secret: &IssuedSecret) -> Self {
        Self { secret: Some(secret.secret.expose_base64().as_str().to_owned()), ..Self::of(secret) }
    }
}

same_in_each_version!(WebhookSecretObject);
