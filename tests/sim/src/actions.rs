//! The moves, carried out.

use std::sync::atomic::Ordering;

use kakaopay::store::{Entry, Store};
use kakaopay::types::{Currency, Money, PaymentAmount, Reference, RefundAmount, ReturnUri};
use kakaopay::{Checkout, Error, Order, RefundRequest};

use crate::booked_charge::BookedCharge;
use crate::books::Books;
use crate::moves::{Action, Edited, Millis, OrderId, ProcessId};
use crate::plan::{ACTIVE, AMOUNT};
use crate::pressure;
use crate::process::Surroundings;
use crate::pruning;
use crate::service::{RETURN_URI, Service};
use crate::store::{FaultyStore, ready};
use crate::world::{Event, Trouble, World};

pub(crate) fn act(world: &mut World, action: &Action) {
    world.tell(format_args!("{action:?}"));
    match action {
        Action::CheckOut { order, process } => check_out(world, *order, *process),
        Action::Decide { order, paid } => decide(world, &world.around.clone(), action, *order, *paid),
        Action::DecideElsewhere { order, paid } => {
            decide(world, &world.neighbour.clone(), action, *order, *paid);
        }
        Action::PayAgain { order, process } => pay_again(world, *order, *process),
        Action::Cancel { order, process } => cancel(world, *order, *process),
        Action::Return { order, process } => {
            let reference = reference(*order);
            call(world, *process, async move |merchant| drop(merchant.buyer_returned(&reference).await));
        }
        Action::Refresh { order, process } => {
            let reference = reference(*order);
            call(world, *process, async move |merchant| drop(merchant.refresh(&reference).await));
        }
        Action::Refund { order, number, amount, process } => {
            refund(world, *order, *number, *amount, *process);
        }
        Action::PayDuplicate { order } => pay_duplicate(world, *order),
        Action::RefundLate { order, amount, process } => refund_late(world, *order, *amount, *process),
        Action::StaffRefund { order, amount } => refund_by_staff(world, *order, *amount),
        Action::StaffEdit { order, metadata } => edit_by_staff(world, *order, *metadata),
        Action::BackUp => world.backup = Some(world.around.store.inner().backup()),
        Action::Restore { marked, down } => restore_backup(world, *marked, *down),
        Action::Adopt { order, process } => adopt(world, *order, *process),
        Action::Prune { older_than, process } => pruning::old(world, *older_than, *process),
        Action::Kill { process, down } => {
            world.processes[*process] = None;
            world.after(*down, Event::Start(*process));
        }
        Action::Freeze { process, lasts } => world.freeze(*process, *lasts),
        Action::Flood { order, process, count } => flood(world, *order, *process, *count),
        Action::SlowService { lasts } => world.slow_until = world.slow_until.max(world.now + lasts),
        Action::FreezeConnecting { process, lasts } => world.freeze_connecting[*process] = Some(*lasts),
        Action::Skew { process, ahead } => world.ahead[*process].store(*ahead, Ordering::SeqCst),
        // A move back that comes after all clocks are right would set one off again.
        Action::Step { .. } | Action::StepStore { .. } if world.healed_at.is_some() => {}
        // Nor is a clock set back while the process is suspended, whose monotonic clock stands still: no clock of its
        // machine would show how long it was.
        Action::Step { process, by } if *by < 0 && world.frozen_until[*process] > world.now => {
            world.at(world.frozen_until[*process] + 1_000, Event::Act(action.clone()));
        }
        Action::Step { process, by } => {
            world.ahead[*process].fetch_add(*by, Ordering::SeqCst);
        }
        Action::StepStore { by } => {
            world.store_ahead.fetch_add(*by, Ordering::SeqCst);
        }
        Action::StoreTrouble { lasts } => {
            world.store_trouble.store(true, Ordering::SeqCst);
            world.after(*lasts, Event::Heal(Trouble::Store));
        }
        Action::NetworkTrouble { lasts } => {
            world.network_trouble += 1;
            world.after(*lasts, Event::Heal(Trouble::Network));
        }
        Action::HandlerTrouble { lasts } => {
            world.around.books.pages().handler_trouble = true;
            world.after(*lasts, Event::Heal(Trouble::Handler));
        }
        Action::Hammer { .. }
        | Action::Misread { .. }
        | Action::LimitRate { .. }
        | Action::UnsignedFlood { .. }
        | Action::CutLists { .. }
        | Action::Garble { .. }
        | Action::FailStore(_) => press(world, action),
    }
}

