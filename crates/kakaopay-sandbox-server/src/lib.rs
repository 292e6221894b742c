//! A server for [`kakaopay_sandbox::Sandbox`] over TCP, with payment pages for buyers, a dashboard for testers,
//! `/_sandbox` for control, and signed webhooks.
//!
//! `/omise.js` is a script for the pages of a shop, and `/openapi.json` describes all calls.
//!
//! ```
//! use kakaopay_sandbox::Sandbox;
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let sandbox = Sandbox::builder().build();
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let running = kakaopay_sandbox_server::serve(&sandbox, listener)?;
//! println!("the API is at {}", running.url());
//! running.shutdown().await;
//! # Ok::<(), std::io::Error>(())
//! # })?;
//! # Ok::<(), std::io::Error>(())
//! ```

#![deny(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod app;
mod control;
mod dashboard;
mod local_only;
mod omise_js;
mod openapi;
mod pages;
mod peer;
mod phrase;
mod poster;
mod server;
mod state_file;
mod texts;

pub use app::App;
pub use poster::HttpPoster;
pub use server::{SandboxServer, ServerLimits, serve, serve_with};
pub use state_file::{StateFile, StateFileError};
