//! The shop's entry point: checkout, status, refunds, webhooks.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kakaopay_flows::{Evidence, Input, RefundRequest};
use kakaopay_store::{Backlog, Clock, Skip, SkipOutcome, Store, SystemClock};
use kakaopay_transport::Client;
use kakaopay_types::{PublicKey, Reference, SecretKey, Timestamp};
use kakaopay_webhook::{Receiver, SignaturePolicy};

use crate::acknowledge::acknowledge_alert;
use crate::checkout::Checkout;
use crate::delivery::HandlerLimits;
use crate::driver::{
    Applied, Clients, Completions, Desk, Engine, Identity, Joins, KnownCharges, Marks, Opened, Reads,
    ServiceClock, SharedLooks, Wakers, check_open,
};
use crate::error::Error;
use crate::inbox::{Guard, Inbox};
use crate::metrics::{Counters, Metrics};
use crate::order::Order;
use crate::status::{PaymentStatus, RefundSummary};

/// A merchant's payments. Clones share one state.
///
/// A shop calls [`Merchant::checkout`] for each order and redirects the buyer, serves
/// [`Merchant::webhook_service`] as its webhook endpoint, and runs [`Merchant::run`] in the background. It
/// ships when its [`EventHandler`](crate::EventHandler) receives the event that the order was paid, and at no
/// other time.
///
/// All methods are cancel-safe and crash-safe: [`Merchant::run`] resumes persisted work.
pub struct Merchant<S> {
    pub(crate) engine: Arc<Engine<S>>,
}

/// Builds a [`Merchant`].
pub struct MerchantBuilder<S> {
    clients: Clients,
    store: S,
    clock: Arc<dyn Clock>,
    jitter_seed: Option<u64>,
    handler_limits: HandlerLimits,
}

impl<S: Store> MerchantBuilder<S> {
    /// Sets the client that creates separate sources, see [`Order::with_separate_source`].
    #[must_use]
    pub fn public_client(mut self, client: Client<PublicKey>) -> Self {
        self.clients.public = Some(client);
        self
    }

    /// Sets the clock of this process, which judges whether a webhook's signature is fresh and whether a request may
    /// still leave. Payments, leases and jobs go by the store's clock. Default: [`SystemClock`].
    #[must_use]
    pub fn clock(self, clock: impl Clock) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// Seeds the jitter between polls, so that tests are deterministic. Default: random.
    #[must_use]
    pub fn jitter_seed(self, seed: u64) -> Self {
        Self { jitter_seed: Some(seed), ..self }
    }

    /// Sets the timeout of a handler call. A call that exceeds it is cancelled and counts as failed. Default:
    /// 60 s.
    #[must_use]
    pub fn handler_timeout(mut self, timeout: Duration) -> Self {
        self.handler_limits.timeout = timeout;
        self
    }

    /// Sets the maximum number of handler calls at once, each for another payment. At least 1; default: 16.
    #[must_use]
    pub fn max_concurrent_handlers(mut self, max: usize) -> Self {
        self.handler_limits.max_concurrent = max.max(1);
        self
    }

    /// Builds the merchant.
    #[must_use]
    pub fn build(self) -> Merchant<S> {
        let jitter = self.jitter_seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        let engine = Engine {
            mode: self.clients.secret.mode(),
            identity: Identity::default(),
            store: self.store,
            clients: self.clients,
            clock: self.clock,
            service_clock: ServiceClock::default(),
            jitter: Mutex::new(jitter),
            marks: Marks::default(),
            wakers: Wakers::default(),
            leases: Arc::default(),
            desk: Desk::default(),
            completions: Completions::default(),
            reads: Reads::default(),
            known_charges: KnownCharges::default(),
            openings: SharedLooks::default(),
            returns: SharedLooks::default(),
            guard: Guard::default(),
            counters: Counters::default(),
            handler_limits: self.handler_limits,
        };
        Merchant { engine: Arc::new(engine) }
    }
}

impl<S: Store> Merchant<S> {
    /// Returns a builder for a merchant that calls the API with `client` and keeps its payments in
    /// `store`.
    #[must_use]
    pub fn builder(client: Client<SecretKey>, store: S) -> MerchantBuilder<S> {
        let clients = Clients { public: None, secret: client };
        MerchantBuilder {
            clients,
            store,
            clock: Arc::new(SystemClock),
            jitter_seed: None,
            handler_limits: HandlerLimits::default(),
        }
    }

