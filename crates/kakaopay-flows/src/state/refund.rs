//! The states of a refund.

use std::collections::{BTreeMap, BTreeSet};

use kakaopay_types::{ChargeId, Money, RefundId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::journal::refund_record::RefundRecord;
use crate::refund_order::LateRefund;
use crate::refusal::Refusal;
use crate::schedule::{has_passed, is_timed_out};
use crate::state::look_up::{LookUp, Patience, Reading, Verdict};
use crate::state::refund_state::RefundState;

/// A refund of a payment, begun with [`Payment::refund`](crate::Payment::refund).
///
/// # Steps
///
/// It is a state machine inside its [`Payment`](crate::Payment), which drives it: it shares the payment's
/// journal, transactions and deadline, so that two refunds cannot spend the same money.
///
/// 1. `Preparing`: before the request, the charge's refunds are listed. A refund with this reference is
///    adopted. The refunds in the list and the other refunds begun here must leave enough, and the refund
///    window must be open.
/// 2. `Requested`: the request is sent after the record of it is durable.
/// 3. The response ends the refund. If the outcome is unknown, it is `Searching`: the charge's refunds are
///    listed until one with this reference appears. It is requested again after two lists that lack it, whose
///    elements could all be decoded, ten minutes apart by the service's clock. If the service tells no time,
///    an [`Alert`](crate::Alert) is raised, and [`Input::Resume`](crate::Input::Resume) decides.
/// 4. After it went on without the refund of an earlier request, that one is watched for: see
///    [`duplicates`](Self::duplicates).
///
/// If the service made a refund that differs from the request, the refund is `Blocked` and raises an
/// [`Alert`](crate::Alert); it is not requested again while that refund exists.
///
/// ```
/// use kakaopay_flows::{RefundError, RefundRequest};
/// # use kakaopay_flows::{Response, Input, Intent, Output, Payment, Request};
/// # use kakaopay_types::{Charge, Currency, Mode, Money, PaymentAmount, Reference, RefundAmount};
/// # use kakaopay_types::{ReturnUri, StoreId, Timestamp, decode};
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
/// #         payment.handle(Input::Persisted(seq), now).expect("the entry is not acknowledged yet");
/// #     }
/// # }
/// # let reference = Reference::parse("order-1")?;
/// # let amount = PaymentAmount::new(Money::new(150_000, Currency::SGD))?;
/// # let return_uri = ReturnUri::parse("https://example.com/done")?;
/// # let intent = Intent::new(reference, StoreId::from_bits(7), amount, return_uri, Mode::Test, 7);
/// # let charge = br#"{"object":"charge","id":"chrg_test_1","amount":150000,"currency":"SGD",
/// #     "status":"successful","livemode":false,"paid_at":"2026-01-01T04:00:00Z","refunded_amount":0,
/// #     "metadata":{"kakaopay_reference":"order-1/1","kakaopay_store":"00000000000000000000000000000007"},
/// #     "source":{"object":"source","id":"src_test_1",
/// #     "type":"kakaopay","flow":"redirect","amount":150000,"currency":"SGD"}}"#;
/// # let charge: Charge = decode::from_slice(charge)?;
/// # let now = Timestamp::parse("2026-01-01T04:00:00Z")?;
/// # let mut payment = Payment::open(intent, now);
/// # drive(&mut payment, now);
/// # let read = Response::Read { charge: charge.id.clone(), after_seq: 0, served_at: None, result: Ok(Box::new(charge)) };
/// # payment.handle(Input::Response(read), now)?;
/// # drive(&mut payment, now);
/// // The payment is paid. Each refund has a reference and an amount.
/// let refund_of = |reference: &str, amount| {
///     let reference = Reference::parse(reference).expect("a reference");
///     RefundRequest::new(reference, RefundAmount::new(amount).expect("a positive amount"))
/// };
/// payment.refund(&refund_of("return-1", 100_000), now)?;
/// // Drive it as shown on `Payment`. The first request lists the charge's refunds.
/// let requests = drive(&mut payment, now);
/// assert!(matches!(requests.as_slice(), [Request::ListRefunds(_)]));
/// // The amount of the first refund is not available to the second.
/// let rejected = payment.refund(&refund_of("return-2", 50_001), now);
/// assert_eq!(rejected, Err(RefundError::Exceeds { left: Money::new(50_000, Currency::SGD) }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundProcess {
    charge: ChargeId,
    amount: Money,
    void: Option<bool>,
    late_refund: LateRefund,
    pub(crate) state: RefundState,
    /// When the merchant requested it. Polling counts from it.
    pub(crate) ordered_at: Timestamp,
    /// When its state began.
    pub(crate) since: Timestamp,
    /// The entry in which its state began.
    pub(crate) seq: u64,
    /// The number of requests made for it.
    pub(crate) asked: u32,
    /// The number of requests that may have had an effect.
    pub(crate) requests: u32,
    /// Refunds at the service with its reference that differ from the request.
    pub(crate) made: BTreeSet<RefundId>,
    /// The look-up for it while its outcome is unknown, or the watch for the refund of an earlier request.
    pub(crate) look_up: Option<LookUp>,
    /// Whether it went on although the outcome of an earlier request was never learned.
    pub(crate) given_up: bool,
    /// Further refunds at the service with its reference.
    pub(crate) duplicates: BTreeMap<RefundId, Money>,
    /// Whether it was resumed since the last request.
    pub(crate) resumed: bool,
    /// The last rejection, while the refund of an earlier request is searched for.
    pub(crate) refusal: Option<Refusal>,
}

