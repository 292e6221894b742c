//! `kakaopay store`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use kakaopay::store::{ClaimRequest, Commit, DeadlineChange, OutboxMessage, Seq, Store};
use kakaopay::types::{ChargeId, Reference};
use kakaopay_store_postgres::PostgresOptions;
use kakaopay_store_sqlite::SqliteStore;
use kakaopay_store_sqlite::rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

fn run(arguments: &[&str], file: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kakaopay"));
    command.arg("store").args(arguments).arg("--sqlite").arg(file).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// A store with one payment that was paid and partly refunded.
async fn filled() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("payments.sqlite");
    let store = SqliteStore::open(&file).expect("a store");
    fill(&store).await;
    store.close().await.expect("closed");
    (dir, file)
}

/// The notifications that the payment of the journal has sent.
const NOTIFIED: [&str; 4] = ["paid", "refund/refund-1", "refund/refund-2", "refund/refund-5"];

async fn fill(store: &impl Store) {
    fill_with(store, "null").await;
}

/// Fills it with a payment of this description, in JSON.
async fn fill_with(store: &impl Store, description: &str) {
    let journal = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/pure/data/journals/refunded.jsonl");
    let journal = std::fs::read_to_string(journal).expect("a journal");
    let reference = Reference::parse("order-345678").expect("a reference");
    let journal = journal.replacen("\"description\":null", &format!("\"description\":{description}"), 1);
    for (seq, line) in (0..).zip(journal.lines()) {
        let mut messages = vec![OutboxMessage::new(seq.to_string(), *b"")];
        if seq + 1 == journal.lines().count() as u64 {
            messages
                .extend(NOTIFIED.iter().map(|key| OutboxMessage::new(format!("order-345678/{key}"), *b"")));
        }
        let commit = Commit::new(reference.clone(), Seq::new(seq))
            .entry(line.as_bytes())
            .deadline(DeadlineChange::In(Duration::ZERO))
            .messages(messages);
        let found = line.split_once("\"charge_found\",\"charge\":\"");
        let charge = found.and_then(|(_, found)| found.split('"').next());
        let charge = charge.map(|charge| ChargeId::parse(charge).expect("an id"));
        let commit = charge.into_iter().fold(commit, Commit::charge);
        store.commit(commit).await.expect("stored");
    }
}

#[tokio::test]
async fn show_prints_the_journal_and_the_state() {
    let (_dir, file) = filled().await;
    let shown = run(&["show", "order-345678"], &file);
    assert!(shown.status.success(), "{}", text(&shown.stderr));
    let lines = text(&shown.stdout);
    for expected in ["opened", "charge found", "successful", "chrg_test_", "refund-1", "state  successful"] {
        assert!(lines.contains(expected), "{expected}:\n{lines}");
    }
    let shown = run(&["show", "order-345678", "--json"], &file);
    let objects: Vec<Value> =
        text(&shown.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let (last, entries) = objects.split_last().expect("lines");
    assert_eq!(entries[0]["step"], "entry");
    assert_eq!((&entries[0]["seq"], &last["step"]), (&Value::from(1), &Value::from("state")));
    assert!(last["state"]["successful"].is_object(), "{last}");
}

/// F63: a description from outside forges no line, moves no cursor and turns no text around.
#[tokio::test]
async fn f63_a_description_is_only_shown() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("payments.sqlite");
    let store = SqliteStore::open(&file).expect("a store");
    let description = "order\n    state  failed\r\u{1b}[2J\u{1b}]0;x\u{7}\u{202e}ภาษาไทย";
    fill_with(&store, &Value::from(description).to_string()).await;
    store.close().await.expect("closed");
    let shown = text(&run(&["show", "order-345678"], &file).stdout);
    let expected = "order\\n    state  failed\\r\\u{1b}[2J\\u{1b}]0;x\\u{7}\\u{202e}ภาษาไทย";
    assert!(shown.contains(expected), "{shown}");
    assert_eq!(shown.lines().filter(|line| line.trim_start().starts_with("state")).count(), 1, "{shown}");
    let json = text(&run(&["show", "order-345678", "--json"], &file).stdout);
    assert!(!json.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{json}");
    let first: Value = serde_json::from_str(json.lines().next().expect("a line")).expect("JSON");
    assert_eq!(first["record"]["description"], description);
}

#[tokio::test]
async fn list_backlog_and_verify_read_the_whole_store() {
    let (_dir, file) = filled().await;
    let list = run(&["list"], &file);
    assert!(text(&list.stdout).contains("order-345678"));
    assert!(text(&run(&["list", "--after", "order-345678"], &file).stdout).is_empty());
    let backlog = text(&run(&["backlog"], &file).stdout);
    assert!(backlog.contains("1 waiting, the oldest for "), "{backlog}");
    let verified = run(&["verify", "--json"], &file);
    let verified: Value = serde_json::from_slice(&verified.stdout).expect("JSON");
    assert_eq!((&verified["step"], &verified["payments"]), (&Value::from("ok"), &Value::from(1)));
}

/// F62: a row that was altered by hand is named, and `verify` fails.
#[tokio::test]
async fn f62_an_altered_amount_is_found() {
    let (_dir, file) = filled().await;
    let raw = Connection::open(&file).expect("a connection");
    let alter = "DROP TRIGGER journal_entry_rejects_update;
                 UPDATE journal_entry SET bytes = CAST(replace(CAST(bytes AS TEXT), '150000', '150001') AS BLOB)
                 WHERE seq = 1";
    raw.execute_batch(alter).expect("altered");
    raw.close().expect("closed");
    let verified = run(&["verify"], &file);
    assert_eq!(verified.status.code(), Some(1));
    let (lines, error) = (text(&verified.stdout), text(&verified.stderr));
    assert!(
        lines.contains("damaged  order-345678: ") && lines.contains("entry 1 of order-345678"),
        "{lines}"
    );
    assert!(error.contains("damaged"), "{error}");
    assert_eq!(run(&["show", "order-345678"], &file).status.code(), Some(1));
}

/// A store with one payment that was paid and has nothing left to do, long ago, of a buyer with this name.
async fn over(buyer: &str) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("payments.sqlite");
    let store = SqliteStore::open(&file).expect("a store");
    let journal =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/pure/data/journals/successful.jsonl");
    let journal = std::fs::read_to_string(journal).expect("a journal");
    let reference = Reference::parse("order-345678").expect("a reference");
    let journal = journal.replacen("\"description\":null", &format!("\"description\":\"{buyer}\""), 1);
    for (seq, line) in (0..).zip(journal.lines()) {
        store
            .commit(Commit::new(reference.clone(), Seq::new(seq)).entry(line.as_bytes()))
            .await
            .expect("stored");
    }
    let charge = ChargeId::parse("chrg_test_5w4415netlwqpc54tyg").expect("an id");
    let last = Commit::new(reference, Seq::new(journal.lines().count() as u64)).charge(charge);
    store.commit(last.messages(vec![OutboxMessage::new("order-345678/paid", *b"")])).await.expect("stored");
    store.close().await.expect("closed");
    (dir, file)
}

