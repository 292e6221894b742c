//! The service, the database, the processes of the shop, and its buyers.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kakaopay::transport::Client;
use kakaopay::types::endpoint::MarkChargeAsPaid;
use kakaopay::types::{ChargeId, Key, SecretKey};
use kakaopay_postgres_cluster::{Cluster, Setup};
use kakaopay_sandbox::{Sandbox, WebhookUrl};
use kakaopay_sandbox_server::{SandboxServer, serve};
use kakaopay_store_postgres::PostgresStore;
use kakaopay_store_postgres::tokio_postgres::Client as DatabaseClient;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use crate::counters::{Counters, cpu_micros, server_cpu_micros};
use crate::relay::{count, spread};
use crate::shop_process::ShopProcess;

/// More than anything here takes on a machine that others use, too.
const PATIENCE: Duration = Duration::from_secs(60);

/// The service, the database, the processes of the shop, and its buyers.
pub struct Market {
    sandbox: Sandbox,
    _running: SandboxServer,
    cluster: Cluster,
    requests: Arc<AtomicU64>,
    shops: Vec<ShopProcess>,
    lines: UnboundedReceiver<String>,
}

/// What a number of payments cost, each figure by its name.
pub type Costs = Vec<(String, f64)>;

impl Market {
    /// Opens a market with this many processes of one shop; `None` where PostgreSQL is not installed, which is said.
    ///
    /// # Panics
    /// If something cannot be started.
    pub async fn open(processes: usize) -> Option<Self> {
        let setup = Setup::new().setting("shared_preload_libraries", "pg_stat_statements");
        let cluster = Cluster::start(setup.setting("pg_stat_statements.track_utility", "on"))?;
        let sandbox = Sandbox::builder().seed(1).build();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let running = serve(&sandbox, listener).expect("serving");
        let requests = Arc::default();
        let port = count(cluster.port(), Arc::clone(&requests)).await.expect("a relay");
        let direct = cluster.tcp("postgres");
        PostgresStore::open(&direct).await.expect("a store").close();
        let database = direct.replace(&format!("port={}", cluster.port()), &format!("port={port}"));
        let (said, lines) = unbounded_channel();
        let arguments = [
            database,
            running.url(),
            sandbox.secret_key().expose().to_owned(),
            sandbox.webhook_secret().expose_base64().as_str().to_owned(),
        ];
        let mut shops = Vec::new();
        for _ in 0..processes {
            let (arguments, said) = (arguments.clone(), said.clone());
            let start = tokio::task::spawn_blocking(move || ShopProcess::start(&arguments, said));
            shops.push(start.await.expect("a process"));
        }
        let ports = shops.iter().map(|shop| shop.port).collect();
        let url = format!("http://127.0.0.1:{}/webhooks", spread(ports).await.expect("a relay"));
        sandbox.set_webhook_url(Some(WebhookUrl::parse(&url).expect("on loopback")));
        Some(Self { sandbox, _running: running, cluster, requests, shops, lines })
    }

    /// Sells `payments` orders to this many buyers at once, each of whom goes on when the shop was notified.
    pub(crate) async fn sell(&mut self, prefix: &str, payments: usize, buyers: usize) {
        let client = Client::builder(self.sandbox.service(), self.sandbox.secret_key().clone()).build();
        let (mut begun, mut paid) = (0, BTreeSet::new());
        let mut begin = |shops: &mut Vec<ShopProcess>| {
            if begun < payments {
                let shop = begun % shops.len();
                shops[shop].sell(&format!("{prefix}-{begun}"));
                begun += 1;
            }
        };
        (0..buyers).for_each(|_| begin(&mut self.shops));
        while paid.len() < payments {
            let line =
                timeout(PATIENCE, self.lines.recv()).await.expect("a line in time").expect("it has a sender");
            match line.split(' ').collect::<Vec<_>>()[..] {
                ["open", _, charge] => pay(client.clone(), ChargeId::parse(charge).expect("an id")),
                ["paid", reference, _] => {
                    assert!(paid.insert(reference.to_owned()), "{reference} was notified twice");
                    begin(&mut self.shops);
                }
                _ => panic!("{line}"),
            }
        }
    }

    /// What a payment costs: round trips, statements, syncs and bytes of the log, and the processor's time.
    ///
    /// # Panics
    /// If the processes, the server or the service fail.
    pub async fn costs(mut self, payments: u32, buyers: usize) -> (Costs, Vec<(f64, String)>) {
        self.sell("warm-up", buyers * 4, buyers).await;
        let database = Counters::reset(&self.cluster.tcp("postgres")).await;
        let requests = self.requests.load(Ordering::Relaxed);
        let cpu = |shops: &[ShopProcess]| shops.iter().map(|shop| cpu_micros(shop.pid())).sum::<f64>();
        let (shop_cpu, server_cpu) = (cpu(&self.shops), server_cpu_micros(&database).await);
        self.sell("order", usize::try_from(payments).expect("few"), buyers).await;
        quiet(&database).await;
        let requests = self.requests.load(Ordering::Relaxed) - requests;
        let shop_cpu = cpu(&self.shops) - shop_cpu;
        let server_cpu = server_cpu_micros(&database).await - server_cpu;
        self.shops.clear();
        let counted = Counters::read(&database).await;
        let requests = f64::from(u32::try_from(requests).expect("few"));
        let each = |value: f64| value / f64::from(payments);
        let costs = vec![
            ("round_trips".to_owned(), each(requests)),
            ("statements".to_owned(), each(counted.statements)),
            ("syncs".to_owned(), each(counted.syncs)),
            ("wal_bytes".to_owned(), each(counted.wal_bytes)),
            ("shop_cpu_us".to_owned(), each(shop_cpu)),
            ("server_cpu_us".to_owned(), each(server_cpu)),
        ];
        let kinds = Counters::statements(&database).await;
        (costs, kinds.into_iter().map(|(calls, text)| (each(calls), text)).collect())
    }
}

/// The buyer pays.
fn pay(client: Client<SecretKey>, charge: ChargeId) {
    tokio::spawn(async move { client.send(MarkChargeAsPaid::new(charge)).await.expect("paid") });
}

/// Waits until all that was stored is worked off.
async fn quiet(database: &DatabaseClient) {
    let waiting =
        "SELECT (SELECT count(*) FROM kakaopay.inbox_queue) + (SELECT count(*) FROM kakaopay.outbox_queue)";
    let worked_off = async {
        while database.query_one(waiting, &[]).await.expect("a count").get::<_, i64>(0) > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, worked_off).await.expect("all is worked off in time");
}
