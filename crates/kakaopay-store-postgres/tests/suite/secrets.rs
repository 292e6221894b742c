//! Secrets and personal data are never printed or logged.

use std::error::Error;
use std::fmt::Debug;
use std::sync::atomic::{AtomicUsize, Ordering};

use kakaopay_store::Store;
use kakaopay_store_postgres::{PostgresOpenError, PostgresOptions};
use log::{LevelFilter, Log, Metadata, Record};

use crate::support::{Home, connect, delivery, lease, message, options, step};

/// Neither shown nor debugged, an error nor anything below it says one of these.
#[track_caller]
fn keeps(error: &(dyn Error + 'static), secrets: &[&str]) {
    let mut cause = Some(error);
    while let Some(error) = cause {
        silent(&error, secrets);
        for secret in secrets {
            assert!(!error.to_string().contains(secret), "{error}");
        }
        cause = error.source();
    }
}

#[track_caller]
fn silent(value: &impl Debug, secrets: &[&str]) {
    for secret in secrets {
        let (plain, pretty) = (format!("{value:?}"), format!("{value:#?}"));
        assert!(!plain.contains(secret) && !pretty.contains(secret), "{plain}");
    }
}

#[test]
fn i7_a_connection_string_that_cannot_be_read_is_not_repeated() {
    for text in ["postgres://shop:hunter2@db.example:port/x", "password=hunter2 db.example", "hunter2"] {
        let error = PostgresOptions::new(text).unwrap_err();
        assert!(matches!(error, PostgresOpenError::InvalidConnection));
        keeps(&error, &["hunter2", "db.example"]);
    }
}

#[test]
fn i7_options_print_nothing_of_the_connection_string() {
    let options = PostgresOptions::new("postgres://clerk:hunter2@db.example:7/shop?sslmode=require").unwrap();
    silent(&options, &["hunter2", "clerk", "db.example", "shop"]);
    silent(&options.root_certificate(b"hunter2"), &["hunter2"]);
}

#[tokio::test]
async fn i7_a_store_prints_its_schema_alone() {
    let Some(home) = Home::new() else { return };
    let store = home.open().await;
    silent(&store, &[home.cluster.password(), "keeper", "127.0.0.1"]);
    assert!(format!("{store:?}").contains(&home.schema));
}

#[tokio::test]
async fn i7_a_wrong_password_is_refused_and_not_repeated() {
    let Some(home) = Home::new() else { return };
    let right = home.cluster.tcp("postgres");
    let wrong = right.replace(home.cluster.password(), "hunter2");
    let error = options(&wrong).open().await.unwrap_err();
    assert!(matches!(error.decisive(), PostgresOpenError::Refused(_)), "{error}");
    keeps(&error, &["hunter2", home.cluster.password()]);
    let none = right.replace(&format!("password={}", home.cluster.password()), "");
    let error = options(&none).open().await.unwrap_err();
    keeps(&error, &[home.cluster.password()]);
    let error = options(&right.replace("dbname=postgres", "dbname=nowhere")).open().await.unwrap_err();
    keeps(&error, &[home.cluster.password()]);
}

#[tokio::test]
async fn i7_an_error_of_the_server_repeats_nothing_that_was_sent() {
    let Some(home) = Home::new() else { return };
    let store = home.open().await;
    let raw = connect(&home.cluster.tcp("postgres")).await;
    // Something that the server's words would show with the row that broke it.
    let rule = format!("ALTER TABLE {}.payment ADD CHECK (reference <> 'hunter2')", home.schema);
    raw.batch_execute(&rule).await.unwrap();
    let error = store.commit(step("hunter2", 0, *b"x")).await.unwrap_err();
    keeps(&error, &["hunter2"]);
    assert!(error.source().unwrap().to_string().contains("23514"));
}

/// Counts log records of any level, and those that contain a secret.
struct Watch {
    records: AtomicUsize,
    leaks: AtomicUsize,
}

static WATCH: Watch = Watch { records: AtomicUsize::new(0), leaks: AtomicUsize::new(0) };

impl Log for Watch {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let text = record.args().to_string();
        // As text, or byte by byte as slices are shown.
        let bytes = format!("{:?}", b"swordfish");
        if [bytes.trim_matches(['[', ']']), "swordfish", "battery"].iter().any(|secret| text.contains(secret))
        {
            self.leaks.fetch_add(1, Ordering::SeqCst);
        }
        self.records.fetch_add(1, Ordering::SeqCst);
    }

    fn flush(&self) {}
}

#[tokio::test]
async fn i7_nothing_that_is_stored_or_signed_in_with_is_logged() {
    let Some(home) = Home::new() else { return };
    log::set_logger(&WATCH).unwrap();
    log::set_max_level(LevelFilter::Trace);
    let store = home.open().await;
    let commit =
        step("swordfish", 0, *b"swordfish").snapshot(*b"swordfish").messages(vec![message("swordfish")]);
    store.commit(commit).await.unwrap();
    store.insert_event(delivery("1", *b"swordfish")).await.unwrap();
    let claimed = store.claim_messages(lease(600)).await.unwrap().remove(0);
    let mut raw = connect(&home.cluster.tcp("postgres")).await;
    let transaction = raw.transaction().await.unwrap();
    let _ = store.complete_in_transaction(&transaction, &claimed.key, claimed.claim).await.unwrap();
    transaction.commit().await.unwrap();
    assert!(WATCH.records.load(Ordering::SeqCst) > 0, "nothing is logged that could leak");
    assert_eq!(WATCH.leaks.load(Ordering::SeqCst), 0);
}
