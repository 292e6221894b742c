//! The plan of an order, apart from faults of chance.

use std::time::Duration;

use kakaopay_flows::{Intent, LateRefund, RefundRequest, SourceMode};
use kakaopay_types::{ChargeStatus, PlatformType, Reference, RefundAmount, Timestamp};

use super::faults::{Fate, Kind};
use super::recording::Recording;
use super::service::ServiceClock;
use crate::order::Order;

/// A second process that shares the payment.
#[derive(Debug, Clone, Copy)]
pub struct Second {
    /// How far its clock is ahead, in seconds.
    pub skew: i64,
    /// How often it looks for payments that are due, in seconds.
    pub scans: i64,
}

/// The plan of an order, apart from faults of chance.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// When it begins, by the service's clock.
    pub start: Timestamp,
    /// How far the shop's clock is ahead, in seconds.
    pub skew: i64,
    /// How long after the start the shop's clock is set, and by how many seconds.
    pub jump: Option<(i64, i64)>,
    /// A second process that shares the payment, if there is one.
    pub second: Option<Second>,
    /// How long after it was made an object is missing in the service's lists, in seconds.
    pub lag: i64,
    /// How the service tells its time.
    pub clock: ServiceClock,
    /// The order.
    pub intent: Intent,
    /// How the buyer decides, and how long after the link was handed out; `None` walks away.
    pub buyer: Option<(ChargeStatus, i64)>,
    /// Whether staff mark every further charge as paid in the dashboard.
    pub orphans_paid: bool,
    /// The refunds the merchant wants, each with how long after the payment.
    pub refunds: Vec<(i64, RefundRequest)>,
    /// A refund that staff make in the dashboard: how long after the payment, and its amount.
    pub by_hand: Option<(i64, i64)>,
    /// Whether a refund of the whole amount in the dashboard shows only as `voided`.
    pub voids: bool,
    /// How long after the start the merchant cancels, and how long after that it takes the wish back.
    pub cancel: Option<(i64, Option<i64>)>,
    /// Whether the service refuses to end charges for the merchant.
    pub refuses_expire: bool,
    /// Which refund the service lets fail, counted from the first it makes on request.
    pub failing_refund: Option<usize>,
    /// Whether the service answers before it has decided on a refund.
    pub slow_refunds: bool,
    /// Most elements the service puts on a page.
    pub page: usize,
    /// Faults of the next requests of a kind, each once, before chance is asked.
    pub fates: Vec<(Kind, Fate)>,
    /// Whether every webhook is lost.
    pub deaf: bool,
}

impl Scenario {
    /// An order that is paid after half a minute.
    ///
    /// # Panics
    /// Never: its values are good.
    #[must_use]
    pub fn paid() -> Self {
        Self {
            // Five minutes to midnight at UTC+8.
            start: Timestamp::parse("2026-03-01T15:55:00Z").expect("a moment"),
            skew: 0,
            jump: None,
            second: None,
            lag: 0,
            clock: ServiceClock::Date,
            intent: Order::one_call().intent,
            buyer: Some((ChargeStatus::Successful, 30)),
            orphans_paid: false,
            refunds: Vec::new(),
            by_hand: None,
            voids: false,
            cancel: None,
            refuses_expire: false,
            failing_refund: None,
            slow_refunds: false,
            page: 100,
            fates: Vec::new(),
            deaf: false,
        }
    }

    /// The same in which something becomes of the next request of a kind.
    #[must_use]
    pub fn with(mut self, kind: Kind, fate: Fate) -> Self {
        self.fates.push((kind, fate));
        self
    }

    /// The same with a refund some seconds after the payment.
    ///
    /// # Panics
    /// Never: its values are good.
    #[must_use]
    pub fn with_refund(mut self, after: i64, amount: i64, late_refund: LateRefund) -> Self {
        let name = format!("refund-{}", self.refunds.len() + 1);
        let order = RefundRequest::new(
            Reference::parse(&name).expect("a reference"),
            RefundAmount::new(amount).expect("more than nothing"),
        )
        .late_refund(late_refund);
        self.refunds.push((after, order));
        self
    }

    /// How far the clock of a process is ahead at a moment, in seconds.
    #[must_use]
    pub fn skew_at(&self, process: usize, now: Timestamp) -> i64 {
        match (self.second, self.jump) {
            (Some(second), _) if process == 1 => second.skew,
            (_, Some((after, by))) if now >= self.start.saturating_add_seconds(after) => self.skew + by,
            _ => self.skew,
        }
    }

