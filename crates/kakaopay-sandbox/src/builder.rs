//! Options of a new sandbox.

use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};

use kakaopay_types::{PublicKey, SecretKey, Timestamp};
use kakaopay_webhook::WebhookSecret;
use tokio::sync::{Notify, watch};

use crate::clock::{ClockSpeed, Pace, SandboxClock};
use crate::fault::{FaultRule, Rules};
use crate::keys::Keys;
use crate::return_host::ReturnHost;
use crate::sandbox::{Inner, Sandbox};
use crate::schedule_progress::ScheduleProgress;
use crate::snapshot::{RestoreError, SavedSandbox, Snapshot};
use crate::state::{Account, Ids, ReturnHosts, Secrets, State, WebhookHosts};
use crate::version::ApiVersion;
use crate::webhook_host::WebhookHost;
use crate::webhook_schedule::WebhookSchedule;
use crate::webhook_url::WebhookUrl;

/// Builds a [`Sandbox`].
#[derive(Debug)]
pub struct SandboxBuilder {
    seed: u64,
    public: Option<PublicKey>,
    secret: Option<SecretKey>,
    webhook_secret: Option<WebhookSecret>,
    webhook_url: Option<WebhookUrl>,
    version: Option<ApiVersion>,
    clock: Option<SandboxClock>,
    pace: Option<Pace>,
    faults: Vec<FaultRule>,
    return_hosts: Vec<ReturnHost>,
    webhook_hosts: Vec<WebhookHost>,
    schedule: WebhookSchedule,
}

impl SandboxBuilder {
    /// Seed for identifiers, keys and secrets. Default: random.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The account's public key. Default: generated.
    #[must_use]
    pub fn public_key(self, key: PublicKey) -> Self {
        Self { public: Some(key), ..self }
    }

    /// The account's secret key. Default: generated.
    #[must_use]
    pub fn secret_key(self, key: SecretKey) -> Self {
        Self { secret: Some(key), ..self }
    }

    /// The secret that signs webhooks. Default: generated.
    #[must_use]
    pub fn webhook_secret(self, secret: WebhookSecret) -> Self {
        Self { webhook_secret: Some(secret), ..self }
    }

    /// The webhook endpoint. Default: none, so no webhooks are posted.
    #[must_use]
    pub fn webhook_url(self, url: WebhookUrl) -> Self {
        Self { webhook_url: Some(url), ..self }
    }

    /// The account's API version, which is also the version of its events. Default: the current version.
    #[must_use]
    pub fn api_version(self, version: ApiVersion) -> Self {
        Self { version: Some(version), ..self }
    }

    /// The sandbox's clock. Default: the system clock.
    #[must_use]
    pub fn clock(self, clock: SandboxClock) -> Self {
        Self { clock: Some(clock), ..self }
    }

    /// Freezes the clock when the sandbox is built, at the time that [`SandboxBuilder::clock`] or a saved sandbox has
    /// by then. Replaces [`SandboxBuilder::clock_speed`]. Default: the clock is left as it is.
    #[must_use]
    pub fn freeze_clock(self) -> Self {
        Self { pace: Some(Pace::Frozen), ..self }
    }

    /// Runs the clock at this speed once the sandbox is built, from the time that [`SandboxBuilder::clock`] or a saved
    /// sandbox has by then. Replaces [`SandboxBuilder::freeze_clock`]. Default: the clock is left as it is.
    #[must_use]
    pub fn clock_speed(self, speed: ClockSpeed) -> Self {
        Self { pace: Some(Pace::Running(speed)), ..self }
    }

    /// The webhook schedule. Default: [`WebhookSchedule::ON`].
    #[must_use]
    pub fn webhook_schedule(self, schedule: WebhookSchedule) -> Self {
        Self { schedule, ..self }
    }

    /// Accepts a `return_uri` with plain HTTP on one more host, because a shop under test has no certificate.
    /// Default: none, as with the service.
    #[must_use]
    pub fn allow_http_return_host(mut self, host: ReturnHost) -> Self {
        self.return_hosts.push(host);
        self
    }

    /// Allows webhooks to one more host. Default: this machine only.
    #[must_use]
    pub fn allow_webhook_host(mut self, host: WebhookHost) -> Self {
        self.webhook_hosts.push(host);
        self
    }

    /// Adds a fault rule. Default: none.
    #[must_use]
    pub fn fault(mut self, rule: FaultRule) -> Self {
        self.faults.push(rule);
        self
    }

    /// Builds an empty sandbox.
    ///
    /// # Panics
    /// Never: the keys and the secret that the sandbox generates are valid.
    #[must_use]
    pub fn build(self) -> Sandbox {
        Sandbox::new(self.assemble())
    }

