//! A process of the shop.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use kakaopay::webhook::{Receiver, SignaturePolicy, Verifier};
use kakaopay::{Inbox, Merchant};
use kakaopay_transport::Client;
use kakaopay_types::{SecretKey, StoreId, Timestamp};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use crate::booked_charge::BookedCharge;
use crate::books::Books;
use crate::handler::ShopHandler;
use crate::moves::{Millis, ProcessId};
use crate::network::{Network, SimTransport};
use crate::service::Service;
use crate::store::{Faults, FaultyStore};
use crate::terms::Terms;

/// A process of the shop: `Merchant::run` and calls of the merchant's methods, in a runtime of its own.
///
/// The runtime's clock is the process's monotonic clock. It moves only when the simulation steps the process, so that a
/// suspended one stands still. To kill it is to drop its runtime with all tasks.
#[derive(Debug)]
pub struct Process {
    runtime: Runtime,
    merchant: Merchant<FaultyStore>,
    receiver: Receiver<Inbox<FaultyStore>>,
    worker: JoinHandle<()>,
}

/// The shared parts of all processes.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The service.
    pub service: Service,
    /// The key of its processes.
    pub key: SecretKey,
    /// The store.
    pub store: FaultyStore,
    /// The store's identity, which the charges of its orders name.
    pub store_id: StoreId,
    /// The network.
    pub network: Network,
    /// The shop's books.
    pub books: Books,
    /// The faults of the store.
    pub faults: Arc<Faults>,
    /// How many handler calls each makes at once.
    pub handlers: usize,
    /// Whether webhooks are accepted without a signature.
    pub unsigned: bool,
    /// The terms of its orders.
    pub terms: Arc<[Terms]>,
    /// The largest response that is read.
    pub max_response_bytes: usize,
    /// The true time, in milliseconds since 1970.
    pub now: Arc<AtomicI64>,
    /// How often a job was done.
    pub jobs: Arc<AtomicU64>,
}

impl Surroundings {
    /// How often a job was done.
    #[must_use]
    pub fn jobs_done(&self) -> u64 {
        self.jobs.load(Ordering::SeqCst)
    }
}

impl Surroundings {
    /// The terms of an order.
    #[must_use]
    pub fn terms_of(&self, order: &str) -> Terms {
        let number = order.strip_prefix("order-").and_then(|number| number.parse::<usize>().ok());
        number.and_then(|number| self.terms.get(number).copied()).unwrap_or_default()
    }

    /// Whether orders have descriptions that are too long for a page of charges.
    #[must_use]
    pub fn has_long_descriptions(&self) -> bool {
        self.max_response_bytes < 1024 * 1024
    }

    /// The service's book of this shop's charges: those that name its store.
    #[must_use]
    pub fn charges(&self) -> Vec<BookedCharge> {
        let charges = self.service.charges();
        let own = charges.iter().filter(|charge| charge.store.as_deref() == Some(self.store_id.as_str()));
        own.cloned().collect()
    }
}

impl Process {
    /// Starts a process whose wall clock is `ahead` of the true time.
    ///
    /// # Panics
    /// If there is no runtime.
    #[must_use]
    pub fn start(number: ProcessId, seed: u64, around: &Surroundings, ahead: Arc<AtomicI64>) -> Self {
        let runtime =
            Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
        let sandbox = around.service.sandbox();
        let transport = SimTransport { process: number, network: around.network.clone() };
        let client = Client::builder(transport, around.key.clone());
        let client = client.max_response_bytes(around.max_response_bytes).build();
        let now = Arc::clone(&around.now);
        let clock = move || {
            let millis = now.load(Ordering::SeqCst).saturating_add(ahead.load(Ordering::SeqCst));
            Timestamp::from_unix_millis(millis).unwrap_or(Timestamp::UNIX_EPOCH)
        };
        let merchant = Merchant::builder(client, around.store.clone())
            .clock(clock)
            .jitter_seed(seed)
            .max_concurrent_handlers(around.handlers)
            .build();
        let verifier = Verifier::new([sandbox.webhook_secret()]).expect("a secret");
        let policy =
            if around.unsigned { SignaturePolicy::unsigned() } else { SignaturePolicy::signed(verifier) };
        let receiver = merchant.webhook_service(policy);
        let (worker, handler) = (merchant.clone(), ShopHandler(around.books.clone()));
        let worker = runtime.spawn(async move { worker.run(handler, std::future::pending()).await });
        Self { runtime, merchant, receiver, worker }
    }

    /// Lets the process run: its timers move by `millis`, and its tasks are polled up to `polls` times.
    pub fn step(&self, millis: Millis, polls: i64) {
        self.runtime.block_on(async {
            if millis > 0 {
                tokio::time::advance(Duration::from_millis(millis.unsigned_abs())).await;
            }
            for _ in 0..polls {
                tokio::task::yield_now().await;
            }
        });
    }

    /// Calls the merchant in a task of the process.
    pub fn call<F: Future<Output = ()> + Send + 'static>(
        &self,
        call: impl FnOnce(Merchant<FaultyStore>) -> F,
    ) {
        self.runtime.spawn(call(self.merchant.clone()));
    }

    /// Hands a webhook to the process. `done` gets the status of the response.
    pub fn receive(&self, webhook: http::Request<Bytes>, done: impl FnOnce(u16) + Send + 'static) {
        let receiver = self.receiver.clone();
        self.runtime
            .spawn(async move { done(receiver.receive(webhook.map(Full::new)).await.status().as_u16()) });
    }

    /// Whether `Merchant::run` has ended, which it must not.
    #[must_use]
    pub fn has_stopped(&self) -> bool {
        self.worker.is_finished()
    }
}
