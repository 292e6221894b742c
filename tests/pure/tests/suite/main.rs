//! Models and state machines, without I/O.

mod compliance;
mod confirmed;
mod decoders;
mod flows;
mod guide;
mod mutations;
mod objects;
mod receive;
mod refund_window;
mod seeds;
mod traps;
