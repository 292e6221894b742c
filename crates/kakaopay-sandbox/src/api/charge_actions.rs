//! Calls that end a charge, and calls for card charges that are rejected here.

use kakaopay_types::FailureCode;

use super::charges::{find, read};
use super::fields;
use super::refusal::Refusal;
use super::request::Call;
use crate::object::ChargeObject;
use crate::state::{Charge, Ending, State};

/// `POST /charges/{id}/expire`. It is not known whether the service allows it for KakaoPay; it was recorded for a
/// similar payment method.
pub(crate) fn expire(state: &mut State, call: &Call, id: &str) -> Result<ChargeObject, Refusal> {
    let charge = find(state, id)?.id.clone();
    if !state.expire_early(&charge, call.now)? {
        return Err(Refusal::failed_expire());
    }
    read(state, call, id)
}

/// `POST /charges/{id}/mark_as_paid`.
pub(crate) fn mark_as_paid(state: &mut State, call: &Call, id: &str) -> Result<ChargeObject, Refusal> {
    let charge = find(state, id)?.id.clone();
    if !state.pay(&charge, call.now)? {
        return Err(ended(state, id));
    }
    read(state, call, id)
}

/// `POST /charges/{id}/mark_as_failed`. Accepts a `failure_code`, one of the guide's five.
pub(crate) fn mark_as_failed(state: &mut State, call: &Call, id: &str) -> Result<ChargeObject, Refusal> {
    let charge = find(state, id)?.id.clone();
    let params = call.body_params()?;
    let code = failure_code(fields::strict_text(&params, "failure_code")?.unwrap_or("failed_processing"))?;
    if !state.fail(&charge, code, call.now)? {
        return Err(ended(state, id));
    }
    read(state, call, id)
}

/// Returns the refusal for a charge that has already ended: it expired, or it was completed.
fn ended(state: &State, id: &str) -> Refusal {
    match find(state, id) {
        Ok(Charge { ending: Some(Ending::Expired { .. }), .. }) => Refusal::expired_charge(),
        _ => Refusal::processed_charge(),
    }
}

/// `POST /charges/{id}/capture`. Only authorized card charges can be captured; KakaoPay has no authorization.
pub(crate) fn capture(state: &State, id: &str) -> Result<ChargeObject, Refusal> {
    find(state, id)?;
    Err(Refusal::failed_capture())
}

/// `POST /charges/{id}/reverse`. Only authorized card charges can be reversed before capture.
pub(crate) fn reverse(state: &State, id: &str) -> Result<ChargeObject, Refusal> {
    find(state, id)?;
    Err(Refusal::failed_reverse())
}

/// Parses one of the guide's five failure codes.
fn failure_code(text: &str) -> Result<FailureCode, Refusal> {
    match FailureCode::from(text) {
        code if FailureCode::KNOWN.contains(&code) => Ok(code),
        _ => Err(Refusal::bad_request("failure_code is not supported")),
    }
}
