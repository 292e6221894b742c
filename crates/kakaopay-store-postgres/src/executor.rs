//! Runs statements on connections of the pool, each call within its timeout.

use std::time::Duration;

use deadpool::managed::{Object, Pool, PoolError, TimeoutType};
use deadpool_postgres::ClientWrapper;
use kakaopay_store::sql::{HighestTime, SoFar, timestamp_of};
use kakaopay_store::{StoreError, StoreErrorKind};
use kakaopay_types::Timestamp;
use tokio::time::{Instant, timeout_at};
use tokio_postgres::{Row, Transaction};

use crate::claims::Claims;
use crate::connector::{Connection, Connector};
use crate::convert::column;
use crate::correction::Corrections;
use crate::failure::{failed, is_rolled_back, leaves_sound, was_in_the_way};
use crate::last_commits::LastCommits;
use crate::open_error::PostgresOpenError;
use crate::patience::Patience;
use crate::redacted::{Param, Redacted};
use crate::stall::{Stall, Turn};
use crate::template::STORE_NOW;

/// How often a statement is retried after a serialization failure or deadlock. Each time one of the concurrent
/// statements succeeds, so more retries indicate a fault.
const AGAIN: usize = 10;

/// Runs statements on connections of the pool, each call within its timeout.
pub(crate) struct Executor {
    pool: Pool<Connector>,
    timeouts: Timeouts,
    corrections: Corrections,
    commits: LastCommits,
    highest: HighestTime,
    stall: Stall,
}

/// Whether a statement writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Reads,
    /// When it is done twice, the effect is the same.
    Writes,
    /// It is not repeated when its outcome is unknown.
    WritesOnce,
}

/// How long a call and each of its statements may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeouts {
    pub(crate) call: Duration,
    /// The server ends a statement by itself after this.
    pub(crate) statement: Duration,
}

/// How much longer than a statement may take its response is waited for. Then the server is silent.
const RESPONSE: Duration = Duration::from_secs(2);

impl Executor {
    pub(crate) fn new(
        pool: Pool<Connector>,
        timeouts: Timeouts,
        corrections: Corrections,
        commits: LastCommits,
    ) -> Self {
        Self { pool, timeouts, corrections, commits, highest: HighestTime::new(), stall: Stall::new() }
    }

    /// The commits that each new connection must have.
    pub(crate) fn commits(&self) -> &LastCommits {
        &self.commits
    }

    /// The rows that a statement returns, which is not repeated when its outcome is unknown.
    ///
    /// If they show that the store's clock was set back, rows that were set in its future are corrected. A failure of
    /// that is no failure of the call that noticed it: the next one tries again.
    pub(crate) async fn once(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
        self.noticing(Access::WritesOnce, sql, params).await
    }

    /// The rows that a statement returns, which has the same effect when it is done twice.
    pub(crate) async fn repeat(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
        self.noticing(Access::Writes, sql, params).await
    }

