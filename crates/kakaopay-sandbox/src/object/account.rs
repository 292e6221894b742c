//! The account object.

use kakaopay_types::{Currency, Timestamp};
use serde::Serialize;

use crate::state::Account;

/// The account object, with the members and order of a recorded one. A sandbox has no payouts, so their settings
/// are missing.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct AccountObject {
    pub(super) object: &'static str,
    pub(super) id: String,
    team: String,
    livemode: bool,
    location: &'static str,
    country: &'static str,
    currency: Currency,
    pub(super) email: &'static str,
    pub(super) created_at: Timestamp,
    supported_currencies: [Currency; 2],
    api_version: &'static str,
    auto_activate_recipients: bool,
    chain_enabled: bool,
    zero_interest_installments: bool,
    chain_return_uri: (),
    webhook_uri: Option<String>,
    metadata_export_keys: MetadataExportKeys,
    chaining_allowed: bool,
    last_updated_api_version: String,
}

/// Exported metadata keys: none.
#[derive(Debug, Clone, Default, Serialize)]
struct MetadataExportKeys {
    charge: [(); 0],
    transfer: [(); 0],
    refund: [(); 0],
    dispute: [(); 0],
}

impl AccountObject {
    /// Builds the object. A real account has one of KakaoPay's two currencies; this one accepts both, so that shops in
    /// either country can be tested.
    pub(crate) fn of(account: &Account) -> Self {
        let day = account.version_since.to_string();
        Self {
            object: "account",
            id: account.id.clone(),
            team: account.team.clone(),
            livemode: false,
            location: "/account",
            country: "SG",
            currency: Currency::SGD,
            email: "sandbox@example.com",
            created_at: account.created_at,
            supported_currencies: [Currency::SGD, Currency::THB],
            api_version: account.version.as_str(),
            auto_activate_recipients: false,
            chain_enabled: false,
            zero_interest_installments: false,
            chain_return_uri: (),
            webhook_uri: account.webhook_url.as_ref().map(ToString::to_string),
            metadata_export_keys: MetadataExportKeys::default(),
            chaining_allowed: false,
            last_updated_api_version: day.split('T').next().unwrap_or_default().to_owned(),
        }
    }
}
