//! A file keeps a sandbox across restarts, and nothing else is taken for one.

#![cfg(feature = "data")]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use common::Ask;
use kakaopay_sandbox::{ApiVersion, DataError, Sandbox, SandboxBuilder, SandboxClock, WebhookUrl};
use kakaopay_types::{Key, PublicKey, SecretKey, Timestamp};
use kakaopay_webhook::Secret;

fn open_with(path: &Path, builder: SandboxBuilder) -> Ask {
    let sandbox = builder.open(path).expect("opened");
    let clock = sandbox.clock().clone();
    Ask { sandbox, clock }
}

fn open(path: &Path) -> Ask {
    open_with(path, Sandbox::builder())
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a moment")
}

fn frozen() -> SandboxBuilder {
    Sandbox::builder().clock(SandboxClock::frozen_at(at("2024-02-29T12:00:00Z")))
}

/// Each file of a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    entries
        .map(|entry| {
            (entry.file_name().into_string().expect("text"), std::fs::read(entry.path()).expect("read"))
        })
        .collect()
}

/// What a process that is killed leaves behind is what stands in its files at that moment.
fn killed(folder: &Path, name: &str) -> (tempfile::TempDir, Ask) {
    let copy = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files(folder) {
        std::fs::write(copy.path().join(name), bytes).expect("written");
    }
    let ask = open(&copy.path().join(name));
    (copy, ask)
}

/// Everything that the API shows, as its texts.
fn shown(ask: &mut Ask) -> Vec<String> {
    let mut shown = vec![ask.sandbox.public_key().expose().to_owned(), ask.secret_key()];
    shown.push(ask.sandbox.webhook_secret().expose_base64().to_string());
    for path in ["/charges", "/refunds", "/events", "/account", "/webhooks/secrets", "/search?scope=charge"] {
        shown.push(ask.secret("GET", path, "").text);
    }
    for path in ["/charges", "/events"] {
        let list = ask.secret("GET", path, "").ok();
        for object in list["data"].as_array().expect("a list") {
            shown.push(ask.secret("GET", object["location"].as_str().expect("a path"), "").text);
        }
    }
    shown
}

fn deliver(ask: &Ask) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(ask.sandbox.deliver_pending())
}

#[test]
fn f09_a_journey_goes_on_where_it_was_after_each_restart_and_each_kill() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("sandbox.db");
    // Nobody listens there: that, too, is a delivery.
    let url = WebhookUrl::parse("http://127.0.0.1:1/webhooks").expect("on this machine");
    let mut ask = open_with(&path, frozen().webhook_url(url));
    let charge = ask.charge();
    assert_eq!(deliver(&ask), 1);
    let calls = [
        ("POST", "/sources".to_owned(), "amount=150000&currency=SGD&type=kakaopay"),
        ("POST", format!("/charges/{charge}/mark_as_paid"), ""),
        ("POST", format!("/charges/{charge}/refunds"), "amount=100"),
        ("PATCH", format!("/charges/{charge}"), "description=x"),
        ("POST", "/webhooks/secrets".to_owned(), ""),
        ("PATCH", "/account".to_owned(), "webhook_uri="),
        ("POST", "/_sandbox/clock".to_owned(), "{\"advance\": 3600}"),
        (
            "POST",
            "/charges".to_owned(),
            "amount=150000&currency=SGD&return_uri=https://a.example&source[type]=kakaopay",
        ),
        ("POST", "/_sandbox/reset".to_owned(), ""),
    ];
    for (method, path_of, form) in calls {
        ask.secret(method, &path_of, form).ok();
        let answered = ask.sandbox.snapshot();
        let (_copy, mut survivor) = killed(dir.path(), "sandbox.db");
        assert_eq!(survivor.sandbox.snapshot(), answered, "{path_of}");
        let expected = shown(&mut ask);
        assert_eq!(shown(&mut survivor), expected, "{path_of}");
        let next = ask.sandbox.snapshot();
        drop(ask);
        ask = open(&path);
        assert_eq!(ask.sandbox.snapshot(), next, "{path_of}");
        assert_eq!(shown(&mut ask), expected, "{path_of}");
    }
    assert_eq!(ask.secret("GET", "/charges", "").ok()["total"], 0);
}

