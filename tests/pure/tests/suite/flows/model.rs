//! The payment machine, the service, a network that loses and delays, a process that dies, and a buyer:
//! every way in which they can meet, walked by a model checker.
//!
//! Time passes only when nothing is under way, from deadline to deadline, so that no state comes twice
//! on a way and every way ends. That every way ends well is therefore said of the states that nothing
//! leads out of.

use std::fmt::Debug;
use std::hash::{Hash, Hasher};

use kakaopay_flows::{
    Deadline, Evidence, Input, LateRefund, PaymentEvent, RefundRequest, RefundState, Request, RequestFailure,
    Response, State,
};
use kakaopay_pure_tests::Order;
use kakaopay_pure_tests::report::is_exhaustive;
use kakaopay_pure_tests::world::{CheckedDriver, Scenario, Service, is_over};
use kakaopay_types::{ChargeStatus, EventKey, Timestamp};
use stateright::{Checker, Model, Property};

/// How much may go wrong.
#[derive(Debug, Clone)]
struct Bounds {
    /// Requests that are lost, or whose answers are, or that come late.
    faults: u8,
    /// Processes that die.
    crashes: u8,
    /// Webhooks that come.
    hooks: u8,
    /// Persons who say to go on.
    persons: u8,
    /// Whole refunds that staff make in the dashboard.
    staff: u8,
    /// A refund that is requested once the payment is paid.
    refund: Option<RefundRequest>,
    /// How long a charge can be paid, in seconds. The longer, the more looks at it there are, each of
    /// which can go wrong.
    lifetime: i64,
}

#[derive(Debug, Clone)]
struct World {
    driver: CheckedDriver,
    service: Service,
    now: Timestamp,
    /// Sent, and neither answered nor given up.
    waiting: Vec<Request>,
    /// Given up, and perhaps still to be carried out; each with when it was sent.
    astray: Vec<(Timestamp, Request)>,
    faults: u8,
    crashes: u8,
    hooks: u8,
    persons: u8,
    staff: u8,
    decided: bool,
    refund_wanted: bool,
}

impl World {
    /// All that tells one state from another, and so all that anything to come depends on.
    fn identity(&self) -> impl Hash + PartialEq + Debug {
        let charges = self.service.charges.iter().map(|(at, charge)| {
            let attempt = charge.metadata.attempt().map(|attempt| attempt.to_string());
            let paid_at = charge.paid_at.map(Timestamp::unix_millis);
            (at.unix_millis(), attempt, charge.status.to_string(), paid_at)
        });
        let refunds = self.service.refunds.iter().map(|refund| refund.amount);
        (
            self.driver.payment().map(|payment| payment.snapshot().expect("all is durable")),
            (format!("{:?}", self.driver.deadline), self.now.unix_millis(), &self.driver.links),
            charges.collect::<Vec<_>>(),
            refunds.collect::<Vec<_>>(),
            format!("{:?} {:?}", self.waiting, self.astray),
            [self.faults, self.crashes, self.hooks, self.persons, self.staff],
            [self.decided, self.refund_wanted],
        )
    }

    fn tell(&mut self, input: Input) {
        let told = self.driver.tell(input, self.now, &mut self.waiting);
        assert!(told.is_ok(), "nobody said that it dies");
    }

    fn is_over(&self) -> bool {
        self.driver.payment().is_some_and(is_over)
    }

    fn is_paid(&self) -> bool {
        self.driver.payment().is_some_and(|payment| payment.state().is_paid())
    }

    fn refund_by_hand(&mut self, place: usize) {
        self.staff -= 1;
        self.service.refund_whole(place, self.now);
    }
}

impl Hash for World {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.identity().hash(hasher);
    }
}

