//! Moves a whole store into another.

use std::hash::{DefaultHasher, Hash, Hasher};

use futures_util::{StreamExt, TryStreamExt, stream};
use kakaopay_types::Reference;
use thiserror::Error;

use crate::commit::{Commit, Seq};
use crate::error::{StoreError, StoreErrorKind};
use crate::row::{MessageState, Row, RowKind, StoredMessage};
use crate::setting::Setting;
use crate::store::Store;

/// The text of [`Setting::Closed`] in a store whose copy was begun and has not ended, before the id that its target was
/// made with: of two copies at once, only the later one ends.
const COPYING: &str = "a copy of it was begun and has not ended: copy it again, into an empty store";
/// The text of [`Setting::Closed`] in a store whose payments have moved.
const MOVED: &str = "its payments have moved to another store, which has the same id: use that one, and if it is \
                     closed, copy with the same two stores again";
/// The text of [`Setting::Closed`] in a store that does not have all rows of its source, or was not opened yet.
const INCOMPLETE: &str = "it is a copy that has not ended: copy the store again, into another empty one, or into this \
                          one if the source says that its payments have moved";

/// Rows read at a time.
const PAGE: usize = 500;
/// Payments copied at a time. A store commits several in one.
const AT_ONCE: usize = 32;

/// Result of [`copy`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CopyReport {
    /// References that were copied, also those without entries.
    pub payments: u64,
    /// Webhook events.
    pub events: u64,
    /// Messages for the merchant.
    pub messages: u64,
}

/// Why a store was not copied. The source is as it was, unless a message says otherwise.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CopyError {
    /// A store failed.
    #[error("a store failed; copy again, into an empty store")]
    Store(#[source] StoreError),
    /// A row of the source is damaged.
    #[error("the source is damaged: verify it, and restore a backup of it")]
    Damaged(#[source] StoreError),
    /// Everything was copied, and a store failed before the target was opened. The source is closed.
    #[error("everything was copied, but the target is not opened yet: copy with the same two stores again")]
    NotOpened(#[source] StoreError),
    /// The source is closed.
    #[error("the source is closed: {why}")]
    Closed {
        /// Why, and what to do.
        why: String,
    },
    /// The target has rows or settings of its own.
    #[error("the target is not a new, empty store: copy into one that was never used")]
    NotEmpty,
    /// The source changed meanwhile, so that the target lacks something.
    #[error(
        "a process changed the source while it was copied: stop all of them, and copy again, into an empty store"
    )]
    Changed,
}

/// Moves everything that a store has into a new, empty store of any kind: payments, messages, webhooks, jobs and
/// settings, the identity among them. The source is closed, and refused by all that drives it, so that there are never
/// two live copies.
///
/// Stop every process that uses the source before. A copy that was cut off is begun again, into another empty store;
/// only its very last step is repeated with the same two.
///
/// # Errors
/// [`CopyError`].
pub async fn copy(from: &impl Store, to: &impl Store) -> Result<CopyReport, CopyError> {
    let closed = from.setting(Setting::Closed).await?;
    match closed.as_deref() {
        None => {}
        Some(why) if why.starts_with(COPYING) => {}
        Some(MOVED) if is_copy_of(from, to).await? => {
            open(to).await?;
            return Ok(fingerprint(to).await?.1);
        }
        Some(why) => return Err(CopyError::Closed { why: why.to_owned() }),
    }
    if !is_new(to).await? || !to.change_setting(Setting::Closed, None, Some(INCOMPLETE)).await? {
        return Err(CopyError::NotEmpty);
    }
    let copying = format!("{COPYING} ({})", to.setting(Setting::StoreId).await?.unwrap_or_default());
    if !from.change_setting(Setting::Closed, closed.as_deref(), Some(&copying)).await? {
        return Err(CopyError::Changed);
    }
    match fill(from, to).await {
        Ok(report) => {
            let moved = from.change_setting(Setting::Closed, Some(&copying), Some(MOVED)).await;
            // Another copy was begun since, whose target is the one to use.
            if !moved.map_err(CopyError::NotOpened)? {
                return Err(CopyError::Changed);
            }
            open(to).await?;
            Ok(report)
        }
        Err(error) => {
            // The source has everything, and is used on, unless another copy was begun since.
            from.change_setting(Setting::Closed, Some(&copying), None).await?;
            Err(error)
        }
    }
}

/// Lets a complete copy be used.
async fn open(to: &impl Store) -> Result<(), CopyError> {
    let opened = to.change_setting(Setting::Closed, Some(INCOMPLETE), None).await;
    opened.map(drop).map_err(CopyError::NotOpened)
}

impl From<StoreError> for CopyError {
    fn from(error: StoreError) -> Self {
        match error.kind() {
            StoreErrorKind::Corrupt => Self::Damaged(error),
            _ => Self::Store(error),
        }
    }
}

