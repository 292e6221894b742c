//! The default transport, over TCP and over pipes in memory.

mod authority;
mod bomb;
mod delivery;
mod encrypted;
mod http2;
mod overdue;
mod pipe;
mod pool;
mod refused;
mod server;
mod stalls;
mod tap;
mod tcp;
