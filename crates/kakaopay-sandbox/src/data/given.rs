//! What a sandbox is told anew when a file is taken up.

use kakaopay_types::{PublicKey, SecretKey, Timestamp};
use kakaopay_webhook::Secret;

use crate::keys::Keys;
use crate::sandbox::SandboxBuilder;
use crate::version::ApiVersion;
use crate::webhook::WebhookUrl;
use crate::world::{Secrets, World};

/// What a sandbox is told anew when a file is taken up: it comes before what was kept.
#[derive(Debug)]
pub(super) struct Given {
    public: Option<PublicKey>,
    secret: Option<SecretKey>,
    webhook_secret: Option<Secret>,
    webhook_url: Option<WebhookUrl>,
    version: Option<ApiVersion>,
    pub(super) clock: bool,
}

impl Given {
    pub(super) fn of(builder: &SandboxBuilder) -> Self {
        Self {
            public: builder.public.clone(),
            secret: builder.secret.clone(),
            webhook_secret: builder.webhook_secret.clone(),
            webhook_url: builder.webhook_url.clone(),
            version: builder.version,
            clock: builder.clock.is_some(),
        }
    }

    pub(super) fn keys(&self, kept: Keys) -> Keys {
        Keys {
            public: self.public.clone().unwrap_or(kept.public),
            secret: self.secret.clone().unwrap_or(kept.secret),
        }
    }

    /// Tells a world.
    pub(super) fn tell(&self, world: &mut World, now: Timestamp) {
        let account = &mut world.account;
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
            let id = world.ids.next("whsec");
            world.account.secrets = Secrets::first(id, secret.clone(), now);
        }
    }
}
