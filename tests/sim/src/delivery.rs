//! Requests and webhooks on their way.

use bytes::Bytes;
use http_body_util::Full;
use kakaopay::store::{InsertOutcome, NewInboxEvent, Store};
use kakaopay_types::{ChargeId, EventId, RefundWindow};
use serde_json::Value;

use crate::moves::{Millis, ProcessId};
use crate::network::{Connecting, Fate, Reply, Sent};
use crate::pressure::{count_rate, count_read, is_refused};
use crate::process::Surroundings;
use crate::shown;
use crate::store::ready;
use crate::world::{Event, World};

/// A process opens a connection, and may be suspended before the first byte of its request leaves.
pub(crate) fn connect(world: &mut World, connecting: Connecting) {
    let Connecting { process, is_mutation, connected } = connecting;
    let most = if world.network_trouble > 0 { 9_000 } else { 60 };
    let takes = if world.healed_at.is_some() { 10 } else { world.fates.between(1, most) };
    if is_mutation && let Some(lasts) = world.freeze_connecting[process].take() {
        world.tell(format_args!("process {process} is suspended for {} s while it connects", lasts / 1_000));
        world.freeze(process, lasts);
    }
    world.after(takes, Event::Connected(connected));
}

/// A request leaves a process, and meets its fate.
pub(crate) fn send(world: &mut World, sent: Sent) {
    world.requests += 1;
    world.busy = world.now;
    let trouble = world.network_trouble > 0;
    count_read(world, &sent);
    count_rate(world, &sent);
    let fate = if world.healed_at.is_some() || world.plan.is_calm {
        Fate::Delivered { arrives: 20, responds: 20 }
    } else if is_refused(world, &sent) {
        Fate::Gateway { status: 429, arrives: false }
    } else {
        // Later than that no design could tell a slow request from a lost one.
        let latest = if sent.request.uri().path().ends_with("/refunds") { 500_000 } else { 85_000 };
        Fate::of(&mut world.fates, trouble, latest)
    };
    let path = sent.request.uri().path().to_owned();
    world.tell(format_args!("process {} sends {} {path}: {fate:?}", sent.process, sent.request.method()));
    if *sent.request.method() == http::Method::POST {
        check_window(world, &path);
    }
    match fate {
        Fate::Delivered { arrives, responds } => {
            let slow = world.now < world.slow_until;
            let responds = if slow { responds + world.fates.between(1_000, 15_000) } else { responds };
            world.after(arrives, Event::Arrive(sent.request, Some((sent.reply, responds))));
        }
        Fate::NotSent => world.after(10, Event::Refuse(sent.reply)),
        Fate::RequestLost { reset } => lose(world, sent.reply, reset),
        Fate::ResponseLost { arrives, reset } => {
            world.after(arrives, Event::Arrive(sent.request, None));
            lose(world, sent.reply, reset);
        }
        Fate::Gateway { status, arrives } => {
            let response = http::Response::builder().status(status).body(Full::new(Bytes::new()));
            let response = response.map_err(|error| error.to_string());
            if arrives {
                world.after(10, Event::Arrive(sent.request, None));
            }
            world.after(40, Event::Respond(sent.reply, response));
        }
    }
}

/// I5: no refund is requested once the window of its charge has closed by the store's clock. A request leaves at most 15 s
/// after its decision.
fn check_window(world: &World, path: &str) {
    let charge = path.strip_prefix("/charges/").and_then(|path| path.strip_suffix("/refunds"));
    let Some(charge) = charge.filter(|_| !world.plan.steps_the_store()) else { return };
    let charges = world.around.service.charges();
    let paid_at = charges.iter().find(|booked| booked.id == charge).and_then(|booked| booked.paid_at);
    let Some(closes_at) = paid_at.map(RefundWindow::closes_at) else { return };
    if world.around.service.sandbox().clock().now() > closes_at.saturating_add_seconds(16) {
        let mut pages = world.around.books.pages();
        pages.violate(
            "I5",
            format_args!("a refund of {charge} is requested, whose window closed at {closes_at}"),
        );
    }
}

fn lose(world: &mut World, reply: Reply, reset: bool) {
    if reset {
        world.after(50, Event::Respond(reply, Err("the connection was reset".to_owned())));
    } else {
        world.silence.push(reply);
    }
}

