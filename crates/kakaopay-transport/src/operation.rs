//! Which call a request is: known to every layer, written nowhere on the wire.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kakaopay_types::endpoint::{Effect, Endpoint, Method};

/// Which call a request is. It stands in the [`RequestBody`](crate::RequestBody) of every request that
/// a [`Client`](crate::Client) makes.
#[derive(Debug, Clone)]
pub struct Operation {
    name: &'static str,
    /// Whether the request has left, for one that must leave once. What is cloned of it knows, too.
    left: Option<Arc<AtomicBool>>,
}

impl Operation {
    /// The call that an endpoint value makes.
    #[must_use]
    pub fn of<E: Endpoint>() -> Self {
        let repeatable = E::Effect::IDEMPOTENT && E::METHOD == Method::Get;
        Self { name: E::OPERATION, left: (!repeatable).then(Arc::default) }
    }

    /// The call's name, such as `charges.create`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether sending it twice is the same as sending it once: it only reads. The API has no
    /// idempotency key, so that no layer may send any other again.
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        self.left.is_none()
    }

    /// Marks the request as one that leaves now; whether it may.
    pub(crate) fn leave(&self) -> bool {
        self.left.as_ref().is_none_or(|left| !left.swap(true, Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use kakaopay_types::endpoint::{CreateCharge, RetrieveCharge};

    use super::*;

    #[test]
    fn f24_what_changes_something_leaves_once_whoever_cloned_it() {
        let create = Operation::of::<CreateCharge>();
        assert_eq!((create.name(), create.is_idempotent()), ("charges.create", false));
        let clone = create.clone();
        assert!(create.leave() && !clone.leave() && !create.leave());
        assert!(Operation::of::<CreateCharge>().leave());

        let read = Operation::of::<RetrieveCharge>();
        assert!(read.is_idempotent() && read.leave() && read.leave());
    }
}
