//! The sandbox's tables and their transitions.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use kakaopay_types::{
    ChargeId, Currency, EventId, FailureCode, InvalidId, PlatformType, RefundId, SourceId, Timestamp,
};
use serde_json::{Map, Value};

use super::records::{Names, Records};
use super::{
    Account, Charge, Delivery, Ending, Event, EventData, Ids, Outgoing, Refund, ReturnHosts, Source,
    WebhookHosts,
};

/// Lifetime of an unpaid charge, as in the guide's example: seven days.
const LIFETIME_SECONDS: i64 = 7 * 86_400;

/// The sandbox's data.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) ids: Ids,
    pub(crate) account: Account,
    pub(crate) return_hosts: ReturnHosts,
    pub(crate) webhook_hosts: WebhookHosts,
    pub(super) sources: Records<Source>,
    /// In order of creation.
    pub(super) charges: Records<Arc<Charge>>,
    /// Refunds in order of creation: the charge, and the position among its refunds.
    pub(super) refunded: Vec<(ChargeId, usize)>,
    /// Positions of charges, indexed by payment identifier.
    pub(super) payments: Names,
    /// Positions of charges by transaction.
    pub(super) transactions: BTreeMap<String, usize>,
    /// Expiry times of pending charges with their positions.
    pub(super) expiring: BTreeSet<(Timestamp, usize)>,
    /// Delayed approvals with the positions of their charges.
    pub(super) approving: BTreeSet<(Timestamp, usize)>,
    /// In order of occurrence.
    pub(super) events: Records<Event>,
    /// Outbox.
    pub(super) outgoing: VecDeque<Outgoing>,
}

/// Parameters of a new charge.
#[derive(Debug)]
pub(crate) struct NewCharge {
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
    pub(crate) source: SourceId,
    pub(crate) origin: String,
    pub(crate) return_uri: String,
    pub(crate) description: Option<String>,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) ip: Option<String>,
    pub(crate) webhook_endpoints: Vec<String>,
}

/// Changes of a charge by the merchant. `None` keeps a value.
#[derive(Debug)]
pub(crate) struct Changes {
    /// An empty text removes it.
    pub(crate) description: Option<String>,
    pub(crate) metadata: Option<Map<String, Value>>,
}

/// Parameters of a new refund.
#[derive(Debug)]
pub(crate) struct NewRefund {
    pub(crate) charge: ChargeId,
    pub(crate) amount: i64,
    pub(crate) voided: bool,
    pub(crate) metadata: Map<String, Value>,
}

impl State {
    pub(crate) fn new(ids: Ids, account: Account) -> Self {
        Self {
            ids,
            account,
            return_hosts: ReturnHosts::default(),
            webhook_hosts: WebhookHosts::default(),
            sources: Records::default(),
            charges: Records::default(),
            refunded: Vec::new(),
            payments: Names::default(),
            transactions: BTreeMap::new(),
            expiring: BTreeSet::new(),
            approving: BTreeSet::new(),
            events: Records::default(),
            outgoing: VecDeque::new(),
        }
    }

    /// Replaces the data, and keeps the allowed return and webhook hosts.
    pub(crate) fn replace_data(&mut self, other: Self) {
        let (return_hosts, webhook_hosts) = (self.return_hosts.clone(), self.webhook_hosts.clone());
        *self = Self { return_hosts, webhook_hosts, ..other };
    }

    pub(crate) fn source(&self, id: &SourceId) -> Option<&Source> {
        self.sources.get(id.as_str())
    }

    pub(crate) fn charge(&self, id: &ChargeId) -> Option<&Charge> {
        self.charges.get(id.as_str()).map(Arc::as_ref)
    }

    pub(crate) fn charge_of_payment(&self, payment: &str) -> Option<&Charge> {
        let of = |place| self.charges.at(place).map_or("", |charge| charge.payment.as_str());
        self.charges.at(self.payments.find(payment, of)?).map(Arc::as_ref)
    }

    /// Returns the charge of a transaction.
    pub(crate) fn charge_of_transaction(&self, transaction: &str) -> Option<&Charge> {
        self.charges.at(*self.transactions.get(transaction)?).map(Arc::as_ref)
    }