    /// Opens the payment of an order, creates its charge, and returns the next step for the buyer.
    ///
    /// Idempotent per order reference: repeated calls return the same address, and no second charge
    /// is created once an address was returned. A request that the API rejects is not an error but a
    /// payment that has [ended](Checkout::Finished). It takes back a wish to [cancel](Self::cancel) while the charge can
    /// still be paid; a request to end the charge that was sent before may still end it. References are unique for ever: that of a [pruned](crate::prune)
    /// payment finds it ended, too.
    ///
    /// # Errors
    /// - [`Error::InvalidOrder`] if the description or the metadata are too long, or a name in it is reserved.
    /// - [`Error::ReferenceConflict`] if the reference belongs to an order of another amount.
    /// - [`Error::ModeMismatch`] if the reference belongs to a payment of the other mode.
    /// - [`Error::MissingPublicKey`] if the order needs a separate source and the builder got no public
    ///   client of this mode.
    /// - [`Error::Store`] if the store fails.
    pub async fn checkout(&self, order: Order) -> Result<Checkout, Error> {
        self.check_order(&order)?;
        self.next_step(Box::pin(self.engine.open(order)).await?).await
    }

    /// Begins another attempt for an order that was not paid, and returns the next step for the buyer: after its charge
    /// failed or expired, or the API rejected the request. `after` is the attempt that ended, as in its event and in
    /// [`PaymentStatus::attempt`]. The amount and the source may be others than before.
    ///
    /// Idempotent: once the next attempt has begun, further calls with the same `after`, such as a reload of the page,
    /// return its address. So do calls while the attempt at hand can still be paid; they take no wish to
    /// [cancel](Self::cancel) back. A paid order is [finished](Checkout::Finished). The earlier charge stays watched: if it is paid after all, that is late money
    /// ([`PaymentEvent::PaidLate`](crate::PaymentEvent::PaidLate)).
    ///
    /// # Errors
    /// - [`Error::PayAgain`] if there is no attempt `after`, or another amount is asked for while one can still be paid.
    /// - [`Error::NotFound`] if no payment has this reference: call [`Merchant::checkout`].
    /// - The errors of [`Merchant::checkout`].
    pub async fn pay_again(&self, order: Order, after: NonZeroU32) -> Result<Checkout, Error> {
        self.check_order(&order)?;
        self.next_step(Box::pin(self.engine.pay_again(&order, after)).await?).await
    }

    fn check_order(&self, order: &Order) -> Result<(), Error> {
        order.check()?;
        let public = self.engine.clients.public.as_ref().map(Client::mode);
        if order.needs_public_key() && public != Some(self.engine.mode) {
            return Err(Error::MissingPublicKey);
        }
        Ok(())
    }

    async fn next_step(&self, opened: Opened) -> Result<Checkout, Error> {
        match opened {
            Opened::Payment(applied) => match self.drive(applied).await {
                Ok((checkout, _)) => Ok(checkout),
                // A fail-over has lost the payment while its request was in flight. The next call looks for its charge.
                Err(Error::NotFound(_)) => Ok(Checkout::InProgress),
                Err(error) => Err(error),
            },
            Opened::NotYet => Ok(Checkout::InProgress),
        }
    }

    /// Reads the charge after the buyer has returned to `return_uri`, and returns the payment's
    /// status. The return itself proves nothing, and the charge may stay pending for a moment.
    ///
    /// However often a page calls it, this process reads the charge of a payment at most once in 2 s because of it.
    /// Calls in between wait for a read in flight, and return the stored status.
    ///
    /// # Errors
    /// - [`Error::NotFound`] if no payment has this reference.
    /// - [`Error::ModeMismatch`] if the payment is of the other mode.
    /// - [`Error::Store`] if the store fails.
    pub async fn buyer_returned(&self, reference: &Reference) -> Result<PaymentStatus, Error> {
        let look = async {
            let returned = Input::Evidence(Evidence::BuyerReturned);
            let applied = self.engine.apply_input(reference, &returned).await?;
            self.drive(applied.joining(Joins::InFlight)).await.map(|(_, status)| status)
        };
        match self.engine.returns.look(reference, look).await {
            Some(status) => status,
            None => self.status(reference).await?.ok_or_else(|| Error::NotFound(reference.clone())),
        }
    }

