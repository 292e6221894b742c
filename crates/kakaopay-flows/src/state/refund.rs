//! How far a refund has come.

use std::collections::BTreeSet;

use kakaopay_types::{RefundId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::journal::refund_record::RefundRecord;
use crate::refund_order::{CancelReason, LateRefund};
use crate::refusal::Refusal;
use crate::schedule::is_answer_late;

/// One refund of a payment, begun with [`Payment::refund`](crate::Payment::refund).
///
/// # How it goes
///
/// It is a machine inside its payment's: it shares the payment's journal, its transactions and its
/// deadline, so that no two refunds can be promised the same money, and it is driven as the
/// [`Payment`](crate::Payment) is.
///
/// 1. `Checking`: before anything is sent, the charge's refunds are listed. One of this reference is
///    taken over. What others gave back, together with what is promised here, must leave enough, and
///    the window must be open.
/// 2. `Requested`: the request leaves once it is durable that it may have left.
/// 3. The answer ends it, or nobody knows: then it is in `ChargeSearch`, and the charge's refunds are listed
///    until one of this reference is there. Only when none is, ten minutes later by the driver's clock
///    and by the service's, and with every element read, is it asked for again.
///
/// What the service made instead of what was asked for is never asked for again while it is there: the
/// refund is `Halted`, and a person looks.
///
/// ```
/// use kakaopay_flows::{LateRefund, RefundError, RefundRequest};
/// # use kakaopay_flows::{Response, Input, Intent, Output, Payment, Request, SourceMode};
/// # use kakaopay_types::{Charge, Currency, Mode, Money, PaymentAmount, Reference, RefundAmount};
/// # use kakaopay_types::{ReturnUri, Timestamp, decode};
/// # fn drive(payment: &mut Payment, now: Timestamp) -> Vec<Request> {
/// #     let mut requests = Vec::new();
/// #     loop {
/// #         let mut entry = None;
/// #         while let Some(output) = payment.poll_output() {
/// #             match output {
/// #                 Output::Persist(stored) => entry = Some(stored.seq),
/// #                 Output::Transmit(request) => requests.push(request),
/// #                 _ => {}
/// #             }
/// #         }
/// #         let Some(seq) = entry else { return requests };
/// #         payment.handle(Input::Persisted(seq), now).expect("it waits for this");
/// #     }
/// # }
/// # let intent = Intent {
/// #     reference: Reference::parse("order-1")?,
/// #     amount: PaymentAmount::new(Money::new(150_000, Currency::SGD))?,
/// #     mode: Mode::Test,
/// #     return_uri: ReturnUri::parse("https://example.com/done")?,
/// #     description: None,
/// #     source: SourceMode::Inline(None),
/// #     jitter_seed: 7,
/// # };
/// # let charge = br#"{"object":"charge","id":"chrg_test_1","amount":150000,"currency":"SGD",
/// #     "status":"successful","livemode":false,"paid_at":"2026-01-01T04:00:00Z","refunded_amount":0,
/// #     "metadata":{"kakaopay_reference":"order-1/1"},"source":{"object":"source","id":"src_test_1",
/// #     "type":"kakaopay","flow":"redirect","amount":150000,"currency":"SGD"}}"#;
/// # let charge: Charge = decode::from_slice(charge)?;
/// # let now = Timestamp::parse("2026-01-01T04:00:00Z")?;
/// # let mut payment = Payment::open(intent, now);
/// # drive(&mut payment, now);
/// # let read = Response::Read { charge: charge.id.clone(), result: Ok(Box::new(charge)) };
/// # payment.handle(Input::Response(read), now)?;
/// # drive(&mut payment, now);
/// // A payment that was settled, and how much of it goes back.
/// let order = |reference: &str, amount| RefundRequest {
///     reference: Reference::parse(reference).expect("a reference"),
///     amount: RefundAmount::new(amount).expect("more than nothing"),
///     void: None,
///     late_refund: LateRefund::Reject,
/// };
/// payment.refund(&order("return-1", 100_000), now)?;
/// // The driver's loop, as on `Payment`: the first thing to do is to list the charge's refunds.
/// let requests = drive(&mut payment, now);
/// assert!(matches!(requests.as_slice(), [Request::ListRefunds(_)]));
/// // What is promised to one refund is not there for another.
/// let refused = payment.refund(&order("return-2", 50_001), now);
/// assert_eq!(refused, Err(RefundError::Exceeds { left: 50_000 }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundProcess {
    amount: i64,
    void: Option<bool>,
    late_refund: LateRefund,
    pub(crate) state: RefundState,
    /// When the merchant wanted it: what is done again and again is done ever slower from then on.
    pub(crate) ordered_at: Timestamp,
    /// When the state began.
    pub(crate) since: Timestamp,
    /// How often it was asked for.
    pub(crate) asked: u32,
    /// How often it was asked for, as far as it may have been carried out.
    pub(crate) requests: u32,
    /// What the service made for it, and not as it was asked for.
    pub(crate) made: BTreeSet<RefundId>,
    /// When the charge's list was first read whole without it, since nobody knows whether it was made.
    pub(crate) unlisted: Option<Unlisted>,
    /// Whether a person has looked and said to go on, since it was last asked for.
    pub(crate) resumed: bool,
    /// The service's last no, while it is looked for whether that came of an earlier request.
    pub(crate) refusal: Option<Refusal>,
}

