//! A service in memory: its charges and refunds, and its responses.

use std::sync::LazyLock;

use kakaopay_flows::{ChargeSearch, RefundSearch, Request, RequestFailure, Response};
use kakaopay_types::endpoint::{CreateCharge, CreateRefund};
use kakaopay_types::{
    ApiError, AttemptReference, Charge, ChargeId, ChargeStatus, ErrorCode, FailureCode, List, Metadata,
    Reference, Refund, RefundId, RefundStatus, RefundWindow, Source, SourceId, StoreId, Timestamp, decode,
};
use serde_json::json;

use crate::guide;

static SOURCE: LazyLock<Source> = LazyLock::new(guide::source);
static REFUND: LazyLock<Refund> = LazyLock::new(|| {
    let bytes = include_bytes!("../../data/refund.json");
    decode::from_slice(bytes).expect("a refund")
});

/// How a service tells its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceClock {
    /// By the `Date` of each response, and by the `to` of each list.
    Date,
    /// By the `to` of each list alone.
    To,
    /// By a `to` that stands still.
    Stopped,
    /// Not at all.
    Nothing,
}

/// A service in memory. Its responses are always right; faults are the network's.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// The charges, oldest first, each with when it was created.
    pub charges: Vec<(Timestamp, Charge)>,
    /// The refunds, oldest first.
    pub refunds: Vec<Refund>,
    /// When each refund was made.
    pub refunded_at: Vec<Timestamp>,
    /// How long after it was made an object is missing in the lists, in seconds.
    pub lag: i64,
    /// Most elements it puts on a page, whatever is asked for.
    pub page: usize,
    /// How long a charge can be paid, in seconds.
    pub lifetime: i64,
    /// How it tells its time.
    pub clock: ServiceClock,
    /// How many sources it has made.
    pub sources: u32,
    /// Which of the refunds it makes on request fails: the first is 0.
    pub failing_refund: Option<usize>,
    /// Whether it answers before it has decided on a refund, which is when the refunds are listed.
    pub slow_refunds: bool,
    /// Whether a refund of the whole amount in the dashboard shows only as `voided`.
    pub voids: bool,
    /// Whether it refuses to end charges for the merchant.
    pub refuses_expire: bool,
}

impl Default for Service {
    fn default() -> Self {
        Self {
            charges: Vec::new(),
            refunds: Vec::new(),
            refunded_at: Vec::new(),
            lag: 0,
            page: 100,
            lifetime: 1_800,
            clock: ServiceClock::Date,
            sources: 0,
            failing_refund: None,
            slow_refunds: false,
            voids: false,
            refuses_expire: false,
        }
    }
}

impl Service {
    /// Carries a request out and answers it.
    ///
    /// # Panics
    /// Never: its values are valid.
    pub fn carry_out(&mut self, request: &Request, now: Timestamp) -> Response {
        self.expire(now);
        match request {
            Request::CreateSource(_) => {
                self.sources += 1;
                let mut source = SOURCE.clone();
                source.id = SourceId::parse(&format!("src_test_{}", self.sources)).expect("an id");
                Response::Source(Ok(Box::new(source)))
            }
            Request::CreateCharge(create) => {
                let attempt = create.metadata.reference.number();
                Response::Charge { attempt, result: Ok(Box::new(self.create_charge(create, now))) }
            }
            Request::RetrieveCharge(retrieve) => {
                let found = self.charge(&retrieve.id).cloned().map(Box::new);
                let (charge, after_seq) = (retrieve.id.clone(), retrieve.after_seq);
                let result = found.ok_or_else(|| refused(ErrorCode::NotFound));
                Response::Read { charge, after_seq, served_at: self.date(now), result }
            }
            Request::ExpireCharge(expire) => {
                let result = self.expire_early(&expire.id, now).map(Box::new);
                Response::Expire { charge: expire.id.clone(), result }
            }
            Request::FindCharge(look_up) => Response::FindCharge {
                request: look_up.clone(),
                served_at: self.date(now),
                result: Ok(Box::new(self.look_up(look_up, now))),
            },
            Request::CreateRefund { number, create } => {
                let reference = create.metadata.reference.clone();
                Response::Refund {
                    reference,
                    number: *number,
                    result: self.create_refund(create, now).map(Box::new),
                }
            }
            Request::ListRefunds(list) => Response::Refunds {
                request: list.clone(),
                served_at: self.date(now),
                result: Ok(Box::new(self.list_refunds(list, now))),
            },
        }
    }

    /// The charge with an id.
    #[must_use]
    pub fn charge(&self, id: &ChargeId) -> Option<&Charge> {
        self.charges.iter().map(|(_, charge)| charge).find(|charge| charge.id == *id)
    }

    /// The charge behind a link.
    pub fn behind(&mut self, link: &str) -> Option<&mut Charge> {
        let charges = self.charges.iter_mut().map(|(_, charge)| charge);
        charges.into_iter().find(|charge| charge.authorize_uri.as_deref() == Some(link))
    }

