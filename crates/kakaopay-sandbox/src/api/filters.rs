//! What the objects of a search must be like.

use kakaopay_types::{Currency, Money, Param, Params, Timestamp};

use super::refusal::Refusal;
use crate::world::{Charge, Ending, Refund};

/// The filters that there are for charges. The service has more: those of cards, and others.
const CHARGE: [&str; 8] =
    ["amount", "captured", "created", "currency", "failure_code", "refunded", "status", "voided"];
/// The filters that there are for refunds.
const REFUND: [&str; 4] = ["amount", "created", "currency", "voided"];

/// Checks that there are these filters, whether anything is searched through or not.
pub(super) fn known(scope: &str, filters: &Params) -> Result<(), Refusal> {
    let known: &[&str] = match scope {
        "charge" => &CHARGE,
        "refund" => &REFUND,
        // There is nothing that they could leave out.
        _ => return Ok(()),
    };
    match filters.iter().find(|(name, _)| !known.contains(name)) {
        Some(_) => Err(Refusal::invalid_filter("filter is not supported")),
        None => Ok(()),
    }
}

/// Whether a charge is as the filters say.
pub(super) fn charge(charge: &Charge, filters: &Params) -> Result<bool, Refusal> {
    all(filters, |name, text| {
        let code = match &charge.ending {
            Some(Ending::Failed { code }) => Some(code.as_str()),
            _ => None,
        };
        let paid = matches!(charge.ending, Some(Ending::Paid { .. }));
        match name {
            "amount" => amount(text, charge.amount, charge.currency),
            "created" => created(text, charge.created_at),
            "currency" => Ok(text.eq_ignore_ascii_case(charge.currency.as_str())),
            "status" => Ok(text == charge.status()),
            "failure_code" => Ok(Some(text) == code),
            "captured" => truth(text).map(|wanted| wanted == paid),
            "refunded" => truth(text).map(|wanted| wanted == (charge.refunded() > 0)),
            _ => truth(text).map(|wanted| wanted == charge.refunds.iter().any(|refund| refund.voided)),
        }
    })
}

/// Whether a refund is as the filters say.
pub(super) fn refund(refund: &Refund, filters: &Params) -> Result<bool, Refusal> {
    all(filters, |name, text| match name {
        "amount" => amount(text, refund.amount, refund.currency),
        "created" => created(text, refund.created_at),
        "currency" => Ok(text.eq_ignore_ascii_case(refund.currency.as_str())),
        _ => truth(text).map(|wanted| wanted == refund.voided),
    })
}

fn all(filters: &Params, is: impl Fn(&str, &str) -> Result<bool, Refusal>) -> Result<bool, Refusal> {
    for (name, value) in filters.iter() {
        let is_so = match value {
            Param::Null => true,
            Param::Text(text) => text.is_empty() || is(name, text)?,
            Param::Number(number) => is(name, &number.to_string())?,
            Param::Bool(truth) => is(name, if *truth { "true" } else { "false" })?,
            Param::Map(_) | Param::List(_) => return Err(Refusal::invalid_filter("filter is not a text")),
        };
        if !is_so {
            return Ok(false);
        }
    }
    Ok(true)
}

/// An amount or a range of them, as documented in major units here and nowhere else.
fn amount(text: &str, amount: i64, currency: Currency) -> Result<bool, Refusal> {
    let (least, most) = text.split_once("..").unwrap_or((text, text));
    let units = |text: &str| {
        let money =
            Money::parse(text, currency).map_err(|_| Refusal::invalid_filter("amount is not a number"));
        money.map(Money::minor_units)
    };
    Ok((units(least)?..=units(most)?).contains(&amount))
}

/// A day or a range of days, both of them included.
fn created(text: &str, at: Timestamp) -> Result<bool, Refusal> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let day = |text: &str, time: &str| {
        let moment = format!("{}T{time}Z", text.replace('/', "-"));
        Timestamp::parse(&moment).map_err(|_| Refusal::invalid_filter("created is not a date"))
    };
    Ok((day(first, "00:00:00")?..=day(last, "23:59:59")?).contains(&at))
}

/// A truth in the words that are documented.
fn truth(text: &str) -> Result<bool, Refusal> {
    match text {
        "yes" | "on" | "true" => Ok(true),
        "no" | "off" | "false" => Ok(false),
        _ => Err(Refusal::invalid_filter("filter is not a boolean")),
    }
}
