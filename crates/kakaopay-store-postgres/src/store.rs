//! The store's handle: the contract, as calls to the server.

use std::fmt;
use std::sync::Arc;

use kakaopay_store::{
    Backlog, ClaimRequest, ClaimToken, ClaimedMessage, Commit, DuePayment, Entry, InboxEvent, InsertOutcome,
    NewInboxEvent, Seq, Store, StoreError, StoreErrorKind, StoredPayment,
};
use kakaopay_types::{ChargeId, EventId, Reference, Timestamp};
use tokio_postgres::Transaction;

use crate::calls::Calls;
use crate::namespace::Namespace;
use crate::open_error::OpenError;
use crate::options::PostgresOptions;
use crate::statements::Statements;
use crate::told::{Completion, complete_in_transaction};
use crate::{lookup, queue, step};

/// A ledger in a schema of a PostgreSQL database. Clones share its connections.
///
/// Any number of processes may have the same ledger open. Calls need a tokio runtime. A caller who
/// goes away in the middle of a call leaves it whole: it is stored, or it is not.
#[derive(Clone)]
pub struct PostgresStore {
    inner: Arc<Inner>,
}

struct Inner {
    calls: Calls,
    statements: Statements,
    schema: String,
}

impl PostgresStore {
    /// Opens the ledger in the schema `kakaopay` as [`PostgresOptions::new`] says, and makes it
    /// when there is none.
    ///
    /// # Errors
    /// [`OpenError`] says why. A schema that is not a ledger is left as it is.
    pub async fn open(connection: &str) -> Result<Self, OpenError> {
        PostgresOptions::new(connection)?.open().await
    }

    /// Ends the connections of all clones, each as soon as its call is answered. Later calls fail
    /// as `Closed`. Closing again changes nothing.
    pub fn close(&self) {
        self.inner.calls.close();
    }

    /// Marks many messages as told with one commit, and gives the keys of those whose claim has
    /// passed to somebody else. One that was told under the same claim before counts as told.
    ///
    /// # Errors
    /// Any trouble of the store; then some may have been told and others not.
    pub async fn complete_all<'a>(
        &self,
        messages: &'a [(&'a str, ClaimToken)],
    ) -> Result<Vec<&'a str>, StoreError> {
        queue::complete(&self.inner.calls, &self.inner.statements, messages).await
    }

    /// Marks a message as told in a transaction of yours on the ledger's database, so that what the
    /// message leads to in your own tables happens once, whatever fails.
    ///
    /// Do it only for [`Completion::Completed`], and in the same transaction. The message is locked until the
    /// transaction ends; nobody else can claim it meanwhile.
    ///
    /// The transaction may be of any connection whose user may read and write the ledger's tables.
    /// If it is serializable, it may fail as every other transaction of yours can: begin it again.
    ///
    /// # Errors
    /// [`StaleClaim`](kakaopay_store::StoreErrorKind::StaleClaim) when somebody else has claimed
    /// it since: roll back, what you did is theirs to do. Or any trouble of the store, after which
    /// the transaction can only be rolled back.
    pub async fn complete_in_transaction(
        &self,
        transaction: &Transaction<'_>,
        key: &str,
        claim: ClaimToken,
    ) -> Result<Completion, StoreError> {
        complete_in_transaction(transaction, &self.inner.statements, key, claim).await
    }

    /// Reads every journal, and finds damage that no other call has met yet. On a large ledger it
    /// takes longer than a statement may: open one for it with more time. It does not read pages
    /// that only indexes have; `pg_amcheck` does.
    ///
    /// # Errors
    /// `Corrupt` when there is damage, or any trouble of the store.
    pub async fn integrity_check(&self) -> Result<(), StoreError> {
        lookup::integrity_check(&self.inner.calls, &self.inner.statements).await
    }

    pub(crate) fn new(calls: Calls, schema: &Namespace) -> Self {
        let (statements, schema) = (Statements::new(schema), schema.as_str().to_owned());
        Self { inner: Arc::new(Inner { calls, statements, schema }) }
    }
}

/// The schema alone: where the server is and who asks are nobody's business.
impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("schema", &self.inner.schema).finish_non_exhaustive()
    }
}

impl Store for PostgresStore {
    async fn commit(&self, commit: Commit) -> Result<Seq, StoreError> {
        step::commit(&self.inner.calls, &self.inner.statements, &commit).await
    }

    async fn read_journal(&self, reference: &Reference) -> Result<Vec<Entry>, StoreError> {
        lookup::journal(&self.inner.calls, &self.inner.statements, reference).await
    }

    async fn load(&self, reference: &Reference) -> Result<StoredPayment, StoreError> {
        lookup::load(&self.inner.calls, &self.inner.statements, reference).await
    }

    async fn list_payments(
        &self,
        after: Option<&Reference>,
        limit: usize,
    ) -> Result<Vec<Reference>, StoreError> {
        lookup::list_payments(&self.inner.calls, &self.inner.statements, after, limit).await
    }

    async fn find_by_charge(&self, charge: &ChargeId) -> Result<Option<Reference>, StoreError> {
        lookup::payment_of(&self.inner.calls, &self.inner.statements, charge).await
    }

    async fn insert_event(&self, delivery: NewInboxEvent) -> Result<InsertOutcome, StoreError> {
        queue::receive(&self.inner.calls, &self.inner.statements, &delivery).await
    }

    async fn claim_events(&self, lease: ClaimRequest) -> Result<Vec<InboxEvent>, StoreError> {
        queue::claim_events(&self.inner.calls, &self.inner.statements, lease).await
    }

    async fn complete_event(&self, event: &EventId) -> Result<(), StoreError> {
        queue::complete_event(&self.inner.calls, &self.inner.statements, event).await
    }

    async fn claim_due(&self, lease: ClaimRequest) -> Result<Vec<DuePayment>, StoreError> {
        queue::claim_due(&self.inner.calls, &self.inner.statements, lease).await
    }

    async fn claim_messages(&self, lease: ClaimRequest) -> Result<Vec<ClaimedMessage>, StoreError> {
        queue::claim_messages(&self.inner.calls, &self.inner.statements, lease).await
    }

    async fn complete_message(&self, key: &str, claim: ClaimToken) -> Result<(), StoreError> {
        let stale = self.complete_all(&[(key, claim)]).await?.len();
        if stale == 0 { Ok(()) } else { Err(StoreErrorKind::StaleClaim.into()) }
    }

    async fn claim_job(&self, chore: &str, lease: ClaimRequest) -> Result<bool, StoreError> {
        queue::claim_job(&self.inner.calls, &self.inner.statements, chore, lease).await
    }

    async fn reschedule_job(&self, chore: &str, due: Timestamp) -> Result<(), StoreError> {
        queue::reschedule_job(&self.inner.calls, &self.inner.statements, chore, due).await
    }

    async fn next_due_at(&self) -> Result<Option<Timestamp>, StoreError> {
        lookup::next_due_at(&self.inner.calls, &self.inner.statements).await
    }

    /// Each count ends at a million, so that a look at a store that is far behind takes no longer
    /// than it is worth.
    async fn backlog(&self) -> Result<Backlog, StoreError> {
        lookup::backlog(&self.inner.calls, &self.inner.statements).await
    }
}
