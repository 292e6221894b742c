//! Whether the store may lack payments that the service has, and up to when both were compared.

use std::sync::atomic::Ordering;
use std::time::Duration;

use kakaopay_flows::MAX_LATE_SECONDS;
use kakaopay_store::{Setting, Store};
use kakaopay_types::endpoint::{ListCharges, ListParams};
use kakaopay_types::{Charge, SortOrder, Timestamp};
use tokio::time::{Instant, timeout};

use super::engine::Engine;
use super::suspicion::Suspicion;
use crate::error::Error;

/// How far the next reconciliation reaches behind the end of the last, in seconds: more than a list of the service
/// may lag behind its clock.
const OVERLAP_SECONDS: i64 = 3_600;
/// How long a buyer waits for the comparison of the newest charges.
const COMPARE_TIMEOUT: Duration = Duration::from_secs(10);
/// Shortest time between a failed comparison and the next, however many orders come.
const COMPARE_AGAIN: Duration = Duration::from_secs(2);
/// How far the first reconciliation reaches, in seconds. A charge can be paid within seven days and refunded until
/// the end of the day after that.
const FIRST_SECONDS: i64 = 10 * 86_400;

/// A part of the service's history, by its clock, and why the store was suspect before it was read.
pub(crate) struct Gap {
    pub(crate) from: Timestamp,
    until: Option<Timestamp>,
    suspicion: Option<String>,
}

impl<S: Store> Engine<S> {
    /// Returns whether the store may lack payments, from the mark that was loaded with a payment. See
    /// [`suspicion`](Self::suspicion).
    pub(super) async fn suspicion_of(&self, mark: Option<String>) -> Result<Suspicion, Error> {
        // A comparison may make another mark.
        if self.identity.compared.get().is_none() { self.suspicion().await } else { Ok(self.judge(mark)) }
    }

    /// Returns whether the store may lack payments. The first call of a process compares the service's newest charges
    /// with the store; calls at the same time wait for it, and a call some time after a failure tries again.
    pub(super) async fn suspicion(&self) -> Result<Suspicion, Error> {
        if self.identity.compared.get().is_none() {
            match self.identity.comparing.try_lock() {
                Ok(mut failed) => self.compare(&mut failed).await?,
                Err(_) => drop(self.identity.comparing.lock().await),
            }
        }
        Ok(self.judge(self.store.setting(Setting::Suspect).await?))
    }

    /// Returns whether the store may lack payments, which has this mark.
    fn judge(&self, mark: Option<String>) -> Suspicion {
        let is_marked = mark.is_some();
        if let Some(why) = mark.filter(|_| !self.identity.has_warned.swap(true, Ordering::Relaxed)) {
            tracing::error!(
                why,
                "the store is older than the service: new orders are looked for before they are charged, until a \
                 reconciliation is complete"
            );
        }
        if !is_marked {
            self.identity.has_warned.store(false, Ordering::Relaxed);
        }
        match self.identity.compared.get() {
            _ if is_marked => Suspicion::Suspect,
            Some(()) => Suspicion::Cleared,
            None => Suspicion::Unknown,
        }
    }

    async fn compare(&self, failed: &mut Option<Instant>) -> Result<(), Error> {
        if failed.is_some_and(|failed| failed.elapsed() < COMPARE_AGAIN) {
            return Ok(());
        }
        match timeout(COMPARE_TIMEOUT, self.look_for_lost_payments()).await {
            Ok(Ok(())) => drop(self.identity.compared.set(())),
            Ok(Err(Error::ChargesUnread(_))) | Err(_) => {
                *failed = Some(Instant::now());
                tracing::warn!(
                    "the service's newest charges cannot be read: until they are, each new order is looked for before \
                     it is charged"
                );
            }
            Ok(Err(error)) => return Err(error),
        }
        Ok(())
    }

    /// Marks the store as suspect if one of the service's newest charges names it, and an order or an attempt that it
    /// does not have.
    async fn look_for_lost_payments(&self) -> Result<(), Error> {
        let id = self.store_id().await?;
        let page = ListParams::new().limit(ListParams::MAX_LIMIT).order(SortOrder::ReverseChronological);
        let newest = self.clients.secret.send_page(ListCharges::new().page(page)).await;
        let newest = newest.map_err(|error| Error::ChargesUnread(Box::new(error)))?;
        self.service_clock.note(newest.served_at, self.clock.now());
        for charge in &newest.object.data.items {
            let own = charge.metadata.attempt().filter(|_| charge.metadata.store().as_ref() == Some(&id));
            let Some(attempt) = own else { continue };
            if self.store.find_by_charge(&charge.id).await?.is_some() {
                continue;
            }
            let is_lost = match self.load(attempt.order()).await? {
                Some(payment) => payment.is_older_than(charge),
                None => true,
            };
            if is_lost {
                let why = format!("{} names {attempt}, which is unknown", charge.id);
                return self.suspect(&why).await;
            }
        }
        Ok(())
    }

