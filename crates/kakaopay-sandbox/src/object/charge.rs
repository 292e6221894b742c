//! The charge object, with the guide's members in the guide's order.

use kakaopay_types::{ChargeId, Currency, RefundWindow, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Link, ListObject, RefundObject, SourceObject, TransactionObject};
use crate::state::{Charge, Ending, Source};

/// Omise's fee in the guide's example, in tenths of a percent: 2.9 %.
const FEE_PERMILLE: i64 = 29;
/// Tax on the fee of a Thai account, in percent.
const THAI_VAT_PERCENT: i64 = 7;

/// Member that is always `null` for KakaoPay.
pub(super) type Null = ();

/// The charge object, with the guide's members in the guide's order.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ChargeObject {
    pub(super) object: &'static str,
    pub(super) id: ChargeId,
    pub(super) location: String,
    pub(super) amount: i64,
    net: i64,
    fee: i64,
    fee_vat: i64,
    interest: i64,
    interest_vat: i64,
    funding_amount: i64,
    pub(super) refunded_amount: i64,
    transaction_fees: Fees,
    platform_fee: PlatformFee,
    pub(super) currency: Currency,
    funding_currency: Currency,
    pub(super) ip: Option<String>,
    pub(super) refunds: ListObject<RefundObject>,
    link: Null,
    pub(super) description: Option<String>,
    pub(super) metadata: Map<String, Value>,
    card: Null,
    pub(super) source: SourceObject,
    schedule: Null,
    customer: Null,
    dispute: Null,
    pub(super) transaction: Option<Link<TransactionObject>>,
    pub(super) failure_code: Option<String>,
    pub(super) failure_message: Option<&'static str>,
    pub(super) status: &'static str,
    pub(super) authorize_uri: String,
    pub(super) return_uri: String,
    pub(super) created_at: Timestamp,
    paid_at: Option<Timestamp>,
    expires_at: Timestamp,
    expired_at: Option<Timestamp>,
    reversed_at: Null,
    zero_interest_installments: bool,
    branch: Null,
    terminal: Null,
    device: Null,
    pub(super) authorized: bool,
    capturable: bool,
    pub(super) capture: bool,
    disputable: bool,
    pub(super) livemode: bool,
    refundable: bool,
    pub(super) reversed: bool,
    reversible: bool,
    voided: bool,
    pub(super) paid: bool,
    expired: bool,
    /// Payment identifier from `authorize_uri`, which the 2017 shape has as `reference`.
    #[serde(skip)]
    pub(super) payment: String,
}

/// Fee rates as decimal text.
#[derive(Debug, Clone, Serialize)]
struct Fees {
    fee_flat: &'static str,
    fee_rate: &'static str,
    vat_rate: &'static str,
}

#[derive(Debug, Clone, Serialize)]
struct PlatformFee {
    fixed: Null,
    amount: Null,
    percentage: Null,
}

impl ChargeObject {
    /// Builds the object of a charge at a time.
    pub(crate) fn of(charge: &Charge, source: &Source, now: Timestamp) -> Self {
        let fees = FeesOf::new(charge.amount, charge.currency);
        let ends = Ends::of(charge, now);
        let location = format!("/charges/{}", charge.id);
        let is_left = ends.paid_at.is_some() && charge.refunded() < charge.amount;
        let refundable = is_left && ends.paid_at.is_some_and(|at| RefundWindow::is_open(at, now));
        Self {
            object: "charge",
            id: charge.id.clone(),
            amount: charge.amount,
            net: charge.amount - fees.fee - fees.vat,
            fee: fees.fee,
            fee_vat: fees.vat,
            interest: 0,
            interest_vat: 0,
            funding_amount: charge.amount,
            refunded_amount: charge.refunded(),
            transaction_fees: Fees { fee_flat: "0.0", fee_rate: "2.9", vat_rate: fees.vat_rate },
            platform_fee: PlatformFee { fixed: (), amount: (), percentage: () },
            currency: charge.currency,
            funding_currency: charge.currency,
            ip: charge.ip.clone(),
            refunds: refunds(charge, &location, now),
            location,
            link: (),
            description: charge.description.clone(),
            metadata: charge.metadata.clone(),
            card: (),
            source: SourceObject::of(source, charge.status()),
            schedule: (),
            customer: (),
            dispute: (),
            transaction: ends.transaction.map(Link::named),
            failure_code: ends.failure_code,
            failure_message: ends.failure_message,
            status: charge.status(),
            authorize_uri: charge.authorize_uri(),
            return_uri: charge.return_uri.clone(),
            created_at: charge.created_at,
            paid_at: ends.paid_at,
            expires_at: charge.expires_at,
            expired_at: ends.expired_at,
            reversed_at: (),
            zero_interest_installments: false,
            branch: (),
            terminal: (),
            device: (),
            authorized: ends.paid_at.is_some(),
            capturable: false,
            capture: true,
            disputable: is_left,
            livemode: false,
            refundable,
            reversed: false,
            reversible: false,
            voided: charge.refunds.iter().any(|refund| refund.voided),
            paid: ends.paid_at.is_some(),
            expired: ends.expired,
            payment: charge.payment.clone(),
        }
    }

