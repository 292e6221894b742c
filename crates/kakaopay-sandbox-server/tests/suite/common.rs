//! Test client for the sandbox and its pages, without a socket.

use std::ops::{Deref, DerefMut};

use kakaopay_sandbox::{Sandbox, SandboxClock};
use kakaopay_sandbox_server::App;
use kakaopay_types::{ApiVersion, Key, Timestamp};

pub(crate) use kakaopay_test_client::TestResponse;

/// A sandbox with a client of its application.
pub(crate) struct TestClient {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: SandboxClock,
    app: kakaopay_test_client::TestClient<App>,
}

impl TestClient {
    /// Creates a sandbox with known ids, whose clock is frozen at 2024-02-29T12:00:00Z.
    pub(crate) fn new() -> Self {
        Self::of_version(ApiVersion::default())
    }

    /// Creates the same sandbox with another API version.
    pub(crate) fn of_version(version: ApiVersion) -> Self {
        let start = Timestamp::parse("2024-02-29T12:00:00Z").expect("a moment");
        let builder = Sandbox::builder().seed(1).clock(SandboxClock::frozen_at(start));
        Self::of(builder.api_version(version).build())
    }

    pub(crate) fn of(sandbox: Sandbox) -> Self {
        let (public, secret) = (sandbox.public_key().expose(), sandbox.secret_key().expose());
        let app = kakaopay_test_client::TestClient::new(App::new(sandbox.clone()), public, secret);
        Self { clock: sandbox.clock().clone(), app, sandbox }
    }
}

impl Deref for TestClient {
    type Target = kakaopay_test_client::TestClient<App>;

    fn deref(&self) -> &Self::Target {
        &self.app
    }
}

impl DerefMut for TestClient {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.app
    }
}
