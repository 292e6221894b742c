//! A shop that is killed, or whose database is: its database, and how it ships paid orders.

pub mod database;
pub mod order_number;
pub mod postgres;
pub mod ship;
pub mod sqlite;

pub use database::{BoxError, ShopDatabase};
pub use order_number::{is_everybodys, order_at};
pub use postgres::PostgresDatabase;
pub use ship::Ship;
pub use sqlite::SqliteDatabase;
