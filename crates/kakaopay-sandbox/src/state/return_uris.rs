//! Which addresses a charge may lead back to.

/// Which addresses a charge may lead back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ReturnUris {
    /// `https://`, as the service accepts them.
    #[default]
    Https,
    /// Also `http://` on this machine: a shop under test has no certificate.
    Local,
}