    /// Returns whether the store was suspect so lately, by the service's clock, that the service may still carry out a
    /// mutation which the store lacks.
    pub(super) async fn was_suspect_lately(&self) -> Result<bool, Error> {
        let Some(until) = self.store.setting(Setting::SuspectUntil).await? else { return Ok(false) };
        let passed = Timestamp::parse(&until).ok().zip(self.service_clock.now());
        let passed = passed.map(|(until, now)| now.millis_since(until));
        Ok(passed.is_none_or(|passed| passed < MAX_LATE_SECONDS * 1_000))
    }

    /// Marks the store as suspect, and says why. Each mark is new, so that a reconciliation that began before it does
    /// not end it.
    pub(crate) async fn suspect(&self, why: &str) -> Result<(), Error> {
        let mark = format!("{why} ({})", self.marks.next());
        loop {
            let before = self.store.setting(Setting::Suspect).await?;
            if self.store.change_setting(Setting::Suspect, before.as_deref(), Some(&mark)).await? {
                return Ok(());
            }
        }
    }

    /// Returns from when on the service's charges and events must be read so that none is missed; `None` before the
    /// first complete reconciliation.
    pub(crate) async fn reconciled_until(&self) -> Result<Option<Timestamp>, Error> {
        let stored = self.store.setting(Setting::ReconciledUntil).await?;
        let until = stored.as_deref().and_then(|text| Timestamp::parse(text).ok());
        Ok(until.map(|until| until.saturating_add_seconds(-OVERLAP_SECONDS)))
    }

    /// Returns the part of the service's history that a reconciliation must read: `back` seconds, and more if none
    /// was complete for longer.
    pub(crate) async fn gap(&self, back: i64) -> Result<Gap, Error> {
        let page = ListParams::new().limit(1).order(SortOrder::ReverseChronological);
        let newest = self.clients.secret.send_timed(ListCharges::new().page(page)).await;
        // Where the service does not tell its time, that of its newest charge is the latest known.
        let until = newest.ok().and_then(|newest| {
            self.service_clock.note(newest.served_at, self.clock.now());
            let created = newest.object.data.items.first().and_then(Charge::created_at);
            newest.served_at.or(newest.object.to).or(created)
        });
        let now = until.unwrap_or_else(|| self.clock.now());
        let usual = now.saturating_add_seconds(-back);
        let from = match self.reconciled_until().await? {
            Some(until) => until.min(usual),
            None => usual.min(now.saturating_add_seconds(-FIRST_SECONDS)),
        };
        Ok(Gap { from, until, suspicion: self.store.setting(Setting::Suspect).await? })
    }

    /// Records that a part of the service's history was read whole. That ends a suspicion that there was before.
    pub(crate) async fn close_gap(&self, gap: Gap) -> Result<(), Error> {
        let Some(until) = gap.until else { return Ok(()) };
        self.reconciled(until).await?;
        let Some(why) = gap.suspicion else { return Ok(()) };
        let before = self.store.setting(Setting::SuspectUntil).await?;
        let now = Some(until.to_string());
        // Another process that was faster has found the same.
        self.store.change_setting(Setting::SuspectUntil, before.as_deref(), now.as_deref()).await?;
        if self.store.change_setting(Setting::Suspect, Some(&why), None).await? {
            tracing::warn!(
                "the store has been compared with the service: new orders are charged at once again"
            );
        }
        Ok(())
    }

    /// Records that everything until this time of the service was read. It never goes back.
    async fn reconciled(&self, until: Timestamp) -> Result<(), Error> {
        let before = self.store.setting(Setting::ReconciledUntil).await?;
        let is_later =
            before.as_deref().and_then(|text| Timestamp::parse(text).ok()).is_none_or(|last| last < until);
        if is_later {
            let until = until.to_string();
            // Another process that was faster has read as much.
            self.store.change_setting(Setting::ReconciledUntil, before.as_deref(), Some(&until)).await?;
        }
        Ok(())
    }
}
