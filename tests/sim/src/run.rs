//! Carries a plan out.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use kakaopay_transport::NotSent;
use kakaopay_types::Timestamp;

use crate::actions::{act, operate};
use crate::advice;
use crate::books::Violation;
use crate::check;
use crate::correction;
use crate::delivery::{arrive, connect, deliver, post, send};
use crate::ending;
use crate::moves::{Millis, ProcessId};
use crate::plan::{ACTIVE, Plan};
use crate::pressure;
use crate::service::SECRET;
use crate::world::{Event, Trouble, World};

/// The end of a run.
#[derive(Debug)]
pub struct Ending {
    /// The first broken promise, if any.
    pub violation: Option<Violation>,
    /// The story, a line for each thing that happened.
    pub story: Vec<String>,
    /// Orders that the handler accepted as paid.
    pub paid: usize,
    /// Requests that left the processes.
    pub requests: u64,
    /// Payments that were pruned.
    pub pruned: u64,
}

/// Healing: after the last move, this long in small steps.
const CONVALESCENCE: Millis = 3 * 3_600_000;
/// So long that each daily job is due.
const DAY: Millis = 26 * 3_600_000;
/// Time between two long sleeps, in which the hourly jobs run twice, and the outcome of a request is found out.
const AWAKE: Millis = 9_000_000;
/// As long as a charge can be paid.
const WEEK: Millis = 7 * 86_400_000;
/// Shortest step to which no event leads.
const STEP: Millis = 100;
/// Longest step while promises about single minutes are checked.
const REST: Millis = 20_000;
/// Longest step until the first check.
const LONG_REST: Millis = 120_000;
/// How often the operator follows the alerts.
const ROUNDS_OF_ADVICE: usize = 3;
/// Longest step after the first check.
const LEAP: Millis = 1_800_000;

/// Carries a plan out to its end, or to the first broken promise.
///
/// # Panics
/// If the simulation itself is wrong.
#[must_use]
pub fn run(plan: &Plan) -> Ending {
    // The retry layer's jitter is drawn from the thread's generator.
    fastrand::seed(plan.seed);
    let mut world = World::new(plan.clone());
    play(&mut world);
    end(world)
}

fn play(world: &mut World) {
    while world.now < ACTIVE + CONVALESCENCE && !world.is_broken() {
        if world.now >= ACTIVE && world.healed_at.is_none() {
            world.heal();
        }
        let longest = if correction::is_done(world) { LONG_REST } else { REST };
        step(world, pause(world, longest));
        correction::check(world);
    }
    if !world.is_broken() {
        for shop in world.real_shops() {
            check::paid_orders_are_known(shop);
        }
    }
    let before = world.real_shops().map(ending::payments);
    pass_a_week(world);
    if !world.is_broken() {
        for (shop, before) in world.real_shops().into_iter().zip(&before) {
            check::everything_has_ended(shop, before, &world.plan);
        }
    }
    // Advice may lead to another alert, and to its advice.
    for _ in 0..ROUNDS_OF_ADVICE {
        if world.is_broken() || !advice::follow(world) {
            return;
        }
        pass_a_week(world);
    }
    advice::check(world);
}

fn pass_a_week(world: &mut World) {
    // The machines sleep for a day, until all charges have expired that were not paid, and for another day, after
    // which an expired charge is read for the last time. The jobs of each day run in between.
    for (words, sleep) in [("a day passes", DAY), ("a week passes", WEEK), ("a day passes", DAY)] {
        if !world.is_broken() {
            world.tell(words);
            leap(world, sleep);
            rest_until(world, world.now + AWAKE);
        }
    }
}

fn rest_until(world: &mut World, until: Millis) {
    while world.now < until && !world.is_broken() {
        step(world, pause(world, LEAP));
    }
}

/// Length of the next step. The longer nothing has happened, the longer it is.
fn pause(world: &World, longest: Millis) -> Millis {
    (world.now - world.busy).clamp(STEP, longest)
}

/// Moves the time to the next event, at most by `longest`, and lets the processes run.
fn step(world: &mut World, longest: Millis) {
    let next = world.events.keys().next().map_or(Millis::MAX, |(at, _)| *at);
    leap(world, (next - world.now).clamp(0, longest));
}