    /// When the clock of a process shows a moment next, by the service's, and that process looks.
    #[must_use]
    pub fn truly_at(&self, process: usize, shown: Timestamp, now: Timestamp) -> Timestamp {
        if let (Some(second), 1) = (self.second, process) {
            let due = shown.saturating_add_seconds(-second.skew).max(now).millis_since(self.start);
            let period = second.scans * 1_000;
            return self.start.saturating_add_millis((due + period - 1).div_euclid(period) * period);
        }
        let plain = shown.saturating_add_seconds(-self.skew);
        let Some((after, by)) = self.jump else { return plain };
        let jump = self.start.saturating_add_seconds(after);
        if now < jump && plain <= jump { plain } else { jump.max(plain.saturating_add_seconds(-by)) }
    }

    /// How many processes share the payment.
    #[must_use]
    pub fn processes(&self) -> usize {
        1 + usize::from(self.second.is_some())
    }

    /// A scenario by chance.
    #[must_use]
    pub fn of(recording: &mut Recording<'_>) -> Self {
        let mut scenario = Self::paid();
        let plan = match recording.choose(3) {
            0 => SourceMode::Inline(Some(PlatformType::Web)),
            1 => SourceMode::Separate(None),
            _ => SourceMode::Inline(None),
        };
        scenario.intent = Order::new(plan).intent;
        scenario.intent.jitter_seed = u64::from(recording.draw());
        scenario.start = scenario.start.saturating_add_seconds(i64::from(recording.draw()) * 337);
        scenario.skew = [0, 1, -1, 600, -600, 86_400, -86_400, 3_600][usize::from(recording.choose(8))];
        scenario.clock = match recording.choose(8) {
            4..=5 => ServiceClock::To,
            6 => ServiceClock::Stopped,
            7 => ServiceClock::Nothing,
            _ => ServiceClock::Date,
        };
        let by = [0, 600, 90_000, -600, -90_000, 3_600][usize::from(recording.choose(6))];
        scenario.jump = (by != 0).then(|| (i64::from(recording.draw()) * 7, by));
        let wait = [30, 1, 600, 1_799, 1_801, 90][usize::from(recording.choose(6))];
        scenario.buyer = match recording.choose(6) {
            0..=2 => Some((ChargeStatus::Successful, wait)),
            3 => Some((ChargeStatus::Failed, wait)),
            4 => Some((ChargeStatus::Expired, wait)),
            _ => None,
        };
        scenario.orphans_paid = recording.choose(8) == 7;
        scenario.page = [100, 1, 2][usize::from(recording.choose(3))];
        for _ in 0..recording.choose(4) {
            let after = [5, 60, 1_200, 1_500, 40_000][usize::from(recording.choose(5))];
            let amount = [50_000, 75_001, 150_000, 1][usize::from(recording.choose(4))];
            let late = if recording.choose(3) == 2 { LateRefund::Forward } else { LateRefund::Reject };
            scenario = scenario.with_refund(after, amount, late);
        }
        let failing = usize::from(recording.choose(8));
        scenario.failing_refund = failing.checked_sub(6);
        scenario.slow_refunds = recording.choose(4) == 3;
        scenario.by_hand = (recording.choose(5) >= 3).then(|| {
            let after = [0, 1, 20, i64::from(recording.draw())][usize::from(recording.choose(4))];
            (after, [50_000, 150_000][usize::from(recording.choose(2))])
        });
        scenario.voids = recording.choose(4) == 3;
        let second = [0, 700, -700, 90_000, -90_000, 1, -30, 100][usize::from(recording.choose(8))];
        let scans = [1, 8, 30][usize::from(recording.choose(3))];
        scenario.second = (second != 0).then_some(Second { skew: second, scans });
        scenario.lag = [0, 0, 10, 300][usize::from(recording.choose(4))];
        scenario.refuses_expire = recording.choose(2) == 1;
        let back = [None, None, Some(1), Some(70)][usize::from(recording.choose(4))];
        let after = [0, 0, 0, 1, 20, 62, 200, 1_700][usize::from(recording.choose(8))];
        scenario.cancel = (after != 0).then_some((after, back));
        let hold = [0, 0, 0, 60, 900][usize::from(recording.choose(5))];
        scenario.intent.pay_within = (hold != 0).then(|| Duration::from_secs(hold));
        scenario.intent.refund_if_paid_late = recording.choose(4) == 3;
        scenario
    }
}
