//! `kakaopay store backup`, `restore`, `copy`, `adopt` and `rebuild`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kakaopay::store::{Setting, Store};
use kakaopay::transport::{BaseUri, Client, HyperTransport};
use kakaopay::types::{Currency, Key, Money, PaymentAmount, Reference, ReturnUri};
use kakaopay::{Checkout, Merchant, Order};
use kakaopay_sandbox::Sandbox;
use kakaopay_sandbox_server::{SandboxServer, serve};
use kakaopay_store_postgres::PostgresOptions;
use kakaopay_store_sqlite::SqliteStore;
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// A folder, and a sandbox whose shop it is of.
struct Place {
    folder: TempDir,
    sandbox: Sandbox,
    server: SandboxServer,
}

impl Place {
    async fn new() -> Self {
        let sandbox = Sandbox::builder().seed(1).build();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let server = serve(&sandbox, listener).expect("a server");
        Self { folder: tempfile::tempdir().expect("a folder"), sandbox, server }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Checks an order out over the store in this file.
    async fn check_out(&self, file: &Path, reference: &str) {
        let store = SqliteStore::open(file).expect("a store");
        let base = BaseUri::parse(&self.server.url()).expect("an address");
        let client =
            Client::builder(HyperTransport::new().expect("a transport"), self.sandbox.secret_key().clone());
        let merchant = Merchant::builder(client.base_uri(base).build(), store.clone()).build();
        let amount = PaymentAmount::new(Money::new(150_000, Currency::SGD)).expect("an amount");
        let uri = ReturnUri::parse("https://example.com/done").expect("an address");
        let order = Order::new(Reference::parse(reference).expect("a reference"), amount, uri);
        let checkout = merchant.checkout(order).await.expect("a checkout");
        assert!(matches!(checkout, Checkout::Redirect { .. }), "{checkout:?}");
        drop(merchant);
        store.close().await.expect("closed");
    }

    fn run(&self, arguments: &[&str], file: &Path) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kakaopay"));
        command.arg("store").args(arguments).arg("--sqlite").arg(file);
        command
            .env("OMISE_SECRET_KEY", self.sandbox.secret_key().expose())
            .env("OMISE_URL", self.server.url());
        command.output().expect("it runs")
    }

    /// Runs a command that succeeds, and returns its last object.
    fn done(&self, arguments: &[&str], file: &Path) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat(), file);
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
        serde_json::from_str(text(&output.stdout).lines().last().expect("a line")).expect("JSON")
    }

    /// Runs a command that fails, and returns its message.
    fn refused(&self, code: i32, arguments: &[&str], file: &Path) -> String {
        let output = self.run(arguments, file);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text(&output.stdout));
        text(&output.stderr)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

async fn setting(file: &Path, setting: Setting) -> Option<String> {
    let store = SqliteStore::open(file).expect("a store");
    let found = store.setting(setting).await.expect("read");
    store.close().await.expect("closed");
    found
}

/// The order was charged after the backup. It is restored beside the lost file, and the order is adopted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f51_a_backup_is_restored_and_the_lost_order_adopted() {
    let place = Place::new().await;
    let (live, backup, again) =
        (place.path("live.sqlite"), place.path("backup.sqlite"), place.path("again.sqlite"));
    place.check_out(&live, "order-1").await;
    let to = backup.display().to_string();
    assert_eq!(place.done(&["backup", "--to", &to], &live)["step"], "backup");
    assert!(place.refused(1, &["backup", "--to", &to], &live).contains("exists already"));
    place.check_out(&live, "order-2").await;
    // The live store is never overwritten, and a store in use is no backup.
    assert!(place.refused(2, &["restore", "--from", &to], &live).contains("move the file away"));
    let from_live = live.display().to_string();
    assert!(place.refused(2, &["restore", "--from", &from_live], &again).contains("is no backup"));
    assert!(!again.exists());
    assert!(place.refused(1, &["adopt", "order-2"], &backup).contains("it is a backup: restore it first"));
    // Who looks into a backup leaves a log beside it.
    assert!(text(&place.run(&["list"], &backup).stdout).contains("order-1"));
    assert_eq!(place.done(&["restore", "--from", &to], &again)["step"], "restored");
    assert!(setting(&again, Setting::Suspect).await.is_some());
    let adopted = place.done(&["adopt", "order-2"], &again);
    assert_eq!(
        (&adopted["state"], &adopted["reference"]),
        (&Value::from("pending"), &Value::from("order-2"))
    );
    assert_eq!(place.done(&["adopt", "order-2"], &again), adopted);
    assert!(
        place
            .refused(1, &["adopt", "order-3"], &again)
            .contains("no charge at the service names order order-3")
    );
    assert_eq!(place.done(&["verify"], &again)["step"], "ok");
    let listed = text(&place.run(&["list"], &again).stdout);
    assert!(listed.contains("order-1") && listed.contains("order-2"), "{listed}");
}

