//! Compares an image with the requests and acknowledgements before the power loss.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kakaopay::store::{
    ClaimRequest, ClaimedMessage, Entry, InsertOutcome, Lane, Seq, Store, StoreError, StoredPayment,
};
use kakaopay_sqlite_powerloss::Disk;
use kakaopay_store_sqlite::{SqliteOptions, SqliteStore, rusqlite};

use crate::history::{Completion, History};
use crate::plan::{BINDS, END, EVENTS, PAYMENTS, Plan, ROUND, STEPS, at, charge, reference};
use crate::workload::STORE_FILE;

/// A failed comparison.
#[derive(Debug)]
pub(crate) struct Lost(pub(crate) String);

impl From<StoreError> for Lost {
    fn from(error: StoreError) -> Self {
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        Self(format!("{error}: {cause}"))
    }
}

impl From<rusqlite::Error> for Lost {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), Lost> {
    if holds { Ok(()) } else { Err(Lost(otherwise())) }
}

/// Opens an image and compares all of it. Returns the number of acknowledged steps compared.
pub(crate) async fn check(disk: &Disk, plan: Plan, history: &History, point: usize) -> Result<u64, Lost> {
    let options = SqliteOptions::new().clock(|| at(END));
    let store = options.open(disk.path(STORE_FILE)).map_err(StoreError::from)?;
    store.integrity_check().await?;
    let found = Found { store: &store, plan, history, point };
    let deadlines = deadlines(disk)?;
    let shipped = shipments(disk)?;
    let (mut steps, mut acknowledged) = (BTreeMap::new(), 0);
    for payment in 0..PAYMENTS {
        let (there, held) = found.payment(payment).await?;
        steps.insert(payment, there);
        acknowledged += held;
    }
    found.messages(&steps, &shipped).await?;
    found.events().await?;
    found.deadlines(&steps, &deadlines).await?;
    for payment in store.list_payments(None, 100).await? {
        let known = (0..PAYMENTS).any(|own| reference(own) == payment && steps[&own] > 0);
        ensure(known, || format!("{payment} was never asked for"))?;
    }
    // And it goes on from here.
    let next = (0..PAYMENTS).find(|payment| steps[payment] < STEPS);
    if let Some(payment) = next {
        store.commit(plan.step(payment, steps[&payment] + 1)).await?;
    }
    store.close().await?;
    Ok(acknowledged)
}