/// Whether a store is the complete copy of another, apart from being opened.
async fn is_copy_of(from: &impl Store, to: &impl Store) -> Result<bool, CopyError> {
    let is_waiting = to.setting(Setting::Closed).await?.as_deref() == Some(INCOMPLETE);
    let same_id = to.setting(Setting::StoreId).await? == from.setting(Setting::StoreId).await?;
    Ok(is_waiting && same_id && fingerprint(from).await? == fingerprint(to).await?)
}

/// Whether a store has only its identity.
async fn is_new(store: &impl Store) -> Result<bool, StoreError> {
    for kind in RowKind::ALL {
        if !store.rows(kind, 0, 1).await?.is_empty() {
            return Ok(false);
        }
    }
    for setting in Setting::ALL {
        if setting != Setting::StoreId && store.setting(setting).await?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn fill(from: &impl Store, to: &impl Store) -> Result<CopyReport, CopyError> {
    let before = fingerprint(from).await?;
    for kind in RowKind::ALL {
        let mut after = 0;
        loop {
            let page = from.rows(kind, after, PAGE).await?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            let rows: Vec<_> = page.into_iter().map(|(_, row)| row).collect();
            let payments: Vec<_> = rows.iter().filter_map(payment_of).collect();
            to.insert_rows(rows).await?;
            let copies = stream::iter(payments).map(|(reference, last)| payment(from, to, reference, last));
            copies.buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        }
    }
    // Also of rows that a process has changed behind those that were read.
    if fingerprint(from).await? != before || fingerprint(to).await? != before {
        return Err(CopyError::Changed);
    }
    for setting in Setting::ALL.into_iter().filter(|setting| *setting != Setting::Closed) {
        let (text, present) = (from.setting(setting).await?, to.setting(setting).await?);
        if !to.change_setting(setting, present.as_deref(), text.as_deref()).await? {
            return Err(CopyError::NotEmpty);
        }
    }
    Ok(before.1)
}

fn payment_of(row: &Row) -> Option<(Reference, Seq)> {
    match row {
        Row::Payment { reference, last, .. } => Some((reference.clone(), *last)),
        _ => None,
    }
}

/// Copies the entries, the snapshot and the charges of one payment.
async fn payment(
    from: &impl Store,
    to: &impl Store,
    reference: Reference,
    last: Seq,
) -> Result<(), CopyError> {
    let journal = from.read_journal(&reference).await?;
    let snapshot = match from.load(&reference).await {
        // A snapshot only saves time: the journal is complete without it.
        Err(error) if error.kind() == StoreErrorKind::Corrupt => None,
        loaded => loaded?.snapshot,
    };
    for entry in journal {
        let expected = Seq::new(entry.seq.get().saturating_sub(1));
        let mut commit = Commit::new(reference.clone(), expected).entry(entry.bytes);
        commit.snapshot =
            snapshot.as_ref().filter(|taken| taken.seq == entry.seq).map(|taken| taken.bytes.clone());
        to.commit(commit).await?;
    }
    for charge in from.charges_of(&reference).await? {
        to.commit(Commit::new(reference.clone(), last).charge(charge)).await?;
    }
    Ok(())
}

/// A number that two stores have in common if they have the same rows, apart from times; and how many there are.
async fn fingerprint(store: &impl Store) -> Result<(u64, CopyReport), StoreError> {
    let (mut sum, mut report) = (0_u64, CopyReport::default());
    for kind in RowKind::ALL {
        let mut after = 0;
        loop {
            let page = store.rows(kind, after, PAGE).await?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            for (_, row) in &page {
                // The order of the rows of different payments does not matter.
                sum = sum.wrapping_add(digest(row));
            }
            let count = page.len() as u64;
            match kind {
                RowKind::Payment => report.payments += count,
                RowKind::Event => report.events += count,
                RowKind::Message => report.messages += count,
                RowKind::Job => {}
            }
        }
    }
    Ok((sum, report))
}

fn digest(row: &Row) -> u64 {
    let mut hash = DefaultHasher::new();
    match row {
        Row::Payment { reference, last, pruned_to, due_in } => {
            (1, reference, last, pruned_to, due_in.is_some()).hash(&mut hash);
        }
        Row::Event { event, body, due_in, .. } => (2, event, body, due_in.is_some()).hash(&mut hash),
        Row::Message(StoredMessage { reference, message, claim, failures, state, .. }) => {
            (3, reference, &message.key, &message.body, message.lane).hash(&mut hash);
            // Not every store keeps the claim of a skipped message, and the failures of one that is delivered.
            match state {
                MessageState::Pending { .. } => (1, claim, failures).hash(&mut hash),
                MessageState::Completed => (2, claim).hash(&mut hash),
                MessageState::Skipped { skip, at } => (3, &skip.who, &skip.why, at).hash(&mut hash),
            }
        }
        Row::Job { name, .. } => (4, name).hash(&mut hash),
    }
    hash.finish()
}
