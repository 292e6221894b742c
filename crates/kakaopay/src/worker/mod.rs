//! Background work: webhooks and due payments, notifications, scheduled jobs.

mod clock_check;
mod due;
mod handler_call;
mod in_flight;
mod isolate;
mod jobs;
mod notify;
mod reconcile;
mod renew;
mod run;

pub use due::RunReport;
pub use reconcile::ReconcileReport;
