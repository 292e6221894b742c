//! The objects in the shapes of API version 2017-11-02, in the members and order of recorded ones.

mod account;
mod charge;
mod list;
mod refund;
mod search;
mod source;