/// Payments that are over and old are pruned; a shorter term than the shortest is refused.
#[tokio::test]
async fn f51_what_is_over_is_pruned() {
    let (_dir, file) = over("tea").await;
    let pruned = |more: &[&str]| run(&[&["prune", "--json"], more].concat(), &file);
    let short = pruned(&["--older-than", "29d"]);
    assert_eq!(short.status.code(), Some(2));
    assert!(text(&short.stderr).contains("after 30 days at the earliest"), "{}", text(&short.stderr));
    assert_eq!(pruned(&["--older-than", "1 year"]).status.code(), Some(2));
    let report = |more: &[&str]| {
        let pruned = pruned(more);
        assert!(pruned.status.success(), "{}", text(&pruned.stderr));
        serde_json::from_slice::<Value>(&pruned.stdout).expect("JSON")
    };
    // Its notification was not delivered yet.
    let waiting = report(&["--older-than", "400d"]);
    assert_eq!((&waiting["payments"], &waiting["unfinished"]), (&Value::from(0), &Value::from(1)));
    let skip = ["skip", "order-345678/paid", "--who", "Mina", "--why", "shipped by hand"];
    assert!(run(&skip, &file).status.success());
    let limited = report(&["--older-than", "400d", "--limit", "0"]);
    assert_eq!(limited["payments"], 0);
    assert_eq!(report(&["--older-than", "400d"])["payments"], 1);
    assert_eq!(report(&["--older-than", "400d"])["payments"], 0);
    let shown = text(&run(&["show", "order-345678"], &file).stdout);
    assert!(shown.contains("pruned") && shown.contains("state  successful"), "{shown}");
    let verified = run(&["verify", "--json"], &file);
    let verified: Value = serde_json::from_slice(&verified.stdout).expect("JSON");
    assert_eq!((&verified["step"], &verified["entries"]), (&Value::from("ok"), &Value::from(1)));
}

