//! Schema of sources.

use crate::openapi::schema::builder::{
    Kind, always, empty, id, moment, null, object, one_of, or_null, text, whole,
};

/// KakaoPay's currencies.
pub(super) const CURRENCIES: [&str; 2] = ["SGD", "THB"];
/// The buyer's platforms, as in responses.
pub(super) const PLATFORMS: [&str; 3] = ["WEB", "IOS", "ANDROID"];
/// Statuses of a charge.
pub(super) const STATUSES: [&str; 4] = ["pending", "successful", "failed", "expired"];

pub(super) fn schemas() -> Vec<(&'static str, Kind)> {
    vec![("Source", source())]
}

fn source() -> Kind {
    let charge_status = one_of(STATUSES.into_iter().chain(["unknown"]));
    object(
        "A source for one KakaoPay payment.",
        [
            ("object", one_of(["source"])),
            ("id", id("src")),
            ("livemode", always(false)),
            ("location", text()),
            ("amount", whole(0)),
            ("barcode", null()),
            ("bank", null()),
            ("created_at", moment()),
            ("currency", one_of(CURRENCIES)),
            ("email", null()),
            ("flow", one_of(["app_redirect"])),
            ("installment_term", null()),
            ("absorption_type", null()),
            ("name", null()),
            ("mobile_number", null()),
            ("phone_number", null()),
            ("platform_type", or_null(one_of(PLATFORMS))),
            ("scannable_code", null()),
            ("billing", null()),
            ("shipping", null()),
            ("items", empty()),
            ("references", null()),
            ("store_id", null()),
            ("store_name", null()),
            ("terminal_id", null()),
            ("type", one_of(["kakaopay"])),
            ("zero_interest_installments", null()),
            ("charge_status", charge_status),
            ("receipt_amount", null()),
            ("discounts", empty()),
        ],
    )
}
