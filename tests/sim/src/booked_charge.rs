//! A charge as the service's book has it.

use std::borrow::Cow;

use kakaopay_types::Timestamp;
use serde::Deserialize;

use crate::service::RETURN_URI;

/// A charge as the service's book has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookedCharge {
    /// Its id.
    pub id: String,
    /// The order that it was made for, which its return address names. The service changes it never.
    pub order: Option<String>,
    /// The store that it was made for, which its return address names too.
    pub store: Option<String>,
    /// The order that its metadata names.
    pub named: Option<String>,
    /// The status.
    pub status: String,
    /// The amount in minor units.
    pub amount: i64,
    /// Its refunds: the reference in the metadata, and the amount.
    pub refunds: Vec<(Option<String>, i64)>,
    /// Where the buyer pays.
    pub authorize_uri: String,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// When it expires unless it is paid, in milliseconds since 1970.
    pub expires_at: i64,
}

#[derive(Deserialize)]
struct Charges<'a> {
    total: usize,
    #[serde(borrow)]
    data: Vec<Charge<'a>>,
}

#[derive(Deserialize)]
struct Charge<'a> {
    id: String,
    status: String,
    amount: i64,
    #[serde(default)]
    authorize_uri: Option<String>,
    expires_at: Timestamp,
    paid_at: Option<Timestamp>,
    #[serde(borrow)]
    return_uri: Cow<'a, str>,
    metadata: Metadata,
    refunds: Refunds,
}

#[derive(Deserialize)]
struct Metadata {
    kakaopay_reference: Option<String>,
}

#[derive(Deserialize)]
struct Refunds {
    data: Vec<Refund>,
}

#[derive(Deserialize)]
struct Refund {
    amount: i64,
    metadata: Metadata,
}

impl BookedCharge {
    /// The charges of a list that shows all of them.
    ///
    /// # Panics
    /// If it is no such list.
    #[must_use]
    pub fn all(list: &[u8]) -> Vec<Self> {
        let list: Charges<'_> = serde_json::from_slice(list).expect("a list of charges");
        assert_eq!(list.total, list.data.len(), "more than a page");
        list.data.into_iter().map(Self::of).collect()
    }

    fn of(charge: Charge<'_>) -> Self {
        // `order/attempt`.
        let named = charge.metadata.kakaopay_reference;
        let named = named.and_then(|name| name.rsplit_once('/').map(|(order, _)| order.to_owned()));
        let made_for = charge.return_uri.strip_prefix(RETURN_URI);
        let made_for = made_for.and_then(|made_for| made_for.split_once("&store="));
        let (order, store) = made_for.map(|(order, store)| (order.to_owned(), store.to_owned())).unzip();
        let refunds = charge.refunds.data.into_iter();
        Self {
            id: charge.id,
            order,
            store,
            named,
            status: charge.status,
            amount: charge.amount,
            refunds: refunds.map(|refund| (refund.metadata.kakaopay_reference, refund.amount)).collect(),
            authorize_uri: charge.authorize_uri.unwrap_or_default(),
            paid_at: charge.paid_at,
            expires_at: charge.expires_at.unix_millis(),
        }
    }

    /// Whether it is paid, and not all of its money went back.
    #[must_use]
    pub fn has_money(&self) -> bool {
        self.status == "successful" && self.refunded() < self.amount
    }

    /// The sum of its refunds.
    #[must_use]
    pub fn refunded(&self) -> i64 {
        self.refunds.iter().map(|(_, amount)| amount).sum()
    }
}
