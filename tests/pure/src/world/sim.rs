//! One order from its beginning to its end, in virtual time.

mod surroundings;

use std::collections::BTreeMap;

use kakaopay_flows::{Deadline, Evidence, Input, RefundRequest, Request, RequestFailure, Response};
use kakaopay_types::{ChargeId, ChargeStatus, ErrorCode, EventKey, Timestamp};

use super::checked_driver::{CheckedDriver, Crashed, is_over};
use super::faults::{Fate, Kind};
use super::recording::Recording;
use super::scenario::Scenario;
use super::service::{Service, ServiceClock, refused};

/// Something that is going to happen.
#[derive(Debug, Clone)]
enum Happening {
    Open,
    Reach { process: Process, request: Request, answer_after: Option<i64> },
    Response { process: Process, answer: Response },
    Hook { key: EventKey, charge: ChargeId },
    Return,
    Decide { link: String },
    WantRefund(RefundRequest),
    RefundByHand(i64),
    Cancel,
    TakeCancelBack,
    Resume,
    SetBack,
}

/// A process: its index, which names its clock, and how many died in its place before.
type Process = (usize, u32);

/// A request that left.
#[derive(Debug, Clone)]
pub struct Sent {
    /// When, by the shop's clock.
    pub at: Timestamp,
    /// When, by the service's.
    pub truly_at: Timestamp,
    /// The request.
    pub request: Request,
    /// Whether the shop learned that it was surely not carried out.
    pub in_vain: bool,
}

/// How it ended.
#[derive(Debug)]
pub struct End {
    /// The shop's side.
    pub driver: CheckedDriver,
    /// The service's side.
    pub service: Service,
    /// Every request that left, in order.
    pub sent: Vec<Sent>,
    /// The refunds that were wanted and are known to have been taken.
    pub wanted: Vec<RefundRequest>,
    /// The scenario.
    pub scenario: Scenario,
}

/// One order from its beginning to its end.
#[derive(Debug)]
pub struct Sim<'a> {
    scenario: Scenario,
    recording: Recording<'a>,
    now: Timestamp,
    queue: BTreeMap<(Timestamp, u64), Happening>,
    counter: u64,
    /// How many processes have died in the place of each.
    died: [u32; 2],
    driver: CheckedDriver,
    service: Service,
    sent: Vec<Sent>,
    wanted: Vec<RefundRequest>,
    decided: bool,
    /// Whether a person was asked to go on, and has not done so yet.
    asked: bool,
    known: usize,
    /// When something last came from outside, or went wrong.
    troubled: Timestamp,
    /// After how many outputs each further process dies, the last one first.
    deaths: Vec<u32>,
}

/// How long after the last thing that went wrong all must have come to its end, in seconds: the charge
/// is looked at once a day by then.
const BOUND: i64 = 86_400 + 3_600;
/// Most things that happen to one order.
const MOST: usize = 5_000;

impl<'a> Sim<'a> {
    /// A scenario whose faults are read from the recording.
    #[must_use]
    pub fn new(scenario: Scenario, recording: Recording<'a>) -> Self {
        let service = Service {
            page: scenario.page,
            clock: scenario.clock,
            failing_refund: scenario.failing_refund,
            slow_refunds: scenario.slow_refunds,
            voids: scenario.voids,
            lag: scenario.lag,
            refuses_expire: scenario.refuses_expire,
            ..Service::default()
        };
        let mut sim = Self {
            now: scenario.start,
            troubled: scenario.start,
            deaths: Vec::new(),
            scenario,
            recording,
            queue: BTreeMap::new(),
            counter: 0,
            died: [0; 2],
            driver: CheckedDriver::new(),
            service,
            sent: Vec::new(),
            wanted: Vec::new(),
            decided: false,
            asked: false,
            known: 0,
        };
        sim.after(0, Happening::Open);
        if let Some((after, back)) = sim.scenario.cancel {
            sim.after(after, Happening::Cancel);
            if let Some(back) = back {
                sim.after(after + back, Happening::TakeCancelBack);
            }
        }
        if let Some((after, _)) = sim.scenario.jump.filter(|(_, by)| *by < 0) {
            sim.after(after, Happening::SetBack);
        }
        sim
    }

    /// The same, in which the first process dies after so many outputs, and the next ones likewise.
    #[must_use]
    pub fn crashing_after(mut self, outputs: &[u32]) -> Self {
        self.deaths = outputs.to_vec();
        self.deaths.reverse();
        self.driver.fuel = self.deaths.pop();
        self
    }

