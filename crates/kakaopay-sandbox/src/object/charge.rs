//! The charge object, in the guide's members and order.

use kakaopay_types::{ChargeId, Currency, RefundWindow, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Link, ListObject, RefundObject, SourceObject, TransactionObject};
use crate::state::{Charge, Ending, Source};

/// Omise's fee in the guide's example: 2.9 %, in tenths of a percent.
const FEE_PERMILLE: i64 = 29;
/// The tax on the fee of a Thai account, in percent.
const THAI_VAT_PERCENT: i64 = 7;

/// A member that is always `null` for KakaoPay.
pub(super) type Null = ();

/// The charge object, in the guide's members and order.
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
    /// What names it in its `authorize_uri`; the older shape tells it as its `reference`.
    #[serde(skip)]
    pub(super) payment: String,
}

/// Rates as decimal text.
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
    /// A charge as it is read at a moment.
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

    /// The same with its transaction in it, as `expand` asks for. Of the other members that can be expanded
    /// KakaoPay has none.
    pub(crate) fn expanded(mut self) -> Self {
        let transaction = self.transaction();
        if let (Some(link), Some(transaction)) = (&mut self.transaction, transaction) {
            link.expand(transaction);
        }
        self
    }

    /// What it brought in; `None` when it was not paid.
    pub(crate) fn transaction(&self) -> Option<TransactionObject> {
        let (link, paid_at) = (self.transaction.as_ref()?, self.paid_at?);
        Some(TransactionObject::net(link.id(), self.id.as_str(), self.net, self.currency, paid_at))
    }
}

/// The members that tell how a charge ended.
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
        // As recorded: once `expires_at` has passed it stands in `expired_at` too, even of a charge
        // that was paid.
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
                // As recorded of failed charges that were read later.
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
    /// The fees of an amount inside KakaoPay's limits, rounded to the nearest minor unit.
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

/// What the service says to people about a failure. Except for the first the wording is ours.
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

/// The first refunds, as many as a page of their own list has.
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
