//! The world of a run: the shop's processes, the service, and everything that is going to happen.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use bytes::Bytes;
use kakaopay::store::{MemoryStore, Setting, Store};
use kakaopay_types::{StoreId, Timestamp};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::books::{Books, Story};
use crate::choices::Choices;
use crate::moves::{Action, Millis, ProcessId};
use crate::network::{Network, Reply, Response};
use crate::plan::Plan;
use crate::pressure::{Hammered, Limit};
use crate::process::{Process, Surroundings};
use crate::service::Service;
use crate::store::{Faults, faulty_store, ready};

/// Something that is going to happen.
pub(crate) enum Event {
    Act(Action),
    /// A request arrives. Its response, if it is not lost, goes there after so long.
    Arrive(http::Request<Bytes>, Option<(Reply, Millis)>),
    Respond(Reply, Result<Response, String>),
    Refuse(Reply),
    /// A connection is open.
    Connected(oneshot::Sender<()>),
    Webhook(http::Request<Bytes>, ProcessId),
    Start(ProcessId),
    /// A process that was suspended goes on.
    Thaw,
    Heal(Trouble),
}

/// Troubles that end by themselves.
#[derive(Clone, Copy)]
pub(crate) enum Trouble {
    Network,
    Store,
    Handler,
}

/// The world of a run.
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) now: Millis,
    pub(crate) around: Surroundings,
    /// The other shop of the account.
    pub(crate) neighbour: Surroundings,
    /// A process with another account's key over the store.
    pub(crate) stranger: Surroundings,
    /// The last backup of the store.
    pub(crate) backup: Option<MemoryStore>,
    pub(crate) operator_looks_at: Millis,
    pub(crate) processes: Vec<Option<Process>>,
    pub(crate) frozen_until: Vec<Millis>,
    /// How long each process is suspended when it next opens a connection for a mutation.
    pub(crate) freeze_connecting: Vec<Option<Millis>>,
    pub(crate) ahead: Vec<Arc<AtomicI64>>,
    /// How far the store's clock is ahead.
    pub(crate) store_ahead: Arc<AtomicI64>,
    pub(crate) events: BTreeMap<(Millis, u64), Event>,
    pub(crate) counter: u64,
    pub(crate) starts: u64,
    pub(crate) network_trouble: u32,
    /// Until when the service is slow.
    pub(crate) slow_until: Millis,
    /// Orders whose pending charges are shown with another status, and until when.
    pub(crate) misread: BTreeMap<String, (&'static str, Millis)>,
    pub(crate) store_trouble: Arc<AtomicBool>,
    /// The page that is hammered at.
    pub(crate) hammered: Option<Hammered>,
    /// The minute of the last read, and how often each process has read an address in it.
    pub(crate) reads: (Millis, BTreeMap<(ProcessId, String), i64>),
    /// While the service limits the rate.
    pub(crate) limit: Limit,
    /// Since when each list is cut, and until when.
    pub(crate) cut: Option<(Millis, Millis)>,
    /// Orders whose charges cannot be read in lists, and until when.
    pub(crate) garbled: BTreeMap<String, Millis>,
    /// When all faults ended.
    pub(crate) healed_at: Option<Millis>,
    /// How many promises about the time after that were checked.
    pub(crate) promises: usize,
    /// How often a job was done before.
    pub(crate) jobs_before: u64,
    pub(crate) fates: Choices,
    pub(crate) scheduling: Choices,
    /// A runtime in which the service's webhooks are taken.
    pub(crate) clockwork: Runtime,
    /// Replies that are never given: the client waits until its own timeout.
    pub(crate) silence: Vec<Reply>,
    pub(crate) requests: u64,
    /// When something last happened.
    pub(crate) busy: Millis,
}

/// The shop, another shop on the same account, and a process with the key of another account.
struct Shops {
    around: Surroundings,
    neighbour: Surroundings,
    stranger: Surroundings,
}

impl Shops {
    fn new(plan: &Plan, store_ahead: &Arc<AtomicI64>, store_trouble: &Arc<AtomicBool>) -> Self {
        let choices = Choices::new(plan.seed);
        let start = Timestamp::from_unix_seconds(plan.start).expect("a time");
        let service = Service::new(plan.seed, start);
        if plan.refuses_to_cancel {
            service.refuse_to_cancel();
        }
        let now = Arc::new(AtomicI64::new(start.unix_millis()));
        let story = Story::default();
        let id = |number| StoreId::from_bits(number);
        let books = |name, choices: &str, number| {
            Books::new(
                name,
                Choices::new(plan.seed).fork(choices),
                service.clone(),
                id(number),
                story.clone(),
            )
        };
        let faults = |name| {
            let choices = Choices::new(plan.seed).fork(name);
            Arc::new(Faults::new(choices, Arc::clone(store_trouble)))
        };
        let store = |number, faults: &Arc<Faults>, jobs: &Arc<AtomicU64>| {
            let (now, ahead) = (Arc::clone(&now), Arc::clone(store_ahead));
            let clock = move || now.load(Ordering::SeqCst).saturating_add(ahead.load(Ordering::SeqCst));
            faulty_store(&id(number), Arc::clone(faults), clock, Arc::clone(jobs))
        };
        let (jobs, own) = (Arc::default(), faults("store"));
        let around = Surroundings {
            books: books("", "handler", 7),
            key: service.sandbox().secret_key().clone(),
            service: service.clone(),
            store: store(7, &own, &jobs),
            faults: own,
            store_id: id(7),
            network: Network::new(choices.fork("connections")),
            handlers: plan.handlers,
            unsigned: plan.unsigned,
            terms: plan.terms.clone().into(),
            max_response_bytes: if plan.long_descriptions { 64 * 1024 } else { 1024 * 1024 },
            now: Arc::clone(&now),
            jobs,
        };
        let neighbour = Surroundings {
            books: books("neighbour: ", "neighbour", 8),
            store: store(8, &faults("neighbour's store"), &Arc::default()),
            store_id: id(8),
            ..around.clone()
        };
        let stranger = Surroundings {
            books: books("stranger: ", "stranger", 7),
            key: service.other().secret_key().clone(),
            ..around.clone()
        };
        // The store is not new when the other account's key comes.
        let account = around.service.sandbox().account_id();
        ready(around.store.inner().change_setting(Setting::Account, None, Some(&account)));
        Self { around, neighbour, stranger }
    }
}

