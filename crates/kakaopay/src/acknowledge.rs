//! Acknowledges an alert with the store alone.

use kakaopay_flows::{Output, Payment};
use kakaopay_store::{Commit, Seq, Store};
use kakaopay_types::{Reference, Timestamp};

use crate::driver::{MAX_TRIES, load};
use crate::error::Error;
use crate::status::PaymentStatus;

/// Acknowledges an open alert of a payment like [`Merchant::acknowledge`](crate::Merchant::acknowledge), for a tool
/// that has the store and no key. It changes no money and sends nothing.
///
/// # Errors
/// - [`Error::NotFound`] and [`Error::AlertNotFound`] if there is no such payment or alert.
/// - [`Error::StoreClosed`] if the store's payments have moved to another store: use that one.
/// - [`Error::Store`] if the store fails: try again.
pub async fn acknowledge(
    store: &impl Store,
    reference: &Reference,
    alert_key: &str,
    who: &str,
    why: &str,
) -> Result<PaymentStatus, Error> {
    for _ in 0..MAX_TRIES {
        let loaded = load(store, reference).await?;
        if let Some(why) = loaded.closed {
            return Err(Error::StoreClosed { why });
        }
        let Some(mut payment) = loaded.payment else { return Err(Error::NotFound(reference.clone())) };
        acknowledge_alert(&mut payment, alert_key, who, why, loaded.now)?;
        let mut entry = None;
        while let Some(output) = payment.poll_output() {
            if let Output::Persist(stored) = output {
                entry = Some(stored);
            }
        }
        // It was acknowledged before, otherwise.
        if let Some(entry) = entry {
            let expected = Seq::new(entry.seq.saturating_sub(1));
            match store.commit(Commit::new(reference.clone(), expected).entry(entry.to_bytes())).await {
                Ok(_) => {}
                Err(error) if error.is_conflict() => continue,
                Err(error) => return Err(error.into()),
            }
        }
        return Ok(PaymentStatus::of(&payment));
    }
    Err(Error::TooMuchContention(reference.clone()))
}

/// Acknowledges an open alert of a payment.
///
/// # Errors
/// [`Error::AlertNotFound`] if it has no such alert.
pub(crate) fn acknowledge_alert(
    payment: &mut Payment,
    alert_key: &str,
    who: &str,
    why: &str,
    now: Timestamp,
) -> Result<(), Error> {
    if payment.acknowledge(alert_key, who, why, now)? {
        return Ok(());
    }
    let reference = payment.intent().reference.clone();
    Err(Error::AlertNotFound { reference, key: alert_key.to_owned() })
}
