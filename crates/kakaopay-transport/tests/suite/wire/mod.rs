//! The default wire.

mod tcp;
