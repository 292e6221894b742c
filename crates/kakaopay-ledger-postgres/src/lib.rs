//! The ledger in PostgreSQL: durable on a server, for many processes at once.

mod open_error;
mod options;

mod connector;
mod tls;

mod migrate;
mod namespace;
mod schema;

mod calls;
mod column;
mod failure;
mod lookup;
mod queue;
mod statements;
mod step;
mod store;
mod told;

pub use open_error::{OpenError, TlsProblem};
pub use options::PostgresOptions;
pub use store::PostgresStore;
pub use told::Told;
pub use {rustls, tokio_postgres};
