//! The operation of a request, which the layers read and which is never sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kakaopay_types::endpoint::{Effect, Endpoint, Method};

/// The operation of a request, such as `charges.create`. The [`RequestBody`](crate::RequestBody) of every
/// request of a [`Client`](crate::Client) carries it.
#[derive(Debug, Clone)]
pub struct Operation {
    name: &'static str,
    /// Whether a mutation was sent, shared by all clones; `None` for a read.
    sent: Option<Arc<AtomicBool>>,
}

impl Operation {
    /// Returns the operation of an endpoint.
    #[must_use]
    pub fn of<E: Endpoint>() -> Self {
        let idempotent = E::Effect::IDEMPOTENT && E::METHOD == Method::Get;
        Self { name: E::OPERATION, sent: (!idempotent).then(Arc::default) }
    }

    /// Name of the operation, such as `charges.create`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether the operation is a read, so that sending it twice has the same effect as sending it once.
    /// The API has no idempotency key, so no layer may send a mutation again.
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        self.sent.is_none()
    }

    /// Marks the request as sent. Returns `false` if it is a mutation that was sent before.
    pub(crate) fn mark_sent(&self) -> bool {
        self.sent.as_ref().is_none_or(|sent| !sent.swap(true, Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use kakaopay_types::endpoint::{CreateCharge, RetrieveCharge};

    use super::*;

    #[test]
    fn f24_a_mutation_and_its_clones_are_sent_once() {
        let create = Operation::of::<CreateCharge>();
        assert_eq!((create.name(), create.is_idempotent()), ("charges.create", false));
        let clone = create.clone();
        assert!(create.mark_sent() && !clone.mark_sent() && !create.mark_sent());
        assert!(Operation::of::<CreateCharge>().mark_sent());

        let read = Operation::of::<RetrieveCharge>();
        assert!(read.is_idempotent() && read.mark_sent() && read.mark_sent());
    }
}
