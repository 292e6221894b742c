//! The service, the shop's database, and the output of the shops.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kakaopay::types::endpoint::{ListCharges, ListParams, MarkChargeAsFailed, MarkChargeAsPaid};
use kakaopay::types::{Charge, ChargeId, FailureCode, Key, SecretKey, Timestamp};
use kakaopay_sandbox::{Sandbox, SandboxClock, WebhookSchedule};
use kakaopay_sandbox_server::{SandboxServer, serve};
use kakaopay_tests::fast_clock::FastClock;
use kakaopay_tests::kill_shop::{ShopDatabase, is_everybodys};
use kakaopay_transport::Client;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

use crate::shop_process::{Disturbance, ShopConfig, ShopProcess};

/// How long all shops may say nothing. Seconds would do on a machine of its own.
const SILENCE: Duration = Duration::from_secs(120);

/// The service, the shop's database, and the output of the shops.
pub(crate) struct Scene {
    /// Where the books are.
    pub(crate) books: String,
    sandbox: Sandbox,
    running: SandboxServer,
    clock: FastClock,
    said: UnboundedSender<(u64, String)>,
    lines: UnboundedReceiver<(u64, String)>,
    /// The last place of the row where a shop has begun.
    pub(crate) begun: u64,
    /// Each order whose page the buyer could be sent to.
    pub(crate) opened: BTreeMap<u64, Opened>,
    /// How many pages each worker has opened.
    pub(crate) pages: BTreeMap<u64, usize>,
    /// The pages on which no buyer has decided yet.
    undecided: Vec<(u64, ChargeId)>,
    /// Whether every third buyer leaves the page open.
    pub(crate) hesitates: bool,
    hesitating: Vec<(u64, ChargeId)>,
    /// How many orders were paid.
    pub(crate) paid: usize,
    /// The charges for which each order was shipped, in the order in which the shops said so.
    pub(crate) shipped: BTreeMap<String, Vec<String>>,
    /// How often each charge was reported as orphaned.
    pub(crate) orphans: BTreeMap<String, usize>,
    /// The orders that were adopted.
    pub(crate) adopted: BTreeSet<String>,
    /// Errors of the database, counted by kind.
    pub(crate) troubles: BTreeMap<String, usize>,
    /// How many processes have stopped selling.
    pub(crate) closed: usize,
}

/// An order whose page the buyer could be sent to.
#[derive(Default)]
pub(crate) struct Opened {
    /// The charges that were named.
    pub(crate) charges: BTreeSet<String>,
    /// The workers that named one.
    workers: BTreeSet<u64>,
}

impl Scene {
    /// A new service, and a new database at this address.
    pub(crate) async fn set<B: ShopDatabase>(books: String) -> Self {
        let clock = FastClock::start();
        let sandbox = Sandbox::builder().seed(1).clock(SandboxClock::frozen_at(clock.now())).build();
        sandbox.set_webhook_schedule(WebhookSchedule::LOST);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let running = serve(&sandbox, listener).expect("serving");
        B::prepare(&books).await.expect("books");
        let (said, lines) = unbounded_channel();
        Self {
            books,
            sandbox,
            running,
            clock,
            said,
            lines,
            begun: 0,
            opened: BTreeMap::new(),
            pages: BTreeMap::new(),
            undecided: Vec::new(),
            hesitates: false,
            hesitating: Vec::new(),
            paid: 0,
            shipped: BTreeMap::new(),
            orphans: BTreeMap::new(),
            adopted: BTreeSet::new(),
            troubles: BTreeMap::new(),
            closed: 0,
        }
    }

    /// A process of the shop that sells from there on, and with which something may be wrong.
    pub(crate) fn start_shop(&self, worker: u64, first: u64, disturbance: Disturbance) -> ShopProcess {
        let key = self.sandbox.secret_key().expose();
        let (api, epoch) = (self.running.url(), self.clock.epoch());
        let config = ShopConfig { books: &self.books, api, key, epoch, worker, first, disturbance };
        ShopProcess::start(&config, self.said.clone())
    }

    /// The clock of the shop and its store.
    pub(crate) fn clock(&self) -> FastClock {
        self.clock
    }

    /// The moment it is in the shop.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The service's clock follows the shop's.
    pub(crate) fn tick(&self) {
        let behind = self.clock.now().millis_since(self.sandbox.clock().now()) / 1_000;
        self.sandbox.clock().advance_seconds(behind);
    }

    /// Reads pending output, and lets the buyers decide.
    pub(crate) async fn go_on(&mut self) {
        self.tick();
        while let Ok((worker, line)) = self.lines.try_recv() {
            self.hear(worker, &line);
        }
        self.decide().await;
    }