/// A request arrives at the service. Its response follows after a while, or is lost.
pub(crate) fn arrive(world: &mut World, request: http::Request<Bytes>, reply: Option<(Reply, Millis)>) {
    let line = format!("{} {}", request.method(), request.uri().path());
    if let Some(charge) = line.strip_prefix("GET /charges/") {
        world.around.books.pages().polled.insert(charge.to_owned(), world.now);
    }
    let mut response = world.around.service.respond(request);
    note_shown(world, &response);
    if !world.plan.tells_time {
        shown::hide_time(&mut response);
    }
    for (order, until) in &world.garbled {
        if world.now < *until {
            shown::garble(&mut response, order);
        }
    }
    if world.cut.is_some_and(|(_, until)| world.now < until) {
        shown::cut(&mut response);
    }
    for (order, (status, until)) in &world.misread {
        if world.now < *until {
            shown::misread(&mut response, order, status);
        }
    }
    world.tell(format_args!("service carries out {line}: {}", response.status().as_u16()));
    if let Some((reply, millis)) = reply {
        world.after(millis, Event::Respond(reply, Ok(response.map(Full::new))));
    }
}

/// Notes the charges that a response shows as successful, with money left at the shop.
fn note_shown(world: &World, response: &http::Response<Bytes>) {
    let charges = world.around.service.charges();
    let is_new = |shop: &&Surroundings| {
        let pages = shop.books.pages();
        let mut with_money = charges.iter().filter(|charge| charge.has_money());
        with_money.any(|charge| !pages.shown_paid.contains(&charge.id))
    };
    let shops: Vec<_> = world.shops().into_iter().filter(is_new).collect();
    if shops.is_empty() {
        return;
    }
    let shown = shown::charges_with_money(response);
    for shop in shops {
        shop.books.pages().shown_paid.extend(shown.iter().cloned());
    }
}

/// A webhook leaves the service. It is lost, or arrives once or twice, at any process.
pub(crate) fn post(world: &mut World, webhook: &http::Request<Bytes>) {
    world.busy = world.now;
    if world.fates.percent(world.plan.lost_webhooks) {
        return;
    }
    let copies = if world.fates.percent(15) { 2 } else { 1 };
    for _ in 0..copies {
        let late = world.fates.percent(15);
        let delay = world.fates.between(10, if late { 600_000 } else { 400 });
        let process = any_process(world);
        world.after(delay, Event::Webhook(webhook.clone(), process));
    }
}

fn any_process(world: &mut World) -> ProcessId {
    // The account has one webhook endpoint, which may be the other shop's.
    let count = world.plan.processes + usize::from(world.plan.neighbour);
    let count = i64::try_from(count).unwrap_or(1);
    usize::try_from(world.fates.between(0, count)).unwrap_or(0)
}

pub(crate) fn deliver(world: &mut World, webhook: http::Request<Bytes>, number: ProcessId) {
    if world.frozen_until[number] > world.now {
        return;
    }
    let Some(process) = &world.processes[number] else { return };
    let shop = world.around_of(number).clone();
    let body = webhook.body().clone();
    process.receive(webhook, move |status| {
        let mut pages = shop.books.pages();
        pages.tell(format_args!("process {number} answers a webhook with {status}"));
        if status < 300 && !shop.unsigned && !is_stored(&shop, &body) {
            pages.violate(
                "I10",
                format_args!("process {number} has acknowledged a webhook that is not stored"),
            );
        }
    });
}

/// Whether the store knows the event of a webhook, or all that it says: that a known charge was created.
fn is_stored(shop: &Surroundings, body: &[u8]) -> bool {
    let event: Value = serde_json::from_slice(body).expect("JSON");
    if event["key"] == "charge.create" {
        let charge = ChargeId::parse(event["data"]["id"].as_str().expect("an id")).expect("an id");
        if ready(shop.store.inner().find_by_charge(&charge)).is_some() {
            return true;
        }
    }
    let event = EventId::parse(event["id"].as_str().expect("an id")).expect("an id");
    ready(shop.store.inner().insert_event(NewInboxEvent::new(event, body))) == InsertOutcome::Duplicate
}
