//! The contract of a store.

use kakaopay_types::{ChargeId, EventId, Reference, Timestamp};

use crate::commit::{Commit, Entry, Seq, StoredPayment};
use crate::error::StoreError;
use crate::work::{
    Backlog, ClaimRequest, ClaimToken, ClaimedMessage, DuePayment, InboxEvent, InsertOutcome, NewInboxEvent,
};

/// Where payments are durable.
///
/// What every store promises:
///
/// - When a method returns `Ok`, what it did survives the loss of the process and of power.
/// - A [`Commit`] is stored whole or not at all, and only on top of the entry it names.
/// - What is claimed is seen by nobody else until the lease ends. Then it comes back, because
///   whoever claimed it may be dead; if they are not, their [`ClaimToken`] no longer counts.
///
/// [`conformance`](crate::conformance) holds a store to it.
///
/// Time comes in as an argument, so that a store needs no clock of its own.
pub trait Store: Clone + Send + Sync + 'static {
    /// Stores a step, and gives the payment's last entry.
    ///
    /// # Errors
    /// [`Conflict`](crate::StoreErrorKind::Conflict) when there is another entry by now,
    /// [`ChargeConflict`](crate::StoreErrorKind::ChargeTaken) when its charge belongs to another
    /// payment, or any trouble of the store.
    fn commit(&self, commit: Commit) -> impl Future<Output = Result<Seq, StoreError>> + Send;

    /// A payment's entries in order; none when it is not known.
    ///
    /// # Errors
    /// Any trouble of the store.
    fn read_journal(
        &self,
        reference: &Reference,
    ) -> impl Future<Output = Result<Vec<Entry>, StoreError>> + Send;

    /// A payment's newest snapshot and the entries after it, of one moment; neither when it is not known.
    ///
    /// # Errors
    /// Any trouble of the store.
    fn load(&self, reference: &Reference) -> impl Future<Output = Result<StoredPayment, StoreError>> + Send;

    /// The payments after a reference, or from the first on, in the order of their references' bytes.
    ///
    /// # Errors
    /// Any trouble of the store.
    fn list_payments(
        &self,
        after: Option<&Reference>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Reference>, StoreError>> + Send;

    /// The payment a charge belongs to.
    ///
    /// # Errors
    /// Any trouble of the store.
    fn find_by_charge(
        &self,
        charge: &ChargeId,
    ) -> impl Future<Output = Result<Option<Reference>, StoreError>> + Send;

    /// Stores a webhook, once for each event.
    ///
    /// # Errors
    /// Any trouble of the store; then it must not be acknowledged.
    fn insert_event(
        &self,
        delivery: NewInboxEvent,
    ) -> impl Future<Output = Result<InsertOutcome, StoreError>> + Send;

    /// Claims webhooks that wait to be worked off, oldest first.
    ///
    /// # Errors
    /// Any trouble of the store.
    fn claim_events(
        &self,
        lease: ClaimRequest,
    ) -> impl Future<Output = Result<Vec<InboxEvent>, StoreError>> + Send;

    /// Marks a webhook as worked off. Doing it again changes nothing.
    ///
    /// # Errors
    /// Any trouble of the store.
    fn complete_event(&self, event: &EventId) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Claims payments whose deadline has come, earliest first. The deadline moves to the end of
    /// the lease; whoever wakes the payment sets a new one.
    ///
    /// # Errors
    /// Any trouble of the store.
    fn claim_due(
        &self,
        lease: ClaimRequest,
    ) -> impl Future<Output = Result<Vec<DuePayment>, StoreError>> + Send;

    /// Claims messages that wait to be told, oldest first.
    ///
    /// # Errors
    /// Any trouble of the store.
    fn claim_messages(
        &self,
        lease: ClaimRequest,
    ) -> impl Future<Output = Result<Vec<ClaimedMessage>, StoreError>> + Send;

    /// Marks a message as told. It stays known, so that it is never told again. Doing it again under the
    /// same claim changes nothing.
    ///
    /// # Errors
    /// [`StaleClaim`](crate::StoreErrorKind::StaleClaim) when somebody else has claimed it since,
    /// or any trouble of the store.
    fn complete_message(
        &self,
        key: &str,
        claim: ClaimToken,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Claims a chore that is done once by all processes together, and by and by again. `true` to the one
    /// that is to do it; the others are told so when the lease ends, or whenever it was put off to. A chore
    /// that nobody has claimed yet is due. It is no part of what [`next_due_at`](Store::next_wake) tells.
    ///
    /// # Errors
    /// Any trouble of the store.
    fn claim_job(
        &self,
        chore: &str,
        lease: ClaimRequest,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Puts a chore off, because it was done: it is due again at that moment.
    ///
    /// # Errors
    /// Any trouble of the store.
    fn reschedule_job(
        &self,
        chore: &str,
        due: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The earliest moment at which anything can be claimed; `None` when nothing waits. What waits
    /// already gives a moment that may lie in the past.
    ///
    /// # Errors
    /// Any trouble of the store.
    fn next_due_at(&self) -> impl Future<Output = Result<Option<Timestamp>, StoreError>> + Send;

    /// How much waits.
    ///
    /// # Errors
    /// Any trouble of the store.
    fn backlog(&self) -> impl Future<Output = Result<Backlog, StoreError>> + Send;
}