/// The file is lost: a new one is filled from the service, under the lost one's identity.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f51_a_lost_store_is_rebuilt() {
    let place = Place::new().await;
    let (lost, new) = (place.path("lost.sqlite"), place.path("new.sqlite"));
    for reference in ["order-1", "order-2"] {
        place.check_out(&lost, reference).await;
    }
    let rebuild = ["rebuild", "--since", "2020-01-01T00:00:00Z"];
    let rebuilt = place.done(&rebuild, &new);
    assert_eq!((&rebuilt["payments"], &rebuilt["failures"]), (&Value::from(2), &Value::from(0)));
    assert_eq!(setting(&new, Setting::StoreId).await, setting(&lost, Setting::StoreId).await);
    assert_eq!(place.done(&["verify"], &new)["step"], "ok");
    assert!(place.refused(1, &rebuild, &new).contains("rebuild into a new store"));
    assert_eq!(place.refused(2, &["rebuild", "--since", "yesterday"], &new).lines().count(), 3);
}

/// A store moves to another file and on to PostgreSQL, and each source is closed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f51_a_store_moves_to_postgres() {
    let place = Place::new().await;
    let (old, new) = (place.path("old.sqlite"), place.path("new.sqlite"));
    place.check_out(&old, "order-1").await;
    let to = new.display().to_string();
    let copied = place.done(&["copy", "--to-sqlite", &to], &old);
    assert_eq!((&copied["step"], &copied["payments"]), (&Value::from("copied"), &Value::from(1)));
    assert_eq!(place.done(&["verify"], &new)["step"], "ok");
    let other = place.path("other.sqlite").display().to_string();
    let refused = place.refused(1, &["copy", "--to-sqlite", &other], &old);
    assert!(refused.contains("moved to another store"), "{refused}");
    assert!(place.refused(1, &["restore"], &old).contains("the store stays closed"));
    assert!(place.refused(2, &["copy"], &new).contains("--to-sqlite"));
    let Some(cluster) = kakaopay_postgres_cluster::shared() else { return };
    let (url, id) = (cluster.tcp("postgres"), setting(&new, Setting::StoreId).await);
    let copied = place.done(&["copy", "--to-postgres", &url, "--to-schema", "moved"], &new);
    assert_eq!(copied["payments"], 1);
    let store = PostgresOptions::new(&url).expect("a URL").schema("moved").open().await.expect("a store");
    assert_eq!(store.setting(Setting::StoreId).await.expect("read"), id);
    assert_eq!(store.list_payments(None, 9).await.expect("read").len(), 1);
    let backup = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kakaopay"));
        command
            .arg("store")
            .args(arguments)
            .args(["--schema", "moved"])
            .env("KAKAOPAY_STORE", &url)
            .output()
            .expect("it runs")
    };
    let refused = backup(&["backup", "--to", "here"]);
    assert!(text(&refused.stderr).contains("pg_dump --schema=moved"), "{}", text(&refused.stderr));
    assert!(backup(&["restore"]).status.success());
    assert!(backup(&["verify"]).status.success());
    assert!(store.setting(Setting::Suspect).await.expect("read").is_some());
}
