//! `/transactions`.

use super::charges::read;
use super::refusal::Refusal;
use super::request::Call;
use crate::object::TransactionObject;
use crate::state::State;

/// `GET /transactions/{id}`: the transaction of a charge. Those of refunds have ids but cannot be read, because
/// the service's objects were never recorded.
pub(crate) fn retrieve(state: &State, call: &Call, id: &str) -> Result<TransactionObject, Refusal> {
    let charge = state.charge_of_transaction(id).ok_or_else(|| Refusal::not_found("transaction", id))?;
    read(state, call, charge.id.as_str())?.transaction().ok_or_else(Refusal::internal)
}