impl PartialEq for World {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Step {
    /// A request is carried out and answered.
    Response(usize),
    /// It is lost.
    Lose(usize),
    /// Its answer is lost.
    LoseAnswer(usize),
    /// It is given up, and may be carried out later.
    Delay(usize),
    /// One that was given up is carried out.
    Arrive(usize),
    /// The process dies, and another takes its place.
    Die,
    /// Time passes until the payment wants to be woken.
    Wake,
    /// The buyer decides.
    Decide(ChargeStatus),
    /// A webhook comes.
    Hook(usize),
    /// The merchant wants money to go back.
    Refund,
    /// A person says to go on.
    Resume,
    /// Staff refund a whole charge in the dashboard.
    RefundByHand(usize),
}

/// How long after it was sent a request may be carried out, in seconds. Nothing can be done about a
/// refund that comes even later.
const LATEST: i64 = 590;

impl Model for Bounds {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        let service = Service { lifetime: self.lifetime, ..Service::default() };
        let mut world = World {
            driver: CheckedDriver::new(),
            service,
            now: Scenario::paid().start,
            waiting: Vec::new(),
            astray: Vec::new(),
            faults: self.faults,
            crashes: self.crashes,
            hooks: self.hooks,
            persons: self.persons,
            staff: self.staff,
            decided: false,
            refund_wanted: false,
        };
        let opened = world.driver.open(&Order::one_call().intent, world.now, &mut world.waiting);
        assert!(opened.is_ok(), "nobody said that it dies");
        vec![world]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Step>) {
        for index in 0..world.waiting.len() {
            actions.push(Step::Response(index));
            if world.faults > 0 {
                actions.push(Step::Lose(index));
                if world.waiting[index].is_mutation() {
                    actions.extend([Step::LoseAnswer(index), Step::Delay(index)]);
                }
            }
        }
        let in_time = |sent: Timestamp| world.now.millis_since(sent) <= LATEST * 1_000;
        let astray = world.astray.iter().enumerate().filter(|(_, (sent, _))| in_time(*sent));
        actions.extend(astray.map(|(index, _)| Step::Arrive(index)));
        // With nothing under way, the process that comes after knows what this one does.
        if world.crashes > 0 && !world.waiting.is_empty() {
            actions.push(Step::Die);
        }
        if world.waiting.is_empty() && world.driver.deadline != Deadline::Never {
            actions.push(Step::Wake);
        }
        if !world.decided && !world.driver.links.is_empty() {
            actions.extend([ChargeStatus::Successful, ChargeStatus::Failed].map(Step::Decide));
        }
        if world.hooks > 0 {
            let ended = world.service.charges.iter().enumerate();
            let ended = ended.filter(|(_, (_, charge))| charge.status != ChargeStatus::Pending);
            actions.extend(ended.map(|(index, _)| Step::Hook(index)));
        }
        if world.persons > 0 && !world.is_over() {
            actions.push(Step::Resume);
        }
        if world.staff > 0 {
            actions.extend(world.service.whole_charges().into_iter().map(Step::RefundByHand));
        }
        if self.refund.is_some() && !world.refund_wanted && world.is_paid() {
            actions.push(Step::Refund);
        }
    }

