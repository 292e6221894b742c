//! The payment machine, the service, a network that loses and delays, a process that dies, and a buyer:
//! every way in which they can meet, walked by a model checker.
//!
//! Time passes only when nothing is under way, from deadline to deadline, so that no state comes twice
//! on a way and every way ends. That every way ends well is therefore said of the states that nothing
//! leads out of.

use std::time::Duration;

use kakaopay_flows::{
    Deadline, Evidence, Input, LateRefund, RefundRequest, Request, RequestFailure, Response,
};
use kakaopay_pure_tests::Order;
use kakaopay_pure_tests::report::is_exhaustive;
use kakaopay_pure_tests::world::{CheckedDriver, Scenario, Service};
use kakaopay_types::{ChargeStatus, EventKey, Timestamp};
use stateright::{Checker, Model, Property};

use super::model_bounds::Bounds;
use super::model_properties::properties;
use super::model_world::{Step, World};

/// How long after it was sent a request may be carried out, in seconds. Nothing can be done about a
/// refund that comes even later.
const LATEST: i64 = 590;

impl Model for Bounds {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        let service = Service { lifetime: self.lifetime, refuses_expire: self.refuses, ..Service::default() };
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
            cancels: self.cancels,
            taken_back: 0,
            may_cancel: self.cancels > 0 || self.is_held,
            decided: false,
            refund_wanted: false,
        };
        let hold = self.is_held.then_some(Duration::from_secs(100));
        let intent = Order::one_call().intent.pay_within(hold);
        let opened = world.driver.open(&intent, world.now, &mut world.waiting);
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
        if world.cancels > 0 && !world.is_over() {
            actions.push(Step::Cancel);
        }
        if world.taken_back < self.cancels && world.is_to_be_cancelled() {
            actions.push(Step::TakeBack);
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
            Step::Lose(index) | Step::LoseAnswer(index) | Step::Delay(index) => {
                world.faults -= 1;
                let request = world.waiting.remove(index);
                match step {
                    Step::LoseAnswer(_) => drop(world.service.carry_out(&request, world.now)),
                    Step::Delay(_) => world.astray.push((world.now, request.clone())),
                    _ => {}
                }
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
            Step::Cancel => {
                world.cancels -= 1;
                world.tell(Input::Cancel);
            }
            Step::TakeBack => {
                world.taken_back += 1;
                world.tell(Input::TakeCancelBack);
            }
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
        properties(self)
    }
}

fn unknown(request: &Request) -> Input {
    let answer: Response = request.clone().into_failure(RequestFailure::OutcomeUnknown);
    Input::Response(answer)
}

/// Nothing goes wrong.
const NOTHING: Bounds = Bounds {
    faults: 0,
    crashes: 0,
    hooks: 0,
    persons: 0,
    staff: 0,
    cancels: 0,
    refuses: false,
    is_held: false,
    refund: None,
    lifetime: 200,
};

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
    check((bounds(0, 1), 6_017), (bounds(1, 1), 439_772));
}

#[test]
fn f10_i2_i4_i8_a_payment_on_a_bad_line() {
    let bounds = |faults, lifetime| Bounds { faults, lifetime, ..NOTHING };
    check((bounds(1, 200), 19_979), (bounds(2, 20), 391_775));
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
    check((bounds(0), 18_487), (bounds(1), 53_558));
}

#[test]
fn f64_i2_i3_i4_i8_a_merchant_cancels_at_any_step() {
    let bounds = |faults, cancels| Bounds { faults, cancels, lifetime: 20, ..NOTHING };
    check((bounds(1, 1), 85_760), (bounds(1, 2), 773_704));
}

#[test]
fn f64_i2_i3_i4_i8_a_service_refuses_to_cancel() {
    let bounds = |lifetime| Bounds { faults: 1, cancels: 1, refuses: true, lifetime, ..NOTHING };
    check((bounds(20), 137_830), (bounds(200), 464_139));
}

#[test]
fn f64_i2_i3_i4_i8_a_hold_ends() {
    let bounds = |faults, refuses| Bounds { faults, refuses, is_held: true, ..NOTHING };
    check((bounds(1, false), 20_240), (bounds(1, true), 30_211));
}
