//! The contract of a store.

use std::time::Duration;

use kakaopay_types::{ChargeId, EventId, Reference, Timestamp};

use crate::commit::{Commit, Committed, Entry, Seq, StoredPayment};
use crate::error::{StoreError, StoreErrorKind};
use crate::outbox::{ClaimToken, ClaimedMessage, Skip, SkipOutcome};
use crate::prune::{Prune, PruneOutcome, PrunedEvents};
use crate::row::{Row, RowKind};
use crate::setting::Setting;
use crate::work::{Backlog, ClaimRequest, DuePayment, Held, InboxEvent, InsertOutcome, NewInboxEvent};

/// Durable storage of payments.
///
/// Every store guarantees:
///
/// - Once a method returns `Ok`, its effect survives a crash of the process and a loss of power.
/// - A [`Commit`] is atomic, and fails unless the payment's last entry is the expected one.
/// - While [`Setting::Closed`] is set, no row can be claimed, and no webhook event is stored.
/// - A claimed row is invisible to other claims until the lease ends, which its process
///   [renews](Store::renew) while it works. Then it can be claimed again, because its
///   process may have died; if that process is alive, its [`ClaimToken`] is no longer valid.
/// - A payment's [`Ordered`](crate::Lane::Ordered) messages leave the queue in the order they were stored: none is
///   claimable while an earlier one is pending or claimed, also while its completion is not yet committed. Messages
///   of different payments, and [alerts](crate::Lane::Alert), do not wait for each other.
///
/// [`conformance`](crate::conformance) tests these guarantees.
///
/// # Time
///
/// Callers pass terms, such as a lease or "due in 10 s", and a store judges them by one clock of its own for all
/// processes. So a process whose clock is wrong neither delays nor takes the work of another. Terms over a hundred
/// years count as a hundred years.
///
/// Each row that can be claimed keeps when it was set. If the store's clock was set back, rows that were set in its
/// future are due after two minutes at the latest, and a claimed payment, event or message after its lease. A store
/// notices this when its clock falls by more than a second, when it is opened, and in [`backlog`](Store::backlog).
pub trait Store: Clone + Send + Sync + 'static {
    /// Stores a commit. Returns the sequence number of the payment's last entry.
    ///
    /// # Errors
    /// As [`commit_and_claim`](Store::commit_and_claim).
    fn commit(&self, commit: Commit) -> impl Future<Output = Result<Seq, StoreError>> + Send {
        async move { Ok(self.commit_and_claim(commit, None).await?.last) }
    }

    /// Stores a commit, and with `lease` claims those of its messages that wait for no other, as a claim right after it
    /// would: each new alert, and its first new ordered message if none of the payment is in the queue. A commit without
    /// an entry claims none.
    ///
    /// # Errors
    /// [`Conflict`](crate::StoreErrorKind::Conflict) if the payment has another last entry than expected,
    /// [`ChargeConflict`](crate::StoreErrorKind::ChargeConflict) if the charge belongs to another payment, or any
    /// other error of the store.
    fn commit_and_claim(
        &self,
        commit: Commit,
        lease: Option<Duration>,
    ) -> impl Future<Output = Result<Committed, StoreError>> + Send;

    /// Reads a payment's entries in order; empty if the payment is unknown.
    ///
    /// # Errors
    /// Any error of the store.
    fn read_journal(
        &self,
        reference: &Reference,
    ) -> impl Future<Output = Result<Vec<Entry>, StoreError>> + Send;

    /// Reads a payment's newest snapshot and the entries after it in one transaction; neither if the payment is
    /// unknown. In any case the result has the time by the store's clock, and says whether the store is closed or suspect.
    ///
    /// # Errors
    /// Any error of the store.
    fn load(&self, reference: &Reference) -> impl Future<Output = Result<StoredPayment, StoreError>> + Send;

    /// Lists payments with entries after a reference, or from the first, ordered by the bytes of their references.
    ///
    /// # Errors
    /// Any error of the store.
    fn list_payments(
        &self,
        after: Option<&Reference>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Reference>, StoreError>> + Send;

    /// Finds the payment of a charge.
    ///
    /// # Errors
    /// Any error of the store.
    fn find_by_charge(
        &self,
        charge: &ChargeId,
    ) -> impl Future<Output = Result<Option<Reference>, StoreError>> + Send;

    /// Lists the charges of a payment, also of a reference that has charges and no entries; empty if there are none.
    ///
    /// # Errors
    /// Any error of the store.
    fn charges_of(
        &self,
        reference: &Reference,
    ) -> impl Future<Output = Result<Vec<ChargeId>, StoreError>> + Send;

    /// Stores a webhook event. A duplicate is not stored again, and a closed store stores none.
    ///
    /// # Errors
    /// Any error of the store; the webhook must then not be acknowledged.
    fn insert_event(
        &self,
        delivery: NewInboxEvent,
    ) -> impl Future<Output = Result<InsertOutcome, StoreError>> + Send;

    /// Claims pending webhook events, oldest first.
    ///
    /// # Errors
    /// Any error of the store.
    fn claim_events(
        &self,
        request: ClaimRequest,
    ) -> impl Future<Output = Result<Vec<InboxEvent>, StoreError>> + Send;

    /// Completes a webhook event. Idempotent.
    ///
    /// # Errors
    /// Any error of the store.
    fn complete_event(&self, event: &EventId) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Claims payments whose deadline has passed, earliest first. Their deadline moves to the end of the lease,
    /// until a commit sets another, which ends the claim.
    ///
    /// # Errors
    /// Any error of the store.
    fn claim_due(
        &self,
        request: ClaimRequest,
    ) -> impl Future<Output = Result<Vec<DuePayment>, StoreError>> + Send;

    /// Claims outbox messages: first those never claimed, in the order they were stored, then the others by the end
    /// of their lease or backoff. Of each payment's ordered messages it claims the first at most.
    ///
    /// # Errors
    /// Any error of the store.
    fn claim_messages(
        &self,
        request: ClaimRequest,
    ) -> impl Future<Output = Result<Vec<ClaimedMessage>, StoreError>> + Send;

    /// Lets the leases of claimed rows end in `lease` from now, later or earlier than before; zero gives the rows back.
    /// A row that is no longer under its claim is left alone. Idempotent.
    ///
    /// # Errors
    /// Any error of the store; some leases may have changed then.
    fn renew(&self, held: &[Held], lease: Duration) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Completes an outbox message like [`complete_messages`](Store::complete_messages).
    ///
    /// # Errors
    /// [`StaleClaim`](crate::StoreErrorKind::StaleClaim) if the claim has ended, or any other error of the store.
    fn complete_message(
        &self,
        key: &str,
        claim: ClaimToken,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        async move {
            let stale = self.complete_messages(&[(key.to_owned(), claim)]).await?;
            if stale.is_empty() { Ok(()) } else { Err(StoreErrorKind::StaleClaim.into()) }
        }
    }

    /// Completes outbox messages in one commit: the next ordered one of each payment becomes claimable. Their keys are
    /// kept, so that they are never delivered again. Idempotent under the same claims.
    ///
    /// Returns the keys of those whose claim has ended; the others are completed.
    ///
    /// # Errors
    /// Any error of the store.
    fn complete_messages(
        &self,
        messages: &[(String, ClaimToken)],
    ) -> impl Future<Output = Result<Vec<String>, StoreError>> + Send;

    /// Counts a failed delivery of an outbox message and ends its claim: the message is claimable again in
    /// `retry_in`. Later ordered messages of its payment wait; all others are unaffected.
    ///
    /// # Errors
    /// [`StaleClaim`](crate::StoreErrorKind::StaleClaim) if the claim has ended, also by an earlier call of this, or
    /// if the message is completed; or any other error of the store.
    fn fail_message(
        &self,
        key: &str,
        claim: ClaimToken,
        retry_in: Duration,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Takes a message out of the queue by a person's decision, which is kept with it. The message is never
    /// delivered, its claim ends, and the next ordered one of its payment becomes claimable. Idempotent.
    ///
    /// # Errors
    /// Any error of the store.
    fn skip_message(
        &self,
        key: &str,
        skip: Skip,
    ) -> impl Future<Output = Result<SkipOutcome, StoreError>> + Send;

    /// Tries to claim a recurring job. Returns `true` to exactly one process; others can claim it once the lease
    /// ends or the job is rescheduled. A job that was never claimed is due. [`next_due_in`](Store::next_due_in) does
    /// not include jobs.
    ///
    /// # Errors
    /// Any error of the store.
    fn claim_job(
        &self,
        job: &str,
        request: ClaimRequest,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Reschedules a job after it has run: it is due again in `due_in`.
    ///
    /// # Errors
    /// Any error of the store.
    fn reschedule_job(
        &self,
        job: &str,
        due_in: Duration,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Reads how long it is until a payment, event or message can be claimed: nothing if one can be already, and `None`
    /// if nothing is pending. A message that waits for an earlier one does not count.
    ///
    /// # Errors
    /// Any error of the store.
    fn next_due_in(&self) -> impl Future<Output = Result<Option<Duration>, StoreError>> + Send;

    /// Counts pending payments, events and messages.
    ///
    /// # Errors
    /// Any error of the store.
    fn backlog(&self) -> impl Future<Output = Result<Backlog, StoreError>> + Send;

    /// Reads the store's clock, to compare another with it.
    ///
    /// # Errors
    /// Any error of the store.
    fn now(&self) -> impl Future<Output = Result<Timestamp, StoreError>> + Send;

    /// Reads a fact about the whole store; `None` if it is absent. [`Setting::StoreId`] is never absent from a new
    /// store.
    ///
    /// # Errors
    /// Any error of the store.
    fn setting(&self, setting: Setting) -> impl Future<Output = Result<Option<String>, StoreError>> + Send;

    /// Changes a fact about the whole store from one text to another; `None` is its absence. Returns `false` without
    /// a change if it has another text than `from`.
    ///
    /// # Errors
    /// Any error of the store.
    fn change_setting(
        &self,
        setting: Setting,
        from: Option<&str>,
        to: Option<&str>,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Replaces the entries of a payment by one, which is appended and stands for them: they and the snapshot are
    /// removed. Its charges stay, and its sequence numbers go on. Of its messages, those are removed whose keys begin
    /// with its reference and `/`.
    ///
    /// A payment with a deadline, or with such a message in the queue, is left as it is.
    ///
    /// # Errors
    /// [`Conflict`](crate::StoreErrorKind::Conflict) if the payment has another last entry than expected or none, or any
    /// other error of the store.
    fn prune(&self, prune: Prune) -> impl Future<Output = Result<PruneOutcome, StoreError>> + Send;

    /// Looks at `limit` webhook events behind a position, from the oldest on, and removes those that are completed and were
    /// received at least `age` ago. The first position is above 0. A webhook that is received again after that is a new one.
    ///
    /// # Errors
    /// Any error of the store.
    fn prune_events(
        &self,
        age: Duration,
        after: u64,
        limit: usize,
    ) -> impl Future<Output = Result<PrunedEvents, StoreError>> + Send;

    /// Reads rows of one kind behind a position, each with its own: those of a payment in the order they were stored.
    /// The first position is above 0. For [`copy`](crate::copy): the rows of a whole store are of one moment only if
    /// nothing changes it meanwhile.
    ///
    /// # Errors
    /// Any error of the store.
    fn rows(
        &self,
        kind: RowKind,
        after: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<(u64, Row)>, StoreError>> + Send;

    /// Inserts rows of another store in their order, into a store that has none of them. After an error, some of them
    /// may be stored.
    ///
    /// # Errors
    /// Any error of the store.
    fn insert_rows(&self, rows: Vec<Row>) -> impl Future<Output = Result<(), StoreError>> + Send;
}
