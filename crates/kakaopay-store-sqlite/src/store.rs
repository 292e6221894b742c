//! The store's handle, which calls its two threads.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::Builder;
use std::time::Duration;

use kakaopay_store::sql::time_until;
use kakaopay_store::{
    Backlog, ClaimRequest, ClaimToken, ClaimedMessage, Commit, Committed, DuePayment, Entry, Held,
    InboxEvent, InsertOutcome, NewInboxEvent, Prune, PruneOutcome, PrunedEvents, Row, RowKind, Setting, Skip,
    SkipOutcome, Store, StoreError, StoreErrorKind, StoredPayment,
};
use kakaopay_types::{ChargeId, EventId, Reference, Timestamp};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::open::{SqliteOptions, connect_reader, connect_writer, reconnect_writer};
use crate::open_error::SqliteOpenError;
use crate::opened_file::OpenedFile;
use crate::outbox::Completion;
use crate::time::StoreTime;
use crate::worker::{Duty, Worker};
use crate::{backup, commit, group_commit, integrity, outbox, prune, queries, queue, rows, settings, time};

/// A store in one SQLite file. Clones share its two threads, one that writes and one that reads.
///
/// Several stores, in one or several processes of a machine, may have the same file open. When the last clone is
/// dropped, the threads finish the queued calls and close the file; [`SqliteStore::close`] waits for that.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    workers: Arc<Workers>,
    time: StoreTime,
}

/// The reader stands first, so that it is dropped first: SQLite tidies up its log when the last
/// connection closes, if that one may write.
#[derive(Debug)]
struct Workers {
    reader: Worker,
    writer: Worker,
}