    /// Returns the stored status of a payment without calling the API, or `None` if no payment has
    /// this reference.
    ///
    /// # Errors
    /// [`Error::ModeMismatch`] if the payment is of the other mode, [`Error::Store`] if the store fails.
    pub async fn status(&self, reference: &Reference) -> Result<Option<PaymentStatus>, Error> {
        Ok(self.engine.load(reference).await?.as_ref().map(PaymentStatus::of))
    }

    /// Starts a refund, full or partial, and returns its status. The worker completes it and
    /// notifies the handler of its end. The refund is requested only after the charge's existing
    /// refunds were read.
    ///
    /// Idempotent per refund reference: repeated calls return the same refund, and the API creates
    /// it at most once. A request that the API rejects is not an error but a rejected refund.
    ///
    /// # Errors
    /// - [`Error::Refund`] if the payment is not paid, the amount exceeds the rest, the refund window
    ///   has closed, or the refund reference belongs to another refund.
    /// - [`Error::NotFound`] if no payment has this reference.
    /// - [`Error::ModeMismatch`] if the payment is of the other mode.
    /// - [`Error::Store`] if the store fails.
    pub async fn refund(&self, reference: &Reference, order: RefundRequest) -> Result<RefundSummary, Error> {
        let refund = order.reference.clone();
        let applied = self.engine.change(reference, |payment, now| Ok(payment.refund(&order, now)?)).await?;
        let (_, status) = self.drive(applied).await?;
        // It exists, or `change` had failed.
        let found = status.refunds.into_iter().find(|found| found.reference == refund);
        found.ok_or_else(|| Error::Interrupted(reference.clone()))
    }

    /// Cancels a payment that is not to be paid any more, and returns its status. It is a wish: the payment ends when its
    /// charge was read.
    ///
    /// - If no charge was requested, the payment is cancelled at once.
    /// - If the outcome of the request is unknown, its charge is looked for and ended; no other is created.
    /// - If the charge can be paid, the API is asked to end it, again and again while it reads pending. Its end is notified:
    ///   [`Cancelled`](crate::PaymentEvent::Cancelled), or [`Failed`](crate::PaymentEvent::Failed) if it had failed.
    /// - If the API refuses, that is notified once ([`CancelRefused`](crate::PaymentEvent::CancelRefused)), and the buyer
    ///   can pay until the charge expires. It is not known whether the API supports it for KakaoPay.
    ///
    /// A success after the wish is late money ([`PaidLate`](crate::PaymentEvent::PaidLate)) and never releases goods, also
    /// if the buyer had paid just before. [`Merchant::checkout`] for the same amount takes the wish back while the charge
    /// can be paid, and a success is [`Paid`](crate::PaymentEvent::Paid) again: do not call it for an order whose goods you
    /// gave away, also not when the buyer reloads the page. A request to end the charge that was sent before may still end
    /// it, as [`Expired`](crate::PaymentEvent::Expired). [`Merchant::pay_again`] begins another attempt once it has ended. Idempotent, and without effect on a
    /// payment that has ended: the status says how.
    ///
    /// A store that is restored from a backup lacks later wishes, and later checkouts that took one back: cancel again the
    /// orders that your shop has cancelled since, and trust your own books for those that it has delivered.
    ///
    /// # Errors
    /// As [`Merchant::buyer_returned`]; call again after [`Error::Store`] and [`Error::Interrupted`].
    pub async fn cancel(&self, reference: &Reference) -> Result<PaymentStatus, Error> {
        self.apply_and_drive(reference, &Input::Cancel).await
    }

    /// Reads the charge from the API now instead of waiting for the next poll, and returns the
    /// payment's status.
    ///
    /// # Errors
    /// As [`Merchant::buyer_returned`].
    pub async fn refresh(&self, reference: &Reference) -> Result<PaymentStatus, Error> {
        self.apply_and_drive(reference, &Input::Refresh).await
    }

    /// Resumes a payment or refund that is blocked until a person has checked the API's dashboard.
    ///
    /// # Errors
    /// As [`Merchant::buyer_returned`].
    pub async fn resume(&self, reference: &Reference) -> Result<PaymentStatus, Error> {
        self.apply_and_drive(reference, &Input::Resume).await
    }

