//! Accept KakaoPay through Omise with durable payments: no payment is lost, shipped twice, or
//! trusted without proof.
//!
//! [`Merchant`] connects the state machine of `kakaopay-flows`, the client of `kakaopay-transport`
//! and a store of `kakaopay-store`. It holds no payment rules of its own.
//!
//! # Integration
//!
//! 1. Call [`Merchant::checkout`] with an [`Order`], and redirect the buyer to the returned address.
//! 2. Serve [`Merchant::webhook_service`] at the webhook URL set on Omise's dashboard.
//! 3. Run [`Merchant::run`] in the background, and ship when its [`EventHandler`] receives
//!    [`PaymentEvent::Paid`].
//! 4. On the page behind `return_uri`, show the status that [`Merchant::buyer_returned`] returns.
//! 5. Call [`Merchant::refund`] to give money back within [the refund window](types::RefundWindow).
//!
//! A charge that staff refunded in full or voided before it was read as paid is notified as
//! [`PaymentEvent::PaidAndRefunded`] instead: nothing is to be shipped, and [`PaymentStatus::is_paid`] is
//! `false`. A part that had gone back is in [`PaidOrder::refunded`]. Each refund that staff make is notified as
//! [`PaymentEvent::RefundedElsewhere`], after [`PaymentEvent::Paid`].
//!
//! Late money, such as a charge that was paid after it was read as expired, or a duplicate charge, is notified as
//! [`PaymentEvent::PaidLate`]. It releases no goods. [`RefundRequest::charge`] gives it back.
//!
//! # After an unpaid end
//!
//! A charge that failed or expired, and an order that Omise rejected, leave the reference as it is.
//! [`Merchant::checkout`] answers [`Checkout::Finished`]; offer the buyer a button that calls [`Merchant::pay_again`]
//! with [`PaymentStatus::attempt`]. It begins the next attempt once for each attempt that ended, and the order is
//! notified as paid at most once, whatever the number of attempts.
//!
//! # The handler
//!
//! Each call of the handler runs in a task of its own, beside the calls for other payments
//! ([`MerchantBuilder::max_concurrent_handlers`]), and has a timeout ([`MerchantBuilder::handler_timeout`]). An
//! error, a panic and a timeout are all failures: the notification stays in the outbox and is redelivered with the
//! same key. Neither the worker nor another payment waits for it.
//!
//! # How a payment is found
//!
//! A webhook or the buyer's return makes the charge read at once. If both are lost, polling finds
//! it: each payment has a deadline in the store, seconds ahead while the buyer may be on the page,
//! then minutes, then an hour, until the charge has a final status. In addition, [`Merchant::run`]
//! reconciles with Omise's charges and events, every hour for the last three hours and every day for
//! the last ten days ([`Merchant::reconcile`]). Any number of processes share this work over one store.
//!
//! # Metrics
//!
//! | metric | source | alert when |
//! |---|---|---|
//! | oldest due payment | `backlog().deadlines.age` | minutes old: no process runs, or the API is down |
//! | oldest webhook | `backlog().inbox.age` | minutes old |
//! | oldest notification | `backlog().outbox.age` | minutes old: the handler fails |
//! | work of the future | `backlog().ahead` | not 0: the store's clock was set back |
//! | wrong clock | `metrics().clock_warnings` | it grows: this process's clock is off the store's or Omise's |
//! | unknown outcomes | `metrics().unknown_outcomes` | it grows faster than the network's error rate explains |
//! | signature failures | `metrics().signature_failures` | it grows while webhooks do not: rotated secret or wrong clock |
//! | malformed webhooks | `metrics().webhooks_malformed` | it grows: this version is too old, or the endpoint accepts unsigned requests |
//! | webhooks of a wrong form | `metrics().webhooks_misformed` | it grows while webhooks do not: a proxy in front changes them |
//! | unsigned webhooks about other charges | `metrics().webhooks_unrelated` | it grows: set a webhook secret |
//! | unsigned webhooks over the limit | `metrics().webhooks_over_limit` | it grows: set a webhook secret |
//! | webhook store failures | `metrics().webhook_store_failures` | it grows |
//! | handler failures | `metrics().handler_failures`, of which `handler_panics` and `handler_timeouts` | it grows |
//! | alerts | [`PaymentEvent::Alert`] in the handler | always: each needs a person |
//!
//! [`Merchant::backlog`] covers all processes, [`Merchant::metrics`] this process since its start.
//!
//! # Log events
//!
//! Emitted with `tracing`:
//!
//! | message | level | fields |
//! |---|---|---|
//! | `payment record stored` | `INFO` | `reference`, `seq`, `record` |
//! | `webhook stored` | `INFO` | `key`, `duplicate` |
//! | `reconciliation finished` | `INFO` | `job`, `complete`, and the counts of [`ReconcileReport`] |
//! | `store pruned` | `INFO` | `payments`, `events` |
//! | `payment erased` | `INFO` | `reference` |
//! | `request failed: …` | `WARN` | `operation`, `kind`, `delivery`, `status`, `request_id` |
//! | `alert raised: …`, with the next step | `WARN` | `reference`, `seq` |
//! | `snapshot unusable; payment replayed from its journal` | `WARN` | `reference` |
//! | `snapshot damaged; payment replayed from its journal` | `WARN` | `reference`, `error` |
//! | `snapshot not stored; the journal is complete without it` | `WARN` | `reference`, `error` |
//! | `failed to store a response; retrying` | `WARN` | `reference`, `error` |
//! | `event handler failed; notification will be redelivered` | `WARN` | `key`, `error`, `failures` |
//! | `event handler outlived its lease; …` | `WARN` | `key` |
//! | `failed to renew leases; …`, every second | `WARN` | `leases`, `error` |
//! | `notification skipped` | `WARN` | `key` |
//! | `webhooks refused: …`, at most once a minute for each reason | `WARN` | `count`, `error` |
//! | `unsigned webhooks left out: …`, at most once a minute | `WARN` | `count` |
//! | `the clock of this process is far off the store's: …` | `WARN` | `seconds_off`, `clock`, `store_clock` |
//! | `failed to accept a connection; retrying in 50 ms` | `WARN` | `error` |
//! | `notification not understood: upgrade this process` | `ERROR` | `key` |
//! | `response to a mutation not stored; …` | `ERROR` | `reference`, `error` |
//! | `stored webhook is damaged; left out` | `ERROR` | `event` |
//! | `stored notification is damaged or was altered, …` | `ERROR` | `key` |
//! | `failed to store webhook; not acknowledged` | `ERROR` | `error` |
//! | `orphaned charge found: …` | `ERROR` | `reference`, `charge` |
//! | `failed to apply a charge to its payment` | `ERROR` | `error` |
//! | `not pruned: verify the store` | `ERROR` | `reference`, `error` |
//! | `failed to read all pages` | `ERROR` | `operation`, `error` |
//! | `event handler keeps failing for one notification: …` | `ERROR` | `key`, `failures` |
//! | `delivery of a notification panicked; …` | `ERROR` | |
//! | `failed to process a payment; will retry` | `ERROR` | `item`, `error` |
//! | `processing of a payment panicked; will retry` | `ERROR` | `item` |
//! | `failed to process due payments; retrying in 1 s` | `ERROR` | `error` |
//! | `the store panicked; retrying in 1 s` | `ERROR` | |
//! | `failed to deliver notifications; retrying` | `ERROR` | `error` |
//! | `scheduled job failed; will retry` | `ERROR` | `job`, `error` |
//! | `scheduled job panicked; will retry` | `ERROR` | `job` |
//!
//! No event contains a body, signature, key or page address.

