//! `/charges`.

use kakaopay_types::{ChargeId, Currency, FailureCode, Param, Params, ReturnUri, SourceId};

use super::fields;
use super::page::Page;
use super::refusal::Refusal;
use super::request::Call;
use super::sources;
use crate::object::{ChargeObject, EventObject, ListObject};
use crate::world::{Charge, NewCharge, World};

/// `POST /charges`.
///
/// Where the service's own code for a refusal is not documented, it is `invalid_charge` here, the
/// one that was recorded for amounts and currencies.
pub(crate) fn create(world: &mut World, call: &Call) -> Result<ChargeObject, Refusal> {
    let params = call.body_params()?;
    let amount = fields::amount(&params, Refusal::invalid_charge)?;
    let currency = fields::currency(&params, Refusal::invalid_charge)?;
    fields::within_limits(amount, currency, Refusal::invalid_charge)?;
    let return_uri = return_uri(&params)?;
    let metadata = fields::metadata(&params)?;
    let source = source(world, call, &params, amount, currency)?;
    let new = NewCharge {
        amount,
        currency,
        source,
        origin: call.origin.clone(),
        return_uri,
        description: fields::text(&params, "description").map(str::to_owned),
        metadata,
        ip: fields::text(&params, "ip").map(str::to_owned),
    };
    let id = world.create_charge(new, call.now)?;
    retrieve(world, call, id.as_str())
}

/// `GET /charges/{id}`.
pub(crate) fn retrieve(world: &World, call: &Call, id: &str) -> Result<ChargeObject, Refusal> {
    let charge = find(world, id)?;
    let source = world.source(&charge.source).ok_or_else(Refusal::internal)?;
    Ok(ChargeObject::of(charge, source, call.now))
}

/// `GET /charges`.
pub(crate) fn list(world: &World, call: &Call) -> Result<ListObject<ChargeObject>, Refusal> {
    let charges = world
        .charges()
        .filter_map(|charge| Some((charge.created_at, (charge, world.source(&charge.source)?))));
    let object = |(charge, source)| ChargeObject::of(charge, source, call.now);
    Ok(Page::of(call)?.cut("/charges", charges, object))
}

/// `GET /charges/{id}/events`.
pub(crate) fn events(world: &World, call: &Call, id: &str) -> Result<ListObject<EventObject>, Refusal> {
    let charge = find(world, id)?;
    let events =
        world.events().filter(|event| event.charge == charge.id).map(|event| (event.created_at, event));
    Ok(Page::of(call)?.cut(&format!("/charges/{id}/events"), events, EventObject::read))
}

/// `POST /charges/{id}/mark_as_paid`.
pub(crate) fn mark_as_paid(world: &mut World, call: &Call, id: &str) -> Result<ChargeObject, Refusal> {
    let charge = find(world, id)?.id.clone();
    if !world.pay(&charge, call.now)? {
        return Err(Refusal::processed_charge());
    }
    retrieve(world, call, id)
}

/// `POST /charges/{id}/mark_as_failed`. Takes a `failure_code`, one of the five of the guide.
pub(crate) fn mark_as_failed(world: &mut World, call: &Call, id: &str) -> Result<ChargeObject, Refusal> {
    let charge = find(world, id)?.id.clone();
    let params = call.body_params()?;
    let code = failure_code(fields::text(&params, "failure_code").unwrap_or("failed_processing"))?;
    if !world.fail(&charge, code, call.now)? {
        return Err(Refusal::processed_charge());
    }
    retrieve(world, call, id)
}

/// One of the five failure codes of the guide.
pub(crate) fn failure_code(text: &str) -> Result<FailureCode, Refusal> {
    match FailureCode::from(text) {
        code if FailureCode::KNOWN.contains(&code) => Ok(code),
        _ => Err(Refusal::bad_request("failure_code is not supported")),
    }
}

pub(super) fn find<'a>(world: &'a World, id: &str) -> Result<&'a Charge, Refusal> {
    let found = ChargeId::parse(id).ok().and_then(|id| world.charge(&id));
    found.ok_or_else(|| Refusal::not_found("charge", id))
}

fn return_uri(params: &Params) -> Result<String, Refusal> {
    let text = fields::text(params, "return_uri")
        .ok_or_else(|| Refusal::invalid_charge("return_uri is required for kakaopay"))?;
    ReturnUri::parse(text).map_err(|error| Refusal::invalid_charge(error.to_string()))?;
    Ok(text.to_owned())
}

/// The source that a charge names, or a new one made inside it.
fn source(
    world: &mut World,
    call: &Call,
    params: &Params,
    amount: i64,
    currency: Currency,
) -> Result<SourceId, Refusal> {
    let id = match params.get("source") {
        Some(Param::Text(id)) if !id.is_empty() => id,
        // A source object as it was read, as some clients send it.
        Some(Param::Map(object)) if object.get("id").is_some() => match object.get("id") {
            Some(Param::Text(id)) => id,
            _ => return Err(Refusal::not_found("source", "")),
        },
        Some(Param::Map(inside)) => {
            return sources::create_inside(world, inside, amount, currency, call);
        }
        _ => return Err(Refusal::invalid_charge("source is required")),
    };
    let source = sources::find(world, id)?;
    // Whether the service takes a source twice is not documented; that clients never rely on it is
    // worth more than the chance that it does.
    if source.used {
        return Err(Refusal::invalid_charge("source was already used"));
    }
    if source.amount != amount {
        return Err(Refusal::invalid_charge("amount must match the amount of the source"));
    }
    if source.currency != currency {
        return Err(Refusal::invalid_charge("currency must match the currency of the source"));
    }
    Ok(source.id.clone())
}
