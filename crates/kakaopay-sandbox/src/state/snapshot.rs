//! The state as it is written down, and how it is read back.

use std::collections::BTreeSet;
use std::sync::Arc;

use kakaopay_types::ReturnUri;
use serde::{Deserialize, Serialize};

use super::{Account, Charge, Ending, Event, EventData, Ids, Outgoing, Source, State};
use crate::webhook_url::WebhookUrl;

/// What there is once and changes with nearly every request.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GlobalState {
    pub(crate) account: Account,
    /// Where the identifiers stand.
    pub(crate) ids: u64,
    /// What waits to be posted, the next first.
    pub(crate) outgoing: Vec<Outgoing>,
}

/// The state as it is written down. What can be told from the rest is not.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    pub(crate) state: GlobalState,
    pub(crate) sources: Vec<Source>,
    /// In the order they were created.
    pub(crate) charges: Vec<Charge>,
    /// In the order they happened.
    pub(crate) events: Vec<Event>,
}

/// Something written down contradicts the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inconsistent {
    pub(crate) place: String,
    pub(crate) problem: &'static str,
}

impl State {
    /// What there is once.
    pub(crate) fn state(&self) -> GlobalState {
        GlobalState {
            account: self.account.clone(),
            ids: self.ids.state(),
            outgoing: self.outgoing.iter().cloned().collect(),
        }
    }

    /// All of it, as it is written down.
    pub(crate) fn written(&self) -> Written {
        Written {
            state: self.state(),
            sources: self.sources.iter().cloned().collect(),
            charges: self.charges().cloned().collect(),
            events: self.events.iter().cloned().collect(),
        }
    }

    /// A state from what was written down.
    ///
    /// # Errors
    /// [`Inconsistent`] when it could not have come about here.
    pub(crate) fn read(written: Written) -> Result<Self, Inconsistent> {
        let Written { state: global, sources, charges, events } = written;
        if !global.account.secrets.are_two_at_most() {
            return no("state.account.secrets", "more than two secrets would sign");
        }
        let mut state = Self::new(Ids::at(global.ids), global.account);
        for (place, source) in sources.into_iter().enumerate() {
            if state.sources.push(source).is_none() {
                return no(format!("sources[{place}].id"), "stands there twice");
            }
        }
        for (place, charge) in charges.into_iter().enumerate() {
            let check = state.check(&charge).and_then(|()| state.admit(charge));
            check.map_err(|(member, problem)| at(format!("charges[{place}].{member}"), problem))?;
        }
        state.order_refunds()?;
        for (place, mut event) in events.into_iter().enumerate() {
            let Some(known) = state.charges.get(event.charge().as_str()) else {
                return no(format!("events[{place}].data"), "there is no such charge");
            };
            if let EventData::Charge(charge) = &mut event.data {
                if state.source(&charge.source).is_none() {
                    return no(format!("events[{place}].data"), "there is no such source");
                }
                // Nothing has happened to it since.
                if charge == known {
                    *charge = Arc::clone(known);
                }
            }
            if state.events.push(event).is_none() {
                return no(format!("events[{place}].id"), "stands there twice");
            }
        }
        for (place, outgoing) in global.outgoing.into_iter().enumerate() {
            if state.event(&outgoing.event).is_none() {
                return no(format!("state.outgoing[{place}].event"), "there is no such event");
            }
            state.outgoing.push_back(outgoing);
        }
        Ok(state)
    }

    /// Whether a charge could have come about here.
    fn check(&self, charge: &Charge) -> Result<(), (&'static str, &'static str)> {
        let source = self.source(&charge.source).ok_or(("source", "there is no such source"))?;
        if !source.used {
            return Err(("source", "is not marked as used"));
        }
        if (source.amount, source.currency) != (charge.amount, charge.currency) {
            return Err(("amount", "is not that of its source"));
        }
        if charge.amount <= 0 {
            return Err(("amount", "is not positive"));
        }
        // Whether plain http on this machine is taken is a setting; what was taken once stays.
        if ReturnUri::parse(&charge.return_uri).is_err() && WebhookUrl::parse(&charge.return_uri).is_err() {
            return Err(("return_uri", "is not an address to return to"));
        }
        check_refunds(charge)
    }

    /// Takes a charge in, with all that finds it. When it fails, it has taken a part of it in.
    pub(super) fn admit(&mut self, charge: Charge) -> Result<(), (&'static str, &'static str)> {
        let (expires_at, approval) = (charge.expires_at, charge.approval);
        let ending = charge.ending.clone();
        let place = self.charges.push(Arc::new(charge)).ok_or(("id", "stands there twice"))?;
        if let Some(Ending::Paid { transaction, .. }) = &ending
            && self.transactions.insert(transaction.clone(), place).is_some()
        {
            return Err(("ending", "has the transaction of another charge"));
        }
        let of = |place| self.charges.at(place).map_or("", |charge| charge.payment.as_str());
        if !self.payments.insert(place, of) {
            return Err(("payment", "stands there twice"));
        }
        if ending.is_none() {
            self.expiring.insert((expires_at, place));
            self.approving.extend(approval.map(|at| (at, place)));
        }
        Ok(())
    }

    /// Brings the refunds of all charges into the order they were made in.
    fn order_refunds(&mut self) -> Result<(), Inconsistent> {
        let mut refunds: Vec<_> = Vec::new();
        let mut ids = BTreeSet::new();
        for (number, charge) in self.charges().enumerate() {
            for (place, refund) in charge.refunds.iter().enumerate() {
                let name = format!("charges[{number}].refunds[{place}]");
                if !ids.insert(&refund.id) {
                    return no(format!("{name}.id"), "stands there twice");
                }
                refunds.push((refund.place, charge.id.clone(), place, name));
            }
        }
        refunds.sort();
        for (expected, (place, charge, own, name)) in refunds.into_iter().enumerate() {
            if place != expected {
                return no(format!("{name}.place"), "the refunds' places are not one after the other");
            }
            self.refunded.push((charge, own));
        }
        Ok(())
    }
}

fn check_refunds(charge: &Charge) -> Result<(), (&'static str, &'static str)> {
    let paid = matches!(charge.ending, Some(Ending::Paid { .. }));
    if !charge.refunds.is_empty() && !paid {
        return Err(("refunds", "of a charge that was not paid"));
    }
    let mut left = charge.amount;
    for refund in &charge.refunds {
        if refund.charge != charge.id || refund.currency != charge.currency {
            return Err(("refunds", "are another charge's"));
        }
        left = left.checked_sub(refund.amount).filter(|left| *left >= 0).unwrap_or(-1);
        if refund.amount <= 0 || left < 0 {
            return Err(("refunds", "do not come out of its amount"));
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