    /// Ends a pending charge; whether it was pending.
    pub fn end(charge: &mut Charge, status: ChargeStatus, now: Timestamp) -> bool {
        if charge.status != ChargeStatus::Pending {
            return false;
        }
        charge.paid_at = (status == ChargeStatus::Successful).then_some(now);
        charge.failure_code = (status == ChargeStatus::Failed).then_some(FailureCode::PaymentRejected);
        charge.status = status;
        true
    }

    /// Ends a charge for the merchant, unless it has ended or the service refuses each such request.
    fn expire_early(&mut self, id: &ChargeId, now: Timestamp) -> Result<Charge, RequestFailure> {
        let (refuses, charges) = (self.refuses_expire, self.charges.iter_mut().map(|(_, charge)| charge));
        let charge = charges
            .into_iter()
            .find(|charge| charge.id == *id)
            .ok_or_else(|| refused(ErrorCode::NotFound))?;
        if refuses || !Self::end(charge, ChargeStatus::Expired, now) {
            return Err(refused(ErrorCode::FailedExpire));
        }
        Ok(charge.clone())
    }

    /// Expires charges that were not paid in time.
    pub fn expire(&mut self, now: Timestamp) {
        for (_, charge) in &mut self.charges {
            if charge.expires_at.is_some_and(|at| at <= now) {
                Self::end(charge, ChargeStatus::Expired, now);
            }
        }
    }

    /// Staff refund in the dashboard, as far as the charge allows.
    ///
    /// # Panics
    /// Never: its values are valid.
    pub fn refund_by_hand(&mut self, charge: &ChargeId, amount: i64, now: Timestamp) {
        let left = self.charge(charge).map_or(0, |found| found.amount) - self.refunded(charge);
        if amount <= left {
            self.add_refund(charge, amount, (Metadata::default(), RefundStatus::Closed), now);
        }
    }

    /// The charges that staff can refund whole in the dashboard, by their places.
    #[must_use]
    pub fn whole_charges(&self) -> Vec<usize> {
        let is_whole =
            |charge: &Charge| charge.status == ChargeStatus::Successful && self.refunded(&charge.id) == 0;
        (0..self.charges.len()).filter(|place| is_whole(&self.charges[*place].1)).collect()
    }

    /// Staff refund the whole charge at this place in the dashboard.
    ///
    /// # Panics
    /// If there is no charge at this place.
    pub fn refund_whole(&mut self, place: usize, now: Timestamp) {
        let (_, charge) = self.charges[place].clone();
        self.refund_by_hand(&charge.id, charge.amount, now);
    }

    /// Whether it has a refund with a reference that has not failed.
    #[must_use]
    pub fn has_refund(&self, reference: &Reference) -> bool {
        let named = |refund: &&Refund| {
            refund.metadata.get(AttemptReference::METADATA_KEY) == Some(&json!(reference.as_str()))
        };
        self.refunds.iter().filter(named).any(|refund| refund.status != Some(RefundStatus::Failed))
    }

    /// Sum of a charge's refunds.
    #[must_use]
    pub fn refunded(&self, charge: &ChargeId) -> i64 {
        let made = self.refunds.iter().filter(|refund| refund.status != Some(RefundStatus::Failed));
        made.filter(|refund| refund.charge_id() == charge).map(|refund| refund.amount).sum()
    }

