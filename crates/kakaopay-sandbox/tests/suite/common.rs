//! Test client without a socket.

use std::ops::{Deref, DerefMut};

use kakaopay_sandbox::{Sandbox, SandboxBuilder, SandboxClock, SandboxService};
use kakaopay_types::{ApiVersion, Key, Timestamp};

pub(crate) use kakaopay_test_client::TestResponse;

pub(crate) const GUIDE_SOURCE: &str = include_str!("../data/guide_source.json");
pub(crate) const GUIDE_CHARGE: &str = include_str!("../data/guide_charge.json");

/// A sandbox with a client.
pub(crate) struct TestClient {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: SandboxClock,
    client: kakaopay_test_client::TestClient<SandboxService>,
}

impl TestClient {
    pub(crate) fn new() -> Self {
        Self::at("2024-02-29T12:00:00Z")
    }

    pub(crate) fn at(moment: &str) -> Self {
        Self::of(frozen_at(moment).build())
    }

    /// Creates a sandbox with the oldest API version that supports KakaoPay.
    pub(crate) fn of_2017() -> Self {
        Self::of(frozen_at("2024-02-29T12:00:00Z").api_version(ApiVersion::V2017_11_02).build())
    }

    pub(crate) fn of(sandbox: Sandbox) -> Self {
        let (public, secret) = (sandbox.public_key().expose(), sandbox.secret_key().expose());
        let client = kakaopay_test_client::TestClient::new(sandbox.service(), public, secret);
        Self { clock: sandbox.clock().clone(), client, sandbox }
    }
}

fn frozen_at(moment: &str) -> SandboxBuilder {
    let clock = SandboxClock::frozen_at(Timestamp::parse(moment).expect("a moment"));
    Sandbox::builder().seed(1).clock(clock)
}

impl Deref for TestClient {
    type Target = kakaopay_test_client::TestClient<SandboxService>;

    fn deref(&self) -> &Self::Target {
        &self.client
    }
}

impl DerefMut for TestClient {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.client
    }
}
