//! Faults of a request on its way.

use kakaopay_flows::Request;

/// A kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// To create the source.
    Source,
    /// To create the charge.
    Charge,
    /// To read a charge.
    Read,
    /// To end a charge.
    Expire,
    /// To look for a charge.
    LookUp,
    /// To create a refund.
    Refund,
    /// To read the refunds.
    Refunds,
}

impl Kind {
    /// The kind of a request.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        match request {
            Request::CreateSource(_) => Self::Source,
            Request::CreateCharge(_) => Self::Charge,
            Request::RetrieveCharge(_) => Self::Read,
            Request::ExpireCharge(_) => Self::Expire,
            Request::FindCharge(_) => Self::LookUp,
            Request::CreateRefund { .. } => Self::Refund,
            Request::ListRefunds(_) => Self::Refunds,
        }
    }
}

/// The fate of a request on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is answered after so many seconds.
    Answered(i64),
    /// It never left, or the service had no time.
    NotSent,
    /// It is lost, and the outcome is unknown.
    Lost,
    /// It is carried out after so many seconds, and its answer is lost.
    AnswerLost(i64),
    /// A gateway fails: before the request is carried out, or after it.
    Failed {
        /// Whether it was carried out.
        carried_out: bool,
    },
    /// The service says that it has no time: before the deed, as it should, or after it.
    RateLimited {
        /// Whether it was carried out.
        carried_out: bool,
    },
    /// The key is not taken.
    KeyRefused,
    /// Its answer is heard twice.
    Doubled,
    /// The process dies before the answer comes.
    Died,
    /// The service says no.
    Refused,
}

impl Fate {
    /// A fate by chance. A charge may even come to be when it is not waited for any more, and another
    /// was asked for. A refund may not: nothing can be done about one that comes, and is listed, so late.
    pub(super) fn of(chance: u8, request: &Request, lag: i64) -> Self {
        let latest = if Kind::of(request) == Kind::Refund { 590 - lag } else { 400 };
        match chance % 16 {
            5 => Self::NotSent,
            6 => Self::Lost,
            7 => Self::AnswerLost(0),
            8 => Self::AnswerLost(i64::from(chance) * latest / 255),
            9 if chance < 64 => Self::RateLimited { carried_out: chance > 40 },
            9 => Self::Failed { carried_out: chance > 128 },
            10 => Self::KeyRefused,
            11 => Self::Doubled,
            12 => Self::Answered(59),
            13 => Self::Died,
            14 if chance > 200 && request.is_mutation() => Self::Refused,
            slow => Self::Answered(i64::from(slow % 4)),
        }
    }

    /// Whether the shop learns that the request was surely not carried out.
    pub(super) fn is_in_vain(self) -> bool {
        matches!(self, Self::NotSent | Self::KeyRefused | Self::Refused)
    }
}