fn leap(world: &mut World, millis: Millis) {
    world.now += millis;
    world.around.now.fetch_add(millis, Ordering::SeqCst);
    for shop in world.shops() {
        shop.books.pages().now = world.now;
    }
    let now = Timestamp::from_unix_millis(world.around.now.load(Ordering::SeqCst)).expect("a time");
    world.around.service.set_time(now);
    while let Some(event) = world.events.first_entry().filter(|event| event.key().0 <= world.now) {
        let event = event.remove();
        happen(world, event);
    }
    operate(world);
    let jobs_done = world.around.jobs_done();
    let first = world.scheduling.between(0, i64::try_from(world.processes.len()).unwrap_or(1));
    for index in 0..world.processes.len() {
        let process = (index + usize::try_from(first).unwrap_or(0)) % world.processes.len();
        let_run(world, process, millis);
    }
    if let Some((process, path)) = world.around.network.doubled() {
        world
            .around
            .books
            .pages()
            .violate("F54", format_args!("process {process} reads {path} twice at once"));
    }
    pressure::check_jobs(world, jobs_done);
    pressure::check_inbox(world);
    for connecting in world.around.network.take_connecting() {
        connect(world, connecting);
    }
    for sent in world.around.network.take_sent() {
        send(world, sent);
    }
    for webhook in world.around.service.take_webhooks(&world.clockwork) {
        post(world, &webhook);
    }
}

fn let_run(world: &mut World, number: ProcessId, millis: Millis) {
    if world.frozen_until[number] > world.now {
        return;
    }
    // Its own clock stood still until now.
    let millis = if world.frozen_until[number] == world.now { 0 } else { millis };
    // Where much goes on, a task may be left half-way until the next step.
    let busy = world.now - world.busy < 1_000;
    let polls = if busy { world.scheduling.between(1, 8) } else { 2 };
    let Some(process) = &world.processes[number] else { return };
    process.step(millis, polls);
    if process.has_stopped() {
        world.around.books.pages().violate("F50", format_args!("process {number}: run has ended"));
    }
}

fn happen(world: &mut World, event: Event) {
    world.busy = world.now;
    match event {
        Event::Act(action) => act(world, &action),
        Event::Arrive(request, reply) => arrive(world, request, reply),
        Event::Respond(reply, response) => {
            let _ = reply.send(response.map_err(Into::into));
        }
        Event::Refuse(reply) => {
            let _ = reply.send(Err(NotSent("connection refused".into()).into()));
        }
        Event::Connected(connected) => drop(connected.send(())),
        Event::Webhook(webhook, process) => deliver(world, webhook, process),
        Event::Start(number) if world.processes[number].is_none() => {
            world.tell(format_args!("process {number} starts"));
            world.start(number);
        }
        Event::Start(_) | Event::Thaw => {}
        Event::Heal(_) if world.healed_at.is_some() => {}
        Event::Heal(Trouble::Network) => world.network_trouble = world.network_trouble.saturating_sub(1),
        Event::Heal(Trouble::Store) => world.store_trouble.store(false, Ordering::SeqCst),
        Event::Heal(Trouble::Handler) => world.around.books.pages().handler_trouble = false,
    }
}

fn end(world: World) -> Ending {
    check::the_stranger_did_nothing(&world.stranger);
    let shops = world.shops().map(|shop| shop.books.clone());
    let story = world.around.books.pages().story.clone();
    if story.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|line| line.contains(SECRET)) {
        world.around.books.pages().violate("I7", "the story has the secret key");
    }
    let World { requests, processes, .. } = world;
    drop(processes);
    let violation = shops.iter().find_map(|books| books.pages().violations.first().cloned());
    let pages = shops[0].pages();
    let paid = pages.accepted.values().flatten();
    let paid = paid.filter(|(_, event)| matches!(event, kakaopay::PaymentEvent::Paid(_))).count();
    let pruned = pages.pruned;
    let story = std::mem::take(&mut *story.lock().unwrap_or_else(PoisonError::into_inner));
    Ending { violation, paid, requests, pruned, story }
}
