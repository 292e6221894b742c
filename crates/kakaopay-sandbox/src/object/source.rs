//! The source object, with the guide's members in the guide's order.

use kakaopay_types::{Currency, PlatformType, SourceId, Timestamp};
use serde::Serialize;

use crate::state::Source;

/// Member that is always `null` for KakaoPay.
type Null = ();
/// Member that is always an empty list for KakaoPay.
type Empty = [(); 0];

/// The source object, with the guide's members in the guide's order.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SourceObject {
    pub(super) object: &'static str,
    pub(super) id: SourceId,
    livemode: bool,
    location: String,
    pub(super) amount: i64,
    barcode: Null,
    bank: Null,
    created_at: Timestamp,
    pub(super) currency: Currency,
    email: Null,
    pub(super) flow: &'static str,
    installment_term: Null,
    absorption_type: Null,
    name: Null,
    mobile_number: Null,
    phone_number: Null,
    platform_type: Option<PlatformType>,
    scannable_code: Null,
    billing: Null,
    shipping: Null,
    items: Empty,
    references: Null,
    store_id: Null,
    store_name: Null,
    terminal_id: Null,
    pub(super) r#type: &'static str,
    zero_interest_installments: Null,
    charge_status: &'static str,
    receipt_amount: Null,
    discounts: Empty,
}

impl SourceObject {
    /// Builds the object with the status of its charge, or `unknown` without a charge.
    pub(crate) fn of(source: &Source, charge_status: &'static str) -> Self {
        Self {
            object: "source",
            id: source.id.clone(),
            livemode: false,
            location: format!("/sources/{}", source.id),
            amount: source.amount,
            barcode: (),
            bank: (),
            created_at: source.created_at,
            currency: source.currency,
            email: (),
            flow: "app_redirect",
            installment_term: (),
            absorption_type: (),
            name: (),
            mobile_number: (),
            phone_number: (),
            platform_type: source.platform_type.clone(),
            scannable_code: (),
            billing: (),
            shipping: (),
            items: [],
            references: (),
            store_id: (),
            store_name: (),
            terminal_id: (),
            r#type: "kakaopay",
            zero_interest_installments: (),
            charge_status,
            receipt_amount: (),
            discounts: [],
        }
    }
}
