//! An in-process stand-in for the Omise API with KakaoPay, for tests without an account or a network.
//!
//! The sandbox has the state, the errors and the webhooks of a test account that accepts only KakaoPay, and a
//! settable clock of its own. It serves sources, charges, refunds, events, searches, the capability, the account and
//! webhook secrets, in the API version of each request. [`Sandbox::service`] is a tower service that a client calls
//! without a socket, [`Sandbox::act_as_buyer`] pays, and [`Sandbox::set_faults`] makes requests fail.
//!
//! `kakaopay-sandbox-server` serves it over TCP, with payment pages and a dashboard, and posts webhooks.
//!
//! The objects are written independently of the models in `kakaopay-types`, so that tests can compare the two.
//!
//! ```
//! use kakaopay_sandbox::Sandbox;
//! use tower_service::Service;
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let sandbox = Sandbox::builder().seed(1).build();
//! let request = http::Request::get("/capability").body(http_body_util::Empty::<bytes::Bytes>::new())?;
//! let response = sandbox.service().call(request).await?;
//! assert_eq!(response.status(), 401);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![deny(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod activity;
mod allowed_host;
mod api;
mod body;
mod builder;
mod buyer;
mod change_watcher;
mod clock;
mod connection_dropped;
mod fault;
mod json;
mod keys;
mod object;
mod plain_http;
mod poster;
mod restore;
mod return_host;
pub mod route;
mod sandbox;
mod schedule_progress;
mod service;
mod snapshot;
mod state;
mod version;
mod webhook_address;
mod webhook_delivery;
mod webhook_host;
mod webhook_schedule;
mod webhook_url;

pub use activity::{Activity, ChargeSummary, EventSummary, WebhookAttempt};
pub use api::{ApiOperation, EMPTY_SCOPES, api_operations};
pub use body::SandboxBody;
pub use builder::SandboxBuilder;
pub use buyer::{BuyerAction, BuyerActionError};
pub use change_watcher::ChangeWatcher;
pub use clock::{ClockSpeed, InvalidClockSpeed, SandboxClock};
pub use connection_dropped::ConnectionDropped;
pub use fault::{Fault, FaultRule, InvalidFaultRule, Trigger};
pub use poster::{PostError, Poster};
pub use return_host::{InvalidReturnHost, ReturnHost};
pub use sandbox::Sandbox;
pub use service::SandboxService;
pub use snapshot::{RestoreError, SavedSandbox, Snapshot};
pub use state::EVENT_KEYS;
pub use webhook_address::is_forbidden_address;
pub use webhook_host::{InvalidWebhookHost, WebhookHost};
pub use webhook_schedule::{InvalidWebhookSchedule, WebhookSchedule};
pub use webhook_url::{InvalidWebhookUrl, WebhookUrl, is_loopback};
