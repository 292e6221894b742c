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

/// `PATCH /account`: sets where events are posted to, or with an empty text that they are posted nowhere.
///
/// The service takes an address with HTTPS that it can reach. A sandbox reaches this machine and the hosts that it
/// is allowed to, so it takes plain HTTP there.
pub(crate) fn update(state: &mut State, call: &Call) -> Result<AccountObject, Refusal> {
    match call.body_params()?.get("webhook_uri") {
        // A `null` is what some clients send for every field that is not set.
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

/// `PATCH /account/api_version`: moves the account on to a newer version, in which its events are written from
/// then on. As documented there is no way back. What the parameter is called is not, so that is a choice.
pub(crate) fn upgrade(state: &mut State, call: &Call) -> Result<AccountObject, Refusal> {
    let params = call.body_params()?;
    let version = fields::text(&params, "api_version").and_then(|text| version::named(text).ok());
    let version = version.ok_or_else(|| Refusal::bad_request("api_version is not supported"))?;
    if !state.account.upgrade(version, call.now) {
        return Err(Refusal::bad_request("api_version cannot be downgraded"));
    }
    Ok(retrieve(state))
}
