//! Opens a store and explains why it cannot be opened.

use std::error::Error;
use std::path::Path;

use kakaopay::store::SchemaError;
use kakaopay_store_postgres::tokio_postgres::Config;
use kakaopay_store_postgres::tokio_postgres::config::Host;
use kakaopay_store_postgres::{self as postgres, PostgresOptions, PostgresStore};
use kakaopay_store_sqlite::{self as sqlite, SqliteOptions, SqliteStore};

use crate::args::{DatabaseUrl, StoreCommand, StoreOptions};
use crate::failure::Failure;

/// Whether a missing store is created.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// It is an error, and the schema of the store is never changed.
    Refuse,
    /// It is created: the command fills it.
    Create,
}

impl Missing {
    pub(super) fn of(command: &StoreCommand) -> Self {
        if matches!(command, StoreCommand::Rebuild { .. }) { Self::Create } else { Self::Refuse }
    }
}

/// Opens a SQLite store.
pub(super) fn sqlite(path: &Path, missing: Missing) -> Result<SqliteStore, Failure> {
    let shown = path.display();
    let mut options = SqliteOptions::new();
    if missing == Missing::Refuse {
        if !path.is_file() {
            return Err(Failure::usage("--sqlite <PATH>", format!("there is no file `{shown}`")));
        }
        options = options.skip_migrations();
    }
    options.open(path).map_err(|error| {
        Failure::from(match &error {
            sqlite::SqliteOpenError::Schema(SchemaError::NotAStore | SchemaError::Older { found: 0, .. }) => {
                format!("`{shown}` is not a kakaopay store")
            }
            sqlite::SqliteOpenError::Store(error) => format!("cannot open `{shown}`: {}", root_cause(error)),
            error => format!("cannot open `{shown}`: {error}"),
        })
    })
}

/// Opens a PostgreSQL store.
pub(super) async fn postgres(
    url: &DatabaseUrl,
    options: &StoreOptions,
    missing: Missing,
) -> Result<PostgresStore, Failure> {
    postgres_at(url, &options.schema, options.tls_ca_cert.as_deref(), missing).await
}

/// Opens a PostgreSQL store in a schema.
pub(super) async fn postgres_at(
    url: &DatabaseUrl,
    schema: &str,
    tls_ca_cert: Option<&Path>,
    missing: Missing,
) -> Result<PostgresStore, Failure> {
    let database =
        PostgresOptions::new(url.expose()).map_err(|error| Failure::usage("--postgres <URL>", error))?;
    let mut database = database.schema(schema).max_connections(1);
    if missing == Missing::Refuse {
        database = database.skip_migrations();
    }
    if let Some(path) = tls_ca_cert {
        let pem = std::fs::read(path).map_err(|error| {
            Failure::usage("--tls-ca-cert <PATH>", format!("cannot read `{}`: {error}", path.display()))
        })?;
        database = database.root_certificate(&pem);
    }
    database.open().await.map_err(|error| {
        let server = url.expose().parse().ok().and_then(|config| address(&config));
        let server =
            server.map_or_else(|| "PostgreSQL".to_owned(), |server| format!("PostgreSQL at {server}"));
        match error.decisive() {
            postgres::PostgresOpenError::InvalidSchemaName => Failure::usage("--schema <SCHEMA>", error),
            postgres::PostgresOpenError::Schema(
                SchemaError::NotAStore | SchemaError::Older { found: 0, .. },
            ) => format!("schema `{schema}` of {server} is not a kakaopay store").into(),
            postgres::PostgresOpenError::Store(error) => {
                format!("cannot connect to {server}: {}", root_cause(error)).into()
            }
            error => format!("cannot use {server}: {error}").into(),
        }
    })
}

/// The hosts and ports of a connection string, without its secrets. Returns `None` without a host,
/// or if a host contains `@`: a password that should have been percent-encoded then stands in it.
fn address(config: &Config) -> Option<String> {
    const DEFAULT_PORT: u16 = 5432;
    let ports = config.get_ports();
    let port = |index| ports.get(index).or(ports.first()).copied().unwrap_or(DEFAULT_PORT);
    let hosts = config.get_hosts().iter().enumerate().map(|(index, host)| match host {
        Host::Tcp(name) => format!("{name}:{}", port(index)),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    });
    let hosts = hosts.collect::<Vec<_>>().join(", ");
    (!hosts.is_empty() && !hosts.contains('@')).then_some(hosts)
}

/// The last source of an error, which holds the fact. The number of an operating system's error goes.
fn root_cause(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = cause.to_string();
        next = cause.source();
    }
    match text.split_once(" (os error ") {
        // As in "Connection refused (os error 111)".
        Some((message, _)) => message.to_lowercase(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f39_an_address_has_no_secrets() {
        for (url, expected) in [
            ("postgres://keeper:canary@db.example/payments", Some("db.example:5432")),
            ("postgres://keeper:canary@db.example:6000/payments", Some("db.example:6000")),
            ("postgres://keeper:canary@a:1,b:2/payments", Some("a:1, b:2")),
            ("host=a,b port=7 password=canary", Some("a:7, b:7")),
            ("host=/run/postgresql password=canary", Some("/run/postgresql")),
            ("user=keeper password=canary", None),
            // The password is `can@ary`, not encoded.
            ("postgres://keeper:can@ary@db.example/payments", None),
            ("postgres://keeper:can@a,ry@db.example/payments", None),
        ] {
            let config: Config = url.parse().expect("a connection string");
            assert_eq!(address(&config).as_deref(), expected, "{url}");
        }
    }
}
