//! The promise after the clocks are right again: nothing sleeps for longer than it would have with right clocks.

use kakaopay::store::Store;

use crate::moves::{Millis, Seconds};
use crate::store::ready;
use crate::world::World;

/// What must be so some time after everything has healed.
struct Promise {
    /// How long after.
    after: Millis,
    /// How it is broken, if it is.
    broken: fn(&World, Millis) -> Option<String>,
}

/// In order of time.
const PROMISES: [Promise; 4] = [
    // A lease, a minute, and as long as requests that were sent before may wait.
    Promise { after: 300_000, broken: work_is_late },
    // The longest backoff more.
    Promise { after: 1_200_000, broken: notifications_are_late },
    // Each hourly job has run, after the lease of a process that died during it.
    Promise { after: 3_900_000, broken: no_job_has_run },
    // The longest interval between two polls before a charge expires, with its jitter.
    Promise { after: 4_600_000, broken: a_charge_is_not_polled },
];

/// Checks the promises that are due.
pub(crate) fn check(world: &mut World) {
    let Some(healed_at) = world.healed_at else { return };
    while let Some(promise) = PROMISES.get(world.promises).filter(|next| world.now >= healed_at + next.after)
    {
        world.promises += 1;
        if let Some(text) = (promise.broken)(world, healed_at) {
            let since = Seconds(world.now - healed_at);
            world.around.books.pages().violate("F53", format_args!("{since} s after all is right, {text}"));
        }
    }
}

/// Whether all promises were checked.
pub(crate) fn is_done(world: &World) -> bool {
    world.promises == PROMISES.len()
}

fn work_is_late(world: &World, healed_at: Millis) -> Option<String> {
    let backlog = ready(world.around.store.inner().backlog());
    let age =
        |age: Option<std::time::Duration>| i64::try_from(age.unwrap_or_default().as_millis()).unwrap_or(0);
    let (due, received) = (age(backlog.deadlines.age), age(backlog.inbox.age));
    if backlog.ahead > 0 {
        return Some(format!("{} rows are set in the future", backlog.ahead));
    }
    (due > 60_000 || received > world.now - healed_at).then(|| {
        format!("a payment is due since {} s, and a webhook waits for {} s", Seconds(due), Seconds(received))
    })
}

fn notifications_are_late(world: &World, healed_at: Millis) -> Option<String> {
    let outbox = ready(world.around.store.inner().backlog()).outbox;
    let age = i64::try_from(outbox.age.unwrap_or_default().as_millis()).unwrap_or(0);
    (age > world.now - healed_at)
        .then(|| format!("{} notifications wait, one for {} s", outbox.count, Seconds(age)))
}

fn no_job_has_run(world: &World, _: Millis) -> Option<String> {
    (world.around.jobs_done() == world.jobs_before).then(|| "no job has run".to_owned())
}

fn a_charge_is_not_polled(world: &World, healed_at: Millis) -> Option<String> {
    let pages = world.around.books.pages();
    let polled = |charge: &String| pages.polled.get(charge).is_some_and(|at| *at >= healed_at);
    // A charge that was shown as ended is polled no more.
    let links = pages.links.iter().filter(|(order, _)| !world.misread.contains_key(*order));
    let links = links.flat_map(|(_, links)| links);
    let charges = links.filter_map(|link| world.around.service.charge_behind(link));
    let mut waiting = charges.filter(|charge| charge.status == "pending").map(|charge| charge.id);
    waiting.find(|charge| !polled(charge)).map(|charge| format!("{charge} is pending and was not read"))
}
