//! Routing of API calls.

use bytes::Bytes;
use http::Response;

use super::auth::{Signed, signed};
use super::cors;
use super::refusal::Refusal;
use super::request::Call;
use super::response::ApiResponse;
use super::table::{FOR_ANY_KEY, FOR_PAYMENTS, FOR_THE_ACCOUNT};
use super::version::version;
use crate::keys::Keys;
use crate::route::Route;
use crate::state::State;

/// Responds to a call.
pub(crate) fn respond(state: &mut State, keys: &Keys, call: &Call) -> Response<Bytes> {
    if let Some(response) = cors::preflight(call) {
        return response;
    }
    let response = execute(state, keys, call).unwrap_or_else(ApiResponse::refusal);
    let mut response = response.into_response(&state.ids.request());
    cors::allow(call, &mut response);
    response
}

/// Executes a call if its key is authorized.
fn execute(state: &mut State, keys: &Keys, call: &Call) -> Result<ApiResponse, Refusal> {
    let signed = signed(&call.headers, keys)?;
    let version = version(&call.headers, state.account.version)?;
    let find = |routes| Route::find(routes, call.method.as_str(), &call.path);
    if let Some((route, ids)) = find(FOR_ANY_KEY) {
        return Ok((route.handler)(state, call, version, ids));
    }
    // Only the secret key may learn which calls and objects exist.
    if signed != Signed::Secret {
        return Err(Refusal::authentication());
    }
    let (route, ids) = find(FOR_PAYMENTS).or_else(|| find(FOR_THE_ACCOUNT)).ok_or_else(Refusal::no_route)?;
    Ok((route.handler)(state, call, version, ids))
}