    /// Iterates over charges in order of creation.
    pub(crate) fn charges(&self) -> impl DoubleEndedIterator<Item = &Charge> + ExactSizeIterator {
        self.charges.iter().map(Arc::as_ref)
    }

    /// Iterates over refunds in order of creation.
    pub(crate) fn refunds(&self) -> impl DoubleEndedIterator<Item = &Refund> {
        self.refunded.iter().filter_map(|(charge, place)| self.charge(charge)?.refunds.get(*place))
    }

    /// Iterates over events in order of occurrence.
    pub(crate) fn events(&self) -> impl DoubleEndedIterator<Item = &Event> + ExactSizeIterator {
        self.events.iter()
    }

    pub(crate) fn event(&self, id: &EventId) -> Option<&Event> {
        self.events.get(id.as_str())
    }

    /// Stores the result of a delivery attempt.
    pub(crate) fn delivered(&mut self, id: &EventId, mut delivery: Delivery) {
        delivery.id = self.ids.next("whdl");
        if let Some(event) = self.events.get_mut(id.as_str()) {
            event.deliveries.push(delivery);
        }
    }

    pub(crate) fn create_source(
        &mut self,
        amount: i64,
        currency: Currency,
        platform_type: Option<PlatformType>,
        now: Timestamp,
    ) -> Result<Source, InvalidId> {
        let id = SourceId::parse(&self.ids.next("src"))?;
        let created_at = now.truncate_to_seconds();
        let source = Source { id, amount, currency, platform_type, created_at, used: false };
        self.sources.push(source.clone());
        Ok(source)
    }

    pub(crate) fn create_charge(&mut self, new: NewCharge, now: Timestamp) -> Result<ChargeId, InvalidId> {
        let id = ChargeId::parse(&self.ids.next("chrg"))?;
        let created_at = now.truncate_to_seconds();
        let charge = Charge {
            id: id.clone(),
            payment: self.ids.next("pay2"),
            origin: new.origin,
            amount: new.amount,
            currency: new.currency,
            source: new.source.clone(),
            return_uri: new.return_uri,
            description: new.description,
            metadata: new.metadata,
            ip: new.ip,
            webhook_endpoints: new.webhook_endpoints,
            created_at,
            expires_at: created_at.saturating_add_seconds(LIFETIME_SECONDS),
            approval: None,
            ending: None,
            refunds: Vec::new(),
        };
        if let Some(source) = self.sources.get_mut(new.source.as_str()) {
            source.used = true;
        }
        // Its ids are new.
        let _ = self.admit(charge);
        self.happen("charge.create", &id, now)?;
        Ok(id)
    }

    /// Marks a charge as paid. Returns `Ok(false)` if it has already ended.
    pub(crate) fn pay(&mut self, id: &ChargeId, now: Timestamp) -> Result<bool, InvalidId> {
        let transaction = self.ids.next("trxn");
        let ending = Ending::Paid { at: now.truncate_to_seconds(), transaction: transaction.clone() };
        let paid = self.end(id, ending, "charge.complete", now)?;
        if paid {
            self.transactions.extend(self.charges.place(id.as_str()).map(|place| (transaction, place)));
        }
        Ok(paid)
    }

    /// Marks a charge as failed. Returns `Ok(false)` if it has already ended.
    pub(crate) fn fail(
        &mut self,
        id: &ChargeId,
        code: FailureCode,
        now: Timestamp,
    ) -> Result<bool, InvalidId> {
        let at = now.truncate_to_seconds();
        self.end(id, Ending::Failed { code, at }, "charge.complete", now)
    }

    /// Expires a charge for the merchant. Returns `Ok(false)` if it has already ended.
    ///
    /// As recorded for a similar payment method, `expires_at` changes to the current time.
    pub(crate) fn expire_early(&mut self, id: &ChargeId, now: Timestamp) -> Result<bool, InvalidId> {
        let at = now.truncate_to_seconds();
        match self.charges.find_mut(id.as_str()) {
            Some((place, charge)) if charge.ending.is_none() => {
                self.expiring.remove(&(charge.expires_at, place));
                Arc::make_mut(charge).expires_at = at;
            }
            _ => return Ok(false),
        }
        self.end(id, Ending::Expired { at }, "charge.expire", now)
    }

