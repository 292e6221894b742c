//! The places of calls in flight.

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;

use super::window::Window;

/// The places of calls in flight.
#[derive(Debug)]
pub(super) struct Places {
    all: Arc<Window>,
    reads: Arc<Window>,
    mutations: Arc<Window>,
}

/// The place of one call, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    kind: Arc<Window>,
    of_kind: Option<OwnedSemaphorePermit>,
    _of_all: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(permit) = self.of_kind.take() {
            self.kind.release(permit);
        }
    }
}

impl Places {
    pub(super) fn new(max: usize, for_mutations: usize) -> Self {
        let reads = max.saturating_sub(for_mutations);
        let [all, reads, mutations] = [max, reads, max].map(|max| Arc::new(Window::new(max)));
        Self { all, reads, mutations }
    }

    /// Takes a place that is free now.
    pub(super) fn try_take(&self, is_read: bool) -> Option<Place> {
        let kind = Arc::clone(self.kind(is_read));
        let of_all = self.all.try_acquire().ok()?;
        let of_kind = Some(kind.try_acquire().ok()?);
        Some(Place { kind, of_kind, _of_all: of_all })
    }

    /// Waits for a place.
    pub(super) async fn take(&self, is_read: bool) -> Place {
        let kind = Arc::clone(self.kind(is_read));
        let of_kind = Some(kind.acquire().await);
        Place { kind, of_kind, _of_all: self.all.acquire().await }
    }

    /// The service has limited the rate: fewer reads at once from now on, and if it was a mutation, fewer of these too.
    pub(super) fn limited(&self, is_read: bool) {
        self.reads.shrink();
        if !is_read {
            self.mutations.shrink();
        }
    }

    /// The service has answered a call, so that it takes more of both kinds again.
    pub(super) fn served(&self) {
        self.reads.grow();
        self.mutations.grow();
    }

    fn kind(&self, is_read: bool) -> &Arc<Window> {
        if is_read { &self.reads } else { &self.mutations }
    }
}
