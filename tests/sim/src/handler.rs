//! The shop's event handler, which fails now and then.

use std::error::Error;
use std::time::Duration;

use kakaopay::{EventHandler, Notification};

use crate::books::{Books, Treatment};

/// The shop's event handler. It keeps the books.
#[derive(Debug, Clone)]
pub struct ShopHandler(pub Books);

impl EventHandler for ShopHandler {
    async fn handle(&self, notification: &Notification) -> Result<(), Box<dyn Error + Send + Sync>> {
        let treatment = self.0.pages().treat(&notification.idempotency_key);
        let sleep = |millis: i64| tokio::time::sleep(Duration::from_millis(millis.unsigned_abs()));
        match treatment {
            Treatment::Accept(0) => {}
            Treatment::Accept(millis) => sleep(millis).await,
            Treatment::Fail(millis) => {
                sleep(millis).await;
                return Err("the shop's database is away".into());
            }
            Treatment::Panic => std::panic::resume_unwind(Box::new("the handler panicked")),
            Treatment::Hang => std::future::pending().await,
        }
        self.0.pages().accept(&notification.idempotency_key, &notification.event);
        Ok(())
    }
}
