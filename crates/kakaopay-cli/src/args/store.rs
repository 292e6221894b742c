//! Arguments of `kakaopay store`.

use std::fmt;
use std::path::PathBuf;

use clap::Subcommand;
use clap::builder::NonEmptyStringValueParser;
use kakaopay::PruneTerm;
use kakaopay::transport::BaseUri;
use kakaopay::types::{Reference, SecretKey, StoreId, Timestamp};

use super::value::{Secret, parsed, term};

/// The commands of `kakaopay store`.
#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// Show one payment: its journal, record by record, and its state.
    Show {
        /// The order reference.
        #[arg(value_parser = parsed::<Reference>)]
        reference: Reference,
        #[command(flatten)]
        store: StoreOptions,
    },
    /// List the payments' order references, sorted.
    List {
        /// List only references after this one.
        #[arg(long, value_name = "REFERENCE", value_parser = parsed::<Reference>)]
        after: Option<Reference>,
        /// Maximum number of references.
        #[arg(long, default_value_t = 100)]
        limit: usize,
        #[command(flatten)]
        store: StoreOptions,
    },
    /// Show the number of waiting deadlines, webhooks and notifications, and the age of the oldest.
    Backlog {
        #[command(flatten)]
        store: StoreOptions,
    },
    /// Acknowledge an alert of a payment: a person has seen to it. No money is moved. A charge or refund that differs
    /// from its request is set aside.
    Acknowledge {
        /// The order reference.
        #[arg(value_parser = parsed::<Reference>)]
        reference: Reference,
        /// The alert's key, as `kakaopay store show` prints it.
        key: String,
        /// Your name, which is kept in the store.
        #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
        who: String,
        /// The reason, or your action, which is kept in the store.
        #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
        why: String,
        #[command(flatten)]
        store: StoreOptions,
    },
    /// Take a notification out of the queue, for good: it is never delivered, and the next one of its payment is.
    /// For one that the event handler can never accept. Running processes notice within 30 s.
    Skip {
        /// The notification's idempotency key, as logged when its delivery failed.
        key: String,
        /// Your name, which is kept in the store.
        #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
        who: String,
        /// The reason, which is kept in the store.
        #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
        why: String,
        #[command(flatten)]
        store: StoreOptions,
    },
    /// Write a backup to a new file, while the store is in use. It is closed until it is restored. For SQLite; back
    /// PostgreSQL up with pg_dump.
    Backup {
        /// Path of the new file.
        #[arg(long, value_name = "PATH")]
        to: PathBuf,
        #[command(flatten)]
        store: StoreOptions,
    },
    /// Put a backup into use. The store is marked as older than the service: each new order is looked for before it is
    /// charged, until a reconciliation is complete. Stop every process of the store first, and run this before any
    /// starts. Also after a PostgreSQL dump was loaded, or a fail-over lost commits.
    Restore {
        /// Backup file that is copied to the path of the store, where no file may be.
        #[arg(long, value_name = "PATH", conflicts_with = "postgres")]
        from: Option<PathBuf>,
        #[command(flatten)]
        store: StoreOptions,
    },
    /// Move a whole store into a new, empty one of any kind, and close it. Stop every process of the store first.
    Copy {
        #[command(flatten)]
        target: CopyTarget,
        #[command(flatten)]
        store: StoreOptions,
    },
    /// Take in an order whose charge is at the service and not in the store, as its charge has it. No charge is created.
    Adopt {
        /// The order reference.
        #[arg(value_parser = parsed::<Reference>)]
        reference: Reference,
        #[command(flatten)]
        service: ServiceOptions,
        #[command(flatten)]
        store: StoreOptions,
    },
    /// Fill a new store with the payments of a lost one, from the service's charges.
    Rebuild {
        /// When the lost store's first charge was created, or before.
        #[arg(long, value_name = "TIME", value_parser = parsed::<Timestamp>)]
        since: Timestamp,
        /// Id of the lost store, if the charges name several.
        #[arg(long, value_name = "ID", value_parser = parsed::<StoreId>)]
        id: Option<StoreId>,
        #[command(flatten)]
        service: ServiceOptions,
        #[command(flatten)]
        store: StoreOptions,
    },
    /// Remove what is no longer needed of payments that are over and that nothing has happened to for so long, and
    /// webhooks that were processed and are as old. Of each payment its reference, amount, end, charges and refunds are
    /// kept, so that it is never charged again. While the shop runs; cut off, it goes on when it is run again.
    Prune {
        /// How many days nothing must have happened to a payment: at least 30d.
        #[arg(long, value_name = "DAYS", value_parser = term)]
        older_than: PruneTerm,
        /// Maximum number of payments.
        #[arg(long)]
        limit: Option<u64>,
        #[command(flatten)]
        store: StoreOptions,
    },
    /// Remove all that is known of the buyer of one payment that is over. Its reference, amount, end, charges and refunds
    /// are kept. Backups and Omise keep theirs.
    Erase {
        /// The order reference.
        #[arg(value_parser = parsed::<Reference>)]
        reference: Reference,
        #[command(flatten)]
        store: StoreOptions,
    },
    /// Read a whole store and check it for damage and changes by hand: replay every journal, and compare what is
    /// stored beside it. For the files of a PostgreSQL server, use pg_amcheck too.
    Verify {
        #[command(flatten)]
        store: StoreOptions,
    },
}

impl StoreCommand {
    pub(crate) fn options(&self) -> &StoreOptions {
        match self {
            Self::Show { store, .. }
            | Self::List { store, .. }
            | Self::Acknowledge { store, .. }
            | Self::Skip { store, .. } => store,
            Self::Backup { store, .. } | Self::Restore { store, .. } | Self::Copy { store, .. } => store,
            Self::Adopt { store, .. } | Self::Rebuild { store, .. } => store,
            Self::Prune { store, .. } | Self::Erase { store, .. } => store,
            Self::Backlog { store } | Self::Verify { store } => store,
        }
    }
}

/// The store that another is copied into.
#[derive(Debug, clap::Args)]
pub(crate) struct CopyTarget {
    #[command(flatten)]
    pub(crate) location: TargetLocation,
    /// PostgreSQL schema of the new store.
    #[arg(long, value_name = "SCHEMA", default_value = "kakaopay", conflicts_with = "to_sqlite")]
    pub(crate) to_schema: String,
}

/// The location of the store that another is copied into.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct TargetLocation {
    /// Path of the new SQLite file.
    #[arg(long, value_name = "PATH")]
    pub(crate) to_sqlite: Option<PathBuf>,
    /// URL of the PostgreSQL database of the new store. Prefer the environment variable.
    #[arg(long, value_name = "URL", env = "KAKAOPAY_TARGET_STORE", hide_env_values = true)]
    pub(crate) to_postgres: Option<DatabaseUrl>,
}

/// The service and the key of the account.
#[derive(Debug, clap::Args)]
pub(crate) struct ServiceOptions {
    /// Secret key of the account. Prefer the environment variable: other users of the machine can read a command's
    /// arguments.
    #[arg(long, value_name = "KEY", env = "OMISE_SECRET_KEY", hide_env_values = true, value_parser = Secret::<SecretKey>::new())]
    pub(crate) secret_key: SecretKey,
    /// Address of the API, such as that of a sandbox [default: Omise's].
    #[arg(long, value_name = "URL", env = "OMISE_URL", value_parser = BaseUri::parse)]
    pub(crate) api: Option<BaseUri>,
}

/// The store, and the output format.
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
