//! The sandbox: one account's API and pages, in memory.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use kakaopay_types::{EventId, PublicKey, SecretKey, Timestamp};
use kakaopay_webhook::{Secret, Signer};
use tokio::sync::Notify;

use crate::api::{self, Answer, Call, Refusal, ReturnUris};
use crate::clock::SandboxClock;
use crate::control;
use crate::desk::{self, Desk};
use crate::fault::{Fault, Rule, Rules};
use crate::keys::Keys;
use crate::page;
use crate::plan::{Planned, WebhookPlan};
use crate::snapshot::Snapshot;
use crate::version::ApiVersion;
use crate::webhook::{Post, WebhookUrl};
use crate::webhook_host::{WebhookHost, WebhookHosts};
use crate::world::{Account, Delivery, Ids, Secrets, World};

/// A stand-in for the Omise API and its KakaoPay page: one test account, in memory.
///
/// It is a service first ([`Sandbox::service`]) and a server second ([`Sandbox::serve`]). Clones
/// are the same sandbox.
#[derive(Clone)]
pub struct Sandbox(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) keys: Keys,
    pub(crate) clock: SandboxClock,
    pub(crate) world: Mutex<World>,
    faults: Mutex<Rules>,
    /// What it was when it was built.
    pub(crate) first: Snapshot,
    /// How webhooks arrive.
    planned: Mutex<Planned>,
    /// What was asked and answered lately.
    desk: Desk,
    /// Rung when there is an event to post.
    bell: Notify,
}

/// Makes a [`Sandbox`].
#[derive(Debug)]
pub struct SandboxBuilder {
    seed: u64,
    pub(crate) public: Option<PublicKey>,
    pub(crate) secret: Option<SecretKey>,
    pub(crate) webhook_secret: Option<Secret>,
    pub(crate) webhook_url: Option<WebhookUrl>,
    pub(crate) version: Option<ApiVersion>,
    pub(crate) clock: Option<SandboxClock>,
    faults: Vec<Rule>,
    return_uris: ReturnUris,
    webhook_hosts: Vec<WebhookHost>,
    plan: WebhookPlan,
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

    /// The account's version of the API: the one its events are written in; the current one by default.
    #[must_use]
    pub fn api_version(self, version: ApiVersion) -> Self {
        Self { version: Some(version), ..self }
    }

    /// The time in the sandbox; the machine's by default.
    #[must_use]
    pub fn clock(self, clock: SandboxClock) -> Self {
        Self { clock: Some(clock), ..self }
    }

    /// How webhooks arrive; as they should by default.
    #[must_use]
    pub fn webhooks(self, plan: WebhookPlan) -> Self {
        Self { plan, ..self }
    }

    /// Also takes a `return_uri` that is plain http on this machine, which the service refuses: a shop under
    /// test has no certificate.
    #[must_use]
    pub fn local_return_uris(self, taken: bool) -> Self {
        let return_uris = if taken { ReturnUris::Local } else { ReturnUris::Https };
        Self { return_uris, ..self }
    }

    /// Also posts webhooks to this host, besides those before; to this machine alone by default.
    #[must_use]
    pub fn allow_webhook_host(mut self, host: WebhookHost) -> Self {
        self.webhook_hosts.push(host);
        self
    }

    /// Something that goes wrong, besides what was added before; nothing by default.
    #[must_use]
    pub fn fault(mut self, rule: Rule) -> Self {
        self.faults.push(rule);
        self
    }

    /// The sandbox.
    ///
    /// # Panics
    /// Never: the keys and the secret that it makes itself are good.
    #[must_use]
    pub fn build(self) -> Sandbox {
        Sandbox(Arc::new(self.assemble()))
    }

