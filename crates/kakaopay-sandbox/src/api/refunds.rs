//! `/charges/{id}/refunds` and `/refunds`.

use kakaopay_types::{Params, RefundWindow};

use super::charges::{find, read};
use super::fields;
use super::page::Page;
use super::refusal::Refusal;
use super::request::Call;
use crate::object::{ListObject, RefundObject};
use crate::state::{Charge, Ending, NewRefund, State};

/// Number of partial refunds that a charge cannot reach, as documented.
const MOST_PARTIAL: usize = 15;

/// `POST /charges/{id}/refunds`.
///
/// The error codes are documented; their order of precedence and all messages are choices.
pub(crate) fn create(state: &mut State, call: &Call, id: &str) -> Result<RefundObject, Refusal> {
    let charge = find(state, id)?;
    let params = call.body_params()?;
    let amount = fields::amount(&params, Refusal::bad_request)?;
    let metadata = fields::metadata(&params)?;
    let Some(Ending::Paid { at: paid_at, .. }) = &charge.ending else {
        return Err(Refusal::failed_refund("charge was not paid"));
    };
    if amount <= 0 {
        return Err(Refusal::bad_request("amount must be greater than 0"));
    }
    if !RefundWindow::is_open(*paid_at, call.now) {
        return Err(Refusal::failed_refund("charge can no longer be refunded"));
    }
    let left = charge.amount - charge.refunded();
    if amount > left {
        return Err(Refusal::failed_refund(format!("amount must be less than or equal to {left}")));
    }
    let voided = is_void(charge, amount, &params)?;
    if amount < charge.amount && charge.refunds.len() + 1 >= MOST_PARTIAL {
        return Err(Refusal::failed_refund("charge has too many refunds"));
    }
    let new = NewRefund { charge: charge.id.clone(), amount, voided, metadata };
    let refund = state.refund(new, call.now)?.ok_or_else(Refusal::internal)?;
    Ok(RefundObject::of(&refund))
}

/// Returns whether a refund voids the payment. A full refund does before the acquirer's settlement, which is always
/// the case while refunds are possible here. As documented, the request can demand or exclude it.
fn is_void(charge: &Charge, amount: i64, params: &Params) -> Result<bool, Refusal> {
    let is_all = amount == charge.amount;
    let requested = fields::strict_boolean(params, "void")?;
    match requested {
        Some(true) if !is_all => Err(Refusal::failed_void("only a whole charge can be voided")),
        Some(false) => Ok(false),
        Some(true) | None => Ok(is_all),
    }
}

/// `GET /charges/{id}/refunds`.
pub(crate) fn of_charge(state: &State, call: &Call, id: &str) -> Result<ListObject<RefundObject>, Refusal> {
    let refunds = find(state, id)?.refunds.iter().map(|refund| (refund.created_at, refund));
    Ok(Page::of(call)?.cut(&format!("/charges/{id}/refunds"), refunds, RefundObject::of))
}

/// `GET /charges/{id}/refunds/{id}`. `expand=true` embeds the charge.
pub(crate) fn retrieve(state: &State, call: &Call, id: &str, refund: &str) -> Result<RefundObject, Refusal> {
    let found = find(state, id)?.refunds.iter().find(|found| found.id.as_str() == refund);
    let object = found.map(RefundObject::of).ok_or_else(|| Refusal::not_found("refund", refund))?;
    if fields::boolean(&call.query_params()?, "expand") == Some(true) {
        return Ok(object.expanded(read(state, call, id)?));
    }
    Ok(object)
}

/// `GET /refunds`.
pub(crate) fn list(state: &State, call: &Call) -> Result<ListObject<RefundObject>, Refusal> {
    let refunds = state.refunds().map(|refund| (refund.created_at, refund));
    Ok(Page::of(call)?.cut("/refunds", refunds, RefundObject::of))
}
