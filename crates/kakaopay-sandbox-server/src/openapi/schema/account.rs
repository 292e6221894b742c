//! Schemas of the account, capability, webhook secrets and errors.

use super::source::CURRENCIES;
use crate::openapi::schema::builder::{
    Kind, always, empty, id, list, moment, named, null, object, one_of, or_null, text, text_like, whole,
    with_description,
};
use kakaopay_types::ApiVersion;

pub(super) fn schemas() -> Vec<(&'static str, Kind)> {
    vec![
        ("Account", account()),
        ("MetadataExportKeys", metadata_export_keys()),
        ("Capability", capability()),
        ("PaymentMethod", payment_method()),
        ("IssuedSecret", webhook_secret()),
    ]
}

/// Schema of API versions.
pub(super) fn versions() -> Kind {
    one_of(ApiVersion::ALL.map(ApiVersion::as_str))
}

fn account() -> Kind {
    object(
        "An account that accepts only KakaoPay.",
        [
            ("object", one_of(["account"])),
            ("id", id("account")),
            ("team", text_like("^acct_[0-9a-z]+$")),
            ("livemode", always(false)),
            ("location", text()),
            ("country", text_like("^[A-Z]{2}$")),
            ("currency", one_of(CURRENCIES)),
            ("email", text()),
            ("created_at", moment()),
            ("supported_currencies", list(one_of(CURRENCIES))),
            ("api_version", with_description(versions(), "API version of its events.")),
            ("auto_activate_recipients", always(false)),
            ("chain_enabled", always(false)),
            ("zero_interest_installments", always(false)),
            ("chain_return_uri", null()),
            ("webhook_uri", with_description(or_null(text()), "Webhook endpoint.")),
            ("metadata_export_keys", named("MetadataExportKeys")),
            ("chaining_allowed", always(false)),
            ("last_updated_api_version", text_like("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")),
        ],
    )
}

fn metadata_export_keys() -> Kind {
    object(
        "Metadata is not exported.",
        [("charge", empty()), ("transfer", empty()), ("refund", empty()), ("dispute", empty())],
    )
}

fn capability() -> Kind {
    let range = || object("Amounts in minor units.", [("max", whole(0)), ("min", whole(0))]);
    let limits = object(
        "General limits of the account. KakaoPay's own limits are narrower.",
        [
            ("charge_amount", range()),
            ("transfer_amount", range()),
            ("installment_amount", object("Amounts in minor units.", [("min", whole(0))])),
        ],
    );
    object(
        "Payment methods of the account.",
        [
            ("object", one_of(["capability"])),
            ("location", text()),
            ("banks", empty()),
            ("limits", limits),
            ("payment_methods", list(named("PaymentMethod"))),
            ("country", text_like("^[A-Z]{2}$")),
            ("tokenization_methods", empty()),
            ("zero_interest_installments", always(false)),
        ],
    )
}

fn payment_method() -> Kind {
    object(
        "KakaoPay.",
        [
            ("object", one_of(["payment_method"])),
            ("name", one_of(["kakaopay"])),
            ("currencies", list(one_of(CURRENCIES))),
            ("card_brands", null()),
            ("installment_terms", null()),
            ("loan_installment_terms", null()),
            ("banks", empty()),
            ("provider", null()),
        ],
    )
}

fn webhook_secret() -> Kind {
    object(
        "A secret that signs webhooks.",
        [
            ("object", one_of(["webhook_secret"])),
            ("id", id("whsec")),
            ("livemode", always(false)),
            (
                "secret",
                with_description(or_null(text()), "Base64. Only the response to its creation contains it."),
            ),
            ("created_at", moment()),
            (
                "expires_at",
                with_description(or_null(moment()), "Time at which it stops signing; `null` for the newest."),
            ),
        ],
    )
}
