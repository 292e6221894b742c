//! Search filters.

use std::ops::RangeInclusive;

use kakaopay_types::{Currency, Money, Param, Params, Timestamp};

use super::refusal::Refusal;
use crate::state::{Charge, Ending, Refund};

/// Search filters. An object must match all of them.
#[derive(Debug)]
pub(super) struct Filters(Vec<Filter>);

/// A search filter. The service has more, such as those of cards.
#[derive(Debug)]
enum Filter {
    Amount(RangeInclusive<i64>),
    Created(RangeInclusive<Timestamp>),
    Currency(String),
    Status(String),
    FailureCode(String),
    Captured(bool),
    Refunded(bool),
    Voided(bool),
}

impl Filters {
    /// Parses the filters of a scope. Scopes that are always empty accept any filter.
    pub(super) fn read(scope: &str, filters: &Params) -> Result<Self, Refusal> {
        let mut read = Vec::new();
        for (name, value) in filters.iter() {
            let text = match value {
                Param::Null => continue,
                Param::Text(text) if text.is_empty() => continue,
                Param::Text(text) => text.clone(),
                Param::Number(number) => number.to_string(),
                Param::Bool(truth) => truth.to_string(),
                Param::Map(_) | Param::List(_) => {
                    return Err(Refusal::invalid_filter("filter is not a text"));
                }
            };
            let of_charges = || (scope != "refund").then(|| Filter::of_charges(name, &text)).flatten();
            match Filter::of_both(name, &text).or_else(of_charges) {
                Some(filter) => read.push(filter?),
                None if matches!(scope, "charge" | "refund") => return Err(unknown()),
                None => {}
            }
        }
        Ok(Self(read))
    }

    /// Returns whether a charge matches all filters.
    pub(super) fn hold_for_charge(&self, charge: &Charge) -> bool {
        let code = match &charge.ending {
            Some(Ending::Failed { code, .. }) => Some(code.as_str()),
            _ => None,
        };
        let is_paid = matches!(charge.ending, Some(Ending::Paid { .. }));
        let is_voided = charge.refunds.iter().any(|refund| refund.voided);
        self.0.iter().all(|filter| match filter {
            Filter::Amount(range) => range.contains(&charge.amount),
            Filter::Created(range) => range.contains(&charge.created_at),
            Filter::Currency(wanted) => wanted.eq_ignore_ascii_case(charge.currency.as_str()),
            Filter::Status(wanted) => wanted == charge.status(),
            Filter::FailureCode(wanted) => Some(wanted.as_str()) == code,
            Filter::Captured(wanted) => *wanted == is_paid,
            Filter::Refunded(wanted) => *wanted == (charge.refunded() > 0),
            Filter::Voided(wanted) => *wanted == is_voided,
        })
    }

    /// Returns whether a refund matches all filters.
    pub(super) fn hold_for_refund(&self, refund: &Refund) -> bool {
        self.0.iter().all(|filter| match filter {
            Filter::Amount(range) => range.contains(&refund.amount),
            Filter::Created(range) => range.contains(&refund.created_at),
            Filter::Currency(wanted) => wanted.eq_ignore_ascii_case(refund.currency.as_str()),
            Filter::Voided(wanted) => *wanted == refund.voided,
            // Charge filters are not parsed for refunds.
            _ => false,
        })
    }
}

impl Filter {
    /// Parses a filter that charges and refunds share.
    fn of_both(name: &str, text: &str) -> Option<Result<Self, Refusal>> {
        Some(match name {
            "amount" => amounts(text).map(Self::Amount),
            "created" => days(text).map(Self::Created),
            "currency" => Ok(Self::Currency(text.to_owned())),
            "voided" => boolean(text).map(Self::Voided),
            _ => return None,
        })
    }

    /// Parses a filter of charges.
    fn of_charges(name: &str, text: &str) -> Option<Result<Self, Refusal>> {
        Some(match name {
            "status" => Ok(Self::Status(text.to_owned())),
            "failure_code" => Ok(Self::FailureCode(text.to_owned())),
            "captured" => boolean(text).map(Self::Captured),
            "refunded" => boolean(text).map(Self::Refunded),
            _ => return None,
        })
    }
}

fn unknown() -> Refusal {
    Refusal::invalid_filter("filter is not supported")
}

/// Parses an amount or a range of amounts, documented in major units only for searches. Both KakaoPay currencies
/// have two decimals.
fn amounts(text: &str) -> Result<RangeInclusive<i64>, Refusal> {
    let (least, most) = text.split_once("..").unwrap_or((text, text));
    let units = |text: &str| {
        let money = Money::parse(text, Currency::SGD);
        money.map(Money::minor_units).map_err(|_| Refusal::invalid_filter("amount is not a number"))
    };
    Ok(units(least)?..=units(most)?)
}

/// Parses a day or an inclusive range of days.
fn days(text: &str) -> Result<RangeInclusive<Timestamp>, Refusal> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let moment = |text: &str, time: &str| {
        let moment = format!("{}T{time}Z", text.replace('/', "-"));
        Timestamp::parse(&moment).map_err(|_| Refusal::invalid_filter("created is not a date"))
    };
    Ok(moment(first, "00:00:00")?..=moment(last, "23:59:59")?)
}

/// Parses a boolean in its documented spellings.
fn boolean(text: &str) -> Result<bool, Refusal> {
    match text {
        "yes" | "on" | "true" => Ok(true),
        "no" | "off" | "false" => Ok(false),
        _ => Err(Refusal::invalid_filter("filter is not a boolean")),
    }
}