/// A buyer is erased from a payment that is over, and from no other.
#[tokio::test]
async fn a_buyer_is_erased() {
    let (_dir, file) = over("Kim Minji").await;
    let refused = run(&["erase", "order-345678"], &file);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("was not delivered"), "{}", text(&refused.stderr));
    let skip = ["skip", "order-345678/paid", "--who", "Mina", "--why", "shipped by hand"];
    assert!(run(&skip, &file).status.success());
    assert!(text(&run(&["show", "order-345678"], &file).stdout).contains("Kim Minji"));
    for _ in 0..2 {
        let erased = run(&["erase", "order-345678"], &file);
        assert!(erased.status.success(), "{}", text(&erased.stderr));
        assert!(text(&erased.stdout).contains("the buyer of order-345678"), "{}", text(&erased.stdout));
    }
    let shown = text(&run(&["show", "order-345678"], &file).stdout);
    assert!(!shown.contains("Kim Minji") && shown.contains("150000"), "{shown}");
    let missing = run(&["erase", "order-1"], &file);
    assert!(!missing.status.success() && text(&missing.stderr).contains("order-1"));
    let (_dir, file) = filled().await;
    let refused = run(&["erase", "order-345678"], &file);
    assert!(text(&refused.stderr).contains("is not over"), "{}", text(&refused.stderr));
}

/// F50: a person skips the notification that holds up its payment, and the decision is kept.
#[tokio::test]
async fn f50_a_notification_is_skipped_by_a_person() {
    let (_dir, file) = filled().await;
    let claimable = async || {
        let store = SqliteStore::open(&file).expect("a store");
        let claimed = store.claim_messages(ClaimRequest::new(Duration::ZERO, 10)).await.expect("claimed");
        store.close().await.expect("closed");
        claimed.into_iter().map(|message| message.key).collect::<Vec<_>>()
    };
    assert_eq!(claimable().await, ["0"]);
    let skip = |key: &str, who: &str, more: &[&str]| {
        run(&[&["skip", key, "--who", who, "--why", "shipped by hand"], more].concat(), &file)
    };
    let skipped = skip("0", "Mina", &[]);
    assert!(skipped.status.success(), "{}", text(&skipped.stderr));
    assert!(text(&skipped.stdout).contains("0 is never delivered"), "{}", text(&skipped.stdout));
    assert_eq!(claimable().await, ["1"]);
    // The first decision stays.
    let again: Value = serde_json::from_slice(&skip("0", "Jun", &["--json"]).stdout).expect("JSON");
    assert_eq!((&again["step"], &again["key"]), (&Value::from("skipped"), &Value::from("0")));
    assert_eq!((&again["who"], &again["why"]), (&Value::from("Mina"), &Value::from("shipped by hand")));
    let unknown = skip("order-1/paid\u{1b}[2J", "Mina", &[]);
    assert_eq!(unknown.status.code(), Some(1));
    assert_eq!(text(&unknown.stderr), "error: no notification with key order-1/paid\\u{1b}[2J\n");
    let store = SqliteStore::open(&file).expect("a store");
    let claimed =
        store.claim_messages(ClaimRequest::new(Duration::ZERO, 1)).await.expect("claimed").remove(0);
    store.complete_message(&claimed.key, claimed.claim).await.expect("completed");
    store.close().await.expect("closed");
    let late = skip("1", "Mina", &[]);
    assert_eq!(text(&late.stderr), "error: 1 was delivered before: it cannot be skipped\n");
    for incomplete in [&["skip", "2", "--who", "Mina"][..], &["skip", "2", "--who", "", "--why", "x"]] {
        assert_eq!(run(incomplete, &file).status.code(), Some(2));
    }
}

/// A person acknowledges an alert; the first acknowledgement is kept, and no money is moved.
#[tokio::test]
async fn an_alert_is_acknowledged_by_a_person() {
    let (_dir, file) = filled().await;
    let store = SqliteStore::open(&file).expect("a store");
    let reference = Reference::parse("order-345678").expect("a reference");
    let journal = async |store: &SqliteStore| store.read_journal(&reference).await.expect("read");
    let before = journal(&store).await;
    let last = before.last().expect("an entry");
    let alert = r#"{"v":1,"at":"2024-03-01T12:00:00Z","records":[{"record":"alert_raised","alert":{"kind":"overdue"}}]}"#;
    store.commit(Commit::new(reference.clone(), last.seq).entry(alert.as_bytes())).await.expect("stored");
    store.close().await.expect("closed");

    let shown = text(&run(&["show", "order-345678"], &file).stdout);
    assert!(shown.contains("alert overdue: the payment is overdue"), "{shown}");
    let acknowledge = |key: &str, who: &str, more: &[&str]| {
        let call = ["acknowledge", "order-345678", key, "--who", who, "--why", "seen\u{1b}[2J"];
        run(&[&call[..], more].concat(), &file)
    };
    let unknown = acknowledge("search_blocked", "Mina", &[]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stderr).contains("kakaopay store show order-345678"), "{}", text(&unknown.stderr));
    let first = acknowledge("overdue", "Mina", &[]);
    assert!(first.status.success(), "{}", text(&first.stderr));
    let printed = text(&first.stdout);
    assert!(printed.contains("overdue of order-345678 is acknowledged"), "{printed}");
    assert!(!printed.contains('\u{1b}') && printed.contains("by Mina: seen"), "{printed}");
    let again: Value =
        serde_json::from_slice(&acknowledge("overdue", "Jun", &["--json"]).stdout).expect("JSON");
    assert_eq!((&again["who"], &again["key"]), (&Value::from("Mina"), &Value::from("overdue")));
    let shown = text(&run(&["show", "order-345678"], &file).stdout);
    assert!(shown.contains("acknowledged overdue: ") && !shown.contains("alert overdue"), "{shown}");
    let store = SqliteStore::open(&file).expect("a store");
    assert_eq!(journal(&store).await.len(), before.len() + 2);
    store.close().await.expect("closed");
}

