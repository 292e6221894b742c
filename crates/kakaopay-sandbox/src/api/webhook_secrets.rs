//! `/webhooks/secrets`.
//!
//! That there are these calls is documented, and how secrets follow each other; what the calls take and
//! answer is not, so that is a choice.

use kakaopay_types::Timestamp;
use kakaopay_webhook::WebhookSecret;

use super::page::Page;
use super::refusal::Refusal;
use super::request::Call;
use crate::object::{ListObject, WebhookSecretObject};
use crate::state::{IssuedSecret, State};

/// `GET /webhooks/secrets`: those that sign now, without themselves.
pub(crate) fn list(state: &State, call: &Call) -> Result<ListObject<WebhookSecretObject>, Refusal> {
    cut(call, state.account.secrets.signing(call.now))
}

/// `POST /webhooks/secrets`: a new secret, which is told this once. The one before it signs beside it for a
/// day.
pub(crate) fn roll(state: &mut State, call: &Call) -> Result<WebhookSecretObject, Refusal> {
    let id = state.ids.next("whsec");
    let secret = WebhookSecret::from_bytes(state.ids.bytes::<32>()).map_err(|_| Refusal::internal())?;
    Ok(WebhookSecretObject::told(&state.account.secrets.roll(id, secret, call.now)))
}

/// `DELETE /webhooks/secrets`: no secret any more, so that webhooks are not signed. Answers what is left:
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
