//! Serialized state.

use std::collections::BTreeSet;
use std::sync::Arc;

use kakaopay_types::ReturnUri;
use serde::{Deserialize, Serialize};

use super::{Account, Charge, Ending, Event, EventData, Ids, Outgoing, Source, State};
use crate::plain_http;

/// The singleton state, which changes with nearly every request.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GlobalState {
    pub(crate) account: Account,
    /// State of the identifier generator.
    pub(crate) ids: u64,
    /// Outbox, in order of delivery.
    pub(crate) outgoing: Vec<Outgoing>,
}

/// The serialized state, without data that can be derived.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    pub(crate) state: GlobalState,
    pub(crate) sources: Vec<Source>,
    /// In order of creation.
    pub(crate) charges: Vec<Charge>,
    /// In order of occurrence.
    pub(crate) events: Vec<Event>,
}

/// The serialized state is inconsistent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inconsistent {
    pub(crate) place: String,
    pub(crate) problem: &'static str,
}

impl State {
    /// Returns the singleton state.
    pub(crate) fn state(&self) -> GlobalState {
        GlobalState {
            account: self.account.clone(),
            ids: self.ids.state(),
            outgoing: self.outgoing.iter().cloned().collect(),
        }
    }

    /// Returns the whole state for serialization.
    pub(crate) fn written(&self) -> Written {
        Written {
            state: self.state(),
            sources: self.sources.iter().cloned().collect(),
            charges: self.charges().cloned().collect(),
            events: self.events.iter().cloned().collect(),
        }
    }

    /// Rebuilds a state.
    ///
    /// # Errors
    /// [`Inconsistent`] if a sandbox could not have produced this state.
    pub(crate) fn read(written: Written) -> Result<Self, Inconsistent> {
        let Written { state: global, sources, charges, events } = written;
        if !global.account.secrets.are_two_at_most() {
            return no("state.account.secrets", "more than two active secrets");
        }
        let mut state = Self::new(Ids::at(global.ids), global.account);
        for (place, source) in sources.into_iter().enumerate() {
            if state.sources.push(source).is_none() {
                return no(format!("sources[{place}].id"), "duplicate id");
            }
        }
        for (place, charge) in charges.into_iter().enumerate() {
            let check = state.check(&charge).and_then(|()| state.admit(charge));
            check.map_err(|(member, problem)| at(format!("charges[{place}].{member}"), problem))?;
        }
        state.order_refunds()?;
        for (place, mut event) in events.into_iter().enumerate() {
            let Some(known) = state.charges.get(event.charge().as_str()) else {
                return no(format!("events[{place}].data"), "unknown charge");
            };
            if let EventData::Charge(charge) = &mut event.data {
                if state.source(&charge.source).is_none() {
                    return no(format!("events[{place}].data"), "unknown source");
                }
                // An unchanged charge is shared again.
                if charge == known {
                    *charge = Arc::clone(known);
                }
            }
            if state.events.push(event).is_none() {
                return no(format!("events[{place}].id"), "duplicate id");
            }
        }
        for (place, outgoing) in global.outgoing.into_iter().enumerate() {
            if state.event(&outgoing.event).is_none() {
                return no(format!("state.outgoing[{place}].event"), "unknown event");
            }
            state.outgoing.push_back(outgoing);
        }
        Ok(state)
    }

    /// Checks whether a sandbox could have produced a charge.
    fn check(&self, charge: &Charge) -> Result<(), (&'static str, &'static str)> {
        let source = self.source(&charge.source).ok_or(("source", "unknown source"))?;
        if !source.used {
            return Err(("source", "the source is not marked as used"));
        }
        if (source.amount, source.currency) != (charge.amount, charge.currency) {
            return Err(("amount", "differs from the source's amount or currency"));
        }
        if charge.amount <= 0 {
            return Err(("amount", "not positive"));
        }
        // Plain HTTP depends on a setting, but an accepted URI stays valid.
        if ReturnUri::parse(&charge.return_uri).is_err() && plain_http::parse(&charge.return_uri).is_none() {
            return Err(("return_uri", "not a valid return URI"));
        }
        check_refunds(charge)
    }

    /// Adds a charge and its index entries. An error leaves the state partly changed.
    pub(super) fn admit(&mut self, charge: Charge) -> Result<(), (&'static str, &'static str)> {
        let (expires_at, approval) = (charge.expires_at, charge.approval);
        let ending = charge.ending.clone();
        let place = self.charges.push(Arc::new(charge)).ok_or(("id", "duplicate id"))?;
        if let Some(Ending::Paid { transaction, .. }) = &ending
            && self.transactions.insert(transaction.clone(), place).is_some()
        {
            return Err(("ending", "duplicate transaction"));
        }
        let of = |place| self.charges.at(place).map_or("", |charge| charge.payment.as_str());
        if !self.payments.insert(place, of) {
            return Err(("payment", "duplicate payment identifier"));
        }
        if ending.is_none() {
            self.expiring.insert((expires_at, place));
            self.approving.extend(approval.map(|at| (at, place)));
        }
        Ok(())
    }

    /// Restores the order in which the refunds of all charges were created.
    fn order_refunds(&mut self) -> Result<(), Inconsistent> {
        let mut refunds: Vec<_> = Vec::new();
        let mut ids = BTreeSet::new();
        for (number, charge) in self.charges().enumerate() {
            for (place, refund) in charge.refunds.iter().enumerate() {
                let name = format!("charges[{number}].refunds[{place}]");
                if !ids.insert(&refund.id) {
                    return no(format!("{name}.id"), "duplicate id");
                }
                refunds.push((refund.place, charge.id.clone(), place, name));
            }
        }
        refunds.sort();
        for (expected, (place, charge, own, name)) in refunds.into_iter().enumerate() {
            if place != expected {
                return no(format!("{name}.place"), "the positions of the refunds are not consecutive");
            }
            self.refunded.push((charge, own));
        }
        Ok(())
    }
}

fn check_refunds(charge: &Charge) -> Result<(), (&'static str, &'static str)> {
    let paid = matches!(charge.ending, Some(Ending::Paid { .. }));
    if !charge.refunds.is_empty() && !paid {
        return Err(("refunds", "refunds of an unpaid charge"));
    }
    let mut left = charge.amount;
    for refund in &charge.refunds {
        if refund.charge != charge.id || refund.currency != charge.currency {
            return Err(("refunds", "refunds of another charge"));
        }
        left = left.checked_sub(refund.amount).filter(|left| *left >= 0).unwrap_or(-1);
        if refund.amount <= 0 || left < 0 {
            return Err(("refunds", "not positive, or more than the charge's amount"));
        }
    }
    Ok(())
}

fn at(place: impl Into<String>, problem: &'static str) -> Inconsistent {
    Inconsistent { place: place.into(), problem }
}

fn no<T>(place: impl Into<String>, problem: &'static str) -> Result<T, Inconsistent> {
    Err(at(place, problem))
}