/// When something was not in a list, by two clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unlisted {
    /// The driver's.
    pub(crate) at: Timestamp,
    /// The service's, if it told.
    pub(crate) at_service: Option<Timestamp>,
}

/// How far a refund has come. `Checking` → `Requested` → `Closed`, `Failed` or `Refused`; the last three
/// and `Withdrawn` are final.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RefundState {
    /// The charge's refunds are listed before anything is sent.
    Preparing,
    /// It was asked for and has not been answered.
    Requested,
    /// Nobody knows whether it was made; it is looked for.
    Searching,
    /// The service answered with another refund than was asked for. A person must look.
    Blocked,
    /// The service has it and has not decided.
    Pending {
        /// The refund at the service.
        refund: RefundId,
    },
    /// It was made: the money is on its way.
    Completed {
        /// The refund at the service.
        refund: RefundId,
        /// Whether the payment was undone instead, if the service told.
        voided: Option<bool>,
    },
    /// The service has it, and it has failed: the money stays.
    Failed {
        /// The refund at the service.
        refund: RefundId,
    },
    /// The service said no: the money stays.
    Refused {
        /// Its error code.
        code: String,
        /// Its words, which change without notice.
        message: Option<String>,
    },
    /// It was given up here: the money stays.
    Cancelled {
        /// Why.
        reason: CancelReason,
    },
}

impl RefundProcess {
    /// A refund that was just ordered; `None` for a record of anything else.
    pub(crate) fn ordered(record: &RefundRecord, at: Timestamp) -> Option<Self> {
        let RefundRecord::Ordered { amount, void, late_refund } = *record else { return None };
        let state = RefundState::Preparing;
        Some(Self {
            amount,
            void,
            late_refund,
            state,
            ordered_at: at,
            since: at,
            asked: 0,
            requests: 0,
            made: BTreeSet::new(),
            unlisted: None,
            resumed: false,
            refusal: None,
        })
    }

    /// How far it has come.
    #[must_use]
    pub fn state(&self) -> &RefundState {
        &self.state
    }

    /// How much goes back, in minor units of the payment's currency.
    #[must_use]
    pub fn amount(&self) -> i64 {
        self.amount
    }

    /// Whether the payment is to be undone instead of paid back.
    #[must_use]
    pub fn void(&self) -> Option<bool> {
        self.void
    }

    /// What to do after its time.
    #[must_use]
    pub fn late_refund(&self) -> LateRefund {
        self.late_refund
    }

    /// Whether the money may go, or have gone, back by it: everything but a refund that surely was not
    /// made.
    #[must_use]
    pub fn claims(&self) -> bool {
        self.state.claims()
    }

    /// When the merchant wanted it.
    pub(crate) fn ordered_at(&self) -> Timestamp {
        self.ordered_at
    }

    /// When its state began.
    pub(crate) fn since(&self) -> Timestamp {
        self.since
    }

