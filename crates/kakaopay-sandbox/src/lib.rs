//! A stand-in for the Omise API and its KakaoPay page, on a laptop.
//!
//! It has the state, the errors and the webhooks of a test account that takes KakaoPay and nothing
//! else, and a clock of its own that can be moved. It answers sources, charges, refunds, events,
//! searches, the capability, the account and webhook secrets, in the version that a call asks for,
//! and any client of the service's: each manner of writing a key, a form or JSON is taken.
//! `/omise.js` is a script for the pages of a shop, and `/openapi.json` describes every call.
//!
//! Nothing of it is shared with the machine that drives payments: its objects are written a second
//! time, so that the one can be held against the other.
//!
//! ```
//! use kakaopay_sandbox::Sandbox;
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let sandbox = Sandbox::builder().build();
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let running = sandbox.serve(listener)?;
//! println!("the API is at {}", running.url());
//! running.shutdown().await;
//! # Ok::<(), std::io::Error>(())
//! # })?;
//! # Ok::<(), std::io::Error>(())
//! ```

mod api;
mod body;
mod clock;
mod control;
mod desk;
mod fault;
mod json;
mod keys;
mod object;
mod openapi;
mod page;
mod plan;
mod rate;
mod route;
mod sandbox;
mod script;
mod serve;
mod service;
mod snapshot;
mod version;
mod webhook;
mod webhook_host;
mod world;

pub use body::SandboxBody;
pub use clock::SandboxClock;
pub use fault::{Fault, InvalidRule, Rule, When};
pub use plan::{InvalidPlan, WebhookPlan};
pub use rate::{ClockRate, InvalidRate};
pub use sandbox::{Sandbox, SandboxBuilder};
pub use serve::{Bounds, Running};
pub use service::{Lost, SandboxService};
pub use snapshot::{RestoreError, Snapshot};
pub use version::{ApiVersion, InvalidApiVersion};
pub use webhook::{InvalidWebhookUrl, WebhookUrl};
pub use webhook_host::{InvalidWebhookHost, WebhookHost};
