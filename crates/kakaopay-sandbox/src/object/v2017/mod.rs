//! Objects in the shape of API version 2017-11-02, with the members and order of recorded ones.

mod account;
mod charge;
mod list;
mod refund;
mod search;
mod source;