impl RefundProcess {
    /// Creates a refund from its first record. Returns `None` for any other record.
    pub(crate) fn ordered(record: &RefundRecord, seq: u64, at: Timestamp) -> Option<Self> {
        let RefundRecord::Ordered { charge, amount, void, late_refund } = record else { return None };
        let (charge, amount, void, late_refund) = (charge.clone(), *amount, *void, *late_refund);
        let state = RefundState::Preparing;
        Some(Self {
            charge,
            amount,
            void,
            late_refund,
            state,
            ordered_at: at,
            since: at,
            seq,
            asked: 0,
            requests: 0,
            made: BTreeSet::new(),
            look_up: None,
            given_up: false,
            duplicates: BTreeMap::new(),
            resumed: false,
            refusal: None,
        })
    }

    /// Returns the state of the refund.
    #[must_use]
    pub fn state(&self) -> &RefundState {
        &self.state
    }

    /// Returns the charge that it refunds.
    #[must_use]
    pub fn charge(&self) -> &ChargeId {
        &self.charge
    }

    /// Returns the amount.
    #[must_use]
    pub fn amount(&self) -> Money {
        self.amount
    }

    /// Returns whether a void was requested instead of a refund.
    #[must_use]
    pub fn void(&self) -> Option<bool> {
        self.void
    }

    /// Returns how to handle the refund after the refund window has closed.
    #[must_use]
    pub fn late_refund(&self) -> LateRefund {
        self.late_refund
    }

    /// Returns whether the refund counts against the paid amount: each does, unless it was certainly not
    /// made.
    #[must_use]
    pub fn claims(&self) -> bool {
        self.state.claims()
    }

    /// Returns the further refunds that the service made with its reference, with their amounts. They count
    /// against the paid amount.
    #[must_use]
    pub fn duplicates(&self) -> &BTreeMap<RefundId, Money> {
        &self.duplicates
    }