    /// Embeds the transaction, as requested with `expand`. KakaoPay has none of the other expandable members.
    pub(crate) fn expanded(mut self) -> Self {
        let transaction = self.transaction();
        if let (Some(link), Some(transaction)) = (&mut self.transaction, transaction) {
            link.expand(transaction);
        }
        self
    }

    /// Returns the transaction; `None` if the charge was not paid.
    pub(crate) fn transaction(&self) -> Option<TransactionObject> {
        let (link, paid_at) = (self.transaction.as_ref()?, self.paid_at?);
        Some(TransactionObject::net(link.id(), self.id.as_str(), self.net, self.currency, paid_at))
    }
}

/// Members that describe the end of a charge.
#[derive(Default)]
struct Ends {
    transaction: Option<String>,
    paid_at: Option<Timestamp>,
    failure_code: Option<String>,
    failure_message: Option<&'static str>,
    expired_at: Option<Timestamp>,
    expired: bool,
}

impl Ends {
    fn of(charge: &Charge, now: Timestamp) -> Self {
        // As recorded, `expired_at` has the value of `expires_at` once that has passed, even for a paid charge.
        let passed = (charge.expires_at <= now).then_some(charge.expires_at);
        match &charge.ending {
            None => Self::default(),
            Some(Ending::Paid { at, transaction }) => Self {
                transaction: Some(transaction.clone()),
                paid_at: Some(*at),
                expired_at: passed,
                ..Self::default()
            },
            Some(Ending::Failed { code, .. }) => Self {
                failure_code: Some(code.to_string()),
                failure_message: Some(message_of(code)),
                expired_at: passed,
                // As recorded for failed charges that were read later.
                expired: passed.is_some(),
                ..Self::default()
            },
            Some(Ending::Expired { at }) => Self { expired_at: Some(*at), expired: true, ..Self::default() },
        }
    }
}

struct FeesOf {
    fee: i64,
    vat: i64,
    vat_rate: &'static str,
}

impl FeesOf {
    /// Computes the fees of an amount within KakaoPay's limits, rounded to the nearest minor unit.
    fn new(amount: i64, currency: Currency) -> Self {
        let fee = amount.saturating_mul(FEE_PERMILLE).saturating_add(500) / 1_000;
        if currency == Currency::THB {
            let vat = fee.saturating_mul(THAI_VAT_PERCENT).saturating_add(50) / 100;
            Self { fee, vat, vat_rate: "7.0" }
        } else {
            Self { fee, vat: 0, vat_rate: "0.0" }
        }
    }
}

/// Returns the service's failure message. Only the first is recorded; the others are ours.
fn message_of(code: &kakaopay_types::FailureCode) -> &'static str {
    use kakaopay_types::FailureCode;
    match code {
        FailureCode::InsufficientFund => {
            "insufficient funds in the account or the card has reached the credit limit"
        }
        FailureCode::PaymentExpired => "payment expired",
        FailureCode::PaymentRejected => "payment rejected",
        FailureCode::InvalidAccount => "no valid account was found for the payment method",
        _ => "payment processing failed",
    }
}

/// Returns the first page of the charge's refunds.
fn refunds(charge: &Charge, location: &str, now: Timestamp) -> ListObject<RefundObject> {
    let limit = 20;
    ListObject {
        object: "list",
        data: charge.refunds.iter().take(limit).map(RefundObject::of).collect(),
        limit,
        offset: 0,
        total: charge.refunds.len(),
        location: format!("{location}/refunds"),
        order: "chronological",
        from: Timestamp::UNIX_EPOCH,
        to: now.truncate_to_seconds(),
    }
}
