//! Accepted return URIs.

/// The return URIs that a charge may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ReturnUris {
    /// Only `https://`, as with the service.
    #[default]
    Https,
    /// Also `http://` on this machine, because a shop under test has no certificate.
    Local,
}