impl SqliteStore {
    /// Opens the store in this file with the defaults of [`SqliteOptions::new`], and creates it if there is no file.
    /// It blocks.
    ///
    /// # Errors
    /// [`SqliteOpenError`]. The file of another program is unchanged.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, SqliteOpenError> {
        SqliteOptions::new().open(path)
    }

    /// Closes the file for all clones, after the queued calls. Later calls fail as `Closed`. Idempotent.
    ///
    /// # Errors
    /// `Busy` if too many calls are queued: retry.
    pub async fn close(&self) -> Result<(), StoreError> {
        // It ends the reader, too.
        self.workers.writer.stop().await
    }

    /// Reads the whole file and checks it for damage. Other reads wait meanwhile: run it at quiet times.
    ///
    /// # Errors
    /// `Corrupt` if there is damage, or any other error of the store.
    pub async fn integrity_check(&self) -> Result<(), StoreError> {
        self.workers.reader.call(integrity::integrity_check).await
    }

    /// Writes a backup to a new file, in one piece and for its owner alone, while the store is in use. It blocks no
    /// writer. The backup is closed: nothing drives it before [`restore`](kakaopay_store::restore).
    ///
    /// # Errors
    /// `Other` if the file exists: name another. Otherwise any error of the store or the disk; no file is left then.
    pub async fn backup(&self, path: impl Into<PathBuf>) -> Result<(), StoreError> {
        let target = path.into();
        let source = self.workers.reader.call(|file| Ok(file.path().map(PathBuf::from))).await?;
        let source =
            source.ok_or_else(|| StoreError::new(StoreErrorKind::Other, "the store is in no file"))?;
        // A thread of its own: other reads do not wait for it.
        let (done, written) = oneshot::channel();
        let work = move || drop(done.send(backup::write(&source, &target)));
        let spawned = Builder::new().name("kakaopay-backup".to_owned()).spawn(work);
        spawned.map_err(|error| StoreError::new(StoreErrorKind::Other, error))?;
        written.await.unwrap_or_else(|_| Err(StoreErrorKind::Other.into()))
    }

    /// Completes a message in one transaction with the caller's own work on tables in this file: both are stored,
    /// or neither. So the message is processed exactly once.
    ///
    /// The work runs on the writing thread and blocks other writes. It gets the connection inside a transaction,
    /// which it must not end, and must not touch the store's tables. Create your own tables before, with a
    /// connection of your own.
    ///
    /// Returns `None`, without doing the work, if the message was completed under this claim before: by an earlier
    /// call whose error left its outcome unknown.
    ///
    /// # Errors
    /// `StaleClaim` if the claim has ended; the work is not started. `Rejected` if the work failed,
    /// with its error as the source. Or any other error of the store.
    pub async fn complete_in_transaction<T, W>(
        &self,
        key: &str,
        claim: ClaimToken,
        work: W,
    ) -> Result<Option<T>, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, Box<dyn Error + Send + Sync>> + Send + 'static,
    {
        let key = key.to_owned();
        let writer = &self.workers.writer;
        writer
            .call(move |file| {
                if outbox::complete(file, &key, claim)? == Completion::AlreadyCompleted {
                    return Ok(None);
                }
                work(file).map(Some).map_err(|error| StoreError::new(StoreErrorKind::Rejected, error))
            })
            .await
    }

    /// Runs a writing call at the time at which its turn comes.
    async fn write<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection, Timestamp) -> Result<T, StoreError> + Send + 'static,
    {
        self.notice_set_back().await;
        let time = self.time.clone();
        self.workers.writer.call(move |file| work(file, time.now())).await
    }

    /// Runs a call that claims, unless the store is closed: then there is nothing to claim.
    async fn claim<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Default + Send + 'static,
        W: FnOnce(&Connection, Timestamp) -> Result<T, StoreError> + Send + 'static,
    {
        let claim = move |file: &Connection, now| match settings::read(file, Setting::Closed)? {
            Some(_) => Ok(T::default()),
            None => work(file, now),
        };
        self.write(claim).await
    }

    /// Corrects rows that were set in the future, if the clock was set back. A failure is no failure of the call that
    /// noticed it: the next one tries again.
    async fn notice_set_back(&self) {
        if let Some(now) = self.time.was_set_back() {
            let _ = self.correct(now).await;
        }
    }

    async fn correct(&self, now: Timestamp) -> Result<(), StoreError> {
        self.workers.writer.call(move |file| time::correct(file, now)).await?;
        self.time.corrected(now);
        Ok(())
    }

    pub(crate) fn start(path: &Path, options: &SqliteOptions) -> Result<Self, SqliteOpenError> {
        // The writer first: it makes the file that the reader wants to find.
        let writing = connect_writer(path, options, options.missing())?;
        // A process that changes its folder still finds the file. Some paths are names that only SQLite knows.
        let absolute = std::path::absolute(path).ok().filter(|_| path.exists());
        let path = absolute.as_deref().unwrap_or(path);
        let reading = connect_reader(path, options)?;
        let opened = OpenedFile::note(path);
        let check = || {
            let opened = opened.clone();
            Box::new(move || opened.check())
        };
        let (again, with) = (path.to_owned(), options.clone());
        let (reader, reader_thread) = Worker::spawn(Duty {
            name: "kakaopay-reader",
            connection: reading,
            reconnect: Box::new(move || connect_reader(&again, &with)),
            run: Box::new(group_commit::read),
            check: check(),
            queue: options.queue_length(),
            linger: Duration::ZERO,
            companion: None,
        })?;
        let (again, with) = (path.to_owned(), options.clone());
        let patience = options.patience();
        let (writer, _) = Worker::spawn(Duty {
            name: "kakaopay-writer",
            connection: writing,
            reconnect: Box::new(move || reconnect_writer(&again, &with)),
            run: Box::new(move |connection, group, check| {
                group_commit::write(connection, group, check, patience)
            }),
            check: check(),
            queue: options.queue_length(),
            linger: LINGER,
            // While a writer that failed is replaced, the reader keeps the index of the log, which alone knows
            // what failed.
            companion: Some(reader.companion(reader_thread)),
        })?;
        let time = StoreTime::new(options.store_clock());
        Ok(Self { workers: Arc::new(Workers { reader, writer }), time })
    }
}

/// Less than any disk takes for a sync, and enough for a caller who was answered to call again.
const LINGER: Duration = Duration::from_micros(50);

impl Store for SqliteStore {
    async fn commit_and_claim(
        &self,
        commit: Commit,
        lease: Option<Duration>,
    ) -> Result<Committed, StoreError> {
        self.write(move |file, now| commit::commit(file, &commit, lease, now)).await
    }

    async fn read_journal(&self, reference: &Reference) -> Result<Vec<Entry>, StoreError> {
        let reference = reference.clone();
        let reader = &self.workers.reader;
        reader.call(move |file| queries::journal(file, &reference)).await
    }

    async fn load(&self, reference: &Reference) -> Result<StoredPayment, StoreError> {
        let reference = reference.clone();
        self.notice_set_back().await;
        let time = self.time.clone();
        self.workers.reader.call(move |file| Ok(queries::load(file, &reference)?.at(time.now()))).await
    }

    async fn list_payments(
        &self,
        after: Option<&Reference>,
        limit: usize,
    ) -> Result<Vec<Reference>, StoreError> {
        let after = after.cloned();
        self.workers.reader.call(move |file| queries::list_payments(file, after.as_ref(), limit)).await
    }

    async fn find_by_charge(&self, charge: &ChargeId) -> Result<Option<Reference>, StoreError> {
        let charge = charge.clone();
        let reader = &self.workers.reader;
        reader.call(move |file| queries::payment_of(file, &charge)).await
    }

