//! The promise that advice helps: an operator who does what the alerts say is left with no alert.

use kakaopay::flows::Payment;
use kakaopay::{Alert, Merchant};
use kakaopay_types::Reference;

use crate::actions::call;
use crate::booked_charge::BookedCharge;
use crate::ending;
use crate::moves::ProcessId;
use crate::store::FaultyStore;
use crate::world::World;

/// One step of an alert's text.
#[derive(Debug, Clone, Copy)]
enum Step {
    Acknowledge,
    Refresh,
    Resume,
}

/// Follows the text of each open alert. Returns whether there was one.
pub(crate) fn follow(world: &World) -> bool {
    let shops = [(0, &world.around), (world.plan.neighbour_process(), &world.neighbour)];
    let mut followed = false;
    for (process, shop) in shops {
        let charges = shop.charges();
        for payment in ending::payments(shop) {
            for alert in payment.alerts() {
                followed = true;
                let steps = steps(alert, &payment, &charges);
                let reference = payment.intent().reference.clone();
                shop.books
                    .pages()
                    .tell(format_args!("{reference}: operator follows {}: {steps:?}", alert.key()));
                take(world, process, reference, alert.key(), steps);
            }
        }
    }
    followed
}

/// I8: no alert is left.
pub(crate) fn check(world: &World) {
    for shop in world.real_shops() {
        let payments = ending::payments(shop);
        let mut pages = shop.books.pages();
        for payment in payments {
            let name = &payment.intent().reference;
            if !payment.alerts().is_empty() {
                let alerts = payment.alerts();
                pages.violate("I8", format_args!("{name}: {alerts:?} stay open although they were followed"));
            } else if !payment.state().is_final() {
                let state = payment.state().name();
                pages.violate("I8", format_args!("{name} is {state} although its alerts were followed"));
            }
        }
    }
}

fn take(world: &World, process: ProcessId, reference: Reference, key: String, steps: Vec<Step>) {
    call(world, process, async move |merchant: Merchant<FaultyStore>| {
        for step in steps {
            // An alert may have closed by itself in between.
            let _ = match step {
                Step::Acknowledge => merchant.acknowledge(&reference, &key, "operator", "followed").await,
                Step::Refresh => merchant.refresh(&reference).await,
                Step::Resume => merchant.resume(&reference).await,
            };
        }
    });
}

/// The steps that the text names, in its order. The operator looks at the dashboard first.
fn steps(alert: &Alert, payment: &Payment, charges: &[BookedCharge]) -> Vec<Step> {
    let text = alert.to_string();
    let named =
        [("`acknowledge`", Step::Acknowledge), ("`refresh`", Step::Refresh), ("`resume`", Step::Resume)];
    let mut steps: Vec<_> =
        named.into_iter().filter_map(|(name, step)| Some((text.find(name)?, step))).collect();
    steps.sort_by_key(|(position, _)| *position);
    let is_advised = |step: &Step| !matches!(step, Step::Resume) || is_absent(alert, payment, charges);
    steps.into_iter().map(|(_, step)| step).filter(is_advised).collect()
}

/// Whether the dashboard lacks the charge or the refund without which the text advises `resume`.
fn is_absent(alert: &Alert, payment: &Payment, charges: &[BookedCharge]) -> bool {
    let order = payment.intent().reference.as_str();
    let mut own = charges.iter().filter(|charge| charge.order.as_deref() == Some(order));
    match alert {
        Alert::SearchBlocked => own.all(|charge| is_known(payment, &charge.id)),
        Alert::Overdue => own.next().is_none(),
        Alert::RefundUnresolved { reference } => {
            let name = Some(reference.as_str());
            own.all(|charge| charge.refunds.iter().all(|(made, _)| made.as_deref() != name))
        }
        // The money has gone back: no second refund is wanted.
        Alert::RefundMismatch { .. } => false,
        _ => true,
    }
}

fn is_known(payment: &Payment, charge: &str) -> bool {
    let own = payment.state().charge().is_some_and(|own| own.charge.as_str() == charge);
    own || payment.duplicate_charges().keys().any(|known| known.as_str() == charge)
}