    fn create_charge(&mut self, create: &CreateCharge, now: Timestamp) -> Charge {
        let number = self.charges.len() + 1;
        // As short as a charge can be, because very many are made.
        let text = format!(
            r#"{{"object":"charge","id":"chrg_test_{number}","amount":{},"currency":"{}","status":"pending",
            "metadata":{{"{}":"{}","{}":"{}"}},"livemode":false,"refunded_amount":0,
            "authorize_uri":"https://pay.omise.co/payments/pay2_test_{number}/authorize",
            "created_at":"{now}","expires_at":"{}","source":{{"object":"source","id":"src_test_{number}",
            "type":"kakaopay","flow":"redirect","amount":{},"currency":"{}"}}}}"#,
            create.amount.minor_units(),
            create.amount.currency(),
            AttemptReference::METADATA_KEY,
            create.metadata.reference,
            StoreId::METADATA_KEY,
            create.metadata.store.as_ref().map_or("", StoreId::as_str),
            now.saturating_add_seconds(self.lifetime),
            create.amount.minor_units(),
            create.amount.currency(),
        );
        let charge: Charge = decode::from_slice(text.as_bytes()).expect("a charge");
        self.charges.push((now, charge.clone()));
        charge
    }

    fn look_up(&self, look_up: &ChargeSearch, now: Timestamp) -> List<Charge> {
        let page = &look_up.list.page;
        let (from, to) = (page.from.unwrap_or(Timestamp::UNIX_EPOCH), page.to.unwrap_or(now));
        let found = self.charges.iter().rev().filter(|(at, _)| (from..=to).contains(at));
        let shown = found.filter(|(at, _)| self.is_listed(*at, now));
        let found: Vec<_> = shown.map(|(_, charge)| charge.clone()).collect();
        self.page_of(&found, page.offset, self.end_of_list(to))
    }

    fn list_refunds(&mut self, list: &RefundSearch, now: Timestamp) -> List<Refund> {
        for refund in &mut self.refunds {
            if refund.status == Some(RefundStatus::Pending) {
                refund.status = Some(RefundStatus::Closed);
            }
        }
        let made = self.refunds.iter().zip(&self.refunded_at);
        let found =
            made.filter(|(refund, at)| *refund.charge_id() == list.list.charge && self.is_listed(**at, now));
        let found: Vec<_> = found.map(|(refund, _)| refund.clone()).collect();
        self.page_of(&found, list.list.page.offset, self.end_of_list(now))
    }

    /// Whether lists show an object that was made at an instant.
    fn is_listed(&self, at: Timestamp, now: Timestamp) -> bool {
        at.saturating_add_seconds(self.lag) <= now
    }

    fn date(&self, now: Timestamp) -> Option<Timestamp> {
        (self.clock == ServiceClock::Date).then(|| now.truncate_to_seconds())
    }

    /// The end of a list, as it tells it.
    fn end_of_list(&self, to: Timestamp) -> Option<Timestamp> {
        match self.clock {
            ServiceClock::Date | ServiceClock::To => Some(to.truncate_to_seconds()),
            ServiceClock::Stopped => Some(Timestamp::UNIX_EPOCH),
            ServiceClock::Nothing => None,
        }
    }

    fn page_of<T: Clone>(&self, found: &[T], offset: u32, to: Option<Timestamp>) -> List<T>
    where
        List<T>: serde::de::DeserializeOwned,
    {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let mut list: List<T> = serde_json::from_str(EMPTY).expect("a list");
        list.data.items = found.iter().skip(offset).take(self.page).cloned().collect();
        list.offset = u64::try_from(offset).unwrap_or(u64::MAX);
        list.limit = u64::try_from(self.page).unwrap_or(u64::MAX);
        list.total = u64::try_from(found.len()).unwrap_or(u64::MAX);
        list.to = to;
        list
    }

    fn create_refund(&mut self, create: &CreateRefund, now: Timestamp) -> Result<Refund, RequestFailure> {
        let charge = self.charge(&create.charge).ok_or_else(|| refused(ErrorCode::NotFound))?;
        let open = charge.paid_at.is_some_and(|at| RefundWindow::is_open(at, now));
        let left = charge.amount - self.refunded(&create.charge);
        if charge.status != ChargeStatus::Successful || !open || create.amount.minor_units() > left {
            return Err(refused(ErrorCode::FailedRefund));
        }
        let named = [
            (AttemptReference::METADATA_KEY, Some(create.metadata.reference.as_str())),
            (StoreId::METADATA_KEY, create.metadata.store.as_ref().map(StoreId::as_str)),
        ];
        let metadata = named.into_iter().filter_map(|(key, name)| Some((key.to_owned(), json!(name?))));
        let metadata = Metadata::from_iter(metadata);
        let asked = self.refunds.iter().filter(|refund| !refund.metadata.is_empty()).count();
        let status = match self.failing_refund {
            Some(failing) if failing == asked => RefundStatus::Failed,
            _ if self.slow_refunds => RefundStatus::Pending,
            _ => RefundStatus::Closed,
        };
        Ok(self.add_refund(&create.charge, create.amount.minor_units(), (metadata, status), now))
    }

    fn add_refund(
        &mut self,
        charge: &ChargeId,
        amount: i64,
        (metadata, status): (Metadata, RefundStatus),
        now: Timestamp,
    ) -> Refund {
        let id = RefundId::parse(&format!("rfnd_test_{}", self.refunds.len() + 1)).expect("an id");
        let mut refund = REFUND.clone();
        (refund.id, refund.amount, refund.metadata) = (id, amount, metadata);
        refund.charge = serde_json::from_value(json!(charge.as_str())).expect("an id");
        refund.status = Some(status);
        self.refunds.push(refund.clone());
        self.refunded_at.push(now);
        self.show_refunds(charge);
        refund
    }

    /// Writes the sum of its refunds into a charge.
    fn show_refunds(&mut self, id: &ChargeId) {
        let (refunded, voids) = (self.refunded(id), self.voids);
        let charges = self.charges.iter_mut().map(|(_, charge)| charge);
        for charge in charges.filter(|charge| charge.id == *id) {
            let mut json = serde_json::to_value(&*charge).expect("JSON");
            if voids && refunded == charge.amount {
                json["voided"] = json!(true);
            } else {
                json["refunded_amount"] = json!(refunded);
            }
            *charge = decode::from_value(json).expect("a charge");
        }
    }
}

const EMPTY: &str = r#"{"object":"list","data":[],"limit":100,"offset":0,"total":0}"#;

/// The service's no.
#[must_use]
pub(super) fn refused(code: ErrorCode) -> RequestFailure {
    RequestFailure::Rejected(ApiError::new(code, "no"))
}