    /// Changes the merchant's data of a charge.
    pub(crate) fn update(
        &mut self,
        id: &ChargeId,
        changes: Changes,
        now: Timestamp,
    ) -> Result<(), InvalidId> {
        let Some(charge) = self.charges.get_mut(id.as_str()).map(Arc::make_mut) else { return Ok(()) };
        if let Some(text) = changes.description {
            charge.description = Some(text).filter(|text| !text.is_empty());
        }
        if let Some(metadata) = changes.metadata {
            charge.metadata = metadata;
        }
        self.happen("charge.update", id, now)
    }

    /// Creates a refund. The caller checks whether it is allowed.
    pub(crate) fn refund(&mut self, new: NewRefund, now: Timestamp) -> Result<Option<Refund>, InvalidId> {
        let id = RefundId::parse(&self.ids.next("rfnd"))?;
        let transaction = self.ids.next("trxn");
        let Some(charge) = self.charges.get_mut(new.charge.as_str()).map(Arc::make_mut) else {
            return Ok(None);
        };
        let refund = Refund {
            id,
            charge: new.charge,
            place: self.refunded.len(),
            amount: new.amount,
            currency: charge.currency,
            voided: new.voided,
            transaction,
            metadata: new.metadata,
            created_at: now.truncate_to_seconds(),
        };
        self.refunded.push((refund.charge.clone(), charge.refunds.len()));
        charge.refunds.push(refund.clone());
        self.note("refund.create", EventData::Refund(Box::new(refund.clone())), now)?;
        Ok(Some(refund))
    }

    /// Counts the pending webhooks, from the first, whose events happened until `moment`. Stops at `most`, because
    /// thousands may be pending.
    pub(crate) fn outgoing_until(&self, moment: Timestamp, most: usize) -> usize {
        let happened = |outgoing: &&Outgoing| self.event(&outgoing.event).map(|event| event.created_at);
        self.outgoing
            .iter()
            .take(most)
            .take_while(|outgoing| happened(outgoing).is_none_or(|at| at <= moment))
            .count()
    }

    /// Time of the first pending webhook's event.
    pub(crate) fn first_outgoing(&self) -> Option<Timestamp> {
        self.event(&self.outgoing.front()?.event).map(|event| event.created_at)
    }

    /// Takes the pending webhook at a position.
    pub(crate) fn take_outgoing(&mut self, place: usize) -> Option<Outgoing> {
        self.outgoing.remove(place)
    }

    /// Adds an event to the outbox, even if it was posted before.
    pub(crate) fn post(&mut self, id: &EventId) -> bool {
        let Some(event) = self.event(id) else { return false };
        let own = self.charge(event.charge()).map_or(&[][..], |charge| &charge.webhook_endpoints);
        let outgoing = Outgoing::of(id, own);
        self.outgoing.extend(outgoing);
        true
    }

    pub(super) fn end(
        &mut self,
        id: &ChargeId,
        ending: Ending,
        key: &'static str,
        now: Timestamp,
    ) -> Result<bool, InvalidId> {
        let Some((place, charge)) = self.charges.find_mut(id.as_str()) else { return Ok(false) };
        self.expiring.remove(&(charge.expires_at, place));
        if charge.ending.is_some() {
            return Ok(false);
        }
        if let Some(at) = charge.approval {
            self.approving.remove(&(at, place));
        }
        Arc::make_mut(charge).ending = Some(ending);
        self.happen(key, id, now)?;
        Ok(true)
    }

    fn happen(&mut self, key: &'static str, charge: &ChargeId, now: Timestamp) -> Result<(), InvalidId> {
        let Some(charge) = self.charges.get(charge.as_str()).map(Arc::clone) else { return Ok(()) };
        self.note(key, EventData::Charge(charge), now)
    }

    fn note(&mut self, key: &'static str, data: EventData, now: Timestamp) -> Result<(), InvalidId> {
        let id = EventId::parse(&self.ids.next("evnt"))?;
        let event = Event {
            id: id.clone(),
            key,
            version: self.account.version,
            data,
            created_at: now.truncate_to_seconds(),
            deliveries: Vec::new(),
        };
        self.events.push(event);
        self.post(&id);
        Ok(())
    }
}