    /// Runs until nothing waits any more.
    ///
    /// # Panics
    /// If that takes longer than it may (I8), or an invariant is broken on the way.
    #[must_use]
    pub fn run(mut self) -> End {
        for _ in 0..MOST {
            let next = self.next_moment().filter(|(next, _)| !self.rests_at(*next));
            let Some((next, woken)) = next else {
                let Self { driver, service, sent, wanted, scenario, .. } = self;
                return End { driver, service, sent, wanted, scenario };
            };
            self.now = self.now.max(next);
            assert!(
                !self.is_late(self.now) || self.is_over(),
                "I8: {:?} at {}, in trouble until {}, due at {:?}: {:?}",
                self.scenario,
                self.now,
                self.troubled,
                self.driver.deadline,
                self.driver.payment(),
            );
            if !self.recording.is_over() {
                self.troubled = self.now;
            }
            self.service.expire(self.now);
            let happening = match self.queue.first_entry() {
                Some(first) if first.key().0 <= self.now => Some(first.remove()),
                _ => None,
            };
            match happening {
                Some(happening) => {
                    let own = matches!(happening, Happening::Reach { .. } | Happening::Response { .. });
                    self.troubled = if own { self.troubled } else { self.now };
                    self.happen(happening);
                }
                None => self.tell(woken, Input::Timeout),
            }
            self.notice();
        }
        panic!("I8: it does not come to its end: {:?}", self.driver.payment());
    }

    /// Whether all is over by then, apart from decisions of a person.
    fn rests_at(&self, next: Timestamp) -> bool {
        self.is_late(next) && self.is_over()
    }

    fn is_late(&self, at: Timestamp) -> bool {
        at.millis_since(self.troubled) > BOUND * 1_000
    }

    fn is_over(&self) -> bool {
        self.driver.payment().is_some_and(is_over)
    }

    /// When something happens next, and the process whose clock shows the deadline first.
    fn next_moment(&self) -> Option<(Timestamp, usize)> {
        let queued = self.queue.keys().next().map(|(at, _)| (*at, 0));
        let woken = (0..self.scenario.processes()).filter_map(|process| match self.driver.deadline {
            Deadline::At(at) => Some((self.scenario.truly_at(process, at, self.now), process)),
            Deadline::Never => None,
        });
        queued.into_iter().chain(woken).min()
    }

    /// The process that takes the next thing from outside.
    fn turn(&mut self) -> usize {
        if self.scenario.second.is_some() { usize::from(self.recording.choose(2)) } else { 0 }
    }

