//! Snapshots: a payment's model in its stored format, which shortens the replay of its journal.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use kakaopay_types::{ChargeId, Money, Reference, RefundId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::alert::Alert;
use crate::error::ReplayError;
use crate::journal::stored_intent::StoredIntent;
use crate::journal::versioning;
use crate::state::acknowledgement::Acknowledgement;
use crate::state::cancellation::Cancellation;
use crate::state::duplicate_charge::DuplicateCharge;
use crate::state::earlier_attempts::EarlierAttempts;
use crate::state::late_charge::LateCharge;
use crate::state::lifecycle::State;
use crate::state::look_up::LookUp;
use crate::state::model::Model;
use crate::state::refund::RefundProcess;

#[derive(Serialize, Deserialize)]
struct Stored {
    v: u32,
    /// The sequence number of the last entry in it.
    seq: u64,
    opened_at: Timestamp,
    intent: StoredIntent,
    state: State,
    alerts: BTreeSet<Alert>,
    acknowledged: Vec<Acknowledgement>,
    alert_counts: BTreeMap<String, u32>,
    attempts: NonZeroU32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<EarlierAttempts>,
    #[serde(default, skip_serializing_if = "Cancellation::is_none")]
    cancel: Cancellation,
    resumed_after: u32,
    learned_paid_at: Option<Timestamp>,
    duplicates: BTreeMap<ChargeId, DuplicateCharge>,
    search: Option<LookUp>,
    refunds: BTreeMap<Reference, RefundProcess>,
    late: BTreeMap<ChargeId, LateCharge>,
    elsewhere: BTreeMap<RefundId, (ChargeId, Money)>,
    #[serde(default, skip_serializing_if = "is_never")]
    pruned_at: u64,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    settled: BTreeSet<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_never(pruned_at: &u64) -> bool {
    *pruned_at == 0
}

/// Encodes the model.
pub(crate) fn to_bytes(model: &Model) -> Vec<u8> {
    let model = model.clone();
    let stored = Stored {
        v: versioning::VERSION,
        seq: model.seq,
        opened_at: model.opened_at,
        intent: model.intent.into(),
        state: model.state,
        alerts: model.alerts,
        acknowledged: model.acknowledged,
        alert_counts: model.alert_counts,
        attempts: model.attempts,
        earlier: model.earlier,
        cancel: model.cancel,
        resumed_after: model.resumed_after,
        learned_paid_at: model.learned_paid_at,
        duplicates: model.duplicates,
        search: model.search,
        refunds: model.refunds,
        late: model.late,
        elsewhere: model.elsewhere,
        pruned_at: model.pruned_at,
        settled: model.settled,
    };
    // Plain data with string keys, which JSON can always encode.
    serde_json::to_vec(&stored).unwrap_or_default()
}

/// Decodes a model.
pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Model, ReplayError> {
    let stored: Stored = versioning::read(bytes, versioning::SNAPSHOT_UPGRADES, 0)?;
    let model = Model {
        seq: stored.seq,
        intent: stored.intent.into(),
        opened_at: stored.opened_at,
        state: stored.state,
        alerts: stored.alerts,
        acknowledged: stored.acknowledged,
        alert_counts: stored.alert_counts,
        attempts: stored.attempts,
        earlier: stored.earlier,
        cancel: stored.cancel,
        resumed_after: stored.resumed_after,
        learned_paid_at: stored.learned_paid_at,
        duplicates: stored.duplicates,
        search: stored.search,
        refunds: stored.refunds,
        late: stored.late,
        elsewhere: stored.elsewhere,
        pruned_at: stored.pruned_at,
        settled: stored.settled,
    };
    if model.refunds.values().all(|refund| model.is_in_currency(refund)) {
        Ok(model)
    } else {
        Err(ReplayError::Unreadable { seq: 0 })
    }
}
