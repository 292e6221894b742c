//! The disk, SQLite and PostgreSQL alone, with one small table.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use kakaopay_store_postgres::tokio_postgres::{Client, NoTls, connect};
use kakaopay_store_sqlite::rusqlite::Connection;
use tokio::task::JoinSet;

use super::payment::{INTENT, PAID};

/// Appends a page and syncs it, `count` times: the least that a commit needs.
///
/// # Panics
/// If the file cannot be written.
pub fn synced(folder: &Path, times: u64) {
    let mut file = File::create(folder.join("synced")).expect("a file");
    for _ in 0..times {
        file.write_all(&[7; 4096]).expect("written");
        file.sync_data().expect("synced");
    }
}

/// Stores payments with rusqlite, each of the two steps for `group` payments in one transaction.
///
/// # Panics
/// If the file cannot be written.
pub fn with_rusqlite(file: &Path, count: u64, group: u64) {
    let mut connection = Connection::open(file).expect("a file");
    let mode = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
        CREATE TABLE IF NOT EXISTS payment (name INTEGER PRIMARY KEY, intent TEXT, paid TEXT);
        DELETE FROM payment;";
    connection.execute_batch(mode).expect("a table");
    for first in (0..count).step_by(usize::try_from(group).expect("few")) {
        for (sql, text) in [
            ("INSERT INTO payment (name, intent) VALUES (?1, ?2)", INTENT),
            ("UPDATE payment SET paid = ?2 WHERE name = ?1", PAID),
        ] {
            let transaction = connection.transaction().expect("begun");
            for number in first..first + group {
                transaction
                    .prepare_cached(sql)
                    .expect("a statement")
                    .execute((i64::try_from(number).expect("few"), text))
                    .expect("stored");
            }
            transaction.commit().expect("committed");
        }
    }
}

/// Stores payments over this number of connections, each step in a statement that commits alone.
///
/// # Panics
/// If the server fails.
pub async fn with_tokio_postgres(url: &str, count: u64, connections: u64) {
    let table = "DROP TABLE IF EXISTS plain;
        CREATE TABLE plain (name bigint PRIMARY KEY, intent text, paid text)";
    client(url).await.batch_execute(table).await.expect("a table");
    let mut callers = JoinSet::new();
    for caller in 0..connections {
        let client = client(url).await;
        callers.spawn(async move {
            let insert =
                client.prepare("INSERT INTO plain (name, intent) VALUES ($1, $2)").await.expect("SQL");
            let update = client.prepare("UPDATE plain SET paid = $2 WHERE name = $1").await.expect("SQL");
            for number in (caller..count).step_by(usize::try_from(connections).expect("few")) {
                let name = i64::try_from(number).expect("few");
                client.execute(&insert, &[&name, &INTENT]).await.expect("stored");
                client.execute(&update, &[&name, &PAID]).await.expect("stored");
            }
        });
    }
    while let Some(ended) = callers.join_next().await {
        ended.expect("a caller");
    }
}

/// Fills a database with these rows, and vacuums it now instead of during the measurement.
///
/// # Panics
/// If the server fails.
pub async fn fill(url: &str, rows: &str) {
    let client = client(url).await;
    for sql in [rows, "VACUUM ANALYZE", "CHECKPOINT"] {
        client.batch_execute(sql).await.expect("filled");
    }
}

/// Opens a connection.
pub(super) async fn client(url: &str) -> Client {
    let (client, connection) = connect(url, NoTls).await.expect("a connection");
    tokio::spawn(connection);
    client
}
