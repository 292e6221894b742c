//! Command-line arguments.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use kakaopay::types::{Currency, FailureCode, Money, PaymentAmount};

use crate::demo::Plan;
use crate::failure::Failure;

/// Accept KakaoPay through Omise.
#[derive(Debug, Parser)]
#[command(name = "kakaopay", version, about)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run one payment from end to end on this machine, without an account, network or configuration.
    Demo(DemoOptions),
    /// Serve a local simulation of the Omise API and its KakaoPay pages until interrupted.
    Sandbox(SandboxOptions),
    /// Inspect a store without changing it.
    #[command(subcommand)]
    Store(StoreCommand),
}

/// The commands of `kakaopay store`.
#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// Show one payment: its journal, record by record, and its state.
    Show {
        /// The order reference.
        reference: String,
        #[command(flatten)]
        store: StoreOptions,
    },
    /// List the payments' order references, sorted.
    List {
        /// List only references after this one.
        #[arg(long)]
        after: Option<String>,
        /// Maximum number of references.
        #[arg(long, default_value_t = 100)]
        limit: usize,
        #[command(flatten)]
        store: StoreOptions,
    },
    /// Show the number of waiting deadlines, webhooks and notifications, and the oldest of each.
    Backlog {
        #[command(flatten)]
        store: StoreOptions,
    },
    /// Read a whole SQLite store and check it for damage. For PostgreSQL, use pg_amcheck.
    Verify {
        #[command(flatten)]
        store: StoreOptions,
    },
}

impl StoreCommand {
    pub(crate) fn options(&self) -> &StoreOptions {
        match self {
            Self::Show { store, .. } | Self::List { store, .. } => store,
            Self::Backlog { store } | Self::Verify { store } => store,
        }
    }
}

/// The store to inspect, and the output format.
#[derive(Debug, clap::Args)]
pub(crate) struct StoreOptions {
    #[command(flatten)]
    pub(crate) location: StoreLocation,
    /// PostgreSQL schema that holds the store.
    #[arg(long, default_value = "kakaopay", conflicts_with = "sqlite")]
    pub(crate) schema: String,
    /// PEM file with the CA certificates that may sign the PostgreSQL server's certificate, instead
    /// of the public ones.
    #[arg(long, value_name = "PATH", conflicts_with = "sqlite")]
    pub(crate) tls_ca_cert: Option<PathBuf>,
    /// Print one JSON object per line.
    #[arg(long)]
    pub(crate) json: bool,
}

/// The location of a store.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct StoreLocation {
    /// Path of the SQLite file.
    #[arg(long, value_name = "PATH")]
    pub(crate) sqlite: Option<PathBuf>,
    /// URL of the PostgreSQL database: postgres://USER:PASSWORD@HOST/DATABASE. Prefer the environment
    /// variable: other users of the machine can read a command's arguments.
    #[arg(long, value_name = "URL", env = "KAKAOPAY_STORE", hide_env_values = true)]
    pub(crate) postgres: Option<DatabaseUrl>,
}

/// A connection string. It contains a password, so its `Debug` output is empty.
#[derive(Clone)]
pub(crate) struct DatabaseUrl(String);