    async fn charges_of(&self, reference: &Reference) -> Result<Vec<ChargeId>, StoreError> {
        let reference = reference.clone();
        self.workers.reader.call(move |file| queries::charges_of(file, &reference)).await
    }

    async fn insert_event(&self, delivery: NewInboxEvent) -> Result<InsertOutcome, StoreError> {
        self.write(move |file, now| queue::receive(file, &delivery, now)).await
    }

    async fn claim_events(&self, request: ClaimRequest) -> Result<Vec<InboxEvent>, StoreError> {
        self.claim(move |file, now| queue::claim_events(file, request, now)).await
    }

    async fn complete_event(&self, event: &EventId) -> Result<(), StoreError> {
        let event = event.clone();
        let writer = &self.workers.writer;
        writer.call(move |file| queue::complete_event(file, &event)).await
    }

    async fn claim_due(&self, request: ClaimRequest) -> Result<Vec<DuePayment>, StoreError> {
        self.claim(move |file, now| queue::claim_due(file, request, now)).await
    }

    async fn claim_messages(&self, request: ClaimRequest) -> Result<Vec<ClaimedMessage>, StoreError> {
        self.claim(move |file, now| outbox::claim(file, request, now)).await
    }

    async fn renew(&self, held: &[Held], lease: Duration) -> Result<(), StoreError> {
        let held = held.to_vec();
        self.write(move |file, now| queue::renew(file, &held, lease, now)).await
    }

    async fn complete_messages(&self, messages: &[(String, ClaimToken)]) -> Result<Vec<String>, StoreError> {
        let messages = messages.to_vec();
        self.workers.writer.call(move |file| outbox::complete_all(file, messages)).await
    }

    async fn fail_message(&self, key: &str, claim: ClaimToken, retry_in: Duration) -> Result<(), StoreError> {
        let key = key.to_owned();
        self.write(move |file, now| outbox::fail(file, &key, claim, retry_in, now)).await
    }

    async fn skip_message(&self, key: &str, skip: Skip) -> Result<SkipOutcome, StoreError> {
        let key = key.to_owned();
        self.write(move |file, now| outbox::skip(file, &key, &skip, now)).await
    }

    async fn claim_job(&self, job: &str, request: ClaimRequest) -> Result<bool, StoreError> {
        let job = job.to_owned();
        self.claim(move |file, now| queue::claim_job(file, &job, request, now)).await
    }

    async fn reschedule_job(&self, job: &str, due_in: Duration) -> Result<(), StoreError> {
        let job = job.to_owned();
        self.write(move |file, now| queue::reschedule_job(file, &job, due_in, now)).await
    }

    async fn next_due_in(&self) -> Result<Option<Duration>, StoreError> {
        self.notice_set_back().await;
        let next = self.workers.reader.call(queries::next_due_at).await?;
        let now = self.time.now();
        Ok(next.map(|next| time_until(next, now)))
    }

    async fn backlog(&self) -> Result<Backlog, StoreError> {
        let now = self.time.now();
        let backlog = self.workers.reader.call(move |file| queries::backlog(file, now)).await?;
        if backlog.ahead > 0 {
            // The caller knows of them now; another process may have set them.
            let _ = self.correct(now).await;
        }
        Ok(backlog)
    }

    async fn now(&self) -> Result<Timestamp, StoreError> {
        Ok(self.time.now())
    }

    async fn setting(&self, setting: Setting) -> Result<Option<String>, StoreError> {
        self.workers.reader.call(move |file| settings::read(file, setting)).await
    }

    async fn change_setting(
        &self,
        setting: Setting,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<bool, StoreError> {
        let (from, to) = (from.map(str::to_owned), to.map(str::to_owned));
        let writer = &self.workers.writer;
        writer.call(move |file| settings::change(file, setting, from.as_deref(), to.as_deref())).await
    }

    async fn prune(&self, prune: Prune) -> Result<PruneOutcome, StoreError> {
        self.workers.writer.call(move |file| prune::prune(file, &prune)).await
    }

    async fn prune_events(
        &self,
        age: Duration,
        after: u64,
        limit: usize,
    ) -> Result<PrunedEvents, StoreError> {
        self.write(move |file, now| prune::prune_events(file, age, (after, limit), now)).await
    }

    async fn rows(&self, kind: RowKind, after: u64, limit: usize) -> Result<Vec<(u64, Row)>, StoreError> {
        self.notice_set_back().await;
        let time = self.time.clone();
        self.workers.reader.call(move |file| rows::read(file, kind, (after, limit), time.now())).await
    }

    async fn insert_rows(&self, rows: Vec<Row>) -> Result<(), StoreError> {
        self.write(move |file, now| rows::insert(file, &rows, now)).await
    }
}
