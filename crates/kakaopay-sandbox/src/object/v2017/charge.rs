//! The charge object of version 2017-11-02.

use kakaopay_types::{ChargeId, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};

use super::list::List;
use super::refund::Refund;
use super::source::Source;
use crate::object::charge::{ChargeObject, Null};
use crate::object::{Link, Shape};

/// The charge object of version 2017-11-02. Of the members that KakaoPay does not use, only recorded ones are
/// here.
#[derive(Debug, Serialize)]
pub(crate) struct Charge<'a> {
    object: &'static str,
    id: &'a ChargeId,
    livemode: bool,
    location: &'a str,
    amount: i64,
    currency: String,
    description: Option<&'a str>,
    metadata: &'a Map<String, Value>,
    status: &'static str,
    capture: bool,
    authorized: bool,
    reversed: bool,
    paid: bool,
    transaction: Option<&'a str>,
    refunded: i64,
    refunds: List<'a, Refund<'a>>,
    return_uri: &'a str,
    reference: &'a str,
    authorize_uri: &'a str,
    failure_code: Option<&'a str>,
    failure_message: Option<&'static str>,
    card: Null,
    customer: Null,
    ip: Option<&'a str>,
    dispute: Null,
    created: Timestamp,
    source: Source<'a>,
}

impl Shape for ChargeObject {
    type Old<'a> = Charge<'a>;

    fn old(&self) -> Charge<'_> {
        Charge {
            object: self.object,
            id: &self.id,
            livemode: self.livemode,
            location: &self.location,
            amount: self.amount,
            currency: self.currency.as_str().to_ascii_lowercase(),
            description: self.description.as_deref(),
            metadata: &self.metadata,
            status: self.status,
            capture: self.capture,
            authorized: self.authorized,
            reversed: self.reversed,
            paid: self.paid,
            transaction: self.transaction.as_ref().map(Link::id),
            refunded: self.refunded_amount,
            refunds: self.refunds.old().inside(),
            return_uri: &self.return_uri,
            reference: &self.payment,
            authorize_uri: &self.authorize_uri,
            failure_code: self.failure_code.as_deref(),
            failure_message: self.failure_message,
            card: (),
            customer: (),
            ip: self.ip.as_deref(),
            dispute: (),
            created: self.created_at,
            source: self.source.old(),
        }
    }
}
