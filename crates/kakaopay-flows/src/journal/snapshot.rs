//! A payment as a whole, stored so that its journal need not be read from the beginning.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use kakaopay_types::{ChargeId, Reference, Timestamp};
use serde::{Deserialize, Serialize};

use crate::attention::Attention;
use crate::error::ReplayError;
use crate::journal::record::StoredIntent;
use crate::journal::versioning;
use crate::state::duplicate_charge::Other;
use crate::state::lifecycle::State;
use crate::state::model::Model;
use crate::state::refund::Refund;

#[derive(Serialize, Deserialize)]
struct Stored {
    v: u32,
    /// The last entry that is in it.
    seq: u64,
    opened_at: Timestamp,
    intent: StoredIntent,
    state: State,
    attentions: BTreeSet<Attention>,
    noted: BTreeMap<String, u32>,
    attempts: NonZeroU32,
    resumed_after: u32,
    settled_at: Option<Timestamp>,
    others: BTreeMap<ChargeId, Other>,
    search: Option<Timestamp>,
    refunds: BTreeMap<Reference, Refund>,
}

/// The bytes of what is known after an entry.
pub(crate) fn to_bytes(model: &Model, seq: u64) -> Vec<u8> {
    let model = model.clone();
    let stored = Stored {
        v: versioning::VERSION,
        seq,
        opened_at: model.opened_at,
        intent: model.intent.into(),
        state: model.state,
        attentions: model.attentions,
        noted: model.noted,
        attempts: model.attempts,
        resumed_after: model.resumed_after,
        settled_at: model.settled_at,
        others: model.others,
        search: model.search,
        refunds: model.refunds,
    };
    // Plain data with text keys, which JSON can always express.
    serde_json::to_vec(&stored).unwrap_or_default()
}

/// What is known, and after which entry.
pub(crate) fn from_bytes(bytes: &[u8]) -> Result<(Model, u64), ReplayError> {
    let stored: Stored = versioning::read(bytes, versioning::SNAPSHOT_UPGRADES, 0)?;
    let model = Model {
        intent: stored.intent.into(),
        opened_at: stored.opened_at,
        state: stored.state,
        attentions: stored.attentions,
        noted: stored.noted,
        attempts: stored.attempts,
        resumed_after: stored.resumed_after,
        settled_at: stored.settled_at,
        others: stored.others,
        search: stored.search,
        refunds: stored.refunds,
    };
    Ok((model, stored.seq))
}
