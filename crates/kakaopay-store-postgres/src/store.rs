//! The store's handle, which calls the server.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use kakaopay_store::{
    Backlog, ClaimRequest, ClaimToken, ClaimedMessage, Commit, Committed, DuePayment, Entry, Held,
    InboxEvent, InsertOutcome, NewInboxEvent, Prune, PruneOutcome, PrunedEvents, Row, RowKind, Setting, Skip,
    SkipOutcome, Store, StoreError, StoredPayment,
};
use kakaopay_types::{ChargeId, EventId, Reference, Timestamp};
use tokio_postgres::Transaction;

use crate::completion::{Completion, complete_in_transaction};
use crate::executor::Executor;
use crate::open_error::PostgresOpenError;
use crate::options::PostgresOptions;
use crate::schema_name::SchemaName;
use crate::statements::Statements;
use crate::{commit, integrity, outbox, prune, queries, queue, rows, settings};

/// A store in a schema of a PostgreSQL database. Clones share its connections.
///
/// Any number of processes may have the same store open. Calls need a tokio runtime. They are cancel-safe: a
/// cancelled call is stored whole or not at all.
#[derive(Clone)]
pub struct PostgresStore {
    inner: Arc<Inner>,
}

struct Inner {
    executor: Executor,
    statements: Statements,
    schema: String,
}

impl PostgresStore {
    /// Opens the store in the schema `kakaopay` with the defaults of [`PostgresOptions::new`], and creates it if
    /// there is none.
    ///
    /// # Errors
    /// [`PostgresOpenError`]. The schema of another program is unchanged.
    pub async fn open(connection: &str) -> Result<Self, PostgresOpenError> {
        PostgresOptions::new(connection)?.open().await
    }

    /// Closes the connections of all clones, each after its call. Later calls fail as `Closed`. Idempotent.
    pub fn close(&self) {
        self.inner.executor.close();
    }

    /// Completes many messages in one commit. Returns the keys of those whose claim is stale. A message that was
    /// completed under the same claim before is not stale.
    ///
    /// # Errors
    /// Any error of the store; some messages may be completed then.
    pub async fn complete_all<'a>(
        &self,
        messages: &'a [(&'a str, ClaimToken)],
    ) -> Result<Vec<&'a str>, StoreError> {
        outbox::complete(&self.inner.executor, &self.inner.statements.outbox, messages).await
    }

    /// Completes a message in your own transaction on the store's database, so that it is processed exactly once.
    ///
    /// Process the message only on [`Completion::Completed`], in the same transaction. The message is locked until the
    /// transaction ends; no other process can claim it or a later ordered one of its payment meanwhile.
    ///
    /// The transaction may be on any connection whose user may read and write the store's tables. If it is
    /// serializable, it may fail like your other transactions: retry it.
    ///
    /// Unless the server withholds them from the store's user, it asks the transaction's connection for
    /// `pg_control_system()`, `pg_walfile_name(pg_lsn)` and `pg_current_wal_lsn()`, to tell an old primary. Any user may call
    /// them by default. Where that was revoked from your user, the call fails and the server aborts your transaction; grant it
    /// once in the store's database:
    ///
    /// ```sql
    /// GRANT EXECUTE ON FUNCTION pg_control_system(), pg_walfile_name(pg_lsn), pg_current_wal_lsn() TO shop;
    /// ```
    ///
    /// # Errors
    /// [`StaleClaim`](kakaopay_store::StoreErrorKind::StaleClaim) if the claim has ended: roll back, another process
    /// handles the message, or a person skipped it. `ReadOnly` if the transaction is on an old primary that another server
    /// has taken over from: roll back, and connect to the new one. Or any other error of the store, after which the transaction must be
    /// rolled back.
    pub async fn complete_in_transaction(
        &self,
        transaction: &Transaction<'_>,
        key: &str,
        claim: ClaimToken,
    ) -> Result<Completion, StoreError> {
        let Inner { executor, statements, .. } = &*self.inner;
        complete_in_transaction(executor, transaction, &statements.outbox, key, claim).await
    }

    /// Reads every journal and checks it for damage. A large store needs a longer
    /// [statement timeout](PostgresOptions::statement_timeout). Indexes are not checked; `pg_amcheck` does that.
    ///
    /// # Errors
    /// `Corrupt` if there is damage, or any other error of the store.
    pub async fn integrity_check(&self) -> Result<(), StoreError> {
        integrity::integrity_check(&self.inner.executor, &self.inner.statements, &self.inner.schema).await
    }

    pub(crate) fn new(executor: Executor, statements: Statements, schema: &SchemaName) -> Self {
        let schema = schema.as_str().to_owned();
        Self { inner: Arc::new(Inner { executor, statements, schema }) }
    }
}

/// The schema alone, nothing of the connection string.
impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("schema", &self.inner.schema).finish_non_exhaustive()
    }
}

impl Store for PostgresStore {
    async fn commit_and_claim(
        &self,
        commit: Commit,
        lease: Option<Duration>,
    ) -> Result<Committed, StoreError> {
        commit::commit(&self.inner.executor, &self.inner.statements, &commit, lease).await
    }

