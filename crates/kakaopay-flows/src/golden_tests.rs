//! One golden value of each stored variant: a changed format would break stored journals.

use std::num::NonZeroU32;

use kakaopay_types::{
    ChargeId, ChargeStatus, Currency, FailureCode, Mismatch, Mode, Money, PaymentAmount, Reference, RefundId,
    ReturnUri, StoreId, Timestamp,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::alert::Alert;
use crate::event::{PaidOrder, PaymentEvent, RefundNotice};
use crate::journal::record::Record;
use crate::journal::refund_record::RefundRecord;
use crate::journal::stored_intent::StoredIntent;
use crate::refund_order::{CancelReason, LateRefund};
use crate::rules::over;
use crate::service_time::ServiceTime;
use crate::state::cancellation::CancelledBy;
use crate::state::duplicate_charge::PaidReading;
use crate::state::late_charge::LateReason;
use crate::state::model::Model;

fn reference(name: &str) -> Reference {
    Reference::parse(name).expect("a reference")
}

fn charge() -> ChargeId {
    ChargeId::parse("chrg_test_1").expect("an id")
}

fn refund() -> RefundId {
    RefundId::parse("rfnd_test_1").expect("an id")
}

fn at() -> Timestamp {
    Timestamp::parse("2026-03-01T15:55:00Z").expect("a moment")
}

fn served_at() -> ServiceTime {
    ServiceTime::new(Some(at()), None)
}

fn cent() -> Money {
    Money::new(1, Currency::SGD)
}

fn rejection() -> (String, Option<String>) {
    ("invalid_charge".to_owned(), Some("no".to_owned()))
}

/// Returns the variant after `last`, from `None` to the last one. The exhaustive match makes a new variant
/// fail to compile here.
fn next_alert(last: Option<&Alert>) -> Option<Alert> {
    use Alert as A;
    let reference = || reference("refund-1");
    Some(match last {
        None => A::Mismatch { charge: charge(), member: Mismatch::SourceType },
        Some(A::Mismatch { .. }) => A::Contradiction { charge: charge(), status: "failed".to_owned() },
        Some(A::Contradiction { .. }) => A::TooManyAttempts { attempts: NonZeroU32::MIN },
        Some(A::TooManyAttempts { .. }) => A::SearchBlocked,
        Some(A::SearchBlocked) => A::ChargeNotFound { charge: charge() },
        Some(A::ChargeNotFound { .. }) => A::Overdue,
        Some(A::Overdue) => A::KeyRefused { code: "not_authorized".to_owned() },
        Some(A::KeyRefused { .. }) => A::RefundMismatch { reference: reference(), refund: refund() },
        Some(A::RefundMismatch { .. }) => {
            A::RefundedTwice { reference: reference(), refund: refund(), other: refund() }
        }
        Some(A::RefundedTwice { .. }) => {
            A::RefundContradiction { reference: reference(), refund: refund(), status: "closed".to_owned() }
        }
        Some(A::RefundContradiction { .. }) => A::RefundUnresolved { reference: reference() },
        Some(A::RefundUnresolved { .. }) => A::RefundBlocked { reference: reference() },
        Some(A::RefundBlocked { .. }) => A::RefundWatchBlocked { reference: reference() },
        Some(A::RefundWatchBlocked { .. }) => A::RefundOverdue { reference: reference() },
        Some(A::RefundOverdue { .. }) => A::RefundLate { reference: reference() },
        Some(A::RefundLate { .. }) => A::LateNotRefunded { charge: charge() },
        Some(A::LateNotRefunded { .. }) => return None,
    })
}

fn next_refund_record(last: Option<&RefundRecord>) -> Option<RefundRecord> {
    use RefundRecord as R;
    let (code, message) = rejection();
    Some(match last {
        None => R::Ordered {
            charge: charge(),
            amount: cent(),
            void: Some(true),
            late_refund: LateRefund::Forward,
        },
        Some(R::Ordered { .. }) => R::Requested,
        Some(R::Requested) => R::NotSent,
        Some(R::NotSent) => R::OutcomeUnknown,
        Some(R::OutcomeUnknown) => R::RefusedAfterUnknown { code, message },
        Some(R::RefusedAfterUnknown { .. }) => R::NotListed { served_at: served_at() },
        Some(R::NotListed { .. }) => R::Resumed,
        Some(R::Resumed) => R::Blocked { refund: refund() },
        Some(R::Blocked { .. }) => R::Found { refund: refund() },
        Some(R::Found { .. }) => R::Completed { refund: refund(), voided: Some(false) },
        Some(R::Completed { .. }) => R::Failed { refund: refund() },
        Some(R::Failed { .. }) => R::Refused { code, message },
        Some(R::Refused { .. }) => R::Cancelled { reason: CancelReason::WindowClosed { closed_at: at() } },
        Some(R::Cancelled { reason: CancelReason::WindowClosed { .. } }) => {
            R::Cancelled { reason: CancelReason::Exceeds { left: cent() } }
        }
        Some(R::Cancelled { reason: CancelReason::Exceeds { .. } }) => {
            R::Cancelled { reason: CancelReason::StoreIsOlder }
        }
        Some(R::Cancelled { reason: CancelReason::StoreIsOlder }) => {
            R::DuplicateFound { refund: refund(), amount: cent() }
        }
        Some(R::DuplicateFound { .. }) => R::WatchEnded,
        Some(R::WatchEnded) => return None,
    })
}

fn next_record(last: Option<&Record>) -> Option<Record> {
    use Record as R;
    let (code, message) = rejection();
    let authorize_uri = || "https://pay.omise.co/a".to_owned();
    Some(match last {
        None => R::Opened(intent()),
        Some(R::Opened(_)) => R::SourceRequested,
        Some(R::SourceRequested) => R::SourceCreated { source: "src_test_1".parse().expect("an id") },
        Some(R::SourceCreated { .. }) => R::ChargeRequested { attempt: NonZeroU32::MIN },
        Some(R::ChargeRequested { .. }) => R::ChargeNotSent,
        Some(R::ChargeNotSent) => R::OutcomeUnknown,
        Some(R::OutcomeUnknown) => R::RefusedAfterUnknown { code, message },
        Some(R::RefusedAfterUnknown { .. }) => R::NotListed { served_at: served_at(), complete: true },
        Some(R::NotListed { .. }) => R::ChargeFound {
            charge: charge(),
            attempt: NonZeroU32::MIN,
            authorize_uri: Some(authorize_uri()),
            expires_at: Some(at()),
            lifetime: Some(1),
        },
        Some(R::ChargeFound { .. }) => R::Blocked,
        Some(R::Blocked) => R::Successful { paid_at: Some(at()), refunded_in_full: true },
        Some(R::Successful { .. }) => {
            R::Failed { code: Some(FailureCode::PaymentExpired), message: Some("no".to_owned()) }
        }
        Some(R::Failed { .. }) => R::Expired,
        Some(R::Expired) => R::CancelWished { by: CancelledBy::Merchant },
        Some(R::CancelWished { by: CancelledBy::Merchant }) => R::CancelWished { by: CancelledBy::Hold },
        Some(R::CancelWished { by: CancelledBy::Hold }) => R::CancelRequested { charge: charge() },
        Some(R::CancelRequested { .. }) => R::CancelRejected { code, message },
        Some(R::CancelRejected { .. }) => R::CancelRefused,
        Some(R::CancelRefused) => R::CancelTakenBack,
        Some(R::CancelTakenBack) => R::Cancelled,
        Some(R::Cancelled) => R::Refused { code, message },
        Some(R::Refused { .. }) => R::AuthorizeUriLearned { authorize_uri: authorize_uri() },
        Some(R::AuthorizeUriLearned { .. }) => R::ExpiryLearned { expires_at: at(), lifetime: Some(1) },
        Some(R::ExpiryLearned { .. }) => R::Resumed,
        Some(R::Resumed) => {
            R::DuplicateFound { charge: charge(), attempt: NonZeroU32::MIN, expires_at: Some(at()) }
        }
        Some(R::DuplicateFound { .. }) => {
            let paid = PaidReading { amount: cent(), refunded: cent(), paid_at: Some(at()), differs: true };
            R::DuplicateEnded { charge: charge(), status: "successful".to_owned(), paid: Some(paid) }
        }
        Some(R::DuplicateEnded { .. }) => R::SearchCompleted,
        Some(R::SearchCompleted) => R::PaidLate {
            charge: charge(),
            attempt: NonZeroU32::MIN,
            amount: cent(),
            paid_at: Some(at()),
            why: LateReason::Expired,
        },
        Some(R::PaidLate { .. }) => {
            R::RefundedElsewhere { charge: charge(), refund: refund(), amount: cent() }
        }
        Some(R::RefundedElsewhere { .. }) => R::AlertRaised { alert: Alert::Overdue },
        Some(R::AlertRaised { .. }) => R::KeyAccepted,
        Some(R::KeyAccepted) => R::AttemptOpened { attempt: NonZeroU32::MIN, intent: intent() },
        Some(R::AttemptOpened { .. }) => {
            R::AlertAcknowledged { alert: Alert::Overdue, who: "staff".to_owned(), why: "seen".to_owned() }
        }
        Some(R::AlertAcknowledged { .. }) => {
            R::Refund { reference: reference("refund-1"), change: RefundRecord::Resumed }
        }
        Some(R::Refund { .. }) => R::Pruned(Box::new(over::kept(&ended()))),
        Some(R::Pruned(_)) => return None,
    })
}

fn next_event(last: Option<&PaymentEvent>) -> Option<PaymentEvent> {
    use PaymentEvent as E;
    let (code, message) = rejection();
    let reference = reference("order-1");
    Some(match last {
        None => E::Paid(PaidOrder {
            reference,
            attempt: NonZeroU32::MIN,
            charge: charge(),
            amount: Money::new(150_000, Currency::SGD),
            refunded: cent(),
            mode: Mode::Test,
            paid_at: Some(at()),
        }),
        Some(E::Paid(_)) => E::PaidAndRefunded {
            reference,
            attempt: NonZeroU32::MIN,
            charge: charge(),
            amount: Money::new(150_000, Currency::SGD),
            refunded: Money::new(150_000, Currency::SGD),
            mode: Mode::Test,
            paid_at: Some(at()),
        },
        Some(E::PaidAndRefunded { .. }) => E::PaidLate {
            reference,
            charge: charge(),
            attempt: NonZeroU32::MIN,
            amount: cent(),
            refunded: cent(),
            mode: Mode::Test,
            paid_at: Some(at()),
            why: LateReason::Duplicate,
        },
        Some(E::PaidLate { .. }) => {
            E::RefundedElsewhere { reference, charge: charge(), refund: refund(), amount: cent() }
        }
        Some(E::RefundedElsewhere { .. }) => E::Failed {
            reference,
            attempt: NonZeroU32::MIN,
            charge: charge(),
            failure_code: Some(FailureCode::PaymentExpired),
            failure_message: Some("no".to_owned()),
        },
        Some(E::Failed { .. }) => E::Expired { reference, attempt: NonZeroU32::MIN, charge: charge() },
        Some(E::Expired { .. }) => {
            E::Cancelled { reference, attempt: NonZeroU32::MIN, charge: Some(charge()) }
        }
        Some(E::Cancelled { .. }) => cancel_refused(),
        Some(E::CancelRefused { .. }) => E::Refused { reference, attempt: NonZeroU32::MIN, code, message },
        Some(E::Refused { .. }) => E::Refunded { notice: notice(), refund: refund(), voided: Some(false) },
        Some(E::Refunded { .. }) => E::RefundFailed { notice: notice(), refund: refund() },
        Some(E::RefundFailed { .. }) => E::RefundRefused { notice: notice(), code, message },
        Some(E::RefundRefused { .. }) => {
            E::RefundCancelled { notice: notice(), reason: CancelReason::Exceeds { left: cent() } }
        }
        Some(E::RefundCancelled { .. }) => E::Orphaned {
            reference,
            charge: charge(),
            amount: Money::new(150_000, Currency::SGD),
            status: ChargeStatus::Successful,
            second_copy: true,
        },
        Some(E::Orphaned { .. }) => E::Alert { reference, alert: Alert::SearchBlocked, number: 2 },
        Some(E::Alert { .. }) => return None,
    })
}

fn cancel_refused() -> PaymentEvent {
    let (attempt, payable_until) = (NonZeroU32::MIN, Some(at()));
    let reference = reference("order-1");
    PaymentEvent::CancelRefused { reference, attempt, charge: charge(), payable_until, number: 1 }
}

fn intent() -> StoredIntent {
    let amount = PaymentAmount::new(Money::new(150_000, Currency::SGD)).expect("an amount");
    let return_uri = ReturnUri::parse("https://example.com/done").expect("an address");
    let intent =
        crate::Intent::new(reference("order-1"), StoreId::from_bits(7), amount, return_uri, Mode::Test, 7);
    let hold = std::time::Duration::from_secs(1_800);
    intent.served_at(at()).pay_within(hold).refund_if_paid_late(true).into()
}

/// The model of a payment with something of each kind that is kept.
fn ended() -> Model {
    let mut model = Model::opened(intent().into(), at());
    let after = |last: &Record| next_record(Some(last)).expect("a record");
    let refund = |change| Record::Refund { reference: reference("refund-1"), change };
    let found = after(&Record::NotListed { served_at: served_at(), complete: true });
    let failed = after(&Record::Successful { paid_at: None, refunded_in_full: false });
    let duplicate = after(&Record::Resumed);
    let duplicate_ended = after(&duplicate);
    let late = after(&Record::SearchCompleted);
    let elsewhere = after(&late);
    let ordered = next_refund_record(None).expect("a record");
    let (code, message) = rejection();
    let alert = Alert::Contradiction { charge: charge(), status: "successful".to_owned() };
    for record in [
        found,
        failed,
        duplicate,
        duplicate_ended,
        late,
        elsewhere,
        refund(ordered),
        refund(RefundRecord::Refused { code, message }),
        Record::AlertRaised { alert: alert.clone() },
        Record::AlertAcknowledged { alert, who: "staff".to_owned(), why: "seen".to_owned() },
    ] {
        model.seq += 1;
        model.apply(&record, at()).expect("it follows");
    }
    model
}

fn notice() -> RefundNotice {
    RefundNotice {
        reference: reference("order-1"),
        refund_reference: reference("refund-1"),
        charge: charge(),
        amount: cent(),
    }
}

/// Compares one of each variant with its golden line, and decodes that line.
#[track_caller]
fn check<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(
    golden: &str,
    next: fn(Option<&T>) -> Option<T>,
) {
    let all: Vec<T> = std::iter::successors(next(None), |last| next(Some(last))).collect();
    let lines: Vec<_> = all.iter().map(|one| serde_json::to_string(one).expect("JSON")).collect();
    assert_eq!(lines, golden.lines().collect::<Vec<_>>(), "the golden file is:\n{}", lines.join("\n"));
    for (line, one) in lines.iter().zip(&all) {
        assert_eq!(&serde_json::from_str::<T>(line).expect("the line decodes"), one);
    }
}

#[test]
fn f43_every_record_keeps_its_format() {
    check(include_str!("../golden/records.jsonl"), next_record);
    check(include_str!("../golden/refund_records.jsonl"), next_refund_record);
}

#[test]
fn f43_every_alert_and_event_keeps_its_format() {
    check(include_str!("../golden/alerts.jsonl"), next_alert);
    check(include_str!("../golden/events.jsonl"), next_event);
}
