//! A shop on PostgreSQL whose server fails over to a standby that lacks the last commits.

use std::time::Duration;

use kakaopay::store::{Setting, Store};
use kakaopay::types::endpoint::{ListCharges, MarkChargeAsPaid};
use kakaopay::types::{ChargeId, Reference, SecretKey};
use kakaopay::{Checkout, Merchant};
use kakaopay_postgres_cluster::{Cluster, Setup};
use kakaopay_sandbox::Sandbox;
use kakaopay_store_postgres::tokio_postgres::{Client as Database, NoTls, connect};
use kakaopay_store_postgres::{PostgresOptions, PostgresStore};
use kakaopay_tests::Shop;
use kakaopay_tests::shop::Notifications;
use kakaopay_transport::Client;

/// Longer than anything here takes on a machine that others use too.
const PATIENCE: Duration = Duration::from_secs(60);

async fn database(cluster: &Cluster) -> Database {
    let (client, connection) = connect(&cluster.tcp("postgres"), NoTls).await.expect("a connection");
    tokio::spawn(connection);
    client
}

/// Waits until a query returns this number.
async fn until(database: &Database, query: &str, expected: i64) {
    let reached = async {
        while database.query_one(query, &[]).await.ok().map(|row| row.get::<_, i64>(0)) != Some(expected) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, reached).await.unwrap_or_else(|_| panic!("never {expected}: {query}"));
}

/// A store that knows both servers.
async fn open(primary: &Cluster, standby: &Cluster) -> PostgresStore {
    let ports = format!("port={},{}", primary.port(), standby.port());
    let both = primary.tcp("postgres").replace("host=127.0.0.1", "host=127.0.0.1,127.0.0.1");
    let both = both.replace(&format!("port={}", primary.port()), &ports);
    let options = PostgresOptions::new(&both).expect("options").max_connections(2);
    options
        .connect_timeout(PATIENCE)
        .acquire_timeout(PATIENCE)
        .call_timeout(PATIENCE)
        .open()
        .await
        .expect("a store")
}

async fn charges(client: &Client<SecretKey>) -> Vec<ChargeId> {
    let charges = client.send(ListCharges::new()).await.expect("a list").data.items;
    charges.into_iter().map(|charge| charge.id).collect()
}

/// The order is charged, its link is handed out, and the fail-over loses it. The same process finds the charge again,
/// hands out the same link, and notifies the order as paid.
#[tokio::test]
async fn f51_i2_an_order_lost_in_a_fail_over_is_charged_and_paid_once() {
    let Some(primary) = Cluster::start(Setup::new()) else { return };
    let standby = primary.standby("one");
    let sandbox = Sandbox::builder().seed(1).build();
    let client = Client::builder(sandbox.service(), sandbox.secret_key().clone()).build();
    let store = open(&primary, &standby).await;
    let merchant = Merchant::builder(client.clone(), store.clone()).jitter_seed(7).build();
    // The process has compared its store with the service, which has nothing that it lacks.
    let early = Shop::order_of(Reference::parse("order-1").expect("a reference"));
    assert!(matches!(merchant.checkout(early).await, Ok(Checkout::Redirect { .. })));
    let copy = database(&standby).await;
    until(&copy, "SELECT count(*) FROM kakaopay.charge", 1).await;
    // The standby receives nothing more.
    copy.batch_execute("ALTER SYSTEM SET primary_conninfo = ''").await.expect("set");
    copy.batch_execute("SELECT pg_reload_conf()").await.expect("loaded");
    until(&copy, "SELECT count(*) FROM pg_stat_wal_receiver", 0).await;
    let link = merchant.checkout(Shop::order()).await.expect("a checkout");
    assert!(matches!(link, Checkout::Redirect { .. }), "{link:?}");
    let before = charges(&client).await;
    assert_eq!(before.len(), 2);
    primary.kill();
    copy.batch_execute("SELECT pg_promote()").await.expect("promoted");
    let again = async {
        loop {
            match merchant.checkout(Shop::order()).await {
                Ok(checkout) => return checkout,
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    };
    let again = tokio::time::timeout(PATIENCE, again).await.expect("the store finds the new primary");
    assert!(store.setting(Setting::Suspect).await.expect("read").is_some(), "the store noticed nothing");
    assert_eq!((again, charges(&client).await), (link, before.clone()));
    for charge in before {
        client.send(MarkChargeAsPaid::new(charge)).await.expect("paid");
    }
    let report = merchant.reconcile(merchant.now().saturating_add_seconds(-60)).await.expect("reconciled");
    assert_eq!((report.complete, report.orphaned_charges), (true, 0));
    let notifications = Notifications::default();
    merchant.run_once(&notifications).await.expect("worked");
    let mut keys: Vec<_> = notifications.events().into_iter().map(|(key, _)| key).collect();
    keys.sort();
    assert_eq!(keys, ["order-1/paid", "order-345678/paid"]);
}