    /// Returns whether it has ended, or the service has accepted it, while the refund of an earlier request may
    /// still appear.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        self.is_settled() && self.look_up.is_some()
    }

    /// Returns the minor units that count against the paid amount, duplicates included.
    pub(crate) fn claimed(&self) -> i64 {
        let own = if self.claims() { self.amount.minor_units() } else { 0 };
        self.duplicates.values().fold(own, |sum, amount| sum.saturating_add(amount.minor_units()))
    }

    /// Returns how much of the service's time its look-up takes.
    pub(crate) fn patience(&self) -> Patience {
        if self.is_settled() { Patience::DUPLICATE_REFUND } else { Patience::REFUND }
    }

    /// Judges a complete list that lacks it. Returns `None` if it is not looked for.
    pub(crate) fn judge(&self, reading: &Reading, now: Timestamp) -> Option<Verdict> {
        self.look_up.as_ref().map(|look_up| look_up.judge(reading, self.patience(), now))
    }

    fn is_settled(&self) -> bool {
        self.state.is_final() || matches!(self.state, RefundState::Pending { .. })
    }

    /// Returns when the merchant requested it.
    pub(crate) fn ordered_at(&self) -> Timestamp {
        self.ordered_at
    }

    /// Returns when its state began.
    pub(crate) fn since(&self) -> Timestamp {
        self.since
    }

    /// Applies a record of the entry `seq`. Returns `None` if it contradicts the state.
    pub(crate) fn apply(&mut self, record: &RefundRecord, seq: u64, at: Timestamp) -> Option<()> {
        match record {
            RefundRecord::NotListed { served_at } => self.look_up.as_mut()?.note(*served_at, true, at),
            RefundRecord::DuplicateFound { refund, amount } => {
                let amount = Some(*amount).filter(|amount| amount.currency() == self.amount.currency())?;
                self.duplicates.insert(refund.clone(), amount);
            }
            RefundRecord::WatchEnded if self.is_settled() => {
                self.look_up.take()?;
                self.given_up = false;
            }
            _ => self.change(record, seq, at)?,
        }
        Some(())
    }

    /// Applies a record that changes the state.
    fn change(&mut self, record: &RefundRecord, seq: u64, at: Timestamp) -> Option<()> {
        if self.state.is_final() {
            return None;
        }
        let searched = self.state == RefundState::Searching;
        let mut decided = false;
        self.state = match record.clone() {
            RefundRecord::Ordered { .. }
            | RefundRecord::NotListed { .. }
            | RefundRecord::DuplicateFound { .. }
            | RefundRecord::WatchEnded => return None,
            RefundRecord::RefusedAfterUnknown { code, message } => {
                self.refusal = Some(Refusal { code, message });
                RefundState::Searching
            }
            RefundRecord::Resumed => {
                (self.requests, self.resumed) = (1, true);
                // A blocked refund exists, so its search begins anew. A search that needs the person's word keeps
                // its result.
                decided = searched;
                self.refusal = self.refusal.take().filter(|_| searched);
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
        self.given_up |= searched
            && matches!(
                self.state,
                RefundState::Requested | RefundState::Refused { .. } | RefundState::Cancelled { .. }
            );
        (self.since, self.seq) = (at, seq);
        let looks = self.state == RefundState::Searching || (self.is_settled() && self.given_up);
        self.look_up = looks.then(|| LookUp::begin(seq, at));
        if let Some(look_up) = self.look_up.as_mut().filter(|_| decided) {
            look_up.decide(seq);
        }
        Some(())
    }

    /// Returns whether a refund at the service is known to belong to it.
    pub(crate) fn is_known_as(&self, id: &RefundId) -> bool {
        self.state.refund() == Some(id) || self.made.contains(id) || self.duplicates.contains_key(id)
    }

    /// Returns whether it has not ended in time.
    pub(crate) fn is_late(&self, now: Timestamp) -> bool {
        let patience = match self.state {
            RefundState::Preparing | RefundState::Requested | RefundState::Searching => PATIENCE_SECONDS,
            RefundState::Pending { .. } => UNDECIDED_SECONDS,
            _ => return false,
        };
        has_passed(self.ordered_at, patience, now)
    }

    /// Returns whether the automatic requests are used up.
    pub(crate) fn is_unresolved(&self) -> bool {
        self.requests >= MAX_REQUESTS
    }

    /// Returns whether its request has timed out.
    pub(crate) fn is_overdue(&self, now: Timestamp) -> bool {
        self.state == RefundState::Requested && is_timed_out(self.since, now)
    }
}

/// Maximum of automatic requests for one refund that may have had an effect.
const MAX_REQUESTS: u32 = 3;

/// How long a refund may take before an alert is raised. The refund window is open for a day at most.
const PATIENCE_SECONDS: i64 = 3_600;

/// How long the service may take to decide before an alert is raised.
const UNDECIDED_SECONDS: i64 = 86_400;
