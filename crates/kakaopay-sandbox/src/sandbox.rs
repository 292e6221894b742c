//! The sandbox: one account's API and pages, in memory.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use kakaopay_types::{EventId, PublicKey, SecretKey};
use kakaopay_webhook::{Secret, Signer};
use tokio::sync::Notify;

use crate::api::{self, Answer, Call};
use crate::clock::SandboxClock;
use crate::keys::Keys;
use crate::page;
use crate::webhook::WebhookUrl;
use crate::world::{Delivery, Ids, World};

/// A stand-in for the Omise API and its KakaoPay page: one test account, in memory.
///
/// It is a service first ([`Sandbox::service`]) and a server second ([`Sandbox::serve`]). Clones
/// are the same sandbox.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    keys: Keys,
    secret: Secret,
    clock: SandboxClock,
    world: Mutex<World>,
    webhooks: Mutex<Webhooks>,
    /// Rung when there is an event to post.
    bell: Notify,
}

struct Webhooks {
    url: Option<WebhookUrl>,
    /// Whether events are posted. While they are not, they are lost.
    on: bool,
}

/// Makes a [`Sandbox`].
#[derive(Debug)]
pub struct SandboxBuilder {
    seed: u64,
    public: Option<PublicKey>,
    secret: Option<SecretKey>,
    webhook_secret: Option<Secret>,
    webhook_url: Option<WebhookUrl>,
    clock: Option<SandboxClock>,
}

impl SandboxBuilder {
    /// What identifiers, keys and secrets are made from; another one each time by default.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The account's public key; a new one by default.
    #[must_use]
    pub fn public_key(self, key: PublicKey) -> Self {
        Self { public: Some(key), ..self }
    }

    /// The account's secret key; a new one by default.
    #[must_use]
    pub fn secret_key(self, key: SecretKey) -> Self {
        Self { secret: Some(key), ..self }
    }

    /// What webhooks are signed with; a new secret by default.
    #[must_use]
    pub fn webhook_secret(self, secret: Secret) -> Self {
        Self { webhook_secret: Some(secret), ..self }
    }

    /// Where events are posted to; nowhere by default.
    #[must_use]
    pub fn webhook_url(self, url: WebhookUrl) -> Self {
        Self { webhook_url: Some(url), ..self }
    }

    /// The time in the sandbox; the machine's by default.
    #[must_use]
    pub fn clock(self, clock: SandboxClock) -> Self {
        Self { clock: Some(clock), ..self }
    }

    /// The sandbox.
    ///
    /// # Panics
    /// Never: the keys and the secret that it makes itself are good.
    #[must_use]
    pub fn build(self) -> Sandbox {
        let mut ids = Ids::new(self.seed);
        let made = Keys::generate(&mut ids).expect("keys of the keys' own form");
        let keys =
            Keys { public: self.public.unwrap_or(made.public), secret: self.secret.unwrap_or(made.secret) };
        let random = Secret::from_bytes(ids.bytes::<32>()).expect("32 bytes are not empty");
        Sandbox(Arc::new(Inner {
            keys,
            secret: self.webhook_secret.unwrap_or(random),
            clock: self.clock.unwrap_or_else(SandboxClock::system),
            world: Mutex::new(World::new(ids)),
            webhooks: Mutex::new(Webhooks { url: self.webhook_url, on: true }),
            bell: Notify::new(),
        }))
    }
}

impl Sandbox {
    /// A new sandbox, empty.
    #[must_use]
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder {
            seed: fastrand::u64(..),
            public: None,
            secret: None,
            webhook_secret: None,
            webhook_url: None,
            clock: None,
        }
    }

    /// The account's public key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.0.keys.public
    }

    /// The account's secret key.
    #[must_use]
    pub fn secret_key(&self) -> &SecretKey {
        &self.0.keys.secret
    }

    /// What webhooks are signed with.
    #[must_use]
    pub fn webhook_secret(&self) -> &Secret {
        &self.0.secret
    }

    /// The time in the sandbox.
    #[must_use]
    pub fn clock(&self) -> &SandboxClock {
        &self.0.clock
    }

    /// Posts events to another place from now on.
    pub fn set_webhook_url(&self, url: Option<WebhookUrl>) {
        self.webhooks().url = url;
    }

    /// Posts events from now on, or loses them.
    pub fn set_webhooks(&self, on: bool) {
        self.webhooks().on = on;
    }

    /// Posts an event once more, as the dashboard does on request. `false` when there is no such
    /// event.
    #[must_use]
    pub fn resend(&self, event: &EventId) -> bool {
        let known = self.world().post(event);
        self.0.bell.notify_one();
        known
    }

    /// The events so far, in order, each with its key.
    #[must_use]
    pub fn events(&self) -> Vec<(EventId, &'static str)> {
        self.world().events().map(|event| (event.id.clone(), event.key)).collect()
    }

    /// Answers a request: a call of the API, or a page.
    pub(crate) fn respond(&self, request: Request<Bytes>) -> Response<Bytes> {
        let version = request.headers().get("omise-version").cloned();
        let call = Call::new(request, self.0.clock.now());
        let mut world = self.world();
        let expired = world.expire(call.now);
        debug_assert!(expired.is_ok());
        let response = match page::respond(&mut world, &call) {
            Some(page) => page,
            None => {
                let answer = api::route(&mut world, &self.0.keys, &call);
                answered(answer, &mut world, version)
            }
        };
        drop(world);
        self.0.bell.notify_one();
        response
    }

    /// Answers a request whose body is larger than is read.
    pub(crate) fn respond_too_large(&self) -> Response<Bytes> {
        answered(Answer::too_large(), &mut self.world(), None)
    }

    /// The next event to be posted, to where, and what; `None` when none waits. Those that are to be
    /// lost are.
    pub(crate) fn next_post(&self) -> Option<(EventId, WebhookUrl, Vec<u8>)> {
        loop {
            let mut world = self.world();
            world.expire(self.0.clock.now()).ok()?;
            let id = world.next_outgoing()?;
            let url = {
                let webhooks = self.webhooks();
                webhooks.url.clone().filter(|_| webhooks.on)
            };
            if let (Some(url), Some(event)) = (url, world.event(&id)) {
                let body = crate::json::print(&crate::object::EventObject::posted(event));
                return Some((id, url, body));
            }
        }
    }

    /// Remembers what became of a post.
    pub(crate) fn posted(&self, event: &EventId, mut delivery: Delivery) {
        let mut world = self.world();
        delivery.id = world.ids.next("whdl");
        if let Some(event) = world.event_mut(event) {
            event.deliveries.push(delivery);
        }
    }

    pub(crate) fn signer(&self) -> Signer {
        Signer::new([self.0.secret.clone()])
    }

    pub(crate) fn bell(&self) -> &Notify {
        &self.0.bell
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn webhooks(&self) -> MutexGuard<'_, Webhooks> {
        self.0.webhooks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn answered(answer: Answer, world: &mut World, version: Option<HeaderValue>) -> Response<Bytes> {
    let request_id = world.ids.request();
    answer.into_response(&request_id, version)
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("keys", &self.0.keys).finish_non_exhaustive()
    }
}