/// The moves that press on the shop. Others are ignored.
fn press(world: &mut World, action: &Action) {
    match action {
        Action::Hammer { order, process, count } => hammer_at(world, *order, *process, *count),
        Action::LimitRate { lasts } => pressure::limit_rate(world, *lasts),
        Action::UnsignedFlood { order, process, count } => flood_unsigned(world, *order, *process, *count),
        Action::CutLists { lasts } => world.cut = Some((world.now, world.now + lasts)),
        Action::Misread { order, status, lasts } => {
            let name = reference(*order).as_str().to_owned();
            world.around.books.pages().misread.insert(name.clone());
            world.misread.insert(name, (status, world.now + lasts));
        }
        Action::Garble { order, lasts } => {
            world.garbled.insert(reference(*order).as_str().to_owned(), world.now + lasts);
        }
        Action::FailStore(failure) => world.around.faults.plan(*failure),
        _ => {}
    }
}

pub(crate) fn call<F: Future<Output = ()> + Send + 'static>(
    world: &World,
    process: ProcessId,
    call: impl FnOnce(kakaopay::Merchant<FaultyStore>) -> F,
) {
    if let Some(process) =
        world.processes[process].as_ref().filter(|_| world.frozen_until[process] <= world.now)
    {
        process.call(call);
    }
}

fn refund(world: &World, order: OrderId, number: u8, amount: i64, process: ProcessId) {
    let reference = reference(order);
    let name = Reference::parse(&format!("refund-{number}")).expect("a reference");
    let request = RefundRequest::new(name, RefundAmount::new(amount).expect("an amount"));
    let books = world.around.books.clone();
    call(world, process, async move |merchant| {
        let refunded = merchant.refund(&reference, request).await;
        books.pages().refund_returned(&reference, refunded);
    });
}

fn restore_backup(world: &mut World, marked: bool, down: Millis) {
    let Some(backup) = world.backup.clone() else { return };
    let mut pages = world.around.books.pages();
    pages.was_restored = true;
    // The backup has the notifications that were removed since.
    pages.pruned_keys.clear();
    drop(pages);
    for process in 0..world.plan.processes {
        world.processes[process] = None;
        world.after(down, Event::Start(process));
    }
    let store = world.around.store.inner();
    store.replace_with(&backup);
    if marked {
        ready(kakaopay::store::restore(store));
    }
}

/// The operator adopts an order, again and again until it succeeds.
fn adopt(world: &World, order: OrderId, process: ProcessId) {
    let (name, books) = (reference(order), world.around.books.clone());
    books.pages().to_adopt.insert(name.as_str().to_owned());
    let bought = order_of(&world.around, &name);
    call(world, process, async move |merchant| match merchant.adopt(bought).await {
        Ok(status) => {
            books.pages().tell(format_args!("{name}: adopted: {}", status.state.name()));
            books.pages().to_adopt.remove(name.as_str());
        }
        Err(error) => books.pages().tell(format_args!("{name}: not adopted: {error}")),
    });
}

/// The operator takes up the orders whose charges were notified as orphaned.
pub(crate) fn operate(world: &mut World) {
    if world.now < world.operator_looks_at {
        return;
    }
    world.operator_looks_at = world.now + 120_000;
    let orders = world.around.books.pages().to_adopt.clone();
    for name in orders {
        let order = name.trim_start_matches("order-").parse().expect("a number");
        let process = usize::try_from(world.now / 1_000).unwrap_or(0) % world.plan.processes;
        act(world, &Action::Adopt { order, process });
    }
}

fn order_of(shop: &Surroundings, reference: &Reference) -> Order {
    let description = if shop.has_long_descriptions() { "x".repeat(10_000) } else { String::new() };
    let amount = PaymentAmount::new(Money::new(AMOUNT, Currency::SGD)).expect("an amount");
    let uri = format!("{RETURN_URI}{}&store={}", reference.as_str(), shop.store_id.as_str());
    let uri = ReturnUri::parse(&uri).expect("an address");
    let order = Order::new(reference.clone(), amount, uri);
    let order = shop.terms_of(reference.as_str()).of(order);
    if description.is_empty() { order } else { order.with_description(description) }
}

fn check_out(world: &World, order: OrderId, process: ProcessId) {
    let (reference, books) = (reference(order), world.around_of(process).books.clone());
    let store = world.around_of(process).store.clone();
    let bought = order_of(world.around_of(process), &reference);
    call(world, process, async move |merchant| {
        books.pages().wishes.want(reference.as_str());
        let checkout = merchant.checkout(bought).await;
        books.pages().wishes.wanted(reference.as_str());
        hand_out(&books, &store, &reference, checkout);
    });
}

