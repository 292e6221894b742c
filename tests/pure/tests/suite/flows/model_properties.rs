//! Whatever holds in every state of the model, and the states that it must reach.

use kakaopay_flows::{Deadline, PaymentEvent, RefundState, State};
use kakaopay_types::ChargeStatus;
use stateright::{Model, Property};

use super::model_bounds::Bounds;
use super::model_world::World;

const BACK: &str = "order-345678/paid_and_refunded";
const CANCELLED: &str = "order-345678/1/cancelled";
const REFUSED: &str = "order-345678/1/cancel_refused";

/// The properties of a model within its bounds.
pub(super) fn properties(bounds: &Bounds) -> Vec<Property<Bounds>> {
    let mut properties: Vec<Property<Bounds>> = vec![
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
        Property::always("I2, I8: every way ends, and ends in the truth", |model: &Bounds, world: &World| {
            let mut actions = Vec::new();
            model.actions(world, &mut actions);
            !actions.is_empty() || (world.is_over() && is_true(world))
        }),
        Property::sometimes("paid", |_, world: &World| world.is_paid()),
        Property::sometimes("two charges", |_, world: &World| world.service.charges.len() == 2),
    ];
    if !bounds.is_held {
        properties.push(Property::sometimes("expired", |_, world: &World| {
            matches!(world.driver.payment().map(|payment| payment.state()), Some(State::Expired(_)))
        }));
    }
    if bounds.cancels > 0 || bounds.is_held {
        properties.push(Property::always(
            "F64: what is notified as cancelled ships nothing",
            |_, world: &World| {
                let has = |key: &str| world.driver.notified.contains_key(key);
                !(has(CANCELLED) && world.driver.is_notified_as_paid())
            },
        ));
        properties.push(Property::sometimes("F64: cancelled", |_, world: &World| {
            world.is_over() && world.driver.notified.contains_key(CANCELLED)
        }));
    }
    if bounds.cancels > 0 {
        let late =
            Property::sometimes("F64: paid late", |_, world: &World| world.is_over() && world.is_late());
        properties.push(late);
    }
    if bounds.refuses {
        properties.push(Property::sometimes("F64: refused", |_, world: &World| {
            world.driver.notified.contains_key(REFUSED)
        }));
    }
    let is_back = |_: &Bounds, world: &World| world.is_over() && world.driver.notified.contains_key(BACK);
    properties.extend((bounds.staff > 0).then(|| Property::sometimes("F49: the money is back", is_back)));
    properties
}

/// Whether the shop's state agrees with the service's.
fn is_true(world: &World) -> bool {
    let Some(payment) = world.driver.payment() else { return false };
    let status = payment.state().charge().and_then(|own| world.service.charge(&own.charge));
    let expected = match payment.state() {
        State::Successful { .. } => ChargeStatus::Successful,
        State::Failed { .. } => ChargeStatus::Failed,
        State::Expired(_) => ChargeStatus::Expired,
        State::Cancelled(None) => return true,
        State::Cancelled(Some(_)) if world.is_late() => ChargeStatus::Successful,
        State::Cancelled(Some(_)) => ChargeStatus::Expired,
        _ => return false,
    };
    let made = world.service.refunds.iter().filter(|refund| !refund.metadata.is_empty()).count();
    let closed =
        payment.refunds().values().filter(|refund| matches!(refund.state(), RefundState::Completed { .. }));
    status.is_some_and(|charge| charge.status == expected) && closed.count() == made
}
