//! A merchant's payments: what a shop calls.

use std::fmt;
use std::sync::{Arc, Mutex};

use kakaopay_flows::{Evidence, Input, RefundOrder};
use kakaopay_ledger::{Backlog, Store};
use kakaopay_transport::Client;
use kakaopay_types::{PublicKey, Reference, SecretKey, Timestamp};
use kakaopay_webhook::{Policy, Receiver};

use crate::checkout::Checkout;
use crate::clock::{Clock, SystemClock};
use crate::counts::{Counting, Counts};
use crate::engine::{Bells, Engine, Told};
use crate::error::Error;
use crate::inbox::Inbox;
use crate::order::Order;
use crate::status::{RefundStatus, Status};
use crate::wire::Clients;

/// A merchant's payments. Clones share everything.
///
/// A shop calls [`Merchant::checkout`] for each order and sends the buyer to the address it gives,
/// serves [`Merchant::receiver`] as its webhook endpoint, and keeps [`Merchant::run`] running
/// beside it. It releases goods when its [`Handler`](crate::Handler) is told that an order was
/// settled, and at no other time.
///
/// Every method may be cut off at any moment, by a crash too: what was stored goes on.
pub struct Merchant<S> {
    pub(crate) engine: Arc<Engine<S>>,
}

/// Makes a [`Merchant`].
pub struct MerchantBuilder<S> {
    clients: Clients,
    store: S,
    clock: Arc<dyn Clock>,
    jitter_seed: Option<u64>,
}

impl<S: Store> MerchantBuilder<S> {
    /// Creates sources of their own with this client, see [`Order::with_separate_source`].
    #[must_use]
    pub fn public_client(mut self, client: Client<PublicKey>) -> Self {
        self.clients.public = Some(client);
        self
    }

    /// Takes the time from another clock than the machine's.
    #[must_use]
    pub fn clock(self, clock: impl Clock) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// Spreads polls in the same way in every run, for tests.
    #[must_use]
    pub fn jitter_seed(self, seed: u64) -> Self {
        Self { jitter_seed: Some(seed), ..self }
    }

    /// The merchant.
    #[must_use]
    pub fn build(self) -> Merchant<S> {
        let jitter = self.jitter_seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        let engine = Engine {
            mode: self.clients.secret.mode(),
            store: self.store,
            clients: self.clients,
            clock: self.clock,
            jitter: Mutex::new(jitter),
            bells: Bells::default(),
            counts: Counting::default(),
        };
        Merchant { engine: Arc::new(engine) }
    }
}

impl<S: Store> Merchant<S> {
    /// A merchant whose charges are created and read by this client, and kept in this store.
    #[must_use]
    pub fn builder(client: Client<SecretKey>, store: S) -> MerchantBuilder<S> {
        let clients = Clients { public: None, secret: client };
        MerchantBuilder { clients, store, clock: Arc::new(SystemClock), jitter_seed: None }
    }

    /// Asks for an order to be paid, and says what to do with the buyer.
    ///
    /// The same reference is the same payment, however often it is asked for: the buyer gets the
    /// same address, and there is never a second charge for a link that was handed out.
    ///
    /// # Errors
    /// [`Error::ReferenceTaken`] when the reference belongs to an order of another amount,
    /// [`Error::OtherMode`] when it belongs to a payment of the other mode,
    /// [`Error::NoPublicKey`] when the order needs it, or trouble with the store. What the service
    /// refuses is no error but a payment that [ended](Checkout::Ended).
    pub async fn checkout(&self, order: Order) -> Result<Checkout, Error> {
        let public = self.engine.clients.public.as_ref().map(Client::mode);
        if order.needs_public_key() && public != Some(self.engine.mode) {
            return Err(Error::NoPublicKey);
        }
        let told = self.engine.open(order).await?;
        self.pursue(told).await.map(|(checkout, _)| checkout)
    }

    /// The buyer has come back to `return_uri`, which says nothing about the payment: reads the
    /// charge and says how far it has come. It may still be pending for a moment.
    ///
    /// # Errors
    /// [`Error::Unknown`] when no payment has this reference, [`Error::OtherMode`] when the payment is
    /// of the other mode, or trouble with the store.
    pub async fn returned(&self, reference: &Reference) -> Result<Status, Error> {
        self.tell_and_pursue(reference, &Input::Evidence(Evidence::Returned)).await
    }

