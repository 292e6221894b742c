//! Arguments of `kakaopay sandbox`.

use std::net::SocketAddr;
use std::path::PathBuf;

use kakaopay::types::{ApiVersion, PublicKey, SecretKey, Timestamp};
use kakaopay::webhook::WebhookSecret;
use kakaopay_sandbox::{
    ClockSpeed, FaultRule, ReturnHost, Sandbox, SandboxBuilder, SandboxClock, WebhookHost, WebhookSchedule,
    WebhookUrl,
};

use super::value::{Secret, expectation, parsed};
use crate::failure::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct SandboxOptions {
    /// Address to listen on. Port 0 selects a free port.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub(crate) addr: SocketAddr,
    /// Public test key of the account [default: generated].
    #[arg(long, value_name = "KEY", value_parser = Secret::<PublicKey>::test_key())]
    public_key: Option<PublicKey>,
    /// Secret test key of the account [default: generated].
    #[arg(long, value_name = "KEY", value_parser = Secret::<SecretKey>::test_key())]
    secret_key: Option<SecretKey>,
    /// Webhook endpoint on this machine or an allowed host: http://127.0.0.1:PORT/PATH.
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,
    /// Host to which webhooks may be posted, besides this machine; may be repeated. Link-local, multicast and
    /// metadata addresses stay blocked.
    #[arg(long, value_name = "HOST[:PORT]", value_parser = parsed::<WebhookHost>)]
    allow_webhook_host: Vec<WebhookHost>,
    /// Hosts that a return_uri with http:// may have, such as 127.0.0.1; may be repeated. Omise requires https://.
    #[arg(long, value_name = "HOST", num_args(1..), value_parser = parsed::<ReturnHost>)]
    allow_http_return_host: Vec<ReturnHost>,
    /// Secret that signs webhooks, in base64 [default: generated].
    #[arg(long, value_name = "SECRET", value_parser = Secret::<WebhookSecret>::new())]
    webhook_secret: Option<WebhookSecret>,
    /// Fault rule, such as drop-response@charges.create:nth=2, 429=30:every=5 or slow-body=500@/charges/*; may be
    /// repeated.
    #[arg(long, value_name = "RULE", value_parser = parsed::<FaultRule>)]
    fault: Vec<FaultRule>,
    /// Delivery of webhooks: on, lost, or a comma-separated list of delay=SECONDS, duplicate=N, reorder=N, unsigned
    /// and stale=SECONDS [default: on].
    #[arg(long, value_name = "SCHEDULE", value_parser = parsed::<WebhookSchedule>)]
    webhook_delivery: Option<WebhookSchedule>,
    /// API version of the account and its webhooks: 2017-11-02 or 2019-05-29 [default: 2019-05-29].
    #[arg(long, value_name = "VERSION", value_parser = parsed::<ApiVersion>)]
    api_version: Option<ApiVersion>,
    /// Time at which the sandbox's clock starts, such as 2024-02-29T12:00:00Z [default: now, or the time in
    /// the state file].
    #[arg(long, value_name = "TIME", value_parser = parsed::<Timestamp>)]
    clock: Option<Timestamp>,
    /// Stop the sandbox's clock at its start.
    #[arg(long)]
    freeze_clock: bool,
    /// Run the sandbox's clock N times as fast, from 1 to 86400 [default: 1].
    #[arg(long, value_name = "N", value_parser = clock_speed, conflicts_with = "freeze_clock")]
    clock_speed: Option<ClockSpeed>,
    /// File that stores the sandbox between runs, keys and secrets included; created if it does not exist.
    /// Command-line options override values stored in the file.
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Seed of identifiers, keys and secrets [default: random].
    #[arg(long)]
    seed: Option<u64>,
    /// Print one JSON object instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

impl SandboxOptions {
    /// Returns the builder of a sandbox with these options.
    ///
    /// # Errors
    /// [`Failure::Usage`] if the webhook endpoint is not on this machine or an allowed host.
    pub(crate) fn builder(&self) -> Result<SandboxBuilder, Failure> {
        let mut builder = Sandbox::builder();
        if let Some(key) = &self.public_key {
            builder = builder.public_key(key.clone());
        }
        if let Some(key) = &self.secret_key {
            builder = builder.secret_key(key.clone());
        }
        if let Some(secret) = &self.webhook_secret {
            builder = builder.webhook_secret(secret.clone());
        }
        if let Some(text) = &self.webhook_url {
            let url = WebhookUrl::parse_on(text, &self.allow_webhook_host)
                .map_err(|error| Failure::usage("--webhook-url <URL>", error))?;
            builder = builder.webhook_url(url);
        }
        if let Some(seed) = self.seed {
            builder = builder.seed(seed);
        }
        if let Some(schedule) = self.webhook_delivery {
            builder = builder.webhook_schedule(schedule);
        }
        if let Some(version) = self.api_version {
            builder = builder.api_version(version);
        }
        builder = self.allow_webhook_host.iter().cloned().fold(builder, SandboxBuilder::allow_webhook_host);
        let hosts = self.allow_http_return_host.iter().cloned();
        builder = hosts.fold(builder, SandboxBuilder::allow_http_return_host);
        builder = self.fault.iter().cloned().fold(builder, SandboxBuilder::fault);
        Ok(self.with_clock(builder))
    }

    fn with_clock(&self, mut builder: SandboxBuilder) -> SandboxBuilder {
        if let Some(start) = self.clock {
            let clock = SandboxClock::frozen_at(start);
            if !self.freeze_clock {
                clock.run();
            }
            builder = builder.clock(clock);
        }
        if self.freeze_clock {
            builder = builder.freeze_clock();
        }
        match self.clock_speed {
            Some(speed) => builder.clock_speed(speed),
            None => builder,
        }
    }
}

fn clock_speed(text: &str) -> Result<ClockSpeed, String> {
    // Zero is out of range, as every text that is no number.
    ClockSpeed::new(text.parse().unwrap_or(0)).map_err(expectation)
}
