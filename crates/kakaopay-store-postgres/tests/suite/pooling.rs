//! PgBouncer in front of the server: in session mode it is used, in transaction mode it is refused with words.

use kakaopay_postgres_cluster::{Cluster, Pooler, Setup};
use kakaopay_store::Store;
use kakaopay_store_postgres::{PostgresOpenError, PostgresStore};

use crate::support::{connect, options, reference, step, with_ports};

/// Commits of several payments at once, so that the pool opens several connections.
async fn commit_at_once(store: &PostgresStore, round: u64) -> Vec<kakaopay_store::StoreError> {
    let calls: Vec<_> = (0..8)
        .map(|number| {
            let (store, name) = (store.clone(), format!("order-{number}"));
            tokio::spawn(async move { store.commit(step(&name, round, *b"entry")).await })
        })
        .collect();
    let mut errors = Vec::new();
    for call in calls {
        errors.extend(call.await.expect("a task").err());
    }
    errors
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f69_session_pooling_is_used() {
    let Some(cluster) = Cluster::start(Setup::new()) else { return };
    let Some(pooler) = Pooler::start(&cluster, "session") else { return };
    let through = with_ports(&cluster, &[pooler.port()]);
    // Sessions of one store are handed to the next, as the pooler resets them.
    for process in 0..3 {
        let store = options(&through).open().await.unwrap();
        for round in 0..5 {
            let errors = commit_at_once(&store, process * 5 + round).await;
            assert!(errors.is_empty(), "{errors:?}");
        }
        assert_eq!(store.read_journal(&reference("order-0")).await.unwrap().len() as u64, (process + 1) * 5);
        store.close();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f69_transaction_and_statement_pooling_are_refused_at_open() {
    let Some(cluster) = Cluster::start(Setup::new()) else { return };
    options(&cluster.tcp("postgres")).open().await.unwrap();
    let mut refused = 0;
    for mode in ["transaction", "statement"] {
        let Some(pooler) = Pooler::start(&cluster, mode) else { return };
        let through = with_ports(&cluster, &[pooler.port()]);
        for _ in 0..3 {
            let error = options(&through).max_connections(1).open().await.unwrap_err();
            let is_refused = matches!(error.decisive(), PostgresOpenError::TransactionPooling);
            assert!(is_refused && error.to_string().contains("pool_mode"), "{mode}: {error:?}");
            refused += 1;
        }
        // Nothing of the attempt stays in the sessions of other clients.
        let other = connect(&through).await;
        let left = other.simple_query("SELECT current_setting('statement_timeout')").await.unwrap();
        let left = left.iter().find_map(|answer| match answer {
            kakaopay_store_postgres::tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        assert_eq!(left, Some("0"), "{mode}");
    }
    assert_eq!(refused, 6);
    let direct = connect(&cluster.tcp("postgres")).await;
    let payments = direct.query_one("SELECT count(*) FROM kakaopay.payment", &[]).await.unwrap();
    assert_eq!(payments.get::<_, i64>(0), 0);
}
