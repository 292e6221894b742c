//! The settings of a client, and their defaults.

use std::time::Duration;

use http::HeaderValue;
use kakaopay_types::ApiVersion;

use crate::base_uri::BaseUri;
use crate::layer::RetryPolicy;

/// The `User-Agent` without a suffix.
pub(crate) const USER_AGENT: &str = concat!("kakaopay-rust/", env!("CARGO_PKG_VERSION"));
/// Timeout of a call. Omise documents that a bank may need up to 60 seconds.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Timeout of one attempt of a read: long for a read, and three attempts fit into a call.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(18);
/// Maximum number of calls in flight.
const MAX_IN_FLIGHT: usize = 32;
/// How many of them are kept for mutations.
const FOR_MUTATIONS: usize = 8;
/// Maximum size of a response body in bytes: about 300 charges. A page has 100.
const MAX_RESPONSE_BYTES: usize = 1024 * 1024;

/// The settings of the layers.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) base_uri: BaseUri,
    pub(crate) version: ApiVersion,
    pub(crate) user_agent: HeaderValue,
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) max_in_flight: usize,
    pub(crate) for_mutations: usize,
    pub(crate) max_response_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_uri: BaseUri::default(),
            version: ApiVersion::default(),
            user_agent: HeaderValue::from_static(USER_AGENT),
            timeout: TIMEOUT,
            attempt_timeout: ATTEMPT_TIMEOUT,
            retry: RetryPolicy::default(),
            max_in_flight: MAX_IN_FLIGHT,
            for_mutations: FOR_MUTATIONS,
            max_response_bytes: MAX_RESPONSE_BYTES,
        }
    }
}
