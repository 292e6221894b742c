//! Each way in which a store cannot be opened says which host, why, and the next step.

use std::error::Error;

use kakaopay_postgres_cluster::{Cluster, Setup};
use kakaopay_store::{Store, StoreErrorKind};
use kakaopay_store_postgres::{PostgresOpenError, PostgresOptions};

use crate::support::{Home, connect, options, step};

/// An error and everything below it.
fn all_of(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[test]
fn an_unescaped_password_says_so_and_is_not_repeated() {
    for url in [
        "postgres://shop:hun@ter2@db.example/shop",
        "postgres://shop:hun@ter2/x@db.example/shop",
        "postgresql://shop:@@db.example/shop",
        "postgres://shop:hun@ter2:x@db.example:5432/shop",
    ] {
        let error = PostgresOptions::new(url).unwrap_err();
        assert!(matches!(error, PostgresOpenError::UnescapedPassword), "{url}: {error:?}");
        assert!(error.to_string().contains("%40") && !error.to_string().contains("ter2"), "{url}: {error}");
    }
    PostgresOptions::new("postgres://shop:p%40ss@db.example/shop").unwrap();
}

#[tokio::test]
async fn each_open_error_names_host_reason_and_next_step() {
    let Some(home) = Home::new() else { return };
    home.open().await;
    let raw = home.raw().await;
    let user = format!("words_{}", home.schema);
    raw.batch_execute(&format!("CREATE USER {user} PASSWORD 'secret' CONNECTION LIMIT 1")).await.unwrap();
    let port = home.cluster.port();
    let url = |password: &str, database: &str, mode: &str| {
        format!("postgres://{user}:{password}@127.0.0.1:{port}/{database}?sslmode={mode}")
    };
    let cases = [
        (
            url("wrong", "postgres", "disable"),
            ["28P01 (invalid_password)", "check the user and the password"],
        ),
        (
            url("secret", "nowhere", "disable"),
            ["3D000 (invalid_catalog_name): database \"nowhere\"", "create the database"],
        ),
        (
            url("secret", "postgres", "disable"),
            ["42501 (insufficient_privilege): permission denied", "GRANT USAGE"],
        ),
        (url("secret", "postgres", "require"), ["does not support TLS", "sslmode=disable"]),
    ];
    for (url, expected) in cases {
        let error = options(&url).schema(&home.schema).open().await.unwrap_err();
        let text = all_of(&error);
        for expected in expected {
            assert!(text.contains(expected), "{expected}: {text}");
        }
        assert!(!text.contains("secret") && !text.contains("may or may not"), "{text}");
        assert!(text.contains(&format!("127.0.0.1:{port}")), "{text}");
    }
    let one = connect(&url("secret", "postgres", "disable")).await;
    let error = options(&url("secret", "postgres", "disable")).open().await.unwrap_err();
    assert!(all_of(&error).contains("CONNECTION LIMIT"), "{}", all_of(&error));
    drop(one);
}

/// A constraint that a row breaks is named; nothing says that the store is damaged.
#[tokio::test]
async fn a_broken_constraint_is_no_damage() {
    let Some(home) = Home::new() else { return };
    let store = home.open().await;
    let rule = "ALTER TABLE payment ADD CONSTRAINT house_rule CHECK (reference <> 'b')";
    home.raw().await.batch_execute(rule).await.unwrap();
    let error = store.commit(step("b", 0, *b"one")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Other);
    let text = all_of(&error);
    for expected in ["23514 (check_violation)", "house_rule of payment", "drop the constraint"] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    assert!(!text.contains("damaged") && !text.contains("backup"), "{text}");
}

/// Logical replication copies rows and leaves sequences where they were.
#[tokio::test]
async fn a_sequence_behind_its_rows_is_found_at_open_with_the_statement_that_mends_it() {
    let Some(home) = Home::new() else { return };
    let store = home.open().await;
    for number in 0..3 {
        store.commit(step(&format!("order-{number}"), 0, *b"one")).await.unwrap();
    }
    let raw = home.raw().await;
    for behind in ["ALTER TABLE payment ALTER id RESTART", "SELECT setval('payment_id_seq', 2)"] {
        raw.batch_execute(behind).await.unwrap();
        let error = home.options().open().await.unwrap_err();
        assert!(matches!(error.decisive(), PostgresOpenError::SequenceBehind { .. }), "{behind}: {error}");
        let text = error.to_string();
        let (_, statement) = text.split_once("run: ").unwrap();
        raw.batch_execute(statement).await.unwrap();
        home.open().await;
    }
    raw.batch_execute("SELECT setval('payment_id_seq', 1)").await.unwrap();
    let error = store.commit(step("order-9", 0, *b"one")).await.unwrap_err();
    let text = all_of(&error);
    assert!(error.kind() == StoreErrorKind::Other && text.contains("payment_pkey of payment"), "{text}");
    assert!(text.contains("sequence is behind"), "{text}");
}

#[tokio::test]
async fn a_server_that_is_away_is_named() {
    let Some(cluster) = Cluster::start(Setup::new()) else { return };
    let connection = cluster.tcp("postgres");
    cluster.stop();
    let error = options(&connection).open().await.unwrap_err();
    let text = all_of(&error);
    assert!(text.contains(&format!("127.0.0.1:{}", cluster.port())) && text.contains("refused"), "{text}");
}