    /// Reads output until this holds.
    pub(crate) async fn hear_until(&mut self, enough: impl Fn(&Self) -> bool) {
        while !enough(self) {
            let (worker, line) = self.next_line().await;
            self.hear(worker, &line);
            self.tick();
        }
    }

    /// The next line of a shop.
    async fn next_line(&mut self) -> (u64, String) {
        let line = timeout(SILENCE, self.lines.recv()).await;
        let said = || format!("the shops are silent after {} orders: {:?}", self.opened.len(), self.troubles);
        line.unwrap_or_else(|_| panic!("{}", said())).expect("it has a sender")
    }

    /// Reads output, and lets the buyers decide, until so many orders were opened.
    pub(crate) async fn sell_until(&mut self, orders: usize) {
        while self.opened.len() < orders {
            let (worker, line) = self.next_line().await;
            self.hear(worker, &line);
            self.go_on().await;
        }
    }

    /// The buyers who hesitated decide.
    pub(crate) async fn hesitate_no_more(&mut self) {
        self.hesitates = false;
        self.undecided.append(&mut self.hesitating);
        self.decide().await;
    }

    /// Waits until a shop begins to ship. Returns its worker. Meanwhile the buyers decide.
    pub(crate) async fn hear_shipping(&mut self) -> u64 {
        loop {
            let (worker, line) = self.lines.recv().await.expect("it has a sender");
            self.hear(worker, &line);
            if line.starts_with("ship ") {
                return worker;
            }
            self.tick();
            self.decide().await;
        }
    }

    fn hear(&mut self, worker: u64, line: &str) {
        let words: Vec<_> = line.splitn(3, ' ').collect();
        match words[..] {
            ["begin", place] => self.begun = self.begun.max(place.parse().expect("a place")),
            ["open", order, charge] => {
                let order = order.parse().expect("an order");
                let opened = self.opened.entry(order).or_default();
                if opened.charges.is_empty() {
                    self.undecided.push((order, ChargeId::parse(charge).expect("an id")));
                }
                opened.charges.insert(charge.to_owned());
                opened.workers.insert(worker);
                *self.pages.entry(worker).or_default() += 1;
            }
            ["ship", _] => {}
            ["shipped", order, charge] => {
                self.shipped.entry(order.to_owned()).or_default().push(charge.to_owned());
            }
            ["orphan", _, charge] => *self.orphans.entry(charge.to_owned()).or_default() += 1,
            ["adopted", order] => drop(self.adopted.insert(order.to_owned())),
            ["closed"] => self.closed += 1,
            ["trouble", kind, ..] => *self.troubles.entry(kind.to_owned()).or_default() += 1,
            _ => panic!("{line}"),
        }
    }

    fn client(&self) -> Client<SecretKey> {
        Client::builder(self.sandbox.service(), self.sandbox.secret_key().clone()).build()
    }

    /// The buyers whose page is open decide: one in five fails.
    async fn decide(&mut self) {
        let client = self.client();
        for (order, id) in std::mem::take(&mut self.undecided) {
            if self.hesitates && order.is_multiple_of(3) {
                self.hesitating.push((order, id));
            } else if order % 5 == 0 {
                let failure_code = Some(FailureCode::PaymentRejected);
                client.send(MarkChargeAsFailed::new(id).failure_code(failure_code)).await.expect("failed");
            } else {
                client.send(MarkChargeAsPaid::new(id)).await.expect("paid");
                self.paid += 1;
            }
        }
    }

    /// How many workers have opened an order.
    pub(crate) fn opened_by(&self, order: u64) -> usize {
        self.opened.get(&order).map_or(0, |opened| opened.workers.len())
    }

    /// How many orders more than one worker has opened.
    pub(crate) fn shared(&self) -> usize {
        self.opened.iter().filter(|(order, one)| is_everybodys(**order) && one.workers.len() > 1).count()
    }

    /// How many pages the worker has opened that has opened the fewest, of those that have opened any.
    pub(crate) fn opened_by_each(&self) -> usize {
        self.pages.values().copied().min().unwrap_or_default()
    }

    /// All charges that the service has.
    pub(crate) async fn charges(&self) -> Vec<Charge> {
        let (client, mut found) = (self.client(), Vec::new());
        loop {
            let offset = u32::try_from(found.len()).expect("few");
            let page = ListParams::new().offset(offset).limit(100);
            let list = client.send(ListCharges::new().page(page)).await.expect("a list");
            if list.data.items.is_empty() {
                return found;
            }
            found.extend(list.data.items);
        }
    }
}