    /// Takes a record in. `None` when it cannot follow.
    pub(crate) fn apply(&mut self, record: &RefundRecord, at: Timestamp) -> Option<()> {
        if self.state.is_final() {
            return None;
        }
        if let RefundRecord::NotListed { at_service } = *record {
            self.unlisted.get_or_insert(Unlisted { at, at_service });
            return Some(());
        }
        self.state = match record.clone() {
            RefundRecord::Ordered { .. } | RefundRecord::NotListed { .. } => return None,
            RefundRecord::RefusedAfterUnknown { code, message } => {
                self.refusal = Some(Refusal { code, message });
                RefundState::Searching
            }
            RefundRecord::Resumed => {
                (self.requests, self.refusal, self.resumed) = (1, None, true);
                RefundState::Searching
            }
            RefundRecord::Requested => {
                self.asked = self.asked.saturating_add(1);
                (self.requests, self.resumed) = (self.requests.saturating_add(1), false);
                RefundState::Requested
            }
            RefundRecord::NotSent => {
                self.requests = self.requests.saturating_sub(1);
                RefundState::Preparing
            }
            RefundRecord::OutcomeUnknown => RefundState::Searching,
            RefundRecord::Blocked { refund } => {
                self.made.insert(refund);
                RefundState::Blocked
            }
            RefundRecord::Found { refund } => RefundState::Pending { refund },
            RefundRecord::Completed { refund, voided } => RefundState::Completed { refund, voided },
            RefundRecord::Failed { refund } => RefundState::Failed { refund },
            RefundRecord::Refused { code, message } => RefundState::Refused { code, message },
            RefundRecord::Cancelled { reason } => RefundState::Cancelled { reason },
        };
        (self.since, self.unlisted) = (at, None);
        Some(())
    }

    /// Whether one at the service was made for it, as far as is known.
    pub(crate) fn is_known_as(&self, id: &RefundId) -> bool {
        self.state.refund() == Some(id) || self.made.contains(id)
    }

    /// Whether it has waited for longer than it should.
    pub(crate) fn is_late(&self, now: Timestamp) -> bool {
        let patience = match self.state {
            RefundState::Preparing | RefundState::Requested | RefundState::Searching => PATIENCE_SECONDS,
            RefundState::Pending { .. } => UNDECIDED_SECONDS,
            _ => return false,
        };
        now >= self.ordered_at.saturating_add_seconds(patience)
    }

    /// Whether it has been asked for as often as is done unasked.
    pub(crate) fn is_unresolved(&self) -> bool {
        self.requests >= MAX_REQUESTS
    }

    /// Whether the answer to its request is late.
    pub(crate) fn is_overdue(&self, now: Timestamp) -> bool {
        self.state == RefundState::Requested && is_answer_late(self.since, now)
    }
}

/// Most requests for one refund that are made unasked.
const MAX_REQUESTS: u32 = 3;

/// How long a refund may take before a person is told: it has a day at most to be asked for.
const PATIENCE_SECONDS: i64 = 3_600;

/// How long the service may take to decide before a person is told.
const UNDECIDED_SECONDS: i64 = 86_400;

impl RefundState {
    /// Whether nothing moves the refund any more.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Completed { .. } | Self::Failed { .. } | Self::Refused { .. } | Self::Cancelled { .. }
        )
    }

    /// The refund at the service, once it is known.
    #[must_use]
    pub fn refund(&self) -> Option<&RefundId> {
        match self {
            Self::Pending { refund } | Self::Completed { refund, .. } | Self::Failed { refund } => {
                Some(refund)
            }
            _ => None,
        }
    }

    /// Whether the money may go, or have gone, back.
    #[must_use]
    pub fn claims(&self) -> bool {
        !matches!(self, Self::Failed { .. } | Self::Refused { .. } | Self::Cancelled { .. })
    }

    /// The state's name, as it is written for people and programs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Requested => "requested",
            Self::Searching => "searching",
            Self::Blocked => "blocked",
            Self::Pending { .. } => "pending",
            Self::Completed { .. } => "completed",
            Self::Failed { .. } => "failed",
            Self::Refused { .. } => "refused",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}
