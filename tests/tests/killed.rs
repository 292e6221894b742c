//! A shop in a process of its own that is killed again and again, at any moment.
//!
//! `KAKAOPAY_KILLS` says how often; `cargo xtask faults` says ten thousand times.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use kakaopay::flows::Payment;
use kakaopay::ledger::Store;
use kakaopay::types::endpoint::{ListCharges, MarkChargeAsFailed, MarkChargeAsPaid, Page};
use kakaopay::types::{Charge, ChargeId, ChargeStatus, FailureCode, Key, Reference, SecretKey};
use kakaopay_ledger_sqlite::{SqliteStore, rusqlite};
use kakaopay_sandbox::{Running, Sandbox, SandboxClock};
use kakaopay_tests::fast_clock::FastClock;
use kakaopay_tests::report::{report, times};
use kakaopay_transport::Client;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// The service, the shop's ledger, and what the shop has said.
struct Scene {
    sandbox: Sandbox,
    running: Running,
    clock: FastClock,
    folder: TempDir,
    /// The last order that was begun.
    begun: u64,
    /// The charge of each order whose page the buyer could be sent to.
    opened: BTreeMap<u64, BTreeSet<String>>,
}

/// What the shop says, line by line.
struct Keeper {
    child: Child,
    lines: Receiver<String>,
}

impl Keeper {
    fn kill(mut self) -> Receiver<String> {
        self.child.kill().expect("SIGKILL");
        self.child.wait().expect("it is gone");
        self.lines
    }
}

impl Scene {
    async fn set() -> Self {
        let clock = FastClock::start();
        let sandbox = Sandbox::builder().seed(1).clock(SandboxClock::frozen_at(clock.now())).build();
        sandbox.set_webhooks(false);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let running = sandbox.serve(listener).expect("serving");
        let folder = tempfile::tempdir().expect("a folder");
        let scene = Self { sandbox, running, clock, folder, begun: 0, opened: BTreeMap::new() };
        SqliteStore::open(scene.ledger()).expect("a ledger").close().await.expect("closed");
        let own = rusqlite::Connection::open(scene.ledger()).expect("a file");
        own.execute_batch("CREATE TABLE shipment (reference TEXT NOT NULL, charge TEXT NOT NULL) STRICT")
            .expect("a table");
        scene
    }

    fn ledger(&self) -> std::path::PathBuf {
        self.folder.path().join("payments.sqlite")
    }

    /// The service's clock follows the shop's.
    fn tick(&self) {
        let behind = self.clock.now().millis_since(self.sandbox.clock().now()) / 1_000;
        self.sandbox.clock().advance_seconds(behind);
    }

    fn keeper(&self, first: u64) -> Keeper {
        let mut child = Command::new(env!("CARGO_BIN_EXE_keeper"))
            .arg(self.ledger())
            .args([&self.running.url(), self.sandbox.secret_key().expose()])
            .args([self.clock.epoch().to_string(), first.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .expect("it runs");
        let out = BufReader::new(child.stdout.take().expect("piped"));
        let (said, lines) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if said.send(line).is_err() {
                    break;
                }
            }
        });
        Keeper { child, lines }
    }

    fn hear(&mut self, line: &str) {
        let words: Vec<_> = line.split(' ').collect();
        match words[..] {
            ["begin", number] => self.begun = self.begun.max(number.parse().expect("a number")),
            ["open", number, charge] => {
                let number = number.parse().expect("a number");
                self.opened.entry(number).or_default().insert(charge.to_owned());
            }
            _ => panic!("{line}"),
        }
    }

    fn client(&self) -> Client<SecretKey> {
        Client::builder(self.sandbox.service(), self.sandbox.secret_key().clone()).build()
    }

    /// The buyers whose page is open decide: one in five fails.
    async fn decide(&self, decided: &mut BTreeSet<u64>) {
        for (number, charges) in &self.opened {
            let Some(charge) = charges.first().filter(|_| decided.insert(*number)) else { continue };
            let id = ChargeId::parse(charge).expect("an id");
            if number % 5 == 0 {
                let failure_code = Some(FailureCode::PaymentRejected);
                self.client().send(MarkChargeAsFailed { id, failure_code }).await.expect("failed");
            } else {
                self.client().send(MarkChargeAsPaid { id }).await.expect("paid");
            }
        }
    }

    /// All charges that the service has.
    async fn charges(&self) -> Vec<Charge> {
        let (client, mut found) = (self.client(), Vec::new());
        loop {
            let offset = u32::try_from(found.len()).expect("few");
            let page = Page { offset, limit: Some(100), ..Page::default() };
            let list = client.send(ListCharges { page }).await.expect("a list");
            if list.data.good.is_empty() {
                return found;
            }
            found.extend(list.data.good);
        }
    }

    /// What was shipped, in all.
    fn shipped(&self) -> Vec<(String, String)> {
        let own = rusqlite::Connection::open(self.ledger()).expect("a file");
        let mut all = own.prepare("SELECT reference, charge FROM shipment ORDER BY 1").expect("a table");
        let rows = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
        rows.collect::<Result<_, _>>().expect("rows")
    }
}