    pub(crate) fn assemble(self) -> Inner {
        let mut ids = Ids::new(self.seed);
        let made = Keys::generate(&mut ids).expect("keys of the keys' own form");
        let keys =
            Keys { public: self.public.unwrap_or(made.public), secret: self.secret.unwrap_or(made.secret) };
        let random = Secret::from_bytes(ids.bytes::<32>()).expect("32 bytes are not empty");
        let clock = self.clock.unwrap_or_else(SandboxClock::system);
        let now = clock.now();
        let secret = self.webhook_secret.unwrap_or(random);
        let secrets = Secrets::first(ids.next("whsec"), secret, now);
        let account =
            Account::new(&mut ids, self.version.unwrap_or_default(), self.webhook_url, secrets, now);
        let mut world = World::new(ids, account);
        world.return_uris = self.return_uris;
        world.webhook_hosts = WebhookHosts::new(self.webhook_hosts);
        let first = Snapshot::of(&world, clock.setting());
        Inner {
            keys,
            clock,
            world: Mutex::new(world),
            faults: Mutex::new(Rules::new(self.faults)),
            first,
            planned: Mutex::new(Planned::new(self.plan)),
            desk: Desk::default(),
            bell: Notify::new(),
        }
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
            version: None,
            clock: None,
            faults: Vec::new(),
            return_uris: ReturnUris::default(),
            webhook_hosts: Vec::new(),
            plan: WebhookPlan::ON,
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

    /// What webhooks are signed with: the newest secret. The API rolls it, and then the one before it signs
    /// beside it for a day; and the API deletes it, and then nothing is signed until a new one is made.
    #[must_use]
    pub fn webhook_secret(&self) -> Secret {
        self.world().account.secrets.newest().clone()
    }

    /// The time in the sandbox.
    #[must_use]
    pub fn clock(&self) -> &SandboxClock {
        &self.0.clock
    }

    /// Posts events to another place from now on.
    pub fn set_webhook_url(&self, url: Option<WebhookUrl>) {
        self.world().account.webhook_url = url;
    }

    /// Posts events from now on, or loses them.
    pub fn set_webhooks(&self, on: bool) {
        self.world().account.posts = on;
    }

    /// Lets these things go wrong from now on, in the place of those before.
    pub fn set_faults(&self, rules: Vec<Rule>) {
        *self.rules() = Rules::new(rules);
    }

    /// How many rules are set.
    pub(crate) fn faults(&self) -> usize {
        self.rules().count()
    }

    /// What goes wrong with a request, if anything does.
    pub(crate) fn next_fault(&self, request: &http::request::Parts) -> Option<Fault> {
        let uri = &request.uri;
        self.rules().next(request.method.as_str(), uri.path(), uri.query().unwrap_or_default())
    }

    fn rules(&self) -> MutexGuard<'_, Rules> {
        self.0.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Webhooks arrive by another plan from now on, those that wait included.
    pub fn set_webhook_plan(&self, plan: WebhookPlan) {
        *self.planned() = Planned::new(plan);
        self.0.bell.notify_one();
    }

    /// How webhooks arrive.
    pub(crate) fn plan(&self) -> WebhookPlan {
        self.planned().plan
    }

    fn planned(&self) -> MutexGuard<'_, Planned> {
        self.0.planned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long it is until the next webhook that is delayed is due, or time alone brings an event
    /// about, where what was due at a moment is done or held for other reasons; `None` when nothing is to come, or
    /// time stands still.
    pub(crate) fn until_next(&self, looked: Timestamp) -> Option<Duration> {
        let delay = self.plan().delay_seconds.into();
        let world = self.world();
        let due = world.first_outgoing().map(|happened| happened.saturating_add_seconds(delay));
        let passing = world.first_passing();
        drop(world);
        let next = due.into_iter().chain(passing).filter(|moment| *moment > looked).min()?;
        self.0.clock.until(next)
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
        if let Some(response) = control::respond(self, &request).or_else(|| desk::respond(self, &request)) {
            return response;
        }
        let call = Call::new(request, self.0.clock.now());
        let mut world = self.world();
        let passed = world.pass(call.now);
        debug_assert!(passed.is_ok());
        let response = match page::respond(&mut world, &call) {
            Some(response) => response,
            None => api::respond(&mut world, &self.0.keys, &call),
        };
        drop(world);
        self.0.bell.notify_one();
        response
    }

    /// Answers a request with a no, whatever it was.
    pub(crate) fn respond_unread(&self, why: Refusal) -> Response<Bytes> {
        Answer::refusal(why).into_response(&self.world().ids.request())
    }

    /// The next event to be posted, to where, and what; `None` when none waits. Those that are to be
    /// lost are.
    pub(crate) fn next_post(&self) -> Option<Post> {
        loop {
            let now = self.0.clock.now();
            let mut world = self.world();
            world.pass(now).ok()?;
            let plan = self.plan();
            let moment = now.saturating_add_seconds(-i64::from(plan.delay_seconds));
            let due = world.outgoing_until(moment, plan.batch.get());
            let outgoing = world.take_outgoing(self.planned().next(due)?)?;
            let url = outgoing.url(&world.account, &world.webhook_hosts).filter(|_| !plan.lost);
            if let (Some(url), Some(event)) = (url, world.event(&outgoing.event)) {
                let body = crate::json::print(&crate::object::EventObject::posted(&world, event));
                return Some(Post { event: outgoing.event, url, body });
            }
        }
    }

    /// Remembers what became of a post.
    pub(crate) fn posted(&self, event: &EventId, delivery: Delivery) {
        self.world().delivered(event, delivery);
    }

    /// What signs at a moment; `None` when nothing does.
    pub(crate) fn signer(&self, at: Timestamp) -> Option<Signer> {
        let world = self.world();
        let secrets: Vec<_> = world.account.secrets.signing(at).map(|secret| secret.secret.clone()).collect();
        (!secrets.is_empty()).then(|| Signer::new(secrets))
    }

    /// What was asked and answered lately.
    pub(crate) fn desk(&self) -> &Desk {
        &self.0.desk
    }

    pub(crate) fn bell(&self) -> &Notify {
        &self.0.bell
    }

    /// What it was when it was built.
    pub(crate) fn first(&self) -> &Snapshot {
        &self.0.first
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("keys", &self.0.keys).finish_non_exhaustive()
    }
}