/// The page that offers another attempt names the attempt that ended.
fn pay_again(world: &World, order: OrderId, process: ProcessId) {
    let (reference, books) = (reference(order), world.around.books.clone());
    let store = world.around.store.clone();
    let bought = order_of(&world.around, &reference);
    call(world, process, async move |merchant| {
        let Ok(Some(status)) = merchant.status(&reference).await else { return };
        if status.state.is_unpaid_end() {
            books
                .pages()
                .tell(format_args!("{reference}: the buyer tries again after attempt {}", status.attempt));
            books.pages().wishes.want(reference.as_str());
            let checkout = merchant.pay_again(bought, status.attempt).await;
            books.pages().wishes.wanted(reference.as_str());
            hand_out(&books, &store, &reference, checkout);
        }
    });
}

/// The merchant cancels an order.
fn cancel(world: &World, order: OrderId, process: ProcessId) {
    let (reference, books) = (reference(order), world.around.books.clone());
    call(world, process, async move |merchant| {
        let cancelled = merchant.cancel(&reference).await;
        let mut pages = books.pages();
        match cancelled {
            Ok(status) => {
                let is_wished = status.cancel_wish.is_some_and(|wish| wish.forbids_goods());
                let state = status.state.name();
                pages.tell(format_args!("{reference}: to be cancelled: {is_wished}, {state}"));
                if is_wished {
                    pages.wishes.cancel(reference.as_str());
                }
            }
            Err(error) => pages.tell(format_args!("{reference}: not cancelled: {error}")),
        }
    });
}

fn hand_out(books: &Books, store: &FaultyStore, reference: &Reference, checkout: Result<Checkout, Error>) {
    let mut pages = books.pages();
    match checkout {
        Ok(Checkout::Redirect { authorize_uri, .. }) => {
            pages.hand_out(reference.as_str(), &authorize_uri);
            if !is_known(store, reference, &authorize_uri) {
                pages.violate("I10", format_args!("{reference}: a link was handed out that is not stored"));
            }
        }
        Ok(other) => pages.tell(format_args!("{reference}: no link yet: {}", name_of(&other))),
        Err(error) => pages.tell(format_args!("{reference}: checkout failed: {error}")),
    }
}

/// Whether the journal of an order has a text.
fn is_known(store: &FaultyStore, order: &Reference, text: &str) -> bool {
    let entries = ready(store.inner().read_journal(order));
    let has_text = |entry: &Entry| String::from_utf8_lossy(&entry.bytes).contains(text);
    // It is not kept once the payment is over.
    pruning::is_pruned(&entries) || entries.iter().any(has_text)
}

/// The buyer decides on the page that they were sent to. Without a link, they try again later.
fn decide(world: &mut World, shop: &Surroundings, action: &Action, order: OrderId, paid: bool) {
    let name = reference(order).as_str().to_owned();
    let link = shop.books.pages().links.get(&name).and_then(|links| links.last().cloned());
    let Some(charge) = link.and_then(|link| world.around.service.charge_behind(&link)) else {
        if world.now < ACTIVE {
            world.after(30_000, Event::Act(action.clone()));
        }
        return;
    };
    let verb = if paid { "mark_as_paid" } else { "mark_as_failed" };
    let (status, _) = world.around.service.staff("POST", &format!("/charges/{}/{verb}", charge.id), "");
    world.tell(format_args!("{name}: {verb}: {}", status.as_u16()));
}

fn pay_duplicate(world: &World, order: OrderId) {
    let name = reference(order).as_str().to_owned();
    let links = world.around.books.pages().links.get(&name).cloned().unwrap_or_default();
    // Once the metadata names the order no more, nothing leads from the charge to it.
    let is_duplicate = |charge: &BookedCharge| {
        charge.order.as_deref() == Some(&name)
            && charge.named == charge.order
            && charge.status == "pending"
            && !links.contains(&charge.authorize_uri)
    };
    let Some(charge) = world.around.charges().into_iter().find(is_duplicate) else { return };
    let (status, _) = world.around.service.staff("POST", &format!("/charges/{}/mark_as_paid", charge.id), "");
    world.tell(format_args!("{name}: duplicate {} paid: {}", charge.id, status.as_u16()));
}