/// F11, I1, I2, I3, I10: whatever was said to be done is there, what was paid is shipped once, and nothing else is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f11_i10_a_process_that_is_killed_at_any_moment_loses_nothing() {
    let (mut scene, kills) = (Scene::set().await, times("KAKAOPAY_KILLS", 50));
    let mut decided = BTreeSet::new();
    for kill in 0..kills {
        // What was cut off is asked for again, or left to heal by itself.
        let keeper = scene.keeper(scene.begun + u64::from(kill % 4 != 0 || kill == 0));
        // From before it has opened its file to the middle of its tenth order.
        let life = Duration::from_micros(u64::from(kill.wrapping_mul(2_654_435_761) % 150_000));
        tokio::time::sleep(life).await;
        scene.tick();
        for line in keeper.kill() {
            scene.hear(&line);
        }
        scene.decide(&mut decided).await;
    }
    // Whoever runs last finishes everything; the order that was begun last may never be opened.
    let keeper = scene.keeper(0);
    let paid = decided.iter().filter(|number| *number % 5 != 0).count();
    let store = SqliteStore::open(scene.ledger()).expect("a ledger");
    let mut open: Vec<_> = scene.opened.keys().copied().collect();
    let healed = async {
        while !open.is_empty() || scene.shipped().len() < paid {
            scene.tick();
            tokio::time::sleep(Duration::from_millis(20)).await;
            let mut still = Vec::new();
            for number in open.drain(..) {
                if !payment(&store, number).await.state().is_final() {
                    still.push(number);
                }
            }
            open = still;
        }
    };
    let healed = tokio::time::timeout(Duration::from_secs(120), healed).await;
    keeper.kill();
    assert!(healed.is_ok(), "{} of {paid} are shipped", scene.shipped().len());
    check(&scene, paid).await;
    let (orders, charges) = (scene.opened.len(), scene.charges().await.len());
    assert!(
        orders > usize::try_from(kills).expect("few") / 4,
        "{orders} orders are too few to mean anything"
    );
    let figures = format!(
        "{kills} kills, {orders} orders, {charges} charges, {paid} paid, {paid} shipped, 0 lost, 0 twice"
    );
    report(env!("CARGO_TARGET_TMPDIR"), "f11-killed-sqlite", &figures);
}

/// What must hold when everything is over.
async fn check(scene: &Scene, paid: usize) {
    let store = SqliteStore::open(scene.ledger()).expect("a ledger");
    store.integrity_check().await.expect("a sound file");
    let mut by_order: BTreeMap<String, Vec<Charge>> = BTreeMap::new();
    for charge in scene.charges().await {
        let order = charge.metadata.attempt().expect("an attempt").order().to_string();
        by_order.entry(order).or_default().push(charge);
    }
    let shipped = scene.shipped();
    let distinct: BTreeSet<_> = shipped.iter().map(|(order, _)| order).collect();
    assert_eq!((shipped.len(), distinct.len()), (paid, paid), "shipped once");
    for (order, charge) in &shipped {
        let paid: Vec<_> =
            by_order[order].iter().filter(|one| one.status == ChargeStatus::Successful).collect();
        assert_eq!(paid.len(), 1, "{order}");
        assert_eq!(paid[0].id.as_str(), charge);
    }
    for (number, charges) in &scene.opened {
        assert_eq!(charges.len(), 1, "order {number} had one page");
        let payment = payment(&store, *number).await;
        let own = payment.state().charge().map(|own| own.charge.to_string());
        assert_eq!(own.as_ref(), charges.first(), "order {number}");
        assert!(payment.state().is_final(), "order {number}: {:?}", payment.state());
    }
}

/// A payment as its journal has it.
async fn payment(store: &SqliteStore, number: u64) -> Payment {
    let reference = Reference::parse(&format!("order-{number}")).expect("a reference");
    let journal = store.journal(&reference).await.expect("read");
    let entries = journal.iter().map(|entry| (entry.seq.get(), &*entry.bytes));
    Payment::replay(entries).expect("a journal").expect("a payment")
}
