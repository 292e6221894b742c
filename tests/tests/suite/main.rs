//! A whole shop: the driver with its stores, the transport and the sandbox.

mod accounts;
mod damaged;
mod driver;
mod duplicates;
mod fail_over;
mod floods;
mod forged_return;
mod handlers;
mod journeys;
mod keys;
mod large_pages;
mod late_webhooks;
mod misbehaving;
mod next_return;
mod notifications;
mod older_store;
mod paid_and_refunded;
mod reconcile;
mod refunds;
mod reordered;
mod shapes;
mod store_faults;
mod stores;
mod unsigned;
mod wire_bytes;
mod worker;