    fn next_state(&self, last: &World, step: Step) -> Option<World> {
        let mut world = last.clone();
        match step {
            Step::Response(index) => {
                let request = world.waiting.remove(index);
                let answer = world.service.carry_out(&request, world.now);
                world.tell(Input::Response(answer));
            }
            Step::Lose(index) => {
                world.faults -= 1;
                let request = world.waiting.remove(index);
                world.tell(unknown(&request));
            }
            Step::LoseAnswer(index) => {
                world.faults -= 1;
                let request = world.waiting.remove(index);
                world.service.carry_out(&request, world.now);
                world.tell(unknown(&request));
            }
            Step::Delay(index) => {
                world.faults -= 1;
                let request = world.waiting.remove(index);
                world.astray.push((world.now, request.clone()));
                world.tell(unknown(&request));
            }
            Step::Arrive(index) => {
                let (_, request) = world.astray.remove(index);
                world.service.carry_out(&request, world.now);
            }
            Step::Die => {
                world.crashes -= 1;
                let sent = std::mem::take(&mut world.waiting).into_iter().filter(Request::is_mutation);
                world.astray.extend(sent.map(|request| (last.now, request)));
                world.driver.restart();
            }
            Step::Wake => {
                let Deadline::At(at) = world.driver.deadline else { return None };
                world.now = world.now.max(at);
                world.service.expire(world.now);
                let now = world.now;
                world.astray.retain(|(sent, _)| now.millis_since(*sent) <= LATEST * 1_000);
                world.tell(Input::Timeout);
            }
            Step::Decide(status) => {
                world.decided = true;
                let link = world.driver.links.first()?.clone();
                Service::end(world.service.behind(&link)?, status, last.now).then_some(())?;
            }
            Step::Hook(index) => {
                world.hooks -= 1;
                let charge = world.service.charges[index].1.id.clone();
                world.tell(Input::Evidence(Evidence::Webhook { key: EventKey::ChargeComplete, charge }));
            }
            Step::Resume => {
                world.persons -= 1;
                world.tell(Input::Resume);
            }
            Step::RefundByHand(index) => world.refund_by_hand(index),
            Step::Refund => {
                world.refund_wanted = true;
                let order = self.refund.as_ref()?;
                let taken = world.driver.refund(order, world.now, &mut world.waiting);
                assert_eq!(taken, Ok(true), "there is enough, and time");
            }
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties: Vec<Property<Self>> = vec![
            Property::always("I4: paid is paid", |_, world: &World| {
                let paid = world.driver.notified.values().find_map(|event| match event {
                    PaymentEvent::Paid(order) => Some(&order.charge),
                    _ => None,
                });
                let status = paid.map(|id| world.service.charge(id).map(|charge| &charge.status));
                status.is_none_or(|status| status == Some(&ChargeStatus::Successful))
            }),
            Property::always("F49, I4: an order is notified as paid if it is", |_, world: &World| {
                world.is_paid() == world.driver.is_notified_as_paid()
            }),
            Property::always("F10: one link, one charge an attempt", |_, world: &World| {
                let mut attempts: Vec<_> =
                    world.service.charges.iter().map(|(_, charge)| charge.metadata.attempt()).collect();
                let made = attempts.len();
                attempts.sort();
                attempts.dedup();
                world.driver.links.len() <= 1 && attempts.len() == made
            }),
            Property::always("I5, F18: refunded once", |_, world: &World| world.service.refunds.len() <= 1),
            Property::always("I8: what has not ended will wake", |_, world: &World| {
                world.is_over() || !world.waiting.is_empty() || world.driver.deadline != Deadline::Never
            }),
            Property::always(
                "I2, I8: every way ends, and ends in the truth",
                |model: &Self, world: &World| {
                    let mut actions = Vec::new();
                    model.actions(world, &mut actions);
                    !actions.is_empty() || (world.is_over() && is_true(world))
                },
            ),
            Property::sometimes("paid", |_, world: &World| world.is_paid()),
            Property::sometimes("expired", |_, world: &World| {
                matches!(world.driver.payment().map(|payment| payment.state()), Some(State::Expired(_)))
            }),
            Property::sometimes("two charges", |_, world: &World| world.service.charges.len() == 2),
        ];
        let is_back = |_: &Self, world: &World| world.is_over() && world.driver.notified.contains_key(BACK);
        properties.extend((self.staff > 0).then(|| Property::sometimes("F49: the money is back", is_back)));
        properties
    }
}

/// Whether the shop's state agrees with the service's.
fn is_true(world: &World) -> bool {
    let Some(payment) = world.driver.payment() else { return false };
    let status = payment.state().charge().and_then(|own| world.service.charge(&own.charge));
    let expected = match payment.state() {
        State::Successful { .. } => ChargeStatus::Successful,
        State::Failed { .. } => ChargeStatus::Failed,
        State::Expired(_) => ChargeStatus::Expired,
        _ => return false,
    };
    let made = world.service.refunds.iter().filter(|refund| !refund.metadata.is_empty()).count();
    let closed =
        payment.refunds().values().filter(|refund| matches!(refund.state(), RefundState::Completed { .. }));
    status.is_some_and(|charge| charge.status == expected) && closed.count() == made
}

fn unknown(request: &Request) -> Input {
    let answer: Response = request.clone().into_failure(RequestFailure::OutcomeUnknown);
    Input::Response(answer)
}

const BACK: &str = "order-345678/paid_and_refunded";

/// Nothing goes wrong.
const NOTHING: Bounds =
    Bounds { faults: 0, crashes: 0, hooks: 0, persons: 0, staff: 0, refund: None, lifetime: 200 };

/// Walks every state within the bounds. `cargo xtask nightly model` sets wider ones by `KAKAOPAY_EXHAUSTIVE`.
#[track_caller]
fn check(default: (Bounds, usize), exhaustive: (Bounds, usize)) {
    let (bounds, states) = if is_exhaustive() { exhaustive } else { default };
    let checker = bounds.checker().threads(2).spawn_bfs().join();
    checker.assert_properties();
    assert_eq!(checker.unique_state_count(), states);
}

fn refund() -> RefundRequest {
    Scenario::paid().with_refund(0, 150_000, LateRefund::Reject).refunds.remove(0).1
}

#[test]
fn f10_f11_i2_i4_i8_a_payment() {
    let bounds = |faults, crashes| Bounds { faults, crashes, lifetime: 20, ..NOTHING };
    check((bounds(0, 1), 6_017), (bounds(1, 1), 439_994));
}

#[test]
fn f10_i2_i4_i8_a_payment_on_a_bad_line() {
    let bounds = |faults, lifetime| Bounds { faults, lifetime, ..NOTHING };
    check((bounds(1, 200), 19_979), (bounds(2, 20), 391_997));
}

#[test]
fn f02_f10_i2_i4_i8_a_payment_with_webhooks() {
    let bounds = |hooks| Bounds { faults: 1, hooks, ..NOTHING };
    check((bounds(1), 48_140), (bounds(2), 87_216));
}

#[test]
fn f18_i5_i8_a_refund() {
    let bounds = |lifetime| Bounds { faults: 1, refund: Some(refund()), lifetime, ..NOTHING };
    check((bounds(20), 38_176), (bounds(200), 133_267));
}

#[test]
fn f11_i5_i8_a_refund_and_a_crash() {
    let bounds = |lifetime| Bounds { crashes: 1, refund: Some(refund()), lifetime, ..NOTHING };
    check((bounds(20), 37_380), (bounds(200), 132_220));
}

#[test]
fn f10_f18_i5_i8_a_person_resumes() {
    let bounds = |refund| Bounds { faults: 1, persons: 1, refund, lifetime: 20, ..NOTHING };
    check((bounds(None), 67_781), (bounds(Some(refund())), 688_121));
}

#[test]
fn f49_i2_i4_i8_staff_refund_at_any_step() {
    let bounds = |hooks| Bounds { faults: 1, hooks, staff: 1, lifetime: 20, ..NOTHING };
    check((bounds(0), 18_487), (bounds(1), 54_770));
}
