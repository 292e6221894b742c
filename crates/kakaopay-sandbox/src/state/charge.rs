//! Stored state of a charge.

use std::sync::Arc;

use kakaopay_types::{ChargeId, Currency, FailureCode, SourceId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Refund;
use super::records::Named;

/// A stored charge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Charge {
    pub(crate) id: ChargeId,
    /// Payment identifier in its `authorize_uri`.
    pub(crate) payment: String,
    /// Origin of its `authorize_uri`.
    pub(crate) origin: String,
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
    pub(crate) source: SourceId,
    pub(crate) return_uri: String,
    pub(crate) description: Option<String>,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) ip: Option<String>,
    /// Webhook endpoints of the charge; if empty, the account's endpoint is used.
    pub(crate) webhook_endpoints: Vec<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// Time of a delayed approval.
    pub(crate) approval: Option<Timestamp>,
    pub(crate) ending: Option<Ending>,
    /// Refunds in the order of creation.
    pub(crate) refunds: Vec<Refund>,
}

/// The end of a charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Ending {
    Paid { at: Timestamp, transaction: String },
    Failed { code: FailureCode, at: Timestamp },
    Expired { at: Timestamp },
}

impl Charge {
    pub(crate) fn authorize_uri(&self) -> String {
        format!("{}/payments/{}/authorize", self.origin, self.payment)
    }

    /// Page in the buyer's wallet that the QR code opens.
    pub(crate) fn summary_uri(&self) -> String {
        format!("{}/payments/{}/summary", self.origin, self.payment)
    }

    /// Refunded amount in minor units.
    pub(crate) fn refunded(&self) -> i64 {
        self.refunds.iter().fold(0, |sum, refund| sum.saturating_add(refund.amount))
    }

    pub(crate) fn status(&self) -> &'static str {
        match &self.ending {
            None => "pending",
            Some(Ending::Paid { .. }) => "successful",
            Some(Ending::Failed { .. }) => "failed",
            Some(Ending::Expired { .. }) => "expired",
        }
    }
}

impl Named for Arc<Charge> {
    fn name(&self) -> &str {
        self.id.as_str()
    }
}
