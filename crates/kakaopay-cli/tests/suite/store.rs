//! `kakaopay ledger` as a user runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kakaopay::ledger::{Commit, DeadlineChange, Message, Seq, Store};
use kakaopay::types::{Reference, Timestamp};
use kakaopay_ledger_postgres::PostgresOptions;
use kakaopay_ledger_sqlite::SqliteStore;
use serde_json::Value;
use tempfile::TempDir;

fn ledger(arguments: &[&str], file: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kakaopay"));
    command.arg("ledger").args(arguments).arg("--file").arg(file).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// A ledger with a payment that was paid and partly refunded.
async fn made() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("payments.sqlite");
    let store = SqliteStore::open(&file).expect("a ledger");
    fill(&store).await;
    store.close().await.expect("closed");
    (folder, file)
}

async fn fill(store: &impl Store) {
    let journal = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/journals/v2/refunded.jsonl");
    let journal = std::fs::read_to_string(journal).expect("a journal");
    let reference = Reference::parse("order-345678").expect("a reference");
    for (seq, line) in (0..).zip(journal.lines()) {
        let commit = Commit {
            entry: Some(line.as_bytes().into()),
            deadline: DeadlineChange::Set(Timestamp::parse("2024-02-29T12:00:00Z").expect("a moment")),
            messages: vec![Message { key: seq.to_string(), body: Box::default() }],
            ..Commit::new(reference.clone(), Seq::new(seq), Timestamp::UNIX_EPOCH)
        };
        store.commit(commit).await.expect("stored");
    }
}

#[tokio::test]
async fn a_payment_is_shown_with_all_that_became_of_it() {
    let (_folder, file) = made().await;
    let shown = ledger(&["show", "order-345678"], &file);
    assert!(shown.status.success(), "{}", text(&shown.stderr));
    let lines = text(&shown.stdout);
    for expected in ["opened", "charge found", "successful", "chrg_test_", "refund-1", "state  successful"] {
        assert!(lines.contains(expected), "{expected}:\n{lines}");
    }
    let shown = ledger(&["show", "order-345678", "--json"], &file);
    let objects: Vec<Value> =
        text(&shown.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let (last, entries) = objects.split_last().expect("lines");
    assert_eq!(entries[0]["step"], "entry");
    assert_eq!((&entries[0]["seq"], &last["step"]), (&Value::from(1), &Value::from("state")));
    assert!(last["state"]["successful"].is_object(), "{last}");
}

#[tokio::test]
async fn the_ledger_as_a_whole_is_shown() {
    let (_folder, file) = made().await;
    let list = ledger(&["list"], &file);
    assert!(text(&list.stdout).contains("order-345678"));
    assert!(text(&ledger(&["list", "--after", "order-345678"], &file).stdout).is_empty());
    let backlog = text(&ledger(&["backlog"], &file).stdout);
    assert!(backlog.contains("1 waiting, the oldest 2024-02-29T12:00:00Z"), "{backlog}");
    let check = ledger(&["check", "--json"], &file);
    assert_eq!(text(&check.stdout), "{\"step\":\"sound\"}\n");
}

#[tokio::test]
async fn what_is_not_there_is_said_and_not_made() {
    let (folder, file) = made().await;
    let unknown = ledger(&["show", "order-1"], &file);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stderr).contains("there is no payment order-1"));
    let missing = folder.path().join("missing.sqlite");
    let nothing = ledger(&["backlog"], &missing);
    assert_eq!(nothing.status.code(), Some(2));
    assert!(!missing.exists());
    let other = folder.path().join("other");
    std::fs::write(&other, "no ledger").expect("written");
    let refused = ledger(&["check"], &other);
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(std::fs::read_to_string(&other).expect("read"), "no ledger");
}

/// The same over PostgreSQL, where a password must be given and is told to nobody.
#[tokio::test]
async fn f39_a_ledger_in_a_database_is_shown_and_its_password_is_not() {
    let Some(cluster) = kakaopay_postgres_cluster::shared() else { return };
    let (url, schema) = (cluster.tcp("postgres"), "shown");
    let look = |arguments: &[&str], url: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kakaopay"));
        command.arg("ledger").args(arguments).args(["--schema", schema]);
        command.env("KAKAOPAY_DATABASE", url).output().expect("it runs")
    };
    let missing = look(&["backlog"], &url);
    assert_eq!(missing.status.code(), Some(1));
    assert!(text(&missing.stderr).contains("the ledger has schema 0"), "{}", text(&missing.stderr));
    let store = PostgresOptions::new(&url).expect("a URL").schema(schema).open().await.expect("a ledger");
    fill(&store).await;
    let shown = text(&look(&["show", "order-345678"], &url).stdout);
    assert!(shown.contains("state  successful"), "{shown}");
    assert!(text(&look(&["list"], &url).stdout).contains("order-345678"));
    assert!(text(&look(&["backlog"], &url).stdout).contains("1 waiting, the oldest 2024-02-29T12:00:00Z"));
    assert_eq!(look(&["check"], &url).status.code(), Some(2));
    assert_eq!(look(&["backlog", "--file", "here"], &url).status.code(), Some(2));
    let wrong = url.replace(cluster.password(), "canary");
    for (arguments, url) in
        [(&["backlog"][..], &*wrong), (&["backlog"], "postgres://a:canary@[/x"), (&["--help"], &wrong)]
    {
        let output = look(arguments, url);
        assert!(
            !format!("{}{}", text(&output.stdout), text(&output.stderr)).contains("canary"),
            "{output:?}"
        );
    }
}
