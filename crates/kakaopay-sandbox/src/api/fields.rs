//! Parsing of request parameters, as lenient as the service.

use kakaopay_types::endpoint::WebhookEndpoints;
use kakaopay_types::{Currency, Limits, Param, Params, PlatformType, ReturnUri, Timestamp};
use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::state::{ReturnHosts, WebhookHosts};

/// Creates the refusal of a parameter: sources and charges have different codes.
pub(crate) type Refuse = fn(String) -> Refusal;

/// Parses the amount: an integer, or its text, because forms contain only text.
pub(crate) fn amount(params: &Params, refuse: Refuse) -> Result<i64, Refusal> {
    let amount = match params.get("amount") {
        Some(Param::Number(number)) => number.as_i64(),
        Some(Param::Text(text)) if !text.starts_with('+') => text.parse().ok(),
        _ => None,
    };
    amount.ok_or_else(|| refuse("amount is not a number".to_owned()))
}

/// Parses a currency that KakaoPay supports.
pub(crate) fn currency(params: &Params, refuse: Refuse) -> Result<Currency, Refusal> {
    text(params, "currency")
        .and_then(|code| Currency::parse(code).ok())
        .filter(|currency| Limits::of(*currency).is_some())
        .ok_or_else(|| refuse("currency is currently not supported".to_owned()))
}

/// Checks an amount against the limits of its currency.
pub(crate) fn within_limits(amount: i64, currency: Currency, refuse: Refuse) -> Result<(), Refusal> {
    let Some(limits) = Limits::of(currency) else { return Ok(()) };
    let (min, max) = (limits.min().minor_units(), limits.max().minor_units());
    let unit = currency.as_str().to_ascii_lowercase();
    if amount < min {
        return Err(refuse(format!("amount must be greater than or equal to {min} ({unit} subunits)")));
    }
    if amount > max {
        return Err(refuse(format!("amount must be less than or equal to {max} ({unit} subunits)")));
    }
    Ok(())
}

/// Parses the platform, case-insensitively; the service responds in upper case.
pub(crate) fn platform_type(params: &Params) -> Result<Option<PlatformType>, Refusal> {
    let Some(text) = strict_text(params, "platform_type")? else { return Ok(None) };
    match PlatformType::from(text.to_ascii_uppercase().as_str()) {
        PlatformType::Unknown(_) => Err(Refusal::bad_request("platform_type is not supported")),
        known => Ok(Some(known)),
    }
}

/// Checks that the payment method is KakaoPay.
pub(crate) fn source_type(params: &Params) -> Result<(), Refusal> {
    match text(params, "type") {
        Some("kakaopay") => Ok(()),
        _ => Err(Refusal::bad_request("type is currently not supported")),
    }
}

/// Parses the merchant's metadata: an object with any members.
pub(crate) fn metadata(params: &Params) -> Result<Map<String, Value>, Refusal> {
    match params.get("metadata") {
        None | Some(Param::Null) => Ok(Map::new()),
        Some(Param::Text(text)) if text.is_empty() => Ok(Map::new()),
        Some(Param::Map(map)) => Ok(object_of(map)),
        Some(_) => Err(Refusal::bad_request("metadata is not an object")),
    }
}

/// Parses the webhook endpoints of a charge: at most two URLs. The service accepts reachable HTTPS URLs. A sandbox
/// reaches only this machine and its allowed hosts, so it accepts plain HTTP there, too.
pub(crate) fn webhook_endpoints(params: &Params, hosts: &WebhookHosts) -> Result<Vec<String>, Refusal> {
    let list = match params.get("webhook_endpoints") {
        None | Some(Param::Null) => return Ok(Vec::new()),
        Some(Param::List(list)) => list,
        Some(_) => return Err(Refusal::bad_request("webhook_endpoints is not a list")),
    };
    if list.len() > WebhookEndpoints::MAX {
        return Err(Refusal::bad_request("webhook_endpoints has more than 2 addresses"));
    }
    list.iter()
        .map(|address| match address {
            Param::Text(text) if is_endpoint(text, hosts) => Ok(text.clone()),
            _ => Err(Refusal::bad_request("webhook_endpoints has an address that cannot be posted to")),
        })
        .collect()
}

fn is_endpoint(text: &str, hosts: &WebhookHosts) -> bool {
    hosts.url(text).is_ok() || WebhookEndpoints::new([text]).is_ok()
}

