//! Steps of a payment.

/// A step of a payment, as in the guide's two flows: from the desktop's QR code or the phone's wallet to the summary
/// and the slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The page at `authorize_uri`, with the QR code.
    Desktop,
    /// The wallet page, to which the merchant sends phones.
    Wallet,
    /// The summary in the wallet, which the QR code opens.
    Summary,
    /// The outcome.
    Slip,
}

impl Step {
    /// The step's name in URLs.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Desktop => "authorize",
            Self::Wallet => "phone",
            Self::Summary => "summary",
            Self::Slip => "slip",
        }
    }

    pub(super) fn is_desktop(self) -> bool {
        self == Self::Desktop
    }

    pub(super) fn is_slip(self) -> bool {
        self == Self::Slip
    }
}