    /// Claims rows by a statement whose last parameter is the number of the claim. First gives back the rows of claims
    /// whose response was lost.
    pub(crate) async fn claim(&self, claims: &Claims, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
        let numbers = claims.lost.look();
        if !numbers.is_empty() {
            let rows = self.repeat(&claims.give_back, &[&numbers]).await?;
            let found: Vec<i64> = rows.iter().map(|row| column(row, 0)).collect::<Result<_, _>>()?;
            claims.lost.found(&found);
        }
        let claim = claims.lost.begin();
        let number = claim.number();
        let params: Vec<Param<'_>> = params.iter().copied().chain([&number as Param<'_>]).collect();
        let rows = self.once(&claims.take, &params).await?;
        claim.has_response();
        Ok(rows)
    }

    /// The rows that a statement returns which only reads.
    pub(crate) async fn read(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
        self.noticing(Access::Reads, sql, params).await
    }

    async fn noticing(
        &self,
        access: Access,
        sql: &str,
        params: &[Param<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let so_far = self.highest.so_far();
        let rows = self.in_time(access, sql, params).await?;
        if self.was_set_back(so_far, &rows) {
            let _ = self.correct().await;
        }
        Ok(rows)
    }

    /// The rows that a statement returns which only reads: after a correction, the corrected ones.
    pub(crate) async fn read_once_right(
        &self,
        sql: &str,
        params: &[Param<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let so_far = self.highest.so_far();
        let rows = self.in_time(Access::Reads, sql, params).await?;
        if !self.was_set_back(so_far, &rows) {
            return Ok(rows);
        }
        self.correct().await?;
        self.in_time(Access::Reads, sql, params).await
    }

    fn was_set_back(&self, so_far: SoFar, rows: &[Row]) -> bool {
        Self::shown(rows).is_some_and(|now| self.highest.was_set_back(so_far, now))
    }

    /// What the store's clock showed, if the statement returns it.
    fn shown(rows: &[Row]) -> Option<Timestamp> {
        let row = rows.first()?;
        row.columns().last().filter(|last| last.name() == STORE_NOW)?;
        timestamp_of(column(row, row.len() - 1).ok()?).ok()
    }

    /// Corrects rows that were set in the future of the store's clock.
    pub(crate) async fn correct(&self) -> Result<(), StoreError> {
        let rows = self.in_time(Access::Reads, self.corrections.clock(), &[]).await?;
        for sql in self.corrections.statements() {
            self.in_time(Access::Writes, sql, &[]).await?;
        }
        if let Some(now) = Self::shown(&rows) {
            self.highest.corrected(now);
        }
        Ok(())
    }

    /// Runs a statement. What has had no effect, or the same one when it is done twice, is repeated for some seconds.
    async fn in_time(&self, access: Access, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
        let mut patience = Patience::new(self.timeouts.call);
        let mut left = AGAIN;
        loop {
            let (turn, mut connection) = match self.begin(access, patience.deadline()).await {
                Ok(begun) => begun,
                Err(error) => {
                    patience.pause(error).await?;
                    continue;
                }
            };
            connection.under_way = true;
            let limit = Instant::now() + self.timeouts.statement.saturating_add(RESPONSE);
            let response = query(&connection.client, sql, params);
            let (error, had_effect) = match timeout_at(limit.min(patience.deadline()), response).await {
                Ok(Ok(rows)) => {
                    connection.under_way = false;
                    turn.into_iter().for_each(Turn::succeeded);
                    return Ok(rows);
                }
                Ok(Err(error)) => {
                    let in_the_way = was_in_the_way(&error);
                    let error = failed(error);
                    connection.under_way = !leaves_sound(error.kind());
                    if in_the_way && left > 0 {
                        left -= 1;
                        continue;
                    }
                    let had_effect = in_the_way || !is_rolled_back(error.kind());
                    (error, had_effect)
                }
                Err(_) => (self.silent(access), true),
            };
            drop(connection);
            drop(turn);
            if had_effect && (access == Access::WritesOnce || error.kind() != StoreErrorKind::Io) {
                return Err(error);
            }
            patience.pause(error).await?;
        }
    }

    /// A connection to run a statement on. Nothing has been sent when it fails.
    async fn begin(
        &self,
        access: Access,
        deadline: Instant,
    ) -> Result<(Option<Turn<'_>>, Object<Connector>), StoreError> {
        let turn = self.turn(access)?;
        let connection = timeout_at(deadline, self.lend()).await.unwrap_or_else(|_| {
            let why = "no connection was open within the call timeout";
            Err(StoreError::new(StoreErrorKind::Busy, why).into())
        })?;
        Ok((turn, connection))
    }

    /// A turn to write: while commits are stalled, one at a time has it.
    fn turn(&self, access: Access) -> Result<Option<Turn<'_>>, StoreError> {
        if access == Access::Reads {
            return Ok(None);
        }
        let (given_up, most) = self.pool.manager().given_up(self.pool.status().size);
        self.stall.turn(given_up, most).map(Some)
    }

    /// The other connections to a silent server are silent, too: none of them is waited for.
    fn silent(&self, access: Access) -> StoreError {
        if access != Access::Reads {
            self.stall.begin();
        }
        self.pool.manager().distrust_open_connections();
        StoreError::new(StoreErrorKind::Io, "the server did not respond within the timeout")
    }

    /// A connection for the caller's exclusive use. A new one is asked for this process's last commits first.
    pub(crate) async fn lend(&self) -> Result<Object<Connector>, PostgresOpenError> {
        let mut connection = self.take().await?;
        if Object::metrics(&connection).recycle_count == 0 {
            connection.under_way = true;
            Box::pin(self.commits.check(&connection.client)).await?;
            connection.under_way = false;
        }
        Ok(connection)
    }

    async fn take(&self) -> Result<Object<Connector>, PostgresOpenError> {
        self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) => error,
            PoolError::Closed => StoreError::from(StoreErrorKind::Closed).into(),
            PoolError::Timeout(TimeoutType::Wait) => StoreError::new(
                StoreErrorKind::Busy,
                "no connection of the pool became free within the timeout",
            )
            .into(),
            // There is a runtime, there are no hooks, and each host has its own limit.
            error => StoreError::new(StoreErrorKind::Other, error.to_string()).into(),
        })
    }

    /// The host that worked last.
    pub(crate) fn host(&self) -> String {
        self.pool.manager().host()
    }

    /// Checks that a transaction is not on an old primary, or on another system.
    pub(crate) async fn check_server(&self, transaction: &Transaction<'_>) -> Result<(), StoreError> {
        Ok(self.pool.manager().check_server(transaction).await?)
    }

    /// Whether each connection has a session of its own.
    pub(crate) async fn check_pooling(&self) -> Result<(), PostgresOpenError> {
        Box::pin(self.pool.manager().check_pooling()).await
    }

    /// Compares the server of a connection with the one that the store has seen last, and keeps it in the store.
    pub(crate) async fn compare_with_row(&self, connection: &Connection) -> Result<(), PostgresOpenError> {
        self.pool.manager().compare_with_row(connection).await
    }

    /// Closes idle connections, and the others when they are returned.
    pub(crate) fn close(&self) {
        self.pool.close();
    }
}

async fn query(
    client: &ClientWrapper,
    sql: &str,
    params: &[Param<'_>],
) -> Result<Vec<Row>, tokio_postgres::Error> {
    let statement = client.prepare_cached(sql).await?;
    let hidden: Vec<_> = params.iter().copied().map(Redacted).collect();
    let params: Vec<Param<'_>> = hidden.iter().map(|hidden| hidden as _).collect();
    client.query(&statement, &params).await
}
