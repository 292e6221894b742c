//! Schemas of charges and transactions.

use kakaopay_types::FailureCode;

use super::source::{CURRENCIES, STATUSES};
use crate::openapi::schema::builder::{
    Kind, address, always, any_of, anything, id, moment, named, null, object, one_of, or_null, text,
    text_like, truth, whole, with, with_description,
};

pub(super) fn schemas() -> Vec<(&'static str, Kind)> {
    vec![
        ("Charge", charge()),
        ("TransactionFees", transaction_fees()),
        ("PlatformFee", platform_fee()),
        ("Transaction", transaction()),
    ]
}

/// Schema of the guide's failure codes.
pub(super) fn failure_codes() -> Kind {
    one_of(FailureCode::KNOWN.iter().map(FailureCode::as_str))
}

fn charge() -> Kind {
    let transaction = any_of([null(), id("trxn"), named("Transaction")]);
    let transaction =
        with_description(transaction, "`null` until it is paid; the transaction itself with `expand`.");
    let charge = object(
        "A payment.",
        [
            ("object", one_of(["charge"])),
            ("id", id("chrg")),
            ("location", text()),
            ("amount", with_description(whole(0), "Minor units, as all amounts.")),
            ("net", whole(0)),
            ("fee", whole(0)),
            ("fee_vat", whole(0)),
            ("interest", whole(0)),
            ("interest_vat", whole(0)),
            ("funding_amount", whole(0)),
            ("refunded_amount", whole(0)),
            ("transaction_fees", named("TransactionFees")),
            ("platform_fee", named("PlatformFee")),
            ("currency", one_of(CURRENCIES)),
            ("funding_currency", one_of(CURRENCIES)),
            ("ip", or_null(text())),
            ("refunds", named("RefundList")),
            ("link", null()),
            ("description", or_null(text())),
            ("metadata", anything()),
            ("card", null()),
            ("source", named("Source")),
            ("schedule", null()),
            ("customer", null()),
            ("dispute", null()),
            ("transaction", transaction),
            ("failure_code", or_null(failure_codes())),
            ("failure_message", or_null(text())),
            ("status", one_of(STATUSES)),
            ("authorize_uri", with_description(address(), "Page where the buyer pays.")),
            ("return_uri", with_description(text(), "As given in the request.")),
            ("created_at", moment()),
            ("paid_at", or_null(moment())),
            ("expires_at", moment()),
            ("expired_at", or_null(moment())),
            ("reversed_at", null()),
        ],
    );
    with(charge, states())
}

/// Members that describe the status of a charge.
fn states() -> [(&'static str, Kind); 15] {
    [
        ("zero_interest_installments", always(false)),
        ("branch", null()),
        ("terminal", null()),
        ("device", null()),
        ("authorized", truth()),
        ("capturable", always(false)),
        ("capture", always(true)),
        ("disputable", truth()),
        ("livemode", always(false)),
        ("refundable", truth()),
        ("reversed", always(false)),
        ("reversible", always(false)),
        ("voided", truth()),
        ("paid", truth()),
        ("expired", truth()),
    ]
}

fn transaction_fees() -> Kind {
    let rate = || text_like(r"^[0-9]+\.[0-9]+$");
    object("Rates as decimal text.", [("fee_flat", rate()), ("fee_rate", rate()), ("vat_rate", rate())])
}

fn platform_fee() -> Kind {
    object("Always empty for KakaoPay.", [("fixed", null()), ("amount", null()), ("percentage", null())])
}

fn transaction() -> Kind {
    object(
        "Net amount of a paid charge.",
        [
            ("object", one_of(["transaction"])),
            ("id", id("trxn")),
            ("location", text()),
            ("currency", one_of(CURRENCIES)),
            ("amount", whole(0)),
            ("direction", one_of(["credit"])),
            ("key", one_of(["charge.captured.net"])),
            ("origin", id("chrg")),
            ("transferable_at", moment()),
            ("created_at", moment()),
        ],
    )
}
