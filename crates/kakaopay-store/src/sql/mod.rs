//! Internal to the SQL stores of this workspace: column conversions, the journal check and the list of migrations.
//!
//! Not part of the public API: it changes without notice.

mod convert;
mod journal;
mod migration;
mod readable;
mod row_checksum;

pub use crate::highest_time::{HighestTime, SoFar};
pub use crate::term::{SET_BACK_TERM, term_millis, time_until};
pub use convert::{
    claim_of, claim_value, corrupt, event_of, failures_of, lane_value, limit_value, reference_of, seq_of,
    seq_value, timestamp_of,
};
pub use journal::{EntryKind, check_journal};
pub use migration::{AppliedMigration, Migration, check_applied, check_newest, checksum, newest, pending};
pub use readable::readable;
pub use row_checksum::{check_row, event_checksum, message_checksum, row_checksum};
