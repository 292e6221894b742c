//! How far the buyer is.

/// How far the buyer is, as in the guide's two flows: from the desktop's code or the phone's wallet over the
/// summary to the slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The page at `authorize_uri`, with the QR code.
    Desktop,
    /// The wallet, which the merchant has sent a phone to.
    Wallet,
    /// What is to be paid, in the wallet. The code leads there, as it is scanned with the wallet.
    Summary,
    /// How it has ended.
    Slip,
}

impl Step {
    /// Its name in addresses.
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
