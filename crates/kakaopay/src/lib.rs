//! Accept KakaoPay through Omise: payments that are never lost, settled twice, or believed without
//! proof.
//!
//! [`Merchant`] drives the machine of `kakaopay-flows` over the client of `kakaopay-transport` and
//! a store of `kakaopay-ledger`. It moves values and holds no rules of its own.
//!
//! What a shop does:
//!
//! 1. [`Merchant::checkout`] an [`Order`], and send the buyer to the address it gives.
//! 2. Serve [`Merchant::receiver`] where the dashboard's webhook points to.
//! 3. Keep [`Merchant::run`] running, and release the goods when its [`Handler`] is told of a
//!    [`Settlement`].
//! 4. On the page the buyer comes back to, show what [`Merchant::returned`] says.
//!
//! 5. [`Merchant::refund`] what goes back, while [the window](types::RefundWindow) is open.
//!
//! # What finds a payment
//!
//! Nothing depends on one thing. A webhook makes the charge be read at once; so does the buyer's return. If both
//! are lost, each payment has its deadline in the store: after seconds while the buyer may be on the page, then
//! minutes, then an hour, and until the service says something final. Every hour [`Merchant::run`] looks at all
//! the service has made in the last three, and every day in the last ten days ([`Merchant::sweep`]). Any number
//! of processes share all that over one store.
//!
//! # What to watch
//!
//! | figure | where | worry when |
//! |---|---|---|
//! | oldest unreconciled | `backlog().deadlines.oldest` | it lies minutes back: nobody runs, or the service is away |
//! | webhooks not worked off | `backlog().inbox` | the oldest is older than minutes |
//! | outbox age | `backlog().outbox.oldest` | it is minutes old: the handler fails |
//! | unknown outcomes | `counts().unknown_outcomes` | it grows faster than your line is bad |
//! | signature failures | `counts().signature_failures` | it grows while webhooks do not: the secret was rolled, or a clock is wrong |
//! | webhooks not understood | `counts().not_understood` | it grows at all: this version is too old, or the endpoint is open to anybody |
//! | webhooks not stored | `counts().not_stored` | it grows at all: the store is in trouble |
//! | handler failures | `counts().handler_failures` | it grows at all |
//! | attentions | the handler is told [`Event::Attention`] | always: each is for a person |
//!
//! [`Merchant::backlog`] is of all processes together, [`Merchant::counts`] of this one since it began.
//!
//! # What is told in `tracing`
//!
//! | message | level | fields |
//! |---|---|---|
//! | `payment` | `INFO` | `reference`, `seq`, `record`: a fact that was stored |
//! | `webhook` | `INFO` | `key`, `receipt`: whether it was new |
//! | `swept` | `INFO` | `chore`, and what was found |
//! | a request has no good answer | `WARN` | `operation`, `kind`, `delivery`, `status`, `request_id` |
//! | the handler failed, or was slow | `WARN` | `key`, `error` |
//! | a webhook could not be stored | `ERROR` | `error` |
//! | a charge of an order that is not in this ledger | `ERROR` | `reference`, `charge` |
//! | a payment, a chore or the telling cannot go on now | `ERROR` | `error` |
//! | a webhook is not believed, or is not an event | `DEBUG` | `error` |
//!
//! No body, signature, key or address of a page is ever in them.

mod checkout;
mod clock;
#[path = "metrics.rs"]
mod counts;
#[path = "driver/engine.rs"]
mod engine;
mod error;
mod handler;
#[path = "inbox/sink.rs"]
mod inbox;
#[cfg(feature = "server")]
#[path = "server/listener.rs"]
mod listener;
#[path = "driver/rehydrate.rs"]
mod load;
mod merchant;
mod order;
#[path = "worker/run.rs"]
mod run;
#[cfg(feature = "server")]
#[path = "server/serve.rs"]
mod serve;
mod status;
#[path = "worker/reconcile.rs"]
mod sweep;
#[path = "worker/notify.rs"]
mod tell;
#[path = "driver/requests.rs"]
mod wire;
#[path = "worker/due.rs"]
mod work;

pub use checkout::Checkout;
pub use clock::{Clock, SystemClock};
pub use counts::Counts;
pub use error::Error;
pub use handler::{Handler, Telling};
pub use inbox::Inbox;
#[cfg(feature = "server")]
pub use listener::Listener;
pub use merchant::{Merchant, MerchantBuilder};
pub use order::Order;
#[cfg(feature = "server")]
pub use serve::serve;
pub use status::{RefundStatus, Status};
pub use sweep::Swept;
pub use work::Worked;

pub use kakaopay_flows as flows;
pub use kakaopay_flows::{
    AfterWindow, Attention, Event, RefundError, RefundOrder, RefundState, Settlement, SourcePlan, State,
    Withdrawal,
};
pub use kakaopay_ledger as ledger;
pub use kakaopay_transport as transport;
pub use kakaopay_types as types;
pub use kakaopay_webhook as webhook;
