//! The webhook server against slow, malformed and hostile clients, over in-memory pipes and with
//! paused time.

mod bounds;
mod flood;
mod order;
mod raw;
mod shop;
