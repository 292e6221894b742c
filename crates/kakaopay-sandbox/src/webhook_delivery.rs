//! Webhook delivery: time, endpoint and signature.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http::header::{CONTENT_TYPE, USER_AGENT};
use kakaopay_types::{EventId, Timestamp};
use kakaopay_webhook::{SIGNATURE_HEADER, Signer, TIMESTAMP_HEADER};

use crate::json;
use crate::object::EventObject;
use crate::poster::{PostError, Poster};
use crate::sandbox::Sandbox;
use crate::state::Delivery;
use crate::webhook_schedule::Signing;
use crate::webhook_url::WebhookUrl;

/// Timeout of a webhook response. The service's own is not documented.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A webhook to be posted.
#[derive(Debug)]
struct Post {
    event: EventId,
    url: WebhookUrl,
    body: Bytes,
}

impl Sandbox {
    /// Posts all due webhooks in sequence, and returns their number. A failed webhook is not retried, as with the
    /// service. If another call posts some, as a server of this sandbox does in the background, it waits for that.
    pub async fn deliver_pending(&self, poster: &impl Poster) -> usize {
        let _delivering = self.delivering().lock().await;
        let mut posted = 0;
        while let Some(Post { event, url, body }) = self.next_post() {
            for _ in 0..self.webhook_schedule().copies.get() {
                let delivery = self.post(poster, &url, body.clone()).await;
                self.state().delivered(&event, delivery);
                self.mark_changed();
                posted += 1;
            }
        }
        posted
    }

    /// Posts webhooks as they become due, until `shutdown` resolves. Webhooks in flight are completed first.
    pub async fn deliver_until(&self, poster: &impl Poster, shutdown: impl Future<Output = ()>) {
        let mut shutdown = std::pin::pin!(shutdown);
        let mut clock = self.clock().watched();
        loop {
            clock.mark_unchanged();
            let checked_at = self.clock().now();
            self.deliver_pending(poster).await;
            let wait = self.until_next(checked_at);
            tokio::select! {
                biased;
                () = &mut shutdown => return,
                () = self.delivery_wakeup().notified() => {}
                // The sandbox holds the other end of this channel, so it stays open.
                _ = clock.changed() => {}
                () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {}
            }
        }
    }

    /// Time until the next delayed webhook or the next timed change of a charge after `checked_at`. `None` if neither is
    /// scheduled, or if the clock is frozen.
    fn until_next(&self, checked_at: Timestamp) -> Option<Duration> {
        let delay = self.webhook_schedule().delay_seconds.into();
        let state = self.state();
        let due = state.first_outgoing().map(|happened| happened.saturating_add_seconds(delay));
        let timed_change = state.next_due();
        drop(state);
        let next = due.into_iter().chain(timed_change).filter(|moment| *moment > checked_at).min()?;
        self.clock().until(next)
    }

    /// Takes the next due webhook from the outbox; `None` if none is due. Drops webhooks that the schedule loses.
    fn next_post(&self) -> Option<Post> {
        loop {
            let now = self.clock().now();
            let mut state = self.state();
            state.apply_due(now).ok()?;
            let schedule = self.webhook_schedule();
            let moment = now.saturating_add_seconds(-i64::from(schedule.delay_seconds));
            let due = state.outgoing_until(moment, schedule.batch.get());
            let outgoing = state.take_outgoing(self.schedule().next(due)?)?;
            self.mark_changed();
            let url = outgoing.url(&state.account, &state.webhook_hosts).filter(|_| !schedule.lost);
            if let (Some(url), Some(event)) = (url, state.event(&outgoing.event)) {
                let body = json::print(&EventObject::posted(&state, event)).into();
                return Some(Post { event: outgoing.event, url, body });
            }
        }
    }

    /// Returns the signer at a time; `None` if the account has no secret.
    fn signer(&self, at: Timestamp) -> Option<Signer> {
        let state = self.state();
        let secrets: Vec<_> = state.account.secrets.signing(at).map(|secret| secret.secret.clone()).collect();
        (!secrets.is_empty()).then(|| Signer::new(secrets))
    }

    async fn post(&self, poster: &impl Poster, url: &WebhookUrl, body: Bytes) -> Delivery {
        let at = self.clock().now();
        let signed_at = match self.webhook_schedule().signing {
            Signing::Now => Some(at),
            Signing::Ago(seconds) => Some(at.saturating_add_seconds(-i64::from(seconds))),
            Signing::Not => None,
        };
        // A stale timestamp is still signed with the current secrets.
        let signed = signed_at.and_then(|moment| Some(self.signer(at)?.sign(moment, &body)));
        let mut request = Request::post(url.uri().clone())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("kakaopay-sandbox/", env!("CARGO_PKG_VERSION")));
        if let Some(signed) = signed {
            request =
                request.header(SIGNATURE_HEADER, signed.signature).header(TIMESTAMP_HEADER, signed.timestamp);
        }
        let response = match request.body(body) {
            Ok(request) => match tokio::time::timeout(TIMEOUT, poster.post(request)).await {
                Ok(response) => response,
                Err(_) => Err(PostError::Timeout),
            },
            Err(_) => Err(PostError::InvalidAddress),
        };
        Delivery {
            id: String::new(),
            uri: url.to_string(),
            status: response.ok().map(|status| status.as_u16()),
            error: response.err().map(|error| error.to_string()),
            created_at: at,
        }
    }
}