/// Parses the return URI of a charge.
pub(crate) fn return_uri(params: &Params, hosts: &ReturnHosts) -> Result<String, Refusal> {
    let text = text(params, "return_uri")
        .ok_or_else(|| Refusal::invalid_charge("return_uri is required for kakaopay"))?;
    if hosts.admits(text) {
        return Ok(text.to_owned());
    }
    ReturnUri::parse(text).map_err(|error| Refusal::invalid_charge(error.to_string()))?;
    Ok(text.to_owned())
}

/// Returns a text parameter; `None` if it is missing, `null`, empty or not a text.
pub(crate) fn text<'a>(params: &'a Params, name: &str) -> Option<&'a str> {
    match params.get(name) {
        Some(Param::Text(text)) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// Returns a text parameter; `None` if it is missing, `null` or empty. The service does not document other types;
/// the sandbox rejects them, so that a mistake is noticed.
pub(crate) fn strict_text<'a>(params: &'a Params, name: &str) -> Result<Option<&'a str>, Refusal> {
    match params.get(name) {
        None | Some(Param::Null | Param::Text(_)) => Ok(text(params, name)),
        Some(_) => Err(Refusal::bad_request(format!("{name} is not a text"))),
    }
}

/// Parses a non-negative integer that any client can represent.
pub(crate) fn count(params: &Params, name: &str) -> Result<Option<usize>, Refusal> {
    let count = match params.get(name) {
        None | Some(Param::Null) => return Ok(None),
        Some(Param::Text(text)) if text.is_empty() => return Ok(None),
        Some(Param::Number(number)) => number.as_i64(),
        Some(Param::Text(text)) => text.parse().ok(),
        Some(_) => None,
    };
    let count = count.and_then(|count: i64| usize::try_from(count).ok());
    count.map(Some).ok_or_else(|| Refusal::bad_request(format!("{name} is not a number")))
}

/// Parses a boolean; `None` if it is missing or invalid.
pub(crate) fn boolean(params: &Params, name: &str) -> Option<bool> {
    match params.get(name)? {
        Param::Bool(truth) => Some(*truth),
        Param::Text(text) => text.parse().ok(),
        _ => None,
    }
}

/// Parses a boolean; `None` if it is missing, `null` or empty. Rejects other values, as [`strict_text`] does.
pub(crate) fn strict_boolean(params: &Params, name: &str) -> Result<Option<bool>, Refusal> {
    match params.get(name) {
        None | Some(Param::Null) => return Ok(None),
        Some(Param::Text(text)) if text.is_empty() => return Ok(None),
        Some(_) => {}
    }
    boolean(params, name).map(Some).ok_or_else(|| Refusal::bad_request(format!("{name} is not a boolean")))
}

/// Parses a sort order: `true` for newest first; `None` if it is missing.
pub(crate) fn order(params: &Params) -> Result<Option<bool>, Refusal> {
    match text(params, "order") {
        None => Ok(None),
        Some("chronological") => Ok(Some(false)),
        Some("reverse_chronological") => Ok(Some(true)),
        Some(_) => Err(Refusal::bad_request("order is not supported")),
    }
}

/// Parses a timestamp.
pub(crate) fn timestamp(params: &Params, name: &str) -> Result<Option<Timestamp>, Refusal> {
    let moment = match params.get(name) {
        None | Some(Param::Null) => return Ok(None),
        Some(Param::Text(text)) if text.is_empty() => return Ok(None),
        Some(Param::Text(text)) => Timestamp::parse(text).ok(),
        Some(_) => None,
    };
    moment.map(Some).ok_or_else(|| Refusal::bad_request(format!("{name} is not a datetime")))
}

/// Converts parameters to JSON members.
pub(crate) fn object_of(params: &Params) -> Map<String, Value> {
    params.iter().map(|(name, value)| (name.to_owned(), value_of(value))).collect()
}

fn value_of(param: &Param) -> Value {
    match param {
        Param::Null => Value::Null,
        Param::Text(text) => text.clone().into(),
        Param::Number(number) => number.clone().into(),
        Param::Bool(truth) => (*truth).into(),
        Param::Map(map) => object_of(map).into(),
        Param::List(list) => list.iter().map(value_of).collect(),
    }
}
