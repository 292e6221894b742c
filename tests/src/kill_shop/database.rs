//! A store, and a table of shipments in the same database.

use std::error::Error;

use kakaopay::Notification;
use kakaopay::store::Store;

use crate::fast_clock::FastClock;

/// An error of the shop.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// A store, and a table of shipments in the same database.
pub trait ShopDatabase: Clone + Send + Sync + 'static {
    /// The store.
    type Store: Store;

    /// Creates an empty database.
    ///
    /// # Errors
    /// Any error of the database.
    fn prepare(address: &str) -> impl Future<Output = Result<(), BoxError>> + Send;

    /// Opens the database at an address, with a store that goes by this clock.
    ///
    /// # Errors
    /// Any error of the database.
    fn open(address: &str, clock: FastClock) -> impl Future<Output = Result<Self, BoxError>> + Send;

    /// The store.
    fn store(&self) -> &Self::Store;

    /// Ships in the transaction that completes the message. No constraint prevents a second shipment, so that one
    /// would show.
    ///
    /// # Errors
    /// Any error of the database.
    fn ship(
        &self,
        notification: &Notification,
        order: String,
        charge: String,
    ) -> impl Future<Output = Result<(), BoxError>> + Send;

    /// All shipments: the order, and the charge that paid it.
    ///
    /// # Errors
    /// Any error of the database.
    fn shipped(&self) -> impl Future<Output = Result<Vec<(String, String)>, BoxError>> + Send;

    /// Checks the store for damage.
    ///
    /// # Errors
    /// The damage.
    fn check(&self) -> impl Future<Output = Result<(), BoxError>> + Send;
}
