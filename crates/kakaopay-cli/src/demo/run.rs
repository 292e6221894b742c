//! The course of a demo.

use std::time::Duration;

use kakaopay::types::{EventKey, Reference, ReturnUri};
use kakaopay::{Checkout, Order};

use super::plan::Plan;
use super::setup::Setup;
use super::steps;
use crate::args::Outcome;
use crate::buyer::Buyer;
use crate::failure::Failure;
use crate::tell::{Step, Teller};

/// How long a webhook may take on this machine before the demo is broken.
const WEBHOOK: Duration = Duration::from_secs(10);
/// A little more than the seven days in which a charge can be paid.
const AFTER_EXPIRY_SECONDS: i64 = 7 * 86_400 + 120;
/// Most polls until the end must have been seen.
const MAX_POLLS: usize = 20;

/// Runs one payment and tells each step.
pub(crate) async fn run(plan: Plan) -> Result<(), Failure> {
    let teller = Teller::new(plan.json);
    let setup = Setup::new(&plan).await?;
    teller.tell(
        Step::new("sandbox", format!("Omise's stand-in serves at {}; no money moves", setup.url))
            .detail(format!("ledger in {}", setup.ledger))
            .field("url", setup.url.as_str()),
    )?;
    let mut demo = Demo { plan, teller, setup, reference: Reference::parse("order-345678")? };
    demo.check_out().await
}

/// A demo on its way.
struct Demo {
    plan: Plan,
    teller: Teller,
    setup: Setup,
    reference: Reference,
}

impl Demo {
    async fn check_out(&mut self) -> Result<(), Failure> {
        self.teller.tell(steps::order(self.reference.as_str(), self.plan.amount))?;
        let return_uri = ReturnUri::parse("https://example.com/orders/345678/complete")?;
        let order = Order::new(self.reference.clone(), self.plan.amount, return_uri);
        let order = if self.plan.one_call { order } else { order.with_separate_source() };
        let checkout = self.setup.merchant.checkout(order).await?;
        self.teller.tell(
            Step::new(
                "intent",
                "stored what is wanted before anything leaves: a crash from here on loses nothing",
            )
            .field("reference", self.reference.as_str()),
        )?;
        self.tell_exchanges()?;
        let Checkout::Redirect { authorize_uri, charge } = checkout else {
            return Err(Failure::from(format!("the checkout leads to no page: {checkout:?}")));
        };
        self.teller.tell(
            Step::new("redirect", "send the buyer to authorize_uri, unchanged")
                .detail(authorize_uri.clone())
                .field("authorize_uri", authorize_uri.as_str())
                .field("charge", charge.as_str()),
        )?;
        if self.plan.webhook {
            self.see_webhook(EventKey::ChargeCreate, "it says what is known; nothing to look at yet").await?;
            self.work().await?;
        }
        match self.plan.outcome {
            Outcome::Expired => self.let_expire().await,
            Outcome::Successful | Outcome::Failed => self.have_decided(&authorize_uri).await,
        }
    }

    /// The buyer decides on the page, and the shop finds out.
    async fn have_decided(&mut self, authorize_uri: &str) -> Result<(), Failure> {
        let failure = (self.plan.outcome == Outcome::Failed).then_some(&self.plan.failure_code);
        let back = Buyer::new().decide(authorize_uri, failure).await?;
        let means = match failure {
            None => {
                "the buyer approves on the page and is sent back; the address says nothing about the payment"
            }
            Some(_) => "the payment fails on the page and the buyer is sent back all the same",
        };
        self.teller.tell(
            Step::new("buyer", means).detail(format!("303 → {back}")).field("return_uri", back.as_str()),
        )?;
        if self.plan.webhook {
            self.see_webhook(EventKey::ChargeComplete, "a reason to look, and no proof").await?;
        }
        self.until_end().await
    }

    /// The buyer never comes; the clock moves to where the charge can no longer be paid.
    async fn let_expire(&mut self) -> Result<(), Failure> {
        self.setup.sandbox.clock().advance_seconds(AFTER_EXPIRY_SECONDS);
        self.teller.tell(
            Step::new(
                "clock",
                "the buyer never comes: the sandbox's clock moves past expires_at, seven days on",
            )
            .field("advanced_seconds", AFTER_EXPIRY_SECONDS),
        )?;
        self.until_end().await
    }

    /// Does what waits until the shop is told of the end. Without webhooks, the clock moves to the
    /// next poll.
    async fn until_end(&mut self) -> Result<(), Failure> {
        for _ in 0..MAX_POLLS {
            self.work().await?;
            if let Some(event) = self.setup.told.take().first() {
                let status = self.setup.merchant.payment(&self.reference).await?;
                let status = status.ok_or("the payment is gone")?;
                return Ok(self.teller.tell(steps::end(event, &status)?)?);
            }
            self.setup.sandbox.clock().advance_seconds(1);
        }
        Err(Failure::from("the payment does not end"))
    }

    async fn work(&mut self) -> Result<(), Failure> {
        let worked = self.setup.merchant.work(&self.setup.told).await?;
        if worked.deadlines > 0 {
            self.teller.tell(
                Step::new("poll", "a deadline has come: look, because silence says nothing")
                    .field("deadlines", worked.deadlines),
            )?;
        }
        self.tell_exchanges()
    }

    /// Waits until the webhook with this key was stored.
    async fn see_webhook(&mut self, expected: EventKey, means: &str) -> Result<(), Failure> {
        let stored = tokio::time::timeout(WEBHOOK, self.setup.webhooks.recv()).await;
        let Ok(Some(stored)) = stored else {
            return Err(Failure::from(format!("the webhook {expected} was not stored")));
        };
        let signature = if stored.verified { "its signature is good" } else { "it is not signed" };
        self.teller.tell(
            Step::new("webhook", format!("{} came: {means}", stored.key))
                .detail(format!("POST /webhooks: {signature}, it is stored, and only then answered 200"))
                .field("key", stored.key.as_str())
                .field("verified", stored.verified),
        )?;
        if stored.key == expected {
            Ok(())
        } else {
            Err(Failure::from(format!("{expected} should have come")))
        }
    }

    fn tell_exchanges(&self) -> Result<(), Failure> {
        for exchange in self.setup.recorder.take() {
            self.teller.tell(steps::exchange(&exchange))?;
        }
        Ok(())
    }
}
