//! The counters of the database's server and of the system.

use std::fs;

use kakaopay_store_postgres::tokio_postgres::{Client, NoTls, connect};

/// Length of the system's clock tick in microseconds: `USER_HZ` is 100 on every Linux.
const TICK_MICROS: u32 = 10_000;

/// Counts since the reset.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counters {
    /// Statements that the server has executed, those of transactions included.
    pub(crate) statements: f64,
    /// Syncs of its log.
    pub(crate) syncs: f64,
    /// Bytes of its log.
    pub(crate) wal_bytes: f64,
}

impl Counters {
    /// A connection that the counters leave out, and the counters set to zero.
    pub(crate) async fn reset(database: &str) -> Client {
        let (client, connection) = connect(database, NoTls).await.expect("a connection");
        tokio::spawn(async { drop(connection.await) });
        let reset =
            "CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SET pg_stat_statements.track = 'none';
                     SELECT pg_stat_statements_reset(), pg_stat_reset_shared('wal')";
        client.batch_execute(reset).await.expect("counters");
        client
    }

    /// Reads them after the shops' connections have ended: a connection reports its counts then, at the latest.
    pub(crate) async fn read(client: &Client) -> Self {
        let open = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'kakaopay'";
        while client.query_one(open, &[]).await.expect("a count").get::<_, i64>(0) > 0 {
            tokio::task::yield_now().await;
        }
        let counts = "SELECT sum(calls)::float8, (SELECT wal_sync::float8 FROM pg_stat_wal),
                      (SELECT wal_bytes::float8 FROM pg_stat_wal) FROM pg_stat_statements";
        let row = client.query_one(counts, &[]).await.expect("counts");
        Self { statements: row.get(0), syncs: row.get(1), wal_bytes: row.get(2) }
    }

    /// The kinds of statements with their counts, most frequent first.
    pub(crate) async fn statements(client: &Client) -> Vec<(f64, String)> {
        let kinds = "SELECT calls::float8, left(regexp_replace(query, '\\s+', ' ', 'g'), 90)
                     FROM pg_stat_statements ORDER BY calls DESC LIMIT 30";
        let rows = client.query(kinds, &[]).await.expect("counts");
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }
}

/// The processor time of a process in microseconds.
pub(crate) fn cpu_micros(pid: u32) -> f64 {
    ticks(&stat(pid), 11..13)
}

/// The processor time of the database's server: of its first process, of those that have ended, and of those that run.
pub(crate) async fn server_cpu_micros(client: &Client) -> f64 {
    let row = client.query_one("SHOW data_directory", &[]).await.expect("a folder");
    let file = format!("{}/postmaster.pid", row.get::<_, &str>(0));
    let text = fs::read_to_string(file).expect("the server's file");
    let pid: u32 = text.lines().next().and_then(|line| line.parse().ok()).expect("a number");
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).expect("a list");
    let running: f64 =
        children.split_whitespace().map(|child| cpu_micros(child.parse().expect("a number"))).sum();
    ticks(&stat(pid), 11..15) + running
}

/// The fields of a process, from its state on; none if it has ended.
fn stat(pid: u32) -> Vec<u32> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = text.rsplit_once(") ").map_or("", |(_, fields)| fields);
    fields.split_whitespace().map(|field| field.parse().unwrap_or_default()).collect()
}

fn ticks(stat: &[u32], fields: std::ops::Range<usize>) -> f64 {
    stat.get(fields).unwrap_or_default().iter().map(|ticks| f64::from(*ticks) * f64::from(TICK_MICROS)).sum()
}
