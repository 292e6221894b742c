//! A ledger, and beside it in the same database what the shop has shipped.

use std::error::Error;

use kakaopay::Notification;
use kakaopay::store::Store;

/// What may go wrong in a shop.
pub type Trouble = Box<dyn Error + Send + Sync>;

/// A ledger, and beside it in the same database what the shop has shipped.
pub trait Books: Clone + Send + Sync + 'static {
    /// The ledger.
    type Store: Store;

    /// Makes books that nobody has written in.
    ///
    /// # Errors
    /// Whatever the database says.
    fn prepare(address: &str) -> impl Future<Output = Result<(), Trouble>> + Send;

    /// Opens the books at an address.
    ///
    /// # Errors
    /// Whatever the database says.
    fn open(address: &str) -> impl Future<Output = Result<Self, Trouble>> + Send;

    /// The ledger.
    fn store(&self) -> &Self::Store;

    /// Ships in the transaction that marks the message as told. Nothing in the books keeps the same from being
    /// shipped twice, so that it would show.
    ///
    /// # Errors
    /// Whatever the database says.
    fn ship(
        &self,
        telling: &Notification,
        order: String,
        charge: String,
    ) -> impl Future<Output = Result<(), Trouble>> + Send;

    /// What was shipped, in all: each order, and the charge that paid it.
    ///
    /// # Errors
    /// Whatever the database says.
    fn shipped(&self) -> impl Future<Output = Result<Vec<(String, String)>, Trouble>> + Send;

    /// Reads everything, and finds damage.
    ///
    /// # Errors
    /// The damage.
    fn check(&self) -> impl Future<Output = Result<(), Trouble>> + Send;
}
