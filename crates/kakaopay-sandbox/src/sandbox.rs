//! The sandbox handle: keys, clock, state and settings.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kakaopay_types::{EventId, PublicKey, SecretKey, Timestamp};
use kakaopay_webhook::WebhookSecret;
use tokio::sync::{Notify, watch};

use crate::clock::SandboxClock;
use crate::fault::{Fault, FaultRule, Rules};
use crate::keys::Keys;
use crate::schedule_progress::ScheduleProgress;
use crate::snapshot::Snapshot;
use crate::state::State;
use crate::version::ApiVersion;
use crate::webhook_schedule::WebhookSchedule;
use crate::webhook_url::WebhookUrl;

/// An in-memory stand-in for the Omise API: one test account with KakaoPay.
///
/// [`Sandbox::service`] is the API as a tower service. Clones share one sandbox.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) keys: Keys,
    pub(crate) clock: SandboxClock,
    pub(crate) state: Mutex<State>,
    pub(crate) faults: Mutex<Rules>,
    /// State when the sandbox was built; [`Sandbox::reset`] returns to it.
    pub(crate) initial: Snapshot,
    pub(crate) schedule: Mutex<ScheduleProgress>,
    /// Wakes webhook delivery.
    pub(crate) delivery_wakeup: Notify,
    /// Held while webhooks are posted.
    pub(crate) delivering: tokio::sync::Mutex<()>,
    /// Incremented by each change.
    pub(crate) revision: watch::Sender<u64>,
    pub(crate) resets: AtomicU64,
}

impl Sandbox {
    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// The account's id, which follows from its secret key.
    #[must_use]
    pub fn account_id(&self) -> String {
        self.state().account.id.clone()
    }

    /// The account's public key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.0.keys.public
    }

    /// The account's secret key.
    #[must_use]
    pub fn secret_key(&self) -> &SecretKey {
        &self.0.keys.secret
    }

    /// Returns the newest webhook secret. After a roll through the API, the previous secret signs beside it for a
    /// day. After a deletion through the API, webhooks are unsigned until a new secret is created.
    #[must_use]
    pub fn webhook_secret(&self) -> WebhookSecret {
        self.state().account.secrets.newest().clone()
    }

    /// The sandbox's clock.
    #[must_use]
    pub fn clock(&self) -> &SandboxClock {
        &self.0.clock
    }

    /// The account's API version.
    #[must_use]
    pub fn api_version(&self) -> ApiVersion {
        self.state().account.version
    }

    /// The account's webhook endpoint, if one is set.
    #[must_use]
    pub fn webhook_url(&self) -> Option<WebhookUrl> {
        self.state().account.webhook_url.clone()
    }

    /// Sets the webhook endpoint for all later posts.
    pub fn set_webhook_url(&self, url: Option<WebhookUrl>) {
        self.state().account.webhook_url = url;
        self.mark_changed();
    }

    /// Returns whether webhooks may be posted to `url`: its host is this machine or an allowed host.
    #[must_use]
    pub fn admits_webhook_url(&self, url: &WebhookUrl) -> bool {
        self.state().webhook_hosts.admits(url)
    }

    /// The webhook schedule.
    #[must_use]
    pub fn webhook_schedule(&self) -> WebhookSchedule {
        self.schedule().schedule
    }

    /// Sets the webhook schedule. It applies to pending webhooks, too.
    pub fn set_webhook_schedule(&self, schedule: WebhookSchedule) {
        *self.schedule() = ScheduleProgress::new(schedule);
        self.mark_changed();
    }

    /// Replaces the fault rules.
    pub fn set_faults(&self, rules: Vec<FaultRule>) {
        *self.rules() = Rules::new(rules);
    }

    /// Number of fault rules that are set.
    #[must_use]
    pub fn fault_count(&self) -> usize {
        self.rules().count()
    }

    /// Number of requests that got a fault since the rules were set. A test that provokes faults asserts that it is
    /// not zero.
    #[must_use]
    pub fn triggered_fault_count(&self) -> usize {
        self.rules().triggered()
    }

    /// Posts an event again, as the dashboard does on request. Returns `false` if no event has this id.
    #[must_use]
    pub fn resend(&self, event: &EventId) -> bool {
        let known = self.state().post(event);
        self.mark_changed();
        known
    }

    /// Returns all events in order, each with its key.
    #[must_use]
    pub fn events(&self) -> Vec<(EventId, &'static str)> {
        self.state().events().map(|event| (event.id.clone(), event.key)).collect()
    }

    /// Number of resets so far. A dashboard discards earlier requests when it grows.
    #[must_use]
    pub fn reset_count(&self) -> u64 {
        self.0.resets.load(Ordering::Relaxed)
    }

    pub(crate) fn count_reset(&self) {
        self.0.resets.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the fault for a request, if a rule applies to it.
    pub(crate) fn next_fault(&self, request: &http::request::Parts) -> Option<Fault> {
        let uri = &request.uri;
        self.rules().next(request.method.as_str(), uri.path(), uri.query().unwrap_or_default())
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.0.keys
    }

    /// The state when the sandbox was built.
    pub(crate) fn initial(&self) -> &Snapshot {
        &self.0.initial
    }

    pub(crate) fn schedule(&self) -> MutexGuard<'_, ScheduleProgress> {
        self.0.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Applies everything that is due, and returns the state and the current time.
    pub(crate) fn state_now(&self) -> (MutexGuard<'_, State>, Timestamp) {
        let now = self.clock().now();
        let mut state = self.state();
        let passed = state.apply_due(now);
        debug_assert!(passed.is_ok());
        (state, now)
    }

    pub(crate) fn delivering(&self) -> &tokio::sync::Mutex<()> {
        &self.0.delivering
    }

    pub(crate) fn delivery_wakeup(&self) -> &Notify {
        &self.0.delivery_wakeup
    }

    /// Counts a change, and wakes webhook delivery.
    pub(crate) fn mark_changed(&self) {
        self.0.revision.send_modify(|revision| *revision = revision.wrapping_add(1));
        self.0.delivery_wakeup.notify_one();
    }

    pub(crate) fn revision(&self) -> watch::Receiver<u64> {
        self.0.revision.subscribe()
    }

    fn rules(&self) -> MutexGuard<'_, Rules> {
        self.0.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("keys", &self.0.keys).finish_non_exhaustive()
    }
}
