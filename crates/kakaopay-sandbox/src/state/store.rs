//! The tables of the sandbox and what may be done with them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use kakaopay_types::{
    ChargeId, Currency, EventId, FailureCode, InvalidId, PlatformType, RefundId, SourceId, Timestamp,
};
use serde_json::{Map, Value};

use super::records::{Names, Records};
use super::{
    Account, Charge, Delivery, Ending, Event, EventData, Ids, Outgoing, Refund, ReturnUris, Source,
    WebhookHosts,
};

/// How long a charge can be paid, as in the guide's example: seven days.
const LIFETIME_SECONDS: i64 = 7 * 86_400;

/// Everything there is.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) ids: Ids,
    pub(crate) account: Account,
    pub(crate) return_uris: ReturnUris,
    pub(crate) webhook_hosts: WebhookHosts,
    pub(super) sources: Records<Source>,
    /// In the order they were created.
    pub(super) charges: Records<Arc<Charge>>,
    /// Refunds in the order they were made: the charge, and the place among its own.
    pub(super) refunded: Vec<(ChargeId, usize)>,
    /// The places of charges by what names them in their `authorize_uri`.
    pub(super) payments: Names,
    /// The places of charges by their transactions.
    pub(super) transactions: BTreeMap<String, usize>,
    /// When charges expire, by their places.
    pub(super) expiring: BTreeSet<(Timestamp, usize)>,
    /// Those whose buyers are slow.
    pub(super) approving: BTreeSet<(Timestamp, usize)>,
    /// In the order they happened.
    pub(super) events: Records<Event>,
    /// Events that wait to be posted.
    pub(super) outgoing: VecDeque<Outgoing>,
}

/// What a new charge is made of.
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

/// What of a charge the merchant changes. What is `None` stays.
#[derive(Debug)]
pub(crate) struct Changes {
    /// Empty for none.
    pub(crate) description: Option<String>,
    pub(crate) metadata: Option<Map<String, Value>>,
}

/// What a new refund is made of.
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
            return_uris: ReturnUris::default(),
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

    /// Becomes another state, but keeps its own settings of what it takes.
    pub(crate) fn take_over(&mut self, other: Self) {
        let webhook_hosts = self.webhook_hosts.clone();
        *self = Self { return_uris: self.return_uris, webhook_hosts, ..other };
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

    /// The charge that a transaction comes from.
    pub(crate) fn charge_of_transaction(&self, transaction: &str) -> Option<&Charge> {
        self.charges.at(*self.transactions.get(transaction)?).map(Arc::as_ref)
    }

    /// Charges in the order they were created.
    pub(crate) fn charges(&self) -> impl DoubleEndedIterator<Item = &Charge> + ExactSizeIterator {
        self.charges.iter().map(Arc::as_ref)
    }

    /// Refunds in the order they were made.
    pub(crate) fn refunds(&self) -> impl DoubleEndedIterator<Item = &Refund> {
        self.refunded.iter().filter_map(|(charge, place)| self.charge(charge)?.refunds.get(*place))
    }

    /// Events in the order they happened.
    pub(crate) fn events(&self) -> impl DoubleEndedIterator<Item = &Event> + ExactSizeIterator {
        self.events.iter()
    }

    pub(crate) fn event(&self, id: &EventId) -> Option<&Event> {
        self.events.get(id.as_str())
    }

    /// Remembers what became of a post.
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
        // Its names are new.
        let _ = self.admit(charge);
        self.happen("charge.create", &id, now)?;
        Ok(id)
    }

    /// The buyer has paid. `Ok(false)` when the charge has ended already.
    pub(crate) fn pay(&mut self, id: &ChargeId, now: Timestamp) -> Result<bool, InvalidId> {
        let transaction = self.ids.next("trxn");
        let ending = Ending::Paid { at: now.truncate_to_seconds(), transaction: transaction.clone() };
        let paid = self.end(id, ending, "charge.complete", now)?;
        if paid {
            self.transactions.extend(self.charges.place(id.as_str()).map(|place| (transaction, place)));
        }
        Ok(paid)
    }

    /// The payment has failed. `Ok(false)` when the charge has ended already.
    pub(crate) fn fail(
        &mut self,
        id: &ChargeId,
        code: FailureCode,
        now: Timestamp,
    ) -> Result<bool, InvalidId> {
        let at = now.truncate_to_seconds();
        self.end(id, Ending::Failed { code, at }, "charge.complete", now)
    }

    /// The merchant ends the charge. `Ok(false)` when it has ended already.
    ///
    /// As recorded of a sibling method, the moment stands in `expires_at` too.
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

    /// The merchant changes what is attached to a charge.
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

    /// Money goes back. Whether it may is for the caller to know.
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

    /// How many of the posts that wait, from the first, are of events until a moment; counted up to `most`, as
    /// thousands may wait.
    pub(crate) fn outgoing_until(&self, moment: Timestamp, most: usize) -> usize {
        let happened = |outgoing: &&Outgoing| self.event(&outgoing.event).map(|event| event.created_at);
        self.outgoing
            .iter()
            .take(most)
            .take_while(|outgoing| happened(outgoing).is_none_or(|at| at <= moment))
            .count()
    }

    /// When the event of the first post that waits happened.
    pub(crate) fn first_outgoing(&self) -> Option<Timestamp> {
        self.event(&self.outgoing.front()?.event).map(|event| event.created_at)
    }

    /// A post that waits, by its place.
    pub(crate) fn take_outgoing(&mut self, place: usize) -> Option<Outgoing> {
        self.outgoing.remove(place)
    }

    /// Has an event posted, once more if it was posted before.
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
