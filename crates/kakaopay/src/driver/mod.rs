//! The driver of one payment: apply an input, persist, then send.

mod adoption;
mod completions;
mod desk;
mod engine;
mod identity;
mod known_charges;
mod leases;
mod looks;
mod lost_payments;
mod marks;
mod opening;
mod orphan;
mod ownership;
mod pending_request;
mod persistence;
mod reads;
mod rehydrate;
mod requests;
mod service_clock;
mod suspicion;

pub(crate) use adoption::{is_of, preference};
pub(crate) use completions::Completions;
pub(crate) use desk::{Desk, Handed};
pub(crate) use engine::{Applied, Engine, MAX_TRIES, Wakers};
pub(crate) use identity::{Identity, check_open};
pub(crate) use known_charges::KnownCharges;
pub(crate) use leases::{LEASE, Lease};
pub(crate) use looks::Looks;
pub(crate) use marks::Marks;
pub(crate) use opening::{Opened, check_same};
pub(crate) use persistence::repeated;
pub(crate) use reads::{Joins, Reads};
pub(crate) use rehydrate::{load, pairs};
pub(crate) use requests::Clients;
pub(crate) use service_clock::ServiceClock;