    async fn read_journal(&self, reference: &Reference) -> Result<Vec<Entry>, StoreError> {
        queries::journal(&self.inner.executor, &self.inner.statements, reference).await
    }

    async fn load(&self, reference: &Reference) -> Result<StoredPayment, StoreError> {
        queries::load(&self.inner.executor, &self.inner.statements, reference).await
    }

    async fn list_payments(
        &self,
        after: Option<&Reference>,
        limit: usize,
    ) -> Result<Vec<Reference>, StoreError> {
        queries::list_payments(&self.inner.executor, &self.inner.statements, after, limit).await
    }

    async fn find_by_charge(&self, charge: &ChargeId) -> Result<Option<Reference>, StoreError> {
        queries::payment_of(&self.inner.executor, &self.inner.statements, charge).await
    }

    async fn charges_of(&self, reference: &Reference) -> Result<Vec<ChargeId>, StoreError> {
        queries::charges_of(&self.inner.executor, &self.inner.statements, reference).await
    }

    async fn insert_event(&self, delivery: NewInboxEvent) -> Result<InsertOutcome, StoreError> {
        queue::receive(&self.inner.executor, &self.inner.statements, &delivery).await
    }

    async fn claim_events(&self, request: ClaimRequest) -> Result<Vec<InboxEvent>, StoreError> {
        queue::claim_events(&self.inner.executor, &self.inner.statements, request).await
    }

    async fn complete_event(&self, event: &EventId) -> Result<(), StoreError> {
        queue::complete_event(&self.inner.executor, &self.inner.statements, event).await
    }

    async fn claim_due(&self, request: ClaimRequest) -> Result<Vec<DuePayment>, StoreError> {
        queue::claim_due(&self.inner.executor, &self.inner.statements, request).await
    }

    async fn claim_messages(&self, request: ClaimRequest) -> Result<Vec<ClaimedMessage>, StoreError> {
        outbox::claim(&self.inner.executor, &self.inner.statements.outbox, request).await
    }

    async fn renew(&self, held: &[Held], lease: Duration) -> Result<(), StoreError> {
        queue::renew(&self.inner.executor, &self.inner.statements, held, lease).await
    }

    async fn complete_messages(&self, messages: &[(String, ClaimToken)]) -> Result<Vec<String>, StoreError> {
        let messages: Vec<_> = messages.iter().map(|(key, claim)| (key.as_str(), *claim)).collect();
        let stale = outbox::complete(&self.inner.executor, &self.inner.statements.outbox, &messages).await?;
        Ok(stale.into_iter().map(str::to_owned).collect())
    }

    async fn fail_message(&self, key: &str, claim: ClaimToken, retry_in: Duration) -> Result<(), StoreError> {
        outbox::fail(&self.inner.executor, &self.inner.statements.outbox, key, claim, retry_in).await
    }

    async fn skip_message(&self, key: &str, skip: Skip) -> Result<SkipOutcome, StoreError> {
        outbox::skip(&self.inner.executor, &self.inner.statements.outbox, key, &skip).await
    }

    async fn claim_job(&self, job: &str, request: ClaimRequest) -> Result<bool, StoreError> {
        queue::claim_job(&self.inner.executor, &self.inner.statements, job, request).await
    }

    async fn reschedule_job(&self, job: &str, due_in: Duration) -> Result<(), StoreError> {
        queue::reschedule_job(&self.inner.executor, &self.inner.statements, job, due_in).await
    }

    async fn next_due_in(&self) -> Result<Option<Duration>, StoreError> {
        queries::next_due_in(&self.inner.executor, &self.inner.statements).await
    }

    /// Each count stops at a million, which bounds the time it takes.
    async fn backlog(&self) -> Result<Backlog, StoreError> {
        queries::backlog(&self.inner.executor, &self.inner.statements).await
    }

    async fn now(&self) -> Result<Timestamp, StoreError> {
        queries::now(&self.inner.executor, &self.inner.statements).await
    }

    async fn setting(&self, setting: Setting) -> Result<Option<String>, StoreError> {
        settings::read(&self.inner.executor, &self.inner.statements, setting).await
    }

    async fn change_setting(
        &self,
        setting: Setting,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<bool, StoreError> {
        settings::change(&self.inner.executor, &self.inner.statements, setting, from, to).await
    }

    async fn prune(&self, prune: Prune) -> Result<PruneOutcome, StoreError> {
        prune::prune(&self.inner.executor, &self.inner.statements, &prune).await
    }

    async fn prune_events(
        &self,
        age: Duration,
        after: u64,
        limit: usize,
    ) -> Result<PrunedEvents, StoreError> {
        prune::prune_events(&self.inner.executor, &self.inner.statements, age, (after, limit)).await
    }

    async fn rows(&self, kind: RowKind, after: u64, limit: usize) -> Result<Vec<(u64, Row)>, StoreError> {
        rows::read(&self.inner.executor, &self.inner.statements, kind, (after, limit)).await
    }

    async fn insert_rows(&self, rows: Vec<Row>) -> Result<(), StoreError> {
        rows::insert(&self.inner.executor, &self.inner.statements, &rows).await
    }
}
