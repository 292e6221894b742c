//! Payments as the driver stores them: the intent before any request, and the payment.

use std::time::Duration;

use kakaopay_store::{Commit, DeadlineChange, OutboxMessage, Seq, Store};
use kakaopay_types::{ChargeId, Reference};
use tokio::task::JoinSet;

/// Journal entry before a charge is requested, in its usual size.
pub(super) const INTENT: &str = r#"{"v":2,"at":"2023-06-15T02:25:15Z","records":[{"record":"opened","reference":"order-345678","amount":150000,"currency":"SGD","mode":"test","return_uri":"https://example.com/orders/345678/complete","description":null,"source":{"plan":"with_charge","platform_type":"WEB"},"jitter_seed":7},{"record":"charge_requested","attempt":1}]}"#;
/// Journal entry of a paid charge.
pub(super) const PAID: &str = r#"{"v":2,"at":"2023-06-15T02:25:45Z","records":[{"record":"successful","paid_at":"2023-06-15T02:30:00Z"}]}"#;

/// Stores a payment in two steps, each durable before the next: the intent with its deadline, and the paid charge with
/// the message to the merchant.
///
/// # Panics
/// If the store fails.
pub async fn pay(store: &impl Store, name: &str) {
    let reference = Reference::parse(name).expect("a reference");
    let charge = ChargeId::parse(&format!("chrg_test_{}", name.replace(['-', '_'], ""))).expect("an id");
    let intent = Commit::new(reference.clone(), Seq::ZERO)
        .entry(INTENT.as_bytes())
        .deadline(DeadlineChange::In(Duration::from_secs(2)));
    let seq = store.commit(intent).await.expect("stored");
    let paid = Commit::new(reference, seq)
        .entry(PAID.as_bytes())
        .deadline(DeadlineChange::Clear)
        .messages(vec![OutboxMessage::new(format!("{name}/paid"), PAID.as_bytes())])
        .charge(charge);
    store.commit(paid).await.expect("stored");
}

/// Stores `count` payments with this number of callers. Their references start with `name` and are in random order, as
/// an index meets them.
///
/// # Panics
/// If the store fails.
pub async fn payments(store: &impl Store, name: &str, count: u64, at_a_time: u64) {
    let mut callers = JoinSet::new();
    for caller in 0..at_a_time {
        let (store, name) = (store.clone(), name.to_owned());
        callers.spawn(async move {
            for number in (caller..count).step_by(usize::try_from(at_a_time).expect("few")) {
                // Knuth's multiplicative hash: each number once, all over the range.
                let spread = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
                pay(&store, &format!("{spread:016x}-{name}-{number}")).await;
            }
        });
    }
    while let Some(ended) = callers.join_next().await {
        ended.expect("a caller");
    }
}
