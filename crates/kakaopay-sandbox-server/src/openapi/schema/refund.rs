//! The schema of refunds.

use super::source::CURRENCIES;
use crate::openapi::schema::builder::{
    Kind, always, any_of, anything, id, moment, named, null, object, one_of, said, text, truth, whole,
};

pub(super) fn schemas() -> Vec<(&'static str, Kind)> {
    vec![("Refund", refund())]
}

fn refund() -> Kind {
    let charge = any_of([id("chrg"), named("Charge")]);
    object(
        "Money that went back.",
        [
            ("object", one_of(["refund"])),
            ("id", id("rfnd")),
            ("location", text()),
            ("livemode", always(false)),
            ("voided", truth()),
            ("currency", one_of(CURRENCIES)),
            ("amount", whole(1)),
            ("metadata", anything()),
            ("charge", said(charge, "The object itself if asked for with `expand`.")),
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
