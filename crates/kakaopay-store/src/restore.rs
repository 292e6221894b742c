//! Opens a backup for use.

use std::time::Duration;

use crate::error::StoreError;
use crate::row::{Row, RowKind};
use crate::setting::Setting;
use crate::store::Store;

/// The text of [`Setting::Closed`] in a backup.
pub const BACKUP: &str = "it is a backup: restore it first, which compares it with the service";

/// Opens a store that was made from an older copy, and marks it as suspect: until all that the service has was
/// compared with it, each new order is looked for before a charge is created. Its jobs are due at once. Idempotent.
///
/// Call it once for each backup that is put into use, before any process opens it, and stop every process that uses
/// the copy it replaces: two live copies of one store are not supported.
///
/// # Errors
/// Any error of the store: call it again.
pub async fn restore(store: &impl Store) -> Result<(), StoreError> {
    // The mark first, so that no process opens the store without it.
    if store.setting(Setting::Suspect).await?.is_none() {
        store.change_setting(Setting::Suspect, None, Some("restored from a backup")).await?;
    }
    // The next reconciliation, which ends the suspicion, is not waited for.
    for (_, row) in store.rows(RowKind::Job, 0, usize::MAX).await? {
        if let Row::Job { name, .. } = row {
            store.reschedule_job(&name, Duration::ZERO).await?;
        }
    }
    store.change_setting(Setting::Closed, Some(BACKUP), None).await.map(drop)
}
