//! Support for tests of the models and the state machines.

pub mod drive;
pub mod guide;
pub mod input_tables;
pub mod order;
pub mod report;
pub mod sample;
pub mod table;
pub mod tables;
pub mod world;

pub use drive::Driven;
pub use order::Order;