    fn after(&mut self, seconds: i64, happening: Happening) {
        self.counter += 1;
        self.queue.insert((self.now.saturating_add_seconds(seconds), self.counter), happening);
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Open => self.open(),
            Happening::Reach { process, request, answer_after } => {
                let answer = self.service.carry_out(&request, self.now);
                if let Some(seconds) = answer_after {
                    self.after(seconds, Happening::Response { process, answer });
                }
            }
            Happening::Response { process, answer } => {
                // A process that has died hears nothing.
                if process.1 == self.died[process.0] {
                    self.tell(process.0, Input::Response(answer));
                }
            }
            Happening::Hook { key, charge } => {
                let process = self.turn();
                self.tell(process, Input::Evidence(Evidence::Webhook { key, charge }));
            }
            Happening::Return => {
                let process = self.turn();
                self.tell(process, Input::Evidence(Evidence::BuyerReturned));
            }
            Happening::Cancel => self.ask(Input::Cancel, Happening::Cancel),
            Happening::TakeCancelBack => self.ask(Input::TakeCancelBack, Happening::TakeCancelBack),
            Happening::Decide { link } => self.decide(&link),
            Happening::WantRefund(order) => self.want_refund(order),
            // As the driver must: deadlines may lie far ahead now.
            Happening::SetBack => {
                let died = self.died[0];
                self.tell(0, Input::Timeout);
                if died < self.died[0] {
                    self.after(1, Happening::SetBack);
                }
            }
            Happening::Resume => {
                self.asked = false;
                let process = self.turn();
                self.tell(process, Input::Resume);
            }
            Happening::RefundByHand(amount) => {
                let paid = self.service.charges.iter().find(|(_, c)| c.status == ChargeStatus::Successful);
                if let Some(id) = paid.map(|(_, charge)| charge.id.clone()) {
                    self.service.refund_by_hand(&id, amount, self.now);
                    self.hook(EventKey::RefundCreate, &id);
                }
            }
        }
    }

    fn open(&mut self) {
        let process = self.turn();
        let (now, mut sent) = (self.time_of(process), Vec::new());
        let intent = self.scenario.intent.clone();
        let result = self.driver.open(&intent, now, &mut sent);
        self.left(process, result, sent);
        if self.driver.payment().is_none() {
            // The merchant got no answer and asks again.
            self.after(5, Happening::Open);
        }
    }

    fn tell(&mut self, process: usize, input: Input) {
        if self.recording.draw() == 255 {
            self.driver.fuel = Some(u32::from(self.recording.choose(6)));
        }
        let (now, mut sent) = (self.time_of(process), Vec::new());
        let again = matches!(input, Input::Evidence(_)).then(|| input.clone());
        let result = self.driver.tell(input, now, &mut sent);
        let crashed = result.is_err();
        self.left(process, result, sent);
        // What was stored before it was worked off comes back.
        if let (true, Some(Input::Evidence(Evidence::Webhook { key, charge }))) = (crashed, again) {
            self.after(120, Happening::Hook { key, charge });
        }
    }

    /// The merchant asks for something, and asks again if it gets no answer.
    fn ask(&mut self, input: Input, again: Happening) {
        let process = self.turn();
        let died = self.died[process];
        self.tell(process, input);
        if died < self.died[process] {
            self.after(5, again);
        }
    }

    fn want_refund(&mut self, order: RefundRequest) {
        let process = self.turn();
        let (now, mut sent) = (self.time_of(process), Vec::new());
        let result = self.driver.refund(&order, now, &mut sent);
        let taken = result == Ok(true);
        self.left(process, result.map(|_| ()), sent);
        if taken || self.driver.has_refund(&order.reference) {
            self.wanted.push(order);
        } else if result == Err(Crashed) {
            self.after(5, Happening::WantRefund(order));
        }
    }

    /// The end of a step: its requests are sent, and a process that died is followed by
    /// another.
    fn left(&mut self, process: usize, result: Result<(), Crashed>, sent: Vec<Request>) {
        for request in sent {
            self.send(process, request);
        }
        if result == Err(Crashed) {
            self.die(process);
        }
    }

    fn die(&mut self, process: usize) {
        // What made it die may lie far back.
        self.troubled = self.now;
        self.died[process] += 1;
        self.driver.fuel = self.deaths.pop();
        self.driver.restart();
    }

    /// Sends a request on its way, with whatever may happen to it there.
    fn send(&mut self, index: usize, request: Request) {
        let process = (index, self.died[index]);
        let fate = self.fate_of(&request);
        let in_vain = fate.is_in_vain();
        let at = self.time_of(index);
        self.sent.push(Sent { at, truly_at: self.now, request: request.clone(), in_vain });
        let trouble =
            |trouble| Happening::Response { process, answer: request.clone().into_failure(trouble) };
        let reach = |answer_after| Happening::Reach { process, request: request.clone(), answer_after };
        match fate {
            Fate::Answered(after) => self.after(0, reach(Some(after))),
            Fate::NotSent => self.after(0, trouble(RequestFailure::NotSent)),
            Fate::Lost => self.after(60, trouble(RequestFailure::OutcomeUnknown)),
            Fate::AnswerLost(after) => {
                self.after(after, reach(None));
                self.after(60, trouble(RequestFailure::OutcomeUnknown));
            }
            Fate::Failed { carried_out } => {
                if carried_out {
                    self.after(0, reach(None));
                }
                self.after(3, trouble(RequestFailure::OutcomeUnknown));
            }
            Fate::RateLimited { carried_out } => {
                if carried_out {
                    self.after(0, reach(None));
                }
                self.after(1, trouble(RequestFailure::RateLimited));
            }
            Fate::KeyRefused => self.after(1, trouble(refused(ErrorCode::AuthenticationFailure))),
            Fate::Doubled => {
                let answer = self.service.carry_out(&request, self.now);
                self.after(1, Happening::Response { process, answer: answer.clone() });
                self.after(3, Happening::Response { process, answer });
            }
            Fate::Died => {
                self.after(1, reach(None));
                self.die(index);
            }
            Fate::Refused => self.after(1, trouble(refused(ErrorCode::BadRequest))),
        }
    }

    fn fate_of(&mut self, request: &Request) -> Fate {
        let kind = Kind::of(request);
        match self.scenario.fates.iter().position(|(of, _)| *of == kind) {
            Some(index) => self.scenario.fates.remove(index).1,
            None => Fate::of(self.recording.draw(), request, self.scenario.lag),
        }
    }

    fn time_of(&self, process: usize) -> Timestamp {
        self.now.saturating_add_seconds(self.scenario.skew_at(process, self.now))
    }
}
