//! What the merchant does when something becomes of a payment.

use std::error::Error;

use kakaopay_flows::Event;
use kakaopay_ledger::Claim;

/// Something the merchant is told.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Telling {
    /// What it is known by: the same whenever the same is told again, and no other's.
    pub key: String,
    /// What has happened.
    pub event: Event,
    /// The right to mark it as told. The driver does so by itself; a handler that keeps its own tables in the
    /// store's database does it in their transaction.
    pub claim: Claim,
}

/// What the merchant does when something becomes of a payment.
pub trait Handler: Send + Sync {
    /// Takes what the merchant is told.
    ///
    /// It is told until this returns `Ok`, so at least once: if the process dies in between, it is told again.
    /// There are two ways to do what it asks for exactly once:
    ///
    /// - Insert [`Telling::key`] where it can stand only once, in the transaction that does the work. Any
    ///   database will do.
    /// - Mark it as told in that transaction: `SqliteStore::complete_with` and `PostgresStore::complete_in`
    ///   take [`Telling::claim`], and refuse when somebody else has claimed it since.
    ///
    /// Return within a minute: two minutes after it was claimed, another process may tell it, too.
    ///
    /// # Errors
    /// Whatever went wrong; it is told again later.
    fn handle(
        &self,
        telling: &Telling,
    ) -> impl Future<Output = Result<(), Box<dyn Error + Send + Sync>>> + Send;
}

impl<H: Handler> Handler for &H {
    async fn handle(&self, telling: &Telling) -> Result<(), Box<dyn Error + Send + Sync>> {
        (*self).handle(telling).await
    }
}
