//! Asking a sandbox without a socket.

#![allow(dead_code, unused_imports, reason = "one test uses a part of it")]

#[path = "../suite/common.rs"]
mod suite;

pub(crate) use suite::*;
