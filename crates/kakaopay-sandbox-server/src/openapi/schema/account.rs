//! The schemas of the account, of what it can do, of its webhook secrets, and of refusals.

use super::source::CURRENCIES;
use crate::openapi::schema::builder::{
    Kind, always, empty, id, list, moment, named, null, object, one_of, or_null, said, text, text_like, whole,
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

/// The versions of the API.
pub(super) fn versions() -> Kind {
    one_of(ApiVersion::ALL.map(ApiVersion::as_str))
}

fn account() -> Kind {
    object(
        "The account, which takes KakaoPay and nothing else.",
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
            ("api_version", said(versions(), "The version in which its events are written.")),
            ("auto_activate_recipients", always(false)),
            ("chain_enabled", always(false)),
            ("zero_interest_installments", always(false)),
            ("chain_return_uri", null()),
            ("webhook_uri", said(or_null(text()), "Where events are posted to.")),
            ("metadata_export_keys", named("MetadataExportKeys")),
            ("chaining_allowed", always(false)),
            ("last_updated_api_version", text_like("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")),
        ],
    )
}

fn metadata_export_keys() -> Kind {
    object(
        "No metadata is exported.",
        [("charge", empty()), ("transfer", empty()), ("refund", empty()), ("dispute", empty())],
    )
}

fn capability() -> Kind {
    let range = || object("In minor units.", [("max", whole(0)), ("min", whole(0))]);
    let limits = object(
        "The account's general limits; KakaoPay's own are narrower.",
        [
            ("charge_amount", range()),
            ("transfer_amount", range()),
            ("installment_amount", object("In minor units.", [("min", whole(0))])),
        ],
    );
    object(
        "What the account can do.",
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
        "What webhooks are signed with.",
        [
            ("object", one_of(["webhook_secret"])),
            ("id", id("whsec")),
            ("livemode", always(false)),
            ("secret", said(or_null(text()), "In base64. It is told once, when it is made.")),
            ("created_at", moment()),
            ("expires_at", said(or_null(moment()), "When it stops signing; `null` for the newest.")),
        ],
    )
}
