//! `/sources`.

use kakaopay_types::{Params, SourceId};

use super::fields;
use super::refusal::Refusal;
use super::request::Call;
use crate::object::SourceObject;
use crate::state::{Source, State};

/// `POST /sources`.
pub(crate) fn create(state: &mut State, call: &Call) -> Result<SourceObject, Refusal> {
    let params = call.body_params()?;
    // Recorded order of validation for a source with several errors.
    let amount = fields::amount(&params, Refusal::bad_request)?;
    let currency = fields::currency(&params, Refusal::bad_request)?;
    fields::source_type(&params)?;
    fields::within_limits(amount, currency, Refusal::bad_request)?;
    let platform_type = fields::platform_type(&params)?;
    let source = state.create_source(amount, currency, platform_type, call.now)?;
    Ok(SourceObject::of(&source, "unknown"))
}

/// `GET /sources/{id}`.
pub(crate) fn retrieve(state: &State, id: &str) -> Result<SourceObject, Refusal> {
    let source = find(state, id)?;
    let charge = state.charges().rev().find(|charge| charge.source == source.id);
    Ok(SourceObject::of(source, charge.map_or("unknown", |charge| charge.status())))
}

/// Finds a source by its id.
pub(crate) fn find<'a>(state: &'a State, id: &str) -> Result<&'a Source, Refusal> {
    let found = SourceId::parse(id).ok().and_then(|id| state.source(&id));
    found.ok_or_else(|| Refusal::not_found("source", id))
}

/// Creates an inline source with the amount and currency of its charge.
pub(crate) fn create_inside(
    state: &mut State,
    inside: &Params,
    amount: i64,
    currency: kakaopay_types::Currency,
    call: &Call,
) -> Result<SourceId, Refusal> {
    fields::source_type(inside)?;
    let platform_type = fields::platform_type(inside)?;
    Ok(state.create_source(amount, currency, platform_type, call.now)?.id)
}