impl DatabaseUrl {
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for DatabaseUrl {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl")
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct DemoOptions {
    /// Print one JSON object per line, with the field `step`.
    #[arg(long)]
    json: bool,
    /// Amount in minor units: 150000 is SGD 1500.00.
    #[arg(long, default_value_t = 150_000, allow_negative_numbers = true)]
    amount: i64,
    /// Currency: SGD or THB.
    #[arg(long, default_value = "SGD")]
    currency: String,
    /// Outcome of the payment.
    #[arg(long, value_enum, default_value_t = Outcome::Successful)]
    outcome: Outcome,
    /// Failure code for --outcome failed [default: payment_rejected].
    #[arg(long)]
    failure_code: Option<String>,
    /// Drop all webhooks, so that polling finishes the payment.
    #[arg(long)]
    no_webhook: bool,
    /// Create the source together with the charge, in one request.
    #[arg(long)]
    inline_source: bool,
}

/// Outcome of a demo's payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Outcome {
    /// The buyer approves the payment.
    Successful,
    /// The payment fails.
    Failed,
    /// The buyer never opens the page, and the charge expires.
    Expired,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SandboxOptions {
    /// Address to listen on. Port 0 selects a free port.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub(crate) addr: SocketAddr,
    /// Public test key of the account [default: generated].
    #[arg(long)]
    pub(crate) public_key: Option<String>,
    /// Secret test key of the account [default: generated].
    #[arg(long)]
    pub(crate) secret_key: Option<String>,
    /// Webhook endpoint on this machine or an allowed host: http://127.0.0.1:PORT/PATH.
    #[arg(long)]
    pub(crate) webhook_url: Option<String>,
    /// Host to which webhooks may be posted, besides this machine; may be repeated. Link-local, multicast and
    /// metadata addresses stay blocked.
    #[arg(long, value_name = "HOST[:PORT]")]
    pub(crate) allow_webhook_host: Vec<String>,
    /// Accept a return_uri with http:// on this machine, which Omise rejects.
    #[arg(long)]
    pub(crate) allow_http_return_hosts: bool,
    /// Secret that signs webhooks, in base64 [default: generated].
    #[arg(long)]
    pub(crate) webhook_secret: Option<String>,
    /// Fault rule, such as drop-response@charges.create:nth=2, 429=30:every=5 or slow-body=500@/charges/*; may be
    /// repeated.
    #[arg(long, value_name = "RULE")]
    pub(crate) fault: Vec<String>,
    /// Webhook schedule: on, lost, or a comma-separated list of delay=SECONDS, duplicate=N, reorder=N, unsigned and
    /// stale=SECONDS [default: on].
    #[arg(long, value_name = "PLAN")]
    pub(crate) webhooks: Option<String>,
    /// API version of the account and its webhooks: 2017-11-02 or 2019-05-29 [default: 2019-05-29].
    #[arg(long, value_name = "VERSION")]
    pub(crate) api_version: Option<String>,
    /// Clock of the sandbox: a time such as 2024-02-29T12:00:00Z or `frozen` stops the clock at that time or now;
    /// `rate=60` runs it 60 times as fast (1 to 86400); `TIME,rate=60` starts it at a time
    /// [default: the system clock].
    #[arg(long, value_name = "TIME")]
    pub(crate) clock: Option<String>,
    /// File that stores the sandbox between runs, keys and secrets included; created if it does not exist.
    /// Command-line options override values stored in the file.
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Seed of identifiers, keys and secrets [default: random].
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Print one JSON object instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

impl DemoOptions {
    /// Validates the options.
    ///
    /// # Errors
    /// [`Failure::Usage`] names the invalid option.
    pub(crate) fn plan(self) -> Result<Plan, Failure> {
        let currency =
            Currency::parse(&self.currency).map_err(|error| Failure::usage("--currency", error))?;
        let amount = PaymentAmount::new(Money::new(self.amount, currency))
            .map_err(|error| Failure::usage("--amount", error))?;
        Ok(Plan {
            failure_code: self.failure_code()?,
            amount,
            outcome: self.outcome,
            webhook: !self.no_webhook,
            inline_source: self.inline_source,
            json: self.json,
        })
    }

    fn failure_code(&self) -> Result<FailureCode, Failure> {
        let Some(text) = &self.failure_code else { return Ok(FailureCode::PaymentRejected) };
        if self.outcome != Outcome::Failed {
            return Err(Failure::usage("--failure-code", "requires --outcome failed"));
        }
        let code = FailureCode::from(text.as_str());
        if FailureCode::KNOWN.contains(&code) {
            return Ok(code);
        }
        let known: Vec<_> = FailureCode::KNOWN.iter().map(FailureCode::as_str).collect();
        Err(Failure::usage("--failure-code", format!("must be one of {}", known.join(", "))))
    }
}
