//! The settings of a client, and their defaults.

use std::time::Duration;

use http::HeaderValue;
use kakaopay_types::ApiVersion;

use crate::base_uri::BaseUri;
use crate::layer::RetryPolicy;

/// Who is asking, before whatever is added to it.
pub(crate) const USER_AGENT: &str = concat!("kakaopay-rust/", env!("CARGO_PKG_VERSION"));
/// How long a call may take. Omise says that a bank may need up to 60 seconds.
const DEADLINE: Duration = Duration::from_secs(60);
/// How long one attempt of a call may take that only reads: long for a reading, and short enough for
/// three of them.
const ATTEMPT: Duration = Duration::from_secs(18);
/// Most bytes of an answer: some 300 charges. A page has 100.
const CAP: usize = 1024 * 1024;

/// The settings of the layers.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) base_uri: BaseUri,
    pub(crate) version: ApiVersion,
    pub(crate) user_agent: HeaderValue,
    pub(crate) deadline: Duration,
    pub(crate) attempt_deadline: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) cap: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_uri: BaseUri::default(),
            version: ApiVersion::default(),
            user_agent: HeaderValue::from_static(USER_AGENT),
            deadline: DEADLINE,
            attempt_deadline: ATTEMPT,
            retry: RetryPolicy::default(),
            cap: CAP,
        }
    }
}