#![deny(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod acknowledge;
mod checkout;
mod delivery;
mod driver;
mod error;
mod handler;
mod inbox;
mod invalid_order;
mod merchant;
mod metrics;
mod order;
mod prune;
mod recovery;
#[cfg(feature = "server")]
mod server;
mod status;
mod verify;
mod worker;

pub use acknowledge::acknowledge;
pub use checkout::Checkout;
pub use error::Error;
pub use handler::{EventHandler, Notification};
pub use inbox::{Inbox, InboxError};
pub use invalid_order::InvalidOrder;
pub use merchant::{Merchant, MerchantBuilder};
pub use metrics::Metrics;
pub use order::Order;
pub use prune::{PruneReport, PruneTerm, erase, prune};
pub use recovery::RebuildReport;
#[cfg(feature = "server")]
pub use server::{Listener, serve_webhooks};
pub use status::{PaymentStatus, RefundSummary};
pub use verify::{DamagedPayment, VerifyReport, verify};
pub use worker::{ReconcileReport, RunReport};

pub use kakaopay_flows as flows;
pub use kakaopay_flows::{
    Acknowledgement, Alert, CancelReason, CancelWish, CancelledBy, LateCharge, LateReason, LateRefund,
    PaidOrder, PayAgainError, PaymentEvent, RefundError, RefundRequest, RefundState, SourceMode, State,
};
pub use kakaopay_store as store;
pub use kakaopay_store::{Clock, SystemClock};
pub use kakaopay_transport as transport;
pub use kakaopay_types as types;
pub use kakaopay_webhook as webhook;
