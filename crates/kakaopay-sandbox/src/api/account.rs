//! `/account`.

use kakaopay_types::Param;

use super::fields;
use super::refusal::Refusal;
use super::request::Call;
use crate::object::AccountObject;
use crate::state::State;
use crate::version;

/// `GET /account`.
pub(crate) fn retrieve(state: &State) -> AccountObject {
    AccountObject::of(&state.account)
}

/// `PATCH /account`: sets the webhook endpoint, or removes it if the text is empty.
///
/// The service accepts reachable HTTPS URLs. A sandbox reaches only this machine and its allowed hosts, so it accepts
/// plain HTTP there.
pub(crate) fn update(state: &mut State, call: &Call) -> Result<AccountObject, Refusal> {
    match call.body_params()?.get("webhook_uri") {
        // Some clients send `null` for every field that is not set.
        None | Some(Param::Null) => {}
        Some(Param::Text(text)) if text.is_empty() => state.account.webhook_url = None,
        Some(Param::Text(text)) => {
            let url = state.webhook_hosts.url(text);
            let url = url.map_err(|error| Refusal::bad_request(error.to_string()))?;
            state.account.webhook_url = Some(url);
        }
        Some(_) => return Err(Refusal::bad_request("webhook_uri is not a text")),
    }
    Ok(retrieve(state))
}

/// `PATCH /account/api_version`: upgrades the account, and with it the version of later events. The service
/// documents that there is no downgrade, but not the name of the parameter, so that name is a choice.
pub(crate) fn upgrade(state: &mut State, call: &Call) -> Result<AccountObject, Refusal> {
    let params = call.body_params()?;
    let version = fields::text(&params, "api_version").and_then(|text| version::named(text).ok());
    let version = version.ok_or_else(|| Refusal::bad_request("api_version is not supported"))?;
    if !state.account.upgrade(version, call.now) {
        return Err(Refusal::bad_request("api_version cannot be downgraded"));
    }
    Ok(retrieve(state))
}
