//! Schema of refunds.

use super::source::CURRENCIES;
use crate::openapi::schema::builder::{
    Kind, always, any_of, anything, id, moment, named, null, object, one_of, text, truth, whole,
    with_description,
};

pub(super) fn schemas() -> Vec<(&'static str, Kind)> {
    vec![("Refund", refund())]
}

fn refund() -> Kind {
    let charge = any_of([id("chrg"), named("Charge")]);
    object(
        "A refund of a charge.",
        [
            ("object", one_of(["refund"])),
            ("id", id("rfnd")),
            ("location", text()),
            ("livemode", always(false)),
            ("voided", truth()),
            ("currency", one_of(CURRENCIES)),
            ("amount", whole(1)),
            ("metadata", anything()),
            ("charge", with_description(charge, "Id of the charge, or the charge itself with `expand`.")),
            ("capture", null()),
            ("terminal", null()),
            ("transaction", id("trxn")),
            ("status", one_of(["closed"])),
            ("funding_amount", whole(1)),
            ("funding_currency", one_of(CURRENCIES)),
            ("created_at", moment()),
            ("acquirer_reference_number", null()),
            ("approval_code", null()),
        ],
    )
}