#[test]
fn f09_what_became_of_a_webhook_is_kept() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("sandbox.db");
    let url = WebhookUrl::parse("http://127.0.0.1:1/webhooks").expect("on this machine");
    let mut ask = open_with(&path, frozen().webhook_url(url));
    ask.charge();
    let (_copy, waiting) = killed(dir.path(), "sandbox.db");
    assert_eq!((deliver(&waiting), deliver(&ask)), (1, 1));
    let (_copy, mut survivor) = killed(dir.path(), "sandbox.db");
    assert_eq!(deliver(&survivor), 0);
    let (event, _) = survivor.sandbox.events().remove(0);
    let event = survivor.secret("GET", &format!("/events/{event}"), "").ok();
    assert_eq!(event["webhook_deliveries"].as_array().map(Vec::len), Some(1), "{event}");
}

#[test]
fn f09_a_webhook_that_was_lost_is_not_posted_by_the_next_process() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("sandbox.db");
    let url = || WebhookUrl::parse("http://127.0.0.1:1/webhooks").expect("on this machine");
    let mut ask = open_with(&path, frozen().webhook_url(url()).webhooks("lost".parse().expect("a plan")));
    ask.charge();
    assert_eq!(deliver(&ask), 0);
    let (_copy, survivor) = killed(dir.path(), "sandbox.db");
    assert_eq!(deliver(&survivor), 0);
}

#[test]
fn the_clock_is_kept_as_it_was_set() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("sandbox.db");
    let mut ask = open(&path);
    let now = ask.sandbox.clock().now();
    ask.with_headers("POST", "/_sandbox/clock", "{\"advance\": 1000000}", &[]).ok();
    drop(ask);
    let mut ask = open(&path);
    assert!(ask.clock.now() >= now.saturating_add_seconds(1_000_000) && !ask.clock.is_frozen());
    ask.with_headers("POST", "/_sandbox/clock", "{\"set\": \"2024-02-29T12:00:00Z\", \"freeze\": true}", &[])
        .ok();
    let frozen = ask.clock.now();
    drop(ask);
    let ask = open(&path);
    assert_eq!((ask.clock.now(), ask.clock.is_frozen()), (frozen, true));
    // Moved by other means than a request, it is written when that is asked for.
    ask.clock.advance_seconds(1);
    ask.sandbox.keep().expect("kept");
    let (_copy, survivor) = killed(dir.path(), "sandbox.db");
    assert_eq!(survivor.clock.now(), ask.clock.now());
}

#[test]
fn what_a_builder_is_told_comes_before_what_was_kept_and_is_kept_then() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("sandbox.db");
    let charge = open_with(&path, frozen()).charge();
    let secret = || Secret::from_bytes("another").expect("a secret");
    let told = || {
        let clock = SandboxClock::frozen_at(at("2025-01-01T00:00:00Z"));
        Sandbox::builder()
            .public_key(PublicKey::parse("pkey_test_mine").expect("a key"))
            .secret_key(SecretKey::parse("skey_test_mine").expect("a key"))
            .webhook_secret(secret())
            .webhook_url(WebhookUrl::parse("http://127.0.0.1:9/x").expect("on this machine"))
            .api_version(ApiVersion::V2017_11_02)
            .clock(clock)
    };
    let check = |ask: &mut Ask| {
        assert_eq!(ask.sandbox.public_key().expose(), "pkey_test_mine");
        assert_eq!(ask.secret_key(), "skey_test_mine");
        assert_eq!(*ask.sandbox.webhook_secret().expose_base64(), *secret().expose_base64());
        let account = ask.with_headers("GET", "/account", "", &[("omise-version", "2019-05-29")]).ok();
        assert_eq!(
            (&account["webhook_uri"], &account["api_version"]),
            (&"http://127.0.0.1:9/x".into(), &"2017-11-02".into())
        );
        assert_eq!(ask.clock.now(), at("2025-01-01T00:00:00Z"));
    };
    for builder in [told(), Sandbox::builder(), told()] {
        let mut ask = open_with(&path, builder);
        check(&mut ask);
        ask.secret("GET", &format!("/charges/{charge}"), "").ok();
    }
    let mut ask = open(&path);
    ask.sandbox.reset();
    check(&mut ask);
    ask.secret("GET", &format!("/charges/{charge}"), "").refused(404, "not_found");
}

/// Opens a file that is no sandbox's, which neither changes it nor what is beside it.
#[track_caller]
fn refused(dir: &Path) -> DataError {
    let before = files(dir);
    let refused = Sandbox::builder().open(dir.join("sandbox.db")).expect_err("refused");
    assert_eq!(files(dir), before);
    refused
}

