//! A service whose reads take their time, and are counted.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use kakaopay::types::ChargeId;
use kakaopay_transport::HttpRequest;
use tower_service::Service;

/// The reads of a service, by path.
#[derive(Debug, Clone, Default)]
pub struct Reads(Arc<Mutex<BTreeMap<String, Counts>>>);

/// How often a path was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Reads so far.
    pub begun: usize,
    /// Reads under way.
    pub in_flight: usize,
    /// The most at once.
    pub most_in_flight: usize,
}

impl Reads {
    fn counts(&self) -> MutexGuard<'_, BTreeMap<String, Counts>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The reads of one charge.
    #[must_use]
    pub fn of(&self, charge: &ChargeId) -> Counts {
        self.counts().get(&format!("/charges/{charge}")).copied().unwrap_or_default()
    }

    /// The number of reads of charges and of their lists.
    #[must_use]
    pub fn of_charges(&self) -> usize {
        self.counts()
            .iter()
            .filter(|(path, _)| path.starts_with("/charges"))
            .map(|(_, counts)| counts.begun)
            .sum()
    }

    /// Forgets the reads so far.
    pub fn forget(&self) {
        self.counts().clear();
    }
}

/// A service that takes its time for each read, or for those of one charge.
#[derive(Debug, Clone)]
pub struct Slow<S> {
    /// The service.
    pub inner: S,
    /// How long each read takes.
    pub delay: Duration,
    /// How long each other request takes; `None` for no time.
    pub other_delay: Option<Duration>,
    /// The path whose reads are slow.
    pub only: Only,
    /// The reads so far.
    pub reads: Reads,
}

/// The one path whose reads are slow, if any.
pub type Only = Arc<Mutex<Option<String>>>;

impl<S> Service<HttpRequest> for Slow<S>
where
    S: Service<HttpRequest>,
    S::Future: Send + 'static,
    S::Response: Send,
    S::Error: Send,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let path = request.uri().path().to_owned();
        let only = self.only.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let is_read = request.method() == http::Method::GET && only.is_none_or(|only| only == path);
        let (delay, other_delay, reads) = (self.delay, self.other_delay, self.reads.clone());
        let response = self.inner.call(request);
        Box::pin(async move {
            if !is_read {
                if let Some(delay) = other_delay {
                    tokio::time::sleep(delay).await;
                }
                return response.await;
            }
            let update =
                |change: &dyn Fn(&mut Counts)| change(reads.counts().entry(path.clone()).or_default());
            update(&|counts| {
                counts.begun += 1;
                counts.in_flight += 1;
                counts.most_in_flight = counts.most_in_flight.max(counts.in_flight);
            });
            tokio::time::sleep(delay).await;
            update(&|counts| counts.in_flight -= 1);
            response.await
        })
    }
}