impl World {
    pub(crate) fn new(plan: Plan) -> Self {
        let store_ahead = Arc::new(AtomicI64::new(0));
        let store_trouble = Arc::new(AtomicBool::new(false));
        let Shops { around, neighbour, stranger } = Shops::new(&plan, &store_ahead, &store_trouble);
        let choices = Choices::new(plan.seed);
        let processes = plan.processes + 2;
        let mut run = Self {
            now: 0,
            around,
            neighbour,
            stranger,
            backup: None,
            operator_looks_at: 0,
            processes: (0..processes).map(|_| None).collect(),
            frozen_until: vec![0; processes],
            store_ahead,
            freeze_connecting: vec![None; processes],
            ahead: (0..processes).map(|_| Arc::default()).collect(),
            events: BTreeMap::new(),
            counter: 0,
            starts: 0,
            network_trouble: 0,
            slow_until: 0,
            hammered: None,
            reads: (0, BTreeMap::new()),
            limit: Limit::default(),
            cut: None,
            garbled: BTreeMap::new(),
            misread: BTreeMap::new(),
            store_trouble,
            healed_at: None,
            promises: 0,
            jobs_before: 0,
            fates: choices.fork("network"),
            scheduling: choices.fork("scheduling"),
            clockwork: Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .expect("a runtime"),
            silence: Vec::new(),
            requests: 0,
            busy: 0,
            plan,
        };
        for process in 0..processes {
            if run.plan.has(process) {
                run.start(process);
            }
        }
        for planned in run.plan.moves.clone() {
            run.at(planned.at, Event::Act(planned.action));
        }
        run
    }

    pub(crate) fn at(&mut self, at: Millis, event: Event) {
        self.counter += 1;
        self.events.insert((at.max(self.now), self.counter), event);
    }

    pub(crate) fn after(&mut self, millis: Millis, event: Event) {
        self.at(self.now + millis, event);
    }

    /// Suspends a process. It goes on at that instant, not in a later step, by which its clock may have been moved.
    pub(crate) fn freeze(&mut self, process: ProcessId, lasts: Millis) {
        let until = self.frozen_until[process].max(self.now + lasts);
        self.frozen_until[process] = until;
        self.at(until, Event::Thaw);
    }

    pub(crate) fn tell(&self, line: impl std::fmt::Display) {
        self.around.books.pages().tell(line);
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.shops().into_iter().any(|shop| !shop.books.pages().violations.is_empty())
    }

    /// All shops, the stranger's too.
    pub(crate) fn shops(&self) -> [&Surroundings; 3] {
        [&self.around, &self.neighbour, &self.stranger]
    }

    /// The shops whose key is of the account.
    pub(crate) fn real_shops(&self) -> [&Surroundings; 2] {
        [&self.around, &self.neighbour]
    }

    /// The surroundings of a process.
    pub(crate) fn around_of(&self, number: ProcessId) -> &Surroundings {
        if number == self.plan.neighbour_process() {
            &self.neighbour
        } else if number == self.plan.stranger_process() {
            &self.stranger
        } else {
            &self.around
        }
    }

    pub(crate) fn start(&mut self, number: ProcessId) {
        self.starts += 1;
        let seed = self.plan.seed ^ self.starts;
        let process = Process::start(number, seed, self.around_of(number), Arc::clone(&self.ahead[number]));
        self.processes[number] = Some(process);
    }

    /// All faults end, and all clocks are right.
    pub(crate) fn heal(&mut self) {
        self.healed_at = Some(self.now);
        self.jobs_before = self.around.jobs_done();
        self.store_ahead.store(0, Ordering::SeqCst);
        self.network_trouble = 0;
        self.slow_until = 0;
        self.limit.until = 0;
        self.cut = None;
        self.garbled.clear();
        self.around.faults.heal();
        self.misread.values_mut().for_each(|(_, until)| *until = 0);
        self.store_trouble.store(false, Ordering::SeqCst);
        self.around.books.pages().handler_trouble = false;
        self.tell("everything heals");
        for number in 0..self.processes.len() {
            // While a process is suspended, its monotonic clock stands still. Were its wall clock set back at the same
            // time, no clock of its machine would show how long it was.
            let ahead = self.ahead[number].swap(0, Ordering::SeqCst);
            if ahead > 0 && self.frozen_until[number] > self.now {
                self.processes[number] = None;
            }
            self.frozen_until[number] = 0;
            self.freeze_connecting[number] = None;
            if self.processes[number].is_none() && self.plan.has(number) {
                self.start(number);
            }
        }
    }
}