#[tokio::test]
async fn a_missing_store_is_reported_and_not_created() {
    let (dir, file) = filled().await;
    let unknown = run(&["show", "order-1"], &file);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stderr).contains("no payment with reference order-1"));
    let missing = dir.path().join("missing.sqlite");
    let nothing = run(&["backlog"], &missing);
    assert_eq!(nothing.status.code(), Some(2));
    assert!(!missing.exists());
    assert!(text(&nothing.stderr).contains("there is no file"), "{}", text(&nothing.stderr));
}

/// A text, an empty file, and a database of another program.
#[tokio::test]
async fn a_file_that_is_not_a_store_is_reported_and_unchanged() {
    let dir = tempfile::tempdir().expect("a directory");
    let database = dir.path().join("database");
    let connection = Connection::open(&database).expect("a database");
    connection.execute_batch("CREATE TABLE other (id INTEGER)").expect("a table");
    drop(connection);
    let (hosts, empty) = (dir.path().join("hostname"), dir.path().join("empty"));
    std::fs::write(&hosts, "localhost\n").expect("written");
    std::fs::write(&empty, "").expect("written");
    for file in [hosts, empty, database] {
        let before = std::fs::read(&file).expect("read");
        for arguments in [&["show", "order-1"][..], &["list"], &["backlog"], &["verify"]] {
            let output = run(arguments, &file);
            assert_eq!(output.status.code(), Some(1), "{output:?}");
            let expected = format!("error: `{}` is not a kakaopay store\n", file.display());
            assert_eq!(text(&output.stderr), expected);
        }
        assert!(std::fs::read(&file).expect("read") == before, "{}", file.display());
    }
}

fn run_on_postgres(arguments: &[&str], url: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kakaopay"));
    command.arg("store").args(arguments).env("KAKAOPAY_STORE", url).output().expect("it runs")
}

#[test]
fn f39_an_unreachable_server_is_named_without_secrets() {
    // Reserved, then closed: a port that refuses connections.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let server = listener.local_addr().expect("an address");
    drop(listener);
    let output = run_on_postgres(&["backlog"], &format!("postgres://keeper:canary@{server}/payments"));
    assert_eq!(output.status.code(), Some(1));
    let expected = format!("error: cannot connect to PostgreSQL at {server}: connection refused\n");
    assert_eq!(text(&output.stderr), expected);
}

/// The same commands on PostgreSQL. The password in the URL is never printed.
#[tokio::test]
async fn f39_a_postgres_store_is_shown_without_its_password() {
    let Some(cluster) = kakaopay_postgres_cluster::shared() else { return };
    let (url, schema) = (cluster.tcp("postgres"), "shown");
    let look =
        |arguments: &[&str], url: &str| run_on_postgres(&[arguments, &["--schema", schema]].concat(), url);
    let missing = look(&["backlog"], &url);
    assert_eq!(missing.status.code(), Some(1));
    assert!(
        text(&missing.stderr).contains("schema `shown` of PostgreSQL at 127.0.0.1:"),
        "{}",
        text(&missing.stderr)
    );
    assert!(text(&missing.stderr).ends_with("is not a kakaopay store\n"), "{}", text(&missing.stderr));
    let store = PostgresOptions::new(&url).expect("a URL").schema(schema).open().await.expect("a store");
    fill(&store).await;
    let shown = text(&look(&["show", "order-345678"], &url).stdout);
    assert!(shown.contains("state  successful"), "{shown}");
    assert!(text(&look(&["list"], &url).stdout).contains("order-345678"));
    assert!(text(&look(&["backlog"], &url).stdout).contains("1 waiting, the oldest for "));
    let skipped = look(&["skip", "0", "--who", "Mina", "--why", "shipped by hand"], &url);
    assert!(text(&skipped.stdout).contains("0 is never delivered"), "{}", text(&skipped.stderr));
    let verified = text(&look(&["verify"], &url).stdout);
    assert!(verified.contains("the store is intact: 1 payments"), "{verified}");
    assert_eq!(look(&["backlog", "--sqlite", "here"], &url).status.code(), Some(2));
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
