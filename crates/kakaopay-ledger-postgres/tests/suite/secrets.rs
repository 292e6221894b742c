//! What must not be printed is not.

use std::error::Error;
use std::fmt::Debug;

use kakaopay_ledger::Store;
use kakaopay_ledger_postgres::{OpenError, PostgresOptions};

use crate::support::{Home, connect, options, step};

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
        assert!(matches!(error, OpenError::InvalidConnection));
        keeps(&error, &["hunter2", "db.example"]);
    }
}

#[test]
fn i7_options_print_nothing_of_the_connection_string() {
    let options = PostgresOptions::new("postgres://clerk:hunter2@db.example:7/shop?sslmode=require").unwrap();
    silent(&options, &["hunter2", "clerk", "db.example", "shop"]);
    silent(&options.authority(b"hunter2"), &["hunter2"]);
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
    assert!(matches!(error, OpenError::Refused(_)), "{error}");
    keeps(&error, &["hunter2", "keeper", home.cluster.password()]);
    let none = right.replace(&format!("password={}", home.cluster.password()), "");
    let error = options(&none).open().await.unwrap_err();
    keeps(&error, &["keeper"]);
    let error = options(&right.replace("dbname=postgres", "dbname=hunter2")).open().await.unwrap_err();
    keeps(&error, &["hunter2", home.cluster.password()]);
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
