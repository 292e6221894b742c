//! The setup of a demo: a sandbox, a store in a temporary directory, and a shop.

use std::time::Duration;

use kakaopay::Merchant;
use kakaopay::transport::{BaseUri, Client, HyperTransport};
use kakaopay::webhook::{Receiver, SignaturePolicy, Verifier};
use kakaopay_sandbox::{Sandbox, WebhookSchedule, WebhookUrl};
use kakaopay_sandbox_server::{SandboxServer, serve};
use kakaopay_store_sqlite::{SqliteOptions, SqliteStore};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::plan::Plan;
use crate::failure::Failure;
use crate::recorder::Recorder;
use crate::shop::{Events, Stored, WatchedInbox};

/// Everything that runs during a demo.
pub(crate) struct Setup {
    pub(crate) sandbox: Sandbox,
    pub(crate) merchant: Merchant<SqliteStore>,
    pub(crate) recorder: Recorder,
    pub(crate) events: Events,
    pub(crate) webhooks: mpsc::UnboundedReceiver<Stored>,
    pub(crate) url: String,
    pub(crate) store: String,
    /// Serves the sandbox until dropped.
    _running: SandboxServer,
    /// Deleted with its contents when the demo ends.
    _dir: TempDir,
}

impl Setup {
    /// Starts the sandbox, the shop and its webhook endpoint.
    pub(crate) async fn new(plan: &Plan) -> Result<Self, Failure> {
        let webhooks = if plan.webhook { WebhookSchedule::ON } else { WebhookSchedule::LOST };
        let sandbox = Sandbox::builder().webhook_schedule(webhooks).build();
        let running = serve(&sandbox, TcpListener::bind("127.0.0.1:0").await?)?;

        let dir = tempfile::Builder::new().prefix("kakaopay-demo-").tempdir()?;
        let path = dir.path().join("store.sqlite");
        // Its clock is the sandbox's, which the demo sets forward.
        let clock = sandbox.clock().clone();
        let store = SqliteOptions::new().clock(move || clock.now()).open(&path)?;

        let recorder = Recorder::default();
        let transport = recorder.wrap(HyperTransport::new()?);
        let base = BaseUri::parse(&running.url())?;
        // The default allows for a slow bank; the sandbox responds at once.
        let timeout = Duration::from_secs(10);
        let secret = Client::builder(transport.clone(), sandbox.secret_key().clone());
        let public = Client::builder(transport, sandbox.public_key().clone());
        let clock = sandbox.clock().clone();
        let merchant = Merchant::builder(secret.base_uri(base.clone()).timeout(timeout).build(), store)
            .public_client(public.base_uri(base).timeout(timeout).build())
            .clock(move || clock.now())
            .build();

        let verifier = Verifier::new([sandbox.webhook_secret().clone()])?;
        let (inbox, webhooks) = WatchedInbox::new(merchant.inbox());
        let clock = sandbox.clock().clone();
        let receiver = Receiver::new(SignaturePolicy::signed(verifier), inbox, move || clock.now());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let webhook_url = format!("http://{}/webhooks", listener.local_addr()?);
        sandbox.set_webhook_url(Some(WebhookUrl::parse(&webhook_url)?));
        tokio::spawn(kakaopay::serve_webhooks(listener, receiver, std::future::pending()));

        Ok(Self {
            sandbox,
            merchant,
            recorder,
            events: Events::default(),
            webhooks,
            url: running.url(),
            store: path.display().to_string(),
            _running: running,
            _dir: dir,
        })
    }
}