/// The deadlines in the file, in seconds.
fn deadlines(disk: &Disk) -> Result<BTreeMap<String, i64>, Lost> {
    let own = rusqlite::Connection::open(disk.path(STORE_FILE))?;
    let mut all = own.prepare("SELECT reference, due_at / 1000 FROM payment WHERE due_at IS NOT NULL")?;
    let rows = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The shipments in the merchant's own table.
fn shipments(disk: &Disk) -> Result<BTreeSet<String>, Lost> {
    let own = rusqlite::Connection::open(disk.path(STORE_FILE))?;
    let tables = "SELECT count(*) FROM sqlite_schema WHERE name = 'shipment'";
    if own.query_row(tables, [], |row| row.get::<_, i64>(0))? == 0 {
        return Ok(BTreeSet::new());
    }
    let mut all = own.prepare("SELECT message FROM shipment")?;
    let rows = all.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

struct Found<'a> {
    store: &'a SqliteStore,
    plan: Plan,
    history: &'a History,
    point: usize,
}

impl Found<'_> {
    /// A payment's steps are those that were asked for, each whole; how many, and how many had to be there.
    async fn payment(&self, payment: u8) -> Result<(u64, u64), Lost> {
        let (plan, name) = (self.plan, reference(payment));
        let spans = self.history.steps.get(&payment).map(Vec::as_slice).unwrap_or_default();
        let must = spans.iter().filter(|span| span.must_be(self.point)).count() as u64;
        let may = spans.iter().filter(|span| span.may_be(self.point)).count() as u64;
        let journal = self.store.read_journal(&name).await?;
        let steps = journal.len() as u64;
        ensure((must..=may).contains(&steps), || {
            format!("{name} has {steps} steps, {must} were acknowledged and {may} asked for")
        })?;
        let entry = |step| Entry::new(Seq::new(step), plan.entry(payment, step));
        let entries: Vec<_> = (1..=steps).map(entry).collect();
        ensure(journal == entries, || format!("{name} has other entries than were asked for"))?;
        let newest = (1..=steps).rev().find(|step| plan.snapshot(payment, *step).is_some());
        let snapshot = newest
            .and_then(|step| plan.snapshot(payment, step).map(|bytes| Entry::new(Seq::new(step), bytes)));
        let seen = usize::try_from(newest.unwrap_or(0)).expect("few");
        let expected = StoredPayment::new(snapshot, entries[seen..].to_vec()).at(at(END));
        ensure(self.store.load(&name).await? == expected, || format!("{name} has another snapshot"))?;
        let owner = self.store.find_by_charge(&charge(payment)).await?;
        ensure(owner == (steps >= BINDS).then_some(name.clone()), || {
            format!("{name} has {steps} steps, and its charge {owner:?}")
        })?;
        Ok((steps, must))
    }

    /// The messages of each stored step are there, and completed if that was acknowledged. No ordered one is
    /// completed while an earlier one of its payment is not.
    async fn messages(&self, steps: &BTreeMap<u8, u64>, shipped: &BTreeSet<String>) -> Result<(), Lost> {
        let mut open = self.open_messages().await?;
        let mut expected = BTreeSet::new();
        for (payment, last) in steps {
            let mut first_open = None;
            for message in (1..=*last).flat_map(|step| self.plan.messages(*payment, step)) {
                let key = &message.key;
                if let Some(found) = open.remove(key) {
                    ensure(found.body == message.body, || format!("{key} has another body"))?;
                    self.open_message(key, found.claim.get() - 1)?;
                    if message.lane == Lane::Ordered {
                        first_open.get_or_insert_with(|| key.clone());
                    }
                    continue;
                }
                if self.completed_message(key).await?.shipped {
                    expected.insert(key.clone());
                }
                ensure(first_open.is_none() || message.lane == Lane::Alert, || {
                    format!("{key} was completed before {first_open:?}")
                })?;
            }
        }
        ensure(open.is_empty(), || format!("{:?} belong to no step", open.keys()))?;
        ensure(*shipped == expected, || format!("{shipped:?} are shipped and {expected:?} are told"))
    }

    /// The pending messages. Each is completed, so that the next one of its payment can be claimed.
    async fn open_messages(&self) -> Result<BTreeMap<String, ClaimedMessage>, Lost> {
        let request = ClaimRequest::new(Duration::from_secs(1), 10_000);
        let mut open = BTreeMap::new();
        loop {
            let claimed = self.store.claim_messages(request).await?;
            if claimed.is_empty() {
                return Ok(open);
            }
            for message in claimed {
                self.store.complete_message(&message.key, message.claim).await?;
                open.insert(message.key.clone(), message);
            }
        }
    }

    /// A pending message was claimed as often as acknowledged, and its completion was not acknowledged.
    fn open_message(&self, key: &str, claims: u64) -> Result<(), Lost> {
        let told = self.history.completions(key).iter().any(|one| one.span.must_be(self.point));
        ensure(!told, || format!("{key} was told"))?;
        let known = self.history.claims.iter().filter(|(span, _)| span.must_be(self.point));
        let least = known.filter_map(|(_, numbers)| numbers.get(key)).max().copied().unwrap_or(0);
        let open = self.history.claims.iter();
        let open = open.filter(|(span, _)| span.may_be(self.point) && !span.must_be(self.point)).count();
        let most = least + open as u64;
        ensure((least..=most).contains(&claims), || {
            format!("{key} was claimed {claims} times, and not {least} to {most}")
        })
    }

    /// A message that is not pending was completed under a valid claim.
    async fn completed_message(&self, key: &str) -> Result<Completion, Lost> {
        for completion in self.history.completions(key).iter().filter(|one| one.span.may_be(self.point)) {
            // Again under the same claim changes nothing; under any other it is an error.
            if self.store.complete_message(key, completion.claim).await.is_ok() {
                return Ok(*completion);
            }
        }
        Err(Lost(format!("{key} is neither open nor told")))
    }

    /// Acknowledged webhooks are there, and pending unless completed.
    async fn events(&self) -> Result<(), Lost> {
        let lease = ClaimRequest::new(Duration::from_secs(1), 10_000);
        let open = self.store.claim_events(lease).await?;
        let open: BTreeMap<_, _> = open.into_iter().map(|event| (event.event, event.body)).collect();
        let mut waiting = 0;
        for number in 0..EVENTS {
            let (received, finished) =
                (self.history.received.get(&number), self.history.finished.get(&number));
            let delivery = self.plan.delivery(number);
            let is_open = open.get(&delivery.event);
            waiting += usize::from(is_open.is_some());
            ensure(is_open.is_none_or(|body| *body == delivery.body), || {
                format!("event {number} has another body")
            })?;
            let there = self.store.insert_event(delivery).await? == InsertOutcome::Duplicate;
            let must = received.is_some_and(|span| span.must_be(self.point));
            let may = received.is_some_and(|span| span.may_be(self.point));
            ensure(there || !must, || format!("event {number} was acknowledged"))?;
            ensure(may || !there, || format!("event {number} had not come"))?;
            let must = finished.is_some_and(|span| span.must_be(self.point));
            let may = finished.is_some_and(|span| span.may_be(self.point));
            ensure(is_open.is_none() || !must, || format!("event {number} was worked off"))?;
            ensure(is_open.is_some() || !there || may, || format!("event {number} waits no more"))?;
        }
        ensure(waiting == open.len(), || "there are other events".to_owned())
    }

    /// A deadline is the one of the last step, or of a later claim.
    async fn deadlines(
        &self,
        steps: &BTreeMap<u8, u64>,
        deadlines: &BTreeMap<String, i64>,
    ) -> Result<(), Lost> {
        let due = self.store.claim_due(ClaimRequest::new(Duration::from_secs(1), 10_000)).await?;
        let due: BTreeSet<_> = due.iter().map(|due| due.reference.to_string()).collect();
        ensure(due.iter().eq(deadlines.keys()), || format!("{due:?} are due, not {deadlines:?}"))?;
        for (payment, last) in steps {
            let name = reference(*payment).to_string();
            let found = deadlines.get(&name).map(|seconds| at(*seconds));
            let term =
                deadlines.get(&name).map(|seconds| Duration::from_secs((seconds % ROUND).unsigned_abs()));
            let by_step = self.plan.term_after(*payment, *last);
            let claims = self.history.due.iter().filter(|claim| claim.span.may_be(self.point));
            let by_claim = claims.clone().any(|claim| Some(claim.until) == found);
            ensure(term == by_step || by_claim, || {
                format!("{name} is due at {found:?}, not {by_step:?} after a round has begun")
            })?;
            // A claim that was acknowledged after the last step holds.
            let steps = self.history.steps.get(payment);
            let last_step = steps.and_then(|steps| steps.get(usize::try_from(*last).ok()?.checked_sub(1)?));
            let stepped = last_step.and_then(|span| span.acknowledged);
            let holds = claims.filter(|claim| {
                claim.span.must_be(self.point)
                    && claim.claimed.contains(&name)
                    && stepped.is_some_and(|stepped| stepped < claim.span.asked)
            });
            let until = holds.map(|claim| claim.until).max();
            ensure(until.is_none_or(|until| found >= Some(until)), || {
                format!("{name} is due at {found:?}, and was claimed until {until:?}")
            })?;
        }
        Ok(())
    }
}