    /// Builds a sandbox from the result of [`Sandbox::save`], perhaps in another process.
    ///
    /// Keys, secrets, account, clock and all objects are restored. Options set on this builder override them; the seed
    /// applies to new sandboxes only. Faults, the webhook schedule, and the allowed return and webhook hosts are not
    /// saved: they come from this builder.
    ///
    /// # Errors
    /// [`RestoreError`] if a snapshot cannot be parsed or is inconsistent.
    ///
    /// # Panics
    /// Never: the keys and the secret that the sandbox generates are valid.
    pub fn build_from(self, saved: &SavedSandbox) -> Result<Sandbox, RestoreError> {
        let keys = Keys {
            public: self.public.clone().unwrap_or_else(|| saved.public_key.clone()),
            secret: self.secret.clone().unwrap_or_else(|| saved.secret_key.clone()),
        };
        let overrides = Overrides::of(&self);
        let mut inner = self.assemble();
        inner.keys = keys;
        let (mut initial, mut initial_clock) = saved.initial.read()?;
        let (mut state, clock) = saved.current.read()?;
        if overrides.clock {
            initial_clock = inner.clock.setting();
        } else {
            let initial = SandboxClock::with(initial_clock);
            inner.clock.set_to(clock);
            if let Some(pace) = overrides.pace {
                initial.set_pace(pace);
                inner.clock.set_pace(pace);
            }
            initial_clock = initial.setting();
        }
        let now = inner.clock.now();
        overrides.apply(&mut initial, now);
        overrides.apply(&mut state, now);
        inner.initial = Snapshot::of(&initial, initial_clock);
        inner.state.get_mut().unwrap_or_else(PoisonError::into_inner).replace_data(state);
        Ok(Sandbox::new(inner))
    }

    fn assemble(self) -> Inner {
        let mut ids = Ids::new(self.seed);
        let made = Keys::generate(&mut ids).expect("keys of the keys' own form");
        let keys =
            Keys { public: self.public.unwrap_or(made.public), secret: self.secret.unwrap_or(made.secret) };
        let random = WebhookSecret::from_bytes(ids.bytes::<32>()).expect("32 bytes are not empty");
        let clock = self.clock.unwrap_or_else(SandboxClock::system);
        if let Some(pace) = self.pace {
            clock.set_pace(pace);
        }
        let now = clock.now();
        let secret = self.webhook_secret.unwrap_or(random);
        let secrets = Secrets::first(ids.next("whsec"), secret, now);
        let account = Account::new(
            &mut ids,
            &keys.secret,
            self.version.unwrap_or_default(),
            self.webhook_url,
            secrets,
            now,
        );
        let mut state = State::new(ids, account);
        state.return_hosts = ReturnHosts::new(self.return_hosts);
        state.webhook_hosts = WebhookHosts::new(self.webhook_hosts);
        let initial = Snapshot::of(&state, clock.setting());
        Inner {
            keys,
            clock,
            state: Mutex::new(state),
            faults: Mutex::new(Rules::new(self.faults)),
            initial,
            schedule: Mutex::new(ScheduleProgress::new(self.schedule)),
            delivery_wakeup: Notify::new(),
            delivering: tokio::sync::Mutex::default(),
            revision: watch::Sender::new(0),
            resets: AtomicU64::new(0),
        }
    }
}

impl Sandbox {
    /// Returns the options of a new sandbox.
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
            pace: None,
            faults: Vec::new(),
            return_hosts: Vec::new(),
            webhook_hosts: Vec::new(),
            schedule: WebhookSchedule::ON,
        }
    }
}

/// Options that override saved values.
struct Overrides {
    webhook_secret: Option<WebhookSecret>,
    webhook_url: Option<WebhookUrl>,
    version: Option<ApiVersion>,
    clock: bool,
    pace: Option<Pace>,
}

impl Overrides {
    fn of(builder: &SandboxBuilder) -> Self {
        Self {
            webhook_secret: builder.webhook_secret.clone(),
            webhook_url: builder.webhook_url.clone(),
            version: builder.version,
            clock: builder.clock.is_some(),
            pace: builder.pace,
        }
    }

    fn apply(&self, state: &mut State, now: Timestamp) {
        let account = &mut state.account;
        if let Some(version) = self.version.filter(|version| *version != account.version) {
            account.version = version;
            account.version_since = now.truncate_to_seconds();
        }
        if let Some(url) = &self.webhook_url {
            account.webhook_url = Some(url.clone());
        }
        if let Some(secret) = &self.webhook_secret
            && *secret.expose_base64() != *account.secrets.newest().expose_base64()
        {
            let id = state.ids.next("whsec");
            state.account.secrets = Secrets::first(id, secret.clone(), now);
        }
    }
}
