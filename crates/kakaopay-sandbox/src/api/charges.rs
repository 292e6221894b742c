//! `/charges`.

use kakaopay_types::{ChargeId, Currency, Param, Params, SourceId};

use super::fields;
use super::page::Page;
use super::refusal::Refusal;
use super::request::Call;
use super::sources;
use crate::object::{ChargeObject, ListObject};
use crate::state::{Changes, Charge, NewCharge, State};

/// `POST /charges`.
///
/// Rejections whose code is not documented have `invalid_charge`, as recorded for amounts and currencies.
/// `expires_at` is ignored, because no documentation says that KakaoPay supports it; card parameters are ignored, too.
pub(crate) fn create(state: &mut State, call: &Call) -> Result<ChargeObject, Refusal> {
    let params = call.body_params()?;
    let amount = fields::amount(&params, Refusal::invalid_charge)?;
    let currency = fields::currency(&params, Refusal::invalid_charge)?;
    fields::within_limits(amount, currency, Refusal::invalid_charge)?;
    reject_cards(&params)?;
    let return_uri = fields::return_uri(&params, &state.return_hosts)?;
    let description = fields::strict_text(&params, "description")?.map(str::to_owned);
    let ip = fields::strict_text(&params, "ip")?.map(str::to_owned);
    let metadata = fields::metadata(&params)?;
    let webhook_endpoints = fields::webhook_endpoints(&params, &state.webhook_hosts)?;
    let source = source(state, call, &params, amount, currency)?;
    let new = NewCharge {
        amount,
        currency,
        source,
        origin: call.origin.clone(),
        return_uri,
        description,
        metadata,
        ip,
        webhook_endpoints,
    };
    let id = state.create_charge(new, call.now)?;
    read(state, call, id.as_str())
}

/// `GET /charges/{id}`. `expand=true` embeds the transaction.
pub(crate) fn retrieve(state: &State, call: &Call, id: &str) -> Result<ChargeObject, Refusal> {
    let object = read(state, call, id)?;
    Ok(if is_expanded(call)? { object.expanded() } else { object })
}

fn is_expanded(call: &Call) -> Result<bool, Refusal> {
    Ok(fields::boolean(&call.query_params()?, "expand") == Some(true))
}

/// Returns the current charge object.
pub(super) fn read(state: &State, call: &Call, id: &str) -> Result<ChargeObject, Refusal> {
    let charge = find(state, id)?;
    let source = state.source(&charge.source).ok_or_else(Refusal::internal)?;
    Ok(ChargeObject::of(charge, source, call.now))
}

/// `GET /charges`.
pub(crate) fn list(state: &State, call: &Call) -> Result<ListObject<ChargeObject>, Refusal> {
    let charges = state
        .charges()
        .filter_map(|charge| Some((charge.created_at, (charge, state.source(&charge.source)?))));
    let expanded = is_expanded(call)?;
    let object = |(charge, source)| {
        let object = ChargeObject::of(charge, source, call.now);
        if expanded { object.expanded() } else { object }
    };
    Ok(Page::of(call)?.cut("/charges", charges, object))
}

/// `PATCH /charges/{id}`, or `PUT` from older clients. As documented, only the merchant's own data changes; that
/// new metadata replaces the old is a choice.
pub(crate) fn update(state: &mut State, call: &Call, id: &str) -> Result<ChargeObject, Refusal> {
    let charge = find(state, id)?.id.clone();
    let params = call.body_params()?;
    // Some clients send `null` for every unset field, as if it were an empty text.
    let description = match params.get("description") {
        Some(Param::Text(text)) => Some(text.clone()),
        _ => fields::strict_text(&params, "description")?.map(str::to_owned),
    };
    let metadata = match params.get("metadata") {
        None | Some(Param::Null) => None,
        Some(_) => Some(fields::metadata(&params)?),
    };
    state.update(&charge, Changes { description, metadata }, call.now)?;
    read(state, call, id)
}

pub(super) fn find<'a>(state: &'a State, id: &str) -> Result<&'a Charge, Refusal> {
    let found = ChargeId::parse(id).ok().and_then(|id| state.charge(&id));
    found.ok_or_else(|| Refusal::not_found("charge", id))
}

/// Rejects cards and customers as not found: a KakaoPay-only account has none.
fn reject_cards(params: &Params) -> Result<(), Refusal> {
    if !matches!(params.get("source"), None | Some(Param::Null)) {
        return Ok(());
    }
    match (fields::text(params, "customer"), fields::text(params, "card")) {
        (Some(customer), _) => Err(Refusal::not_found("customer", customer)),
        (None, Some(token)) => Err(Refusal::not_found("token", token)),
        (None, None) => Ok(()),
    }
}

/// Finds the source of a charge, or creates an inline source.
fn source(
    state: &mut State,
    call: &Call,
    params: &Params,
    amount: i64,
    currency: Currency,
) -> Result<SourceId, Refusal> {
    let id = match params.get("source") {
        Some(Param::Text(id)) if !id.is_empty() => id,
        Some(Param::Map(object)) => match object.get("id") {
            // Some clients send back a whole source object.
            Some(Param::Text(id)) => id,
            None | Some(Param::Null) => {
                return sources::create_inside(state, object, amount, currency, call);
            }
            Some(_) => return Err(Refusal::not_found("source", "")),
        },
        _ => return Err(Refusal::invalid_charge("source is required")),
    };
    let source = sources::find(state, id)?;
    // The service does not document whether a source can be charged twice. The sandbox rejects it, so that no
    // client relies on it.
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
