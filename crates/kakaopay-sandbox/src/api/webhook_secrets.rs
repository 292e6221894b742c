//! `/webhooks/secrets`.
//!
//! The calls and the succession of secrets are documented; parameters and responses are not, so they are choices.

use kakaopay_types::Timestamp;
use kakaopay_webhook::WebhookSecret;

use super::page::Page;
use super::refusal::Refusal;
use super::request::Call;
use crate::object::{ListObject, WebhookSecretObject};
use crate::state::{IssuedSecret, State};

/// `GET /webhooks/secrets`: the active secrets, without their values.
pub(crate) fn list(state: &State, call: &Call) -> Result<ListObject<WebhookSecretObject>, Refusal> {
    cut(call, state.account.secrets.signing(call.now))
}

/// `POST /webhooks/secrets`: creates a secret and returns its value this once. The previous secret signs beside it
/// for a day.
pub(crate) fn roll(state: &mut State, call: &Call) -> Result<WebhookSecretObject, Refusal> {
    let id = state.ids.next("whsec");
    let secret = WebhookSecret::from_bytes(state.ids.bytes::<32>()).map_err(|_| Refusal::internal())?;
    Ok(WebhookSecretObject::with_value(&state.account.secrets.roll(id, secret, call.now)))
}

/// `DELETE /webhooks/secrets`: removes all secrets, so that webhooks are unsigned. Returns the remaining secrets,
/// an empty list.
pub(crate) fn delete(state: &mut State, call: &Call) -> Result<ListObject<WebhookSecretObject>, Refusal> {
    state.account.secrets.clear();
    cut(call, std::iter::empty())
}

fn cut<'a>(
    call: &Call,
    secrets: impl Iterator<Item = &'a IssuedSecret>,
) -> Result<ListObject<WebhookSecretObject>, Refusal> {
    let secrets = secrets.map(|secret| -> (Timestamp, _) { (secret.created_at, secret) });
    Ok(Page::of(call)?.cut("/webhooks/secrets", secrets, WebhookSecretObject::of))
}
