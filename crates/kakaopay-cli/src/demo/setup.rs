//! What a demo needs: a sandbox, a ledger in a temporary folder, a shop.

use std::time::Duration;

use kakaopay::Merchant;
use kakaopay::transport::{BaseUri, Client, Wire};
use kakaopay::webhook::{Policy, Receiver, Verifier};
use kakaopay_ledger_sqlite::SqliteStore;
use kakaopay_sandbox::{Sandbox, WebhookUrl};
use kakaopay_sandbox_server::{Running, serve};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::plan::Plan;
use crate::failure::Failure;
use crate::recorder::Recorder;
use crate::shop::{Stored, Told, WatchedInbox};

/// Everything that runs during a demo.
pub(crate) struct Setup {
    pub(crate) sandbox: Sandbox,
    pub(crate) merchant: Merchant<SqliteStore>,
    pub(crate) recorder: Recorder,
    pub(crate) told: Told,
    pub(crate) webhooks: mpsc::UnboundedReceiver<Stored>,
    pub(crate) url: String,
    pub(crate) ledger: String,
    /// Serves as long as it lives.
    _running: Running,
    /// Is removed with all that is in it when the demo ends.
    _folder: TempDir,
}

impl Setup {
    /// Starts everything.
    pub(crate) async fn new(plan: &Plan) -> Result<Self, Failure> {
        let sandbox = Sandbox::builder().build();
        let running = serve(&sandbox, TcpListener::bind("127.0.0.1:0").await?)?;
        sandbox.set_webhooks(plan.webhook);

        let folder = tempfile::Builder::new().prefix("kakaopay-demo-").tempdir()?;
        let ledger = folder.path().join("ledger.sqlite");
        let store = SqliteStore::open(&ledger)?;

        let recorder = Recorder::default();
        let wire = recorder.above(Wire::new()?);
        let base = BaseUri::parse(&running.url())?;
        // Omise says that a bank may need a minute; the sandbox does not.
        let deadline = Duration::from_secs(10);
        let secret = Client::builder(wire.clone(), sandbox.secret_key().clone());
        let public = Client::builder(wire, sandbox.public_key().clone());
        let clock = sandbox.clock().clone();
        let merchant = Merchant::builder(secret.base_uri(base.clone()).deadline(deadline).build(), store)
            .public_client(public.base_uri(base).deadline(deadline).build())
            .clock(move || clock.now())
            .build();

        let verifier = Verifier::new([sandbox.webhook_secret().clone()])?;
        let (inbox, webhooks) = WatchedInbox::new(merchant.inbox());
        let clock = sandbox.clock().clone();
        let receiver = Receiver::new(Policy::signed(verifier), inbox, move || clock.now());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let webhook_url = format!("http://{}/webhooks", listener.local_addr()?);
        sandbox.set_webhook_url(Some(WebhookUrl::parse(&webhook_url)?));
        tokio::spawn(kakaopay::serve(listener, receiver, std::future::pending()));

        Ok(Self {
            sandbox,
            merchant,
            recorder,
            told: Told::default(),
            webhooks,
            url: running.url(),
            ledger: ledger.display().to_string(),
            _running: running,
            _folder: folder,
        })
    }
}