fn refund_late(world: &World, order: OrderId, amount: i64, process: ProcessId) {
    let (reference, books) = (reference(order), world.around.books.clone());
    call(world, process, async move |merchant| {
        let Ok(Some(status)) = merchant.status(&reference).await else { return };
        for (charge, late) in status.late_charges {
            let name = Reference::parse(&format!("late-{}", late.attempt)).expect("a reference");
            let amount = RefundAmount::new(amount).expect("an amount");
            let request = RefundRequest::new(name, amount).charge(charge);
            let refunded = merchant.refund(&reference, request).await;
            books.pages().refund_returned(&reference, refunded);
        }
    });
}

/// Valid webhooks about the order's charges arrive, each of another event.
fn flood(world: &mut World, order: OrderId, process: ProcessId, count: usize) {
    let name = reference(order).as_str().to_owned();
    let charges = world.around.service.charges();
    for charge in charges.iter().filter(|charge| charge.order.as_deref() == Some(&name)) {
        for _ in 0..count {
            let webhook = world.around.service.webhook_about(&charge.id, world.counter);
            world.after(10, Event::Webhook(webhook, process));
        }
    }
}

/// The buyer's page reloads, and returns from the wallet, over and over.
fn hammer_at(world: &mut World, order: OrderId, process: ProcessId, count: i64) {
    // Before a link was handed out, a store that is suspect looks for the order each time.
    if !world.around.books.pages().links.contains_key(reference(order).as_str()) {
        if world.now < ACTIVE {
            world.after(10_000, Event::Act(Action::Hammer { order, process, count }));
        }
        return;
    }
    pressure::hammer(world, order, process);
    for number in 0..count {
        let at = number * pressure::HAMMERING / count;
        world.after(at, Event::Act(Action::Return { order, process }));
        world.after(at + 7, Event::Act(Action::CheckOut { order, process }));
    }
}

/// Unsigned webhooks arrive about the order's charges, and as many about others.
fn flood_unsigned(world: &mut World, order: OrderId, process: ProcessId, count: u64) {
    let name = reference(order).as_str().to_owned();
    let charges = world.around.charges();
    let own = charges.iter().find(|charge| charge.order.as_deref() == Some(&name));
    let charges = [own.map(|charge| charge.id.as_str()), Some("chrg_test_0000000000000000000")];
    for charge in charges.into_iter().flatten() {
        for _ in 0..count {
            let webhook = Service::unsigned_webhook_about(charge, world.counter);
            world.after(10, Event::Webhook(webhook, process));
        }
    }
}

fn refund_by_staff(world: &World, order: OrderId, amount: i64) {
    let name = reference(order).as_str().to_owned();
    let paid = world
        .around
        .charges()
        .into_iter()
        .find(|charge| charge.order.as_deref() == Some(&name) && charge.status == "successful");
    let Some(charge) = paid else { return };
    let form = format!("amount={amount}");
    let (status, _) = world.around.service.staff("POST", &format!("/charges/{}/refunds", charge.id), &form);
    world.tell(format_args!("{name}: staff refund {amount}: {}", status.as_u16()));
}

fn edit_by_staff(world: &World, order: OrderId, metadata: Edited) {
    let name = reference(order).as_str().to_owned();
    let charges = world.around.charges();
    let Some(charge) = charges.iter().rfind(|charge| charge.order.as_deref() == Some(&name)) else { return };
    // A charge that no response showed is known by its metadata alone.
    let links = world.around.books.pages().links.get(&name).cloned().unwrap_or_default();
    if !links.contains(&charge.authorize_uri) {
        return;
    }
    let form = match metadata {
        Edited::Empty => "metadata[note]=".to_owned(),
        Edited::Garbage => "metadata[kakaopay_reference]=call+the+buyer".to_owned(),
        Edited::Names(other) => {
            let (other, store) = (reference(other), world.around.store_id.as_str());
            format!("metadata[kakaopay_reference]={}/1&metadata[kakaopay_store]={store}", other.as_str())
        }
    };
    let (status, _) = world.around.service.staff("PATCH", &format!("/charges/{}", charge.id), &form);
    world.tell(format_args!("{name}: staff edit {}: {}", charge.id, status.as_u16()));
}

/// The reference of an order.
#[must_use]
pub(crate) fn reference(order: OrderId) -> Reference {
    Reference::parse(&format!("order-{order}")).expect("a reference")
}

fn name_of(checkout: &Checkout) -> &'static str {
    match checkout {
        Checkout::Redirect { .. } => "redirect",
        Checkout::InProgress => "in progress",
        Checkout::Finished(status) => status.state.name(),
        _ => "other",
    }
}