    /// Acknowledges an open alert of a payment by its [key](kakaopay_flows::Alert::key): a person has seen to it. It
    /// changes no money. A charge or refund that differs from its request is set aside: [`Merchant::resume`] then goes
    /// on without it. `who` and `why` are kept in the store. Idempotent: the first acknowledgement is kept.
    ///
    /// # Errors
    /// - [`Error::AlertNotFound`] if the payment has no such alert.
    /// - Otherwise as [`Merchant::buyer_returned`].
    pub async fn acknowledge(
        &self,
        reference: &Reference,
        alert_key: &str,
        who: &str,
        why: &str,
    ) -> Result<PaymentStatus, Error> {
        let change = |payment: &mut _, now| acknowledge_alert(payment, alert_key, who, why, now);
        let applied = self.engine.change(reference, change).await?;
        self.drive(applied).await.map(|(_, status)| status)
    }

    /// Skips a notification by a person's decision: it is never delivered, and the next one of its payment is. Meant
    /// for one that the handler can never accept; its key is in the log. `who` and `why` are kept in the store.
    ///
    /// Idempotent: the first decision is kept and returned. A handler that is at work on the notification is not
    /// stopped.
    ///
    /// # Errors
    /// [`Error::StoreClosed`] if the store is not to be used, [`Error::Store`] if it fails.
    pub async fn skip(
        &self,
        idempotency_key: &str,
        who: impl Into<String>,
        why: impl Into<String>,
    ) -> Result<SkipOutcome, Error> {
        check_open(&self.engine.store).await?;
        let skip = Skip::new(who, why);
        let outcome = self.engine.store.skip_message(idempotency_key, skip).await?;
        if outcome == SkipOutcome::Skipped {
            tracing::warn!(key = idempotency_key, "notification skipped");
        }
        Ok(outcome)
    }

    /// Returns the sizes of the store's queues, and the age of the oldest item in each. All processes
    /// share them.
    ///
    /// # Errors
    /// [`Error::Store`] if the store fails.
    pub async fn backlog(&self) -> Result<Backlog, Error> {
        Ok(self.engine.store.backlog().await?)
    }

    /// Returns the counters of this process.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.engine.counters.read()
    }

    /// Returns the webhook endpoint: a tower service for any HTTP server. It only stores webhooks;
    /// [`Merchant::run`] processes them.
    #[must_use]
    pub fn webhook_service(&self, policy: SignaturePolicy) -> Receiver<Inbox<S>> {
        let clock = Arc::clone(&self.engine.clock);
        Receiver::new(policy, self.inbox(), move || clock.now())
    }

    /// Returns the inbox that stores webhooks, for a custom [`Receiver`].
    #[must_use]
    pub fn inbox(&self) -> Inbox<S> {
        Inbox::new(Arc::clone(&self.engine))
    }

    /// Returns the current time of the merchant's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.engine.clock.now()
    }

    async fn apply_and_drive(&self, reference: &Reference, input: &Input) -> Result<PaymentStatus, Error> {
        let applied = self.engine.apply_input(reference, input).await?;
        self.drive(applied).await.map(|(_, status)| status)
    }

    /// Drives a payment in its own task, so that a dropped caller, such as a closed connection, does
    /// not drop the response to a request that moves money.
    pub(crate) async fn drive(&self, applied: Applied) -> Result<(Checkout, PaymentStatus), Error> {
        let reference = applied.payment.intent().reference.clone();
        let engine = Arc::clone(&self.engine);
        let task = tokio::spawn(async move { engine.drive(applied).await });
        match task.await {
            Ok(driven) => {
                driven.map(|driven| (Checkout::of(&driven.payment), PaymentStatus::of(&driven.payment)))
            }
            // The runtime is shutting down, or the task panicked. The journal is intact, and the
            // payment's deadline resumes it.
            Err(_) => Err(Error::Interrupted(reference)),
        }
    }
}

impl<S> Clone for Merchant<S> {
    fn clone(&self) -> Self {
        Self { engine: Arc::clone(&self.engine) }
    }
}

impl<S> fmt::Debug for Merchant<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Merchant").field("mode", &self.engine.mode).finish_non_exhaustive()
    }
}

impl<S> fmt::Debug for MerchantBuilder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MerchantBuilder").finish_non_exhaustive()
    }
}
