//! Promises under pressure: a page that is hammered at, a limit of the rate, floods, and lists that cannot be read.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use kakaopay::store::Store;

use crate::moves::{Millis, OrderId, ProcessId, Seconds};
use crate::network::Sent;
use crate::store::ready;
use crate::world::World;

/// How long a page is hammered at.
pub(crate) const HAMMERING: Millis = 20_000;
/// Shortest time between two reads that buyers' returns cause.
const READ_EVERY: Millis = 2_000;
const MINUTE: Millis = 60_000;
/// Reads of one charge, or of its refunds, by one process in a minute.
const MOST_READS: i64 = 40;
/// Reads of one page of a list, which several orders may look through at once.
const MOST_LISTS: i64 = 150;
/// Reads that have other causes: polls, webhooks and people.
const OTHER_READS: i64 = 20;
/// Requests for a charge that a limited service may get for each order, besides one in [`CREATE_EVERY`].
const CREATES: i64 = 20;
const CREATE_EVERY: Millis = 10_000;
/// Unsigned webhooks that may wait for each process.
const MAX_PENDING: u64 = 256;
/// A job that began before the lists were cut has ended by then.
const JOB_TAKES: Millis = 60_000;

/// A page that is hammered at.
#[derive(Debug)]
pub(crate) struct Hammered {
    process: ProcessId,
    /// The paths of the order's charges.
    paths: Vec<String>,
    until: Millis,
    reads: i64,
}

/// A limit of the rate of requests for charges.
#[derive(Debug, Default)]
pub(crate) struct Limit {
    pub(crate) since: Millis,
    pub(crate) until: Millis,
    refused: i64,
}

/// The buyer's page of an order is hammered at from now on.
pub(crate) fn hammer(world: &mut World, order: OrderId, process: ProcessId) {
    let name = format!("order-{order}");
    let charges = world.around.charges();
    let own = charges.iter().filter(|charge| charge.order.as_deref() == Some(&name));
    let paths = own.map(|charge| format!("/charges/{}", charge.id)).collect();
    world.hammered = Some(Hammered { process, paths, until: world.now + HAMMERING, reads: 0 });
}

/// F59: returns of a buyer cause at most one read in 2 s.
pub(crate) fn count_read(world: &mut World, sent: &Sent) {
    let Some(hammered) = &mut world.hammered else { return };
    let path = sent.request.uri().path();
    if sent.process != hammered.process
        || sent.request.method() != http::Method::GET
        || world.now > hammered.until
        || !hammered.paths.iter().any(|known| known == path)
    {
        return;
    }
    hammered.reads += 1;
    if hammered.reads > HAMMERING / READ_EVERY + OTHER_READS {
        let text = format!("{path} was read {} times in {} s", hammered.reads, Seconds(HAMMERING));
        world.around.books.pages().violate("F59", text);
    }
}

/// F59: a process that reads the same again pauses, whatever the cause.
pub(crate) fn count_rate(world: &mut World, sent: &Sent) {
    if sent.request.method() != http::Method::GET {
        return;
    }
    let minute = world.now / MINUTE;
    if world.reads.0 != minute {
        world.reads = (minute, BTreeMap::new());
    }
    let uri = sent.request.uri();
    let most = if uri.path().starts_with("/charges/") { MOST_READS } else { MOST_LISTS };
    let read = world.reads.1.entry((sent.process, uri.to_string())).or_default();
    *read += 1;
    if *read > most {
        let text = format!("{} was read {read} times in a minute", sent.request.uri().path());
        world.around.books.pages().violate("F59", text);
    }
}

/// F59: whether the service refuses a request, because it limits the rate. Requests do not become more for it.
pub(crate) fn is_refused(world: &mut World, sent: &Sent) -> bool {
    let is_create = sent.request.method() == http::Method::POST && sent.request.uri().path() == "/charges";
    if !is_create || world.now >= world.limit.until {
        return false;
    }
    world.limit.refused += 1;
    let orders = i64::try_from(world.plan.orders).unwrap_or(1) * if world.plan.neighbour { 2 } else { 1 };
    let refused = world.limit.refused;
    if refused > orders * (CREATES + (world.now - world.limit.since) / CREATE_EVERY) {
        let text = format!("{refused} requests for the charges of {orders} orders while each gets 429");
        world.around.books.pages().violate("F59", text);
    }
    true
}

/// The service limits the rate from now on.
pub(crate) fn limit_rate(world: &mut World, lasts: Millis) {
    world.limit = Limit { since: world.now, until: world.now + lasts, refused: 0 };
}

/// F60: webhooks that anyone can send fill no store.
pub(crate) fn check_inbox(world: &World) {
    if !world.plan.unsigned {
        return;
    }
    let waiting = ready(world.around.store.inner().backlog()).inbox.count;
    let most = MAX_PENDING * u64::try_from(world.plan.processes).unwrap_or(1);
    if waiting > most {
        world.around.books.pages().violate("F60", format_args!("{waiting} unsigned webhooks wait"));
    }
}

/// F57: a reconcile whose lists were cut is not complete.
pub(crate) fn check_jobs(world: &World, done_before: u64) {
    let Some((since, until)) = world.cut else { return };
    let has_begun = since == 0 || world.now - since > JOB_TAKES;
    if has_begun && world.now < until && world.around.jobs.load(Ordering::SeqCst) > done_before {
        world.around.books.pages().violate("F57", "a job is done, and its lists were cut");
    }
}
