//! Runs a demo.

use std::time::Duration;

use kakaopay::types::{EventKey, Reference, ReturnUri};
use kakaopay::{Checkout, Order};

use super::plan::Plan;
use super::setup::Setup;
use super::steps;
use crate::args::Outcome;
use crate::buyer::Buyer;
use crate::failure::Failure;
use crate::output::{Printer, Step};

/// Time for a webhook to arrive on this machine.
const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(10);
/// Slightly longer than the seven days in which a charge can be paid.
const AFTER_EXPIRY_SECONDS: i64 = 7 * 86_400 + 120;
/// Maximum number of polls until the payment must have ended.
const MAX_POLLS: usize = 20;

/// Runs one payment and prints each step.
pub(crate) async fn run(plan: Plan) -> Result<(), Failure> {
    let printer = Printer::new(plan.json);
    let setup = Setup::new(&plan).await?;
    printer.print(
        Step::new("sandbox", format!("the simulated Omise API is at {}; no money moves", setup.url))
            .detail(format!("store in {}", setup.store))
            .field("url", setup.url.as_str()),
    )?;
    let mut demo = Demo { plan, printer, setup, reference: Reference::parse("order-345678")? };
    demo.check_out().await
}

/// A running demo.
struct Demo {
    plan: Plan,
    printer: Printer,
    setup: Setup,
    reference: Reference,
}

impl Demo {
    async fn check_out(&mut self) -> Result<(), Failure> {
        self.printer.print(steps::order(self.reference.as_str(), self.plan.amount))?;
        let return_uri = ReturnUri::parse("https://example.com/orders/345678/complete")?;
        let order = Order::new(self.reference.clone(), self.plan.amount, return_uri);
        let order = if self.plan.inline_source { order } else { order.with_separate_source() };
        let checkout = self.setup.merchant.checkout(order).await?;
        self.printer.print(
            Step::new(
                "intent",
                "the payment is stored before any request is sent: from here on, a crash loses nothing",
            )
            .field("reference", self.reference.as_str()),
        )?;
        self.print_exchanges()?;
        let Checkout::Redirect { authorize_uri, charge } = checkout else {
            return Err(Failure::from(format!("the checkout has no redirect: {checkout:?}")));
        };
        self.printer.print(
            Step::new("redirect", "send the buyer to authorize_uri, unchanged")
                .detail(authorize_uri.clone())
                .field("authorize_uri", authorize_uri.as_str())
                .field("charge", charge.as_str()),
        )?;
        if self.plan.webhook {
            self.await_webhook(EventKey::ChargeCreate, "the charge is known already").await?;
            self.work().await?;
        }
        match self.plan.outcome {
            Outcome::Expired => self.expire().await,
            Outcome::Successful | Outcome::Failed => self.decide(&authorize_uri).await,
        }
    }

    /// The buyer decides on the page, and the shop processes the result.
    async fn decide(&mut self, authorize_uri: &str) -> Result<(), Failure> {
        let failure = (self.plan.outcome == Outcome::Failed).then_some(&self.plan.failure_code);
        let back = Buyer::new().decide(authorize_uri, failure).await?;
        let text = match failure {
            None => "the buyer approves the payment and returns; the return itself proves nothing",
            Some(_) => "the payment fails on the page; the buyer returns to the same address",
        };
        self.printer.print(
            Step::new("buyer", text).detail(format!("303 → {back}")).field("return_uri", back.as_str()),
        )?;
        if self.plan.webhook {
            self.await_webhook(EventKey::ChargeComplete, "a reason to read the charge, but no proof").await?;
        }
        self.until_end().await
    }

    /// The buyer never opens the page. Advances the clock until the charge has expired.
    async fn expire(&mut self) -> Result<(), Failure> {
        self.setup.sandbox.clock().advance_seconds(AFTER_EXPIRY_SECONDS);
        self.printer.print(
            Step::new(
                "clock",
                "the buyer never opens the page: advance the sandbox clock by seven days, past expires_at",
            )
            .field("advanced_seconds", AFTER_EXPIRY_SECONDS),
        )?;
        self.until_end().await
    }

    /// Works until the shop receives the final event. Without webhooks, advances the clock to the
    /// next poll.
    async fn until_end(&mut self) -> Result<(), Failure> {
        for _ in 0..MAX_POLLS {
            self.work().await?;
            if let Some(event) = self.setup.events.take().first() {
                let status = self.setup.merchant.status(&self.reference).await?;
                let status = status.ok_or("the payment is not in the store")?;
                return self.printer.print(steps::end(event, &status)?);
            }
            self.setup.sandbox.clock().advance_seconds(1);
        }
        Err(Failure::from(format!("the payment has not ended after {MAX_POLLS} polls")))
    }

    async fn work(&mut self) -> Result<(), Failure> {
        let report = self.setup.merchant.run_once(&self.setup.events).await?;
        if report.due_payments > 0 {
            self.printer.print(
                Step::new("poll", "a deadline has passed without a webhook: read the charge")
                    .field("due_payments", report.due_payments),
            )?;
        }
        self.print_exchanges()
    }

    /// Waits until the webhook with this key is stored.
    async fn await_webhook(&mut self, expected: EventKey, text: &str) -> Result<(), Failure> {
        let stored = tokio::time::timeout(WEBHOOK_TIMEOUT, self.setup.webhooks.recv()).await;
        let Ok(Some(stored)) = stored else {
            return Err(Failure::from(format!(
                "webhook {expected} did not arrive within {} s",
                WEBHOOK_TIMEOUT.as_secs()
            )));
        };
        let signature = if stored.verified { "signature verified" } else { "not signed" };
        // Of a charge whose response has arrived.
        let kept = if expected == EventKey::ChargeCreate { "nothing to store" } else { "stored" };
        self.printer.print(
            Step::new("webhook", format!("received {}: {text}", stored.key))
                .detail(format!("POST /webhooks: {signature}, {kept}, then acknowledged with 200"))
                .field("key", stored.key.as_str())
                .field("verified", stored.verified),
        )?;
        if stored.key == expected {
            Ok(())
        } else {
            Err(Failure::from(format!("expected webhook {expected}, received {}", stored.key)))
        }
    }

    fn print_exchanges(&self) -> Result<(), Failure> {
        for exchange in self.setup.recorder.take() {
            self.printer.print(steps::exchange(&exchange))?;
        }
        Ok(())
    }
}
