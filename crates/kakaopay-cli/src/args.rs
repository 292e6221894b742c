//! What can be asked for.

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
    /// Run one payment from end to end on this machine: no account, no network, no configuration.
    Demo(DemoOptions),
    /// Serve a stand-in for the Omise API and its KakaoPay page until interrupted.
    Sandbox(SandboxOptions),
    /// Look into a ledger: nothing is changed.
    #[command(subcommand)]
    Ledger(LedgerCommand),
}

/// What of a ledger is shown.
#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Everything that is stored of one payment, entry by entry, and how far it has come.
    Show {
        /// The order's reference.
        reference: String,
        #[command(flatten)]
        ledger: LedgerOptions,
    },
    /// The payments' references, in order.
    List {
        /// Only those after this one.
        #[arg(long)]
        after: Option<String>,
        /// How many at most.
        #[arg(long, default_value_t = 100)]
        limit: usize,
        #[command(flatten)]
        ledger: LedgerOptions,
    },
    /// How much waits: deadlines, webhooks, messages, each with the time of the oldest.
    Backlog {
        #[command(flatten)]
        ledger: LedgerOptions,
    },
    /// Read the whole file and look for damage. (What PostgreSQL stores, it checks itself: pg_amcheck.)
    Check {
        #[command(flatten)]
        ledger: LedgerOptions,
    },
}

impl LedgerCommand {
    /// Which ledger, and how it is written out.
    pub(crate) fn options(&self) -> &LedgerOptions {
        match self {
            Self::Show { ledger, .. } | Self::List { ledger, .. } => ledger,
            Self::Backlog { ledger } | Self::Check { ledger } => ledger,
        }
    }
}

/// Which ledger, and how it is written out.
#[derive(Debug, clap::Args)]
pub(crate) struct LedgerOptions {
    #[command(flatten)]
    pub(crate) place: LedgerPlace,
    /// The schema of the database that holds the ledger.
    #[arg(long, default_value = "kakaopay", conflicts_with = "file")]
    pub(crate) schema: String,
    /// A file with the certificates, in PEM, of the authorities that may vouch for the database's server.
    #[arg(long, conflicts_with = "file")]
    pub(crate) authority: Option<PathBuf>,
    /// Write one JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where a ledger is.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct LedgerPlace {
    /// The SQLite file.
    #[arg(long)]
    pub(crate) file: Option<PathBuf>,
    /// The PostgreSQL database: postgres://USER:PASSWORD@HOST/DATABASE. Others on the machine can read a
    /// command's arguments, and not its environment.
    #[arg(long, value_name = "URL", env = "KAKAOPAY_DATABASE", hide_env_values = true)]
    pub(crate) database: Option<DatabaseUrl>,
}

/// A connection string, which has a password in it and prints nothing.
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
    /// Write one JSON object a line, with the field `step`.
    #[arg(long)]
    json: bool,
    /// What is to be paid, in minor units: 150000 is SGD 1500.00.
    #[arg(long, default_value_t = 150_000, allow_negative_numbers = true)]
    amount: i64,
    /// SGD or THB.
    #[arg(long, default_value = "SGD")]
    currency: String,
    /// How the payment ends.
    #[arg(long, value_enum, default_value_t = Outcome::Successful)]
    outcome: Outcome,
    /// Why it fails, with --outcome failed: payment_rejected unless another is named.
    #[arg(long)]
    failure_code: Option<String>,
    /// Lose every webhook: polling must finish the payment.
    #[arg(long)]
    no_webhook: bool,
    /// Create source and charge in one call.
    #[arg(long)]
    one_call: bool,
}

/// How the payment of a demo ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Outcome {
    /// The buyer approves.
    Successful,
    /// The payment fails.
    Failed,
    /// The buyer never comes.
    Expired,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SandboxOptions {
    /// Where to serve; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub(crate) addr: SocketAddr,
    /// The account's public test key; a new one unless given.
    #[arg(long)]
    pub(crate) public_key: Option<String>,
    /// The account's secret test key; a new one unless given.
    #[arg(long)]
    pub(crate) secret_key: Option<String>,
    /// Where events are posted to, on this machine: http://127.0.0.1:PORT/PATH.
    #[arg(long)]
    pub(crate) webhook_url: Option<String>,
    /// Also post webhooks to this host; may be given more than once. Without it they go to this machine alone.
    /// Webhooks to link-local, multicast and metadata addresses stay blocked.
    #[arg(long, value_name = "HOST[:PORT]")]
    pub(crate) allow_webhook_host: Vec<String>,
    /// Take a return_uri that is http:// on this machine, too, which Omise refuses.
    #[arg(long)]
    pub(crate) local_return_uris: bool,
    /// What webhooks are signed with, in base64; a new one unless given.
    #[arg(long)]
    pub(crate) webhook_secret: Option<String>,
    /// What goes wrong, such as lose-answer@charges.create:nth=2, 429=30:every=5 or slow-body=500@/charges/*; may be
    /// given more than once.
    #[arg(long, value_name = "RULE")]
    pub(crate) fault: Vec<String>,
    /// How webhooks arrive: on, lost, delay=SECONDS, duplicate=N, reorder=N, unsigned, stale=SECONDS; several with
    /// commas between them.
    #[arg(long, value_name = "PLAN")]
    pub(crate) webhooks: Option<String>,
    /// The account's version of the API, in which its webhooks are written: 2017-11-02 or 2019-05-29.
    #[arg(long, value_name = "VERSION")]
    pub(crate) api_version: Option<String>,
    /// The time in the sandbox, where it stands still: 2024-02-29T12:00:00Z, or `frozen` for now; or how fast it runs:
    /// `rate=60` for a minute a second, from 1 to 86400, with a comma after the time to begin at.
    #[arg(long, value_name = "TIME")]
    pub(crate) clock: Option<String>,
    /// Store the sandbox in this file, keys and secrets included, and go on from it the next time. It is created if
    /// it does not exist. Command-line options override values stored in the file.
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// What identifiers, keys and secrets are made from; another one each time unless given.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Write one JSON object instead of lines for people.
    #[arg(long)]
    pub(crate) json: bool,
}

impl DemoOptions {
    /// What to do, if the options go together.
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
            one_call: self.one_call,
            json: self.json,
        })
    }

    fn failure_code(&self) -> Result<FailureCode, Failure> {
        let Some(text) = &self.failure_code else { return Ok(FailureCode::PaymentRejected) };
        if self.outcome != Outcome::Failed {
            return Err(Failure::usage("--failure-code", "only goes with --outcome failed"));
        }
        let code = FailureCode::from(text.as_str());
        if FailureCode::KNOWN.contains(&code) {
            return Ok(code);
        }
        let known: Vec<_> = FailureCode::KNOWN.iter().map(FailureCode::as_str).collect();
        Err(Failure::usage("--failure-code", format!("must be one of {}", known.join(", "))))
    }
}