#[test]
fn what_holds_something_else_is_refused_and_left_alone() {
    let sqlite = |dir: &Path, sql: &str| {
        let connection = rusqlite::Connection::open(dir.join("sandbox.db")).expect("opened");
        connection.execute_batch(sql).expect("made");
        connection
    };
    for text in ["a text", "SQLite format 3\0", &format!("SQLite format 3\0{}", "x".repeat(200)), "\0"] {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join("sandbox.db"), text).expect("written");
        assert!(matches!(refused(dir.path()), DataError::Foreign), "{text}");
    }
    for application in ["0", "1265323079", "7"] {
        let dir = tempfile::tempdir().expect("a folder");
        drop(sqlite(dir.path(), &format!("PRAGMA application_id = {application}; CREATE TABLE payment (a)")));
        assert!(matches!(refused(dir.path()), DataError::Foreign), "{application}");
    }
    // One whose process was killed: SQLite would put its log in its place.
    let (busy, dir) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let _open = sqlite(busy.path(), "PRAGMA journal_mode = WAL; CREATE TABLE payment (a)");
    for (name, bytes) in files(busy.path()) {
        std::fs::write(dir.path().join(name), bytes).expect("written");
    }
    assert!(files(dir.path()).contains_key("sandbox.db-wal"));
    assert!(matches!(refused(dir.path()), DataError::Foreign));
}

#[test]
fn a_newer_file_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("sandbox.db");
    drop(open(&path));
    rusqlite::Connection::open(&path).expect("opened").pragma_update(None, "user_version", 2).expect("set");
    assert!(matches!(refused(dir.path()), DataError::Newer { found: 2, supported: 1 }));
}

#[test]
fn a_record_that_no_sandbox_writes_is_refused_and_nothing_is_repeated() {
    for change in [
        "UPDATE record SET part = 'canary' WHERE part = 'charge'",
        "UPDATE record SET key = 'canary' WHERE part = 'charge'",
        "UPDATE record SET json = '{\"x\": \"canary\"}' WHERE part = 'keys'",
        "UPDATE record SET json = '{\"x\": \"canary\"}' WHERE part = 'charge'",
        "UPDATE record SET json = '{\"x\": \"canary\"}' WHERE part = 'first'",
        "DELETE FROM record WHERE part = 'state'",
        "DELETE FROM record WHERE part = 'keys'",
        "DELETE FROM record WHERE part = 'source'",
    ] {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("sandbox.db");
        open(&path).charge();
        rusqlite::Connection::open(&path).expect("opened").execute(change, []).expect("changed");
        let error = Sandbox::builder().open(&path).expect_err(change);
        assert!(matches!(error, DataError::Damaged | DataError::Contents(_)), "{change}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        // And is not kept from being opened by whoever repairs it.
        assert!(!matches!(Sandbox::builder().open(&path), Err(DataError::InUse)), "{change}");
    }
}

#[test]
fn a_file_is_one_sandboxs_at_a_time() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("sandbox.db");
    let mut first = open(&path);
    for other in [path.clone(), dir.path().join(".").join("sandbox.db")] {
        assert!(matches!(Sandbox::builder().open(other), Err(DataError::InUse)));
    }
    // As another process does, which knows nothing of this one.
    let other = rusqlite::Connection::open(&path).expect("opened");
    other.busy_timeout(std::time::Duration::ZERO).expect("set");
    assert!(other.query_row("SELECT count(*) FROM record", [], |row| row.get::<_, i64>(0)).is_err());
    let charge = first.charge();
    drop(first);
    open(&path).secret("GET", &format!("/charges/{charge}"), "").ok();
}

#[cfg(unix)]
#[test]
fn f39_a_file_with_keys_is_for_its_owner_alone_and_prints_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a folder");
    let ask = open(&dir.path().join("sandbox.db"));
    for entry in std::fs::read_dir(dir.path()).expect("a folder") {
        let mode = entry.expect("an entry").metadata().expect("told").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert!(!format!("{:?}", ask.sandbox).contains(ask.sandbox.secret_key().expose()));
}

#[test]
fn a_path_that_leads_to_no_file_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    for path in [dir.path().to_owned(), dir.path().join("none").join("sandbox.db"), "".into()] {
        assert!(matches!(Sandbox::builder().open(path), Err(DataError::Io(_))));
    }
}