    /// How far a payment has come, as far as it is known here; `None` when there is none.
    ///
    /// # Errors
    /// [`Error::OtherMode`] when the payment is of the other mode, or trouble with the store.
    pub async fn payment(&self, reference: &Reference) -> Result<Option<Status>, Error> {
        Ok(self.engine.load(reference).await?.as_ref().map(Status::of))
    }

    /// Gives money back to the buyer, whole or in part, and says how far that has come: it goes on by itself
    /// from here on, and the handler is told how it ended. Nothing is asked of the service before its list of
    /// the charge's refunds was read.
    ///
    /// The same reference is the same refund, however often it is asked for, and the service is never asked
    /// for a second one.
    ///
    /// # Errors
    /// [`Error::Refund`] when the payment is not paid, too little of it is left, the time for refunds has
    /// passed or the refund's reference is another's, [`Error::Unknown`] when there is no such payment,
    /// [`Error::OtherMode`] when it is of the other mode, or trouble with the store. What the service refuses
    /// is no error but a refund that was refused.
    pub async fn refund(&self, reference: &Reference, order: RefundOrder) -> Result<RefundStatus, Error> {
        let refund = order.reference.clone();
        let begun = self.engine.change(reference, |payment, now| Ok(payment.refund(&order, now)?)).await?;
        let (_, status) = self.pursue(begun).await?;
        // It was begun, or there would have been an error.
        let found = status.refunds.into_iter().find(|found| found.reference == refund);
        found.ok_or_else(|| Error::Interrupted(reference.clone()))
    }

    /// A person wants to know: reads what can be read of the payment now, whatever its plan says.
    ///
    /// # Errors
    /// As [`Merchant::returned`].
    pub async fn look(&self, reference: &Reference) -> Result<Status, Error> {
        self.tell_and_pursue(reference, &Input::Look).await
    }

    /// A person has looked, at the service's dashboard too, and says to go on: a payment or refund that
    /// stopped for a person's sake is taken up again.
    ///
    /// # Errors
    /// As [`Merchant::returned`].
    pub async fn resume(&self, reference: &Reference) -> Result<Status, Error> {
        self.tell_and_pursue(reference, &Input::Resume).await
    }

    /// How much waits, in all processes together: how long the oldest deadline is past says how far behind
    /// they are, and the age of the oldest message how long the merchant was not told.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn backlog(&self) -> Result<Backlog, Error> {
        Ok(self.engine.store.backlog().await?)
    }

    /// What this process has counted.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.engine.counts.read()
    }

    /// The webhook endpoint: a tower service for any HTTP server. It stores what comes in;
    /// [`Merchant::run`] works it off.
    #[must_use]
    pub fn receiver(&self, policy: Policy) -> Receiver<Inbox<S>> {
        let clock = Arc::clone(&self.engine.clock);
        Receiver::new(policy, self.inbox(), move || clock.now())
    }

    /// Where webhooks are stored, for a receiver that does something beside.
    #[must_use]
    pub fn inbox(&self) -> Inbox<S> {
        Inbox::new(Arc::clone(&self.engine))
    }

    /// The moment it is, by the merchant's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.engine.clock.now()
    }

    async fn tell_and_pursue(&self, reference: &Reference, input: &Input) -> Result<Status, Error> {
        let told = self.engine.tell(reference, input).await?;
        self.pursue(told).await.map(|(_, status)| status)
    }

    /// Carries out what a payment asks for in a task of its own: a buyer who closes the connection
    /// must not cut off the answer to a request that moves money.
    async fn pursue(&self, told: Told) -> Result<(Checkout, Status), Error> {
        let reference = told.payment.intent().reference.clone();
        let engine = Arc::clone(&self.engine);
        let pursuit = tokio::spawn(async move { engine.pursue(told).await });
        match pursuit.await {
            Ok(pursued) => {
                pursued.map(|pursued| (Checkout::of(&pursued.payment), Status::of(&pursued.payment)))
            }
            // The runtime is shutting down, or the task has panicked: the journal knows how far
            // it came, and its deadline brings it on.
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
