//! A shop that is killed, or whose database is: its books, and how it ships what is paid.

pub mod books;
pub mod place;
pub mod postgres;
pub mod ship;
pub mod sqlite;

pub use books::{Books, Trouble};
pub use place::{is_everybodys, order_at};
pub use postgres::PostgresBooks;
pub use ship::Ship;
pub use sqlite::SqliteBooks;
