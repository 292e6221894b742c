//! Checks a whole store: replays every journal, and compares what is stored beside it.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use kakaopay_flows::Payment;
use kakaopay_store::{Row, RowKind, Store, StoreError, StoreErrorKind};
use kakaopay_types::{ChargeId, Reference};

use crate::driver::pairs;

/// Payments read at a time.
const PAGE: usize = 500;

/// Result of [`verify`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifyReport {
    /// Payments that were read.
    pub payments: u64,
    /// Entries of their journals.
    pub entries: u64,
    /// Payments that cannot be used, in the order of their references.
    pub damaged: Vec<DamagedPayment>,
    /// The first message that cannot be read. It and those behind it were not compared with their payments.
    pub unreadable: Option<String>,
}

/// A payment whose stored data is damaged or contradicts itself. [`Merchant`](crate::Merchant) refuses it, and goes on
/// with all others.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DamagedPayment {
    /// The order reference.
    pub reference: Reference,
    /// Its problem, with the cause last.
    pub problem: String,
}

/// Replays the journal of every payment in a store, and compares its snapshot, charges, deadline and notifications with
/// it.
///
/// It only reads, also while the shop runs. A damaged payment does not end it: restore that payment from a backup. A
/// store of its own kind can check more, such as `SqliteStore::integrity_check`.
///
/// # Errors
/// Any error of the store that is not about a single payment.
pub async fn verify(store: &impl Store) -> Result<VerifyReport, StoreError> {
    let mut report = VerifyReport::default();
    let asleep = without_deadline(store).await?;
    // What was sent by a state is stored with it, so that the messages are read behind the payments.
    let mut missing = HashSet::new();
    for_each_payment(store, async |reference| {
        report.payments += 1;
        match payment(store, &reference, &asleep).await {
            Ok((payment, entries)) => {
                report.entries += entries;
                missing.extend(payment.notification_keys().iter().map(digest));
            }
            Err(Unsound::Damaged(problem)) => report.damaged.push(DamagedPayment { reference, problem }),
            Err(Unsound::Store(error)) => return Err(error),
        }
        Ok(())
    })
    .await?;
    match without_stored(store, &mut missing).await {
        Err(error) if error.kind() == StoreErrorKind::Corrupt => report.unreadable = Some(explained(&error)),
        Err(error) => return Err(error),
        Ok(()) if missing.is_empty() => {}
        Ok(()) => {
            for_each_payment(store, async |reference| {
                let payment = match replayed(store, &reference).await {
                    Ok(Some((payment, _))) => payment,
                    // It was found above.
                    Ok(None) | Err(Unsound::Damaged(_)) => return Ok(()),
                    Err(Unsound::Store(error)) => return Err(error),
                };
                let keys = payment.notification_keys();
                if let Some(key) = keys.iter().find(|key| missing.contains(&digest(*key))) {
                    let problem = format!("its notification {key} is missing");
                    report.damaged.push(DamagedPayment { reference, problem });
                }
                Ok(())
            })
            .await?;
            report.damaged.sort_by(|one, other| one.reference.cmp(&other.reference));
        }
    }
    Ok(report)
}

async fn for_each_payment(
    store: &impl Store,
    mut check: impl AsyncFnMut(Reference) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = store.list_payments(after.as_ref(), PAGE).await?;
        let Some(last) = page.last().cloned() else { return Ok(()) };
        for reference in page {
            check(reference).await?;
        }
        after = Some(last);
    }
}

async fn for_each_row(
    store: &impl Store,
    kind: RowKind,
    mut check: impl FnMut(Row),
) -> Result<(), StoreError> {
    let mut after = 0;
    loop {
        let page = store.rows(kind, after, PAGE).await?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = *last;
        page.into_iter().for_each(|(_, row)| check(row));
    }
}

/// The payments without a deadline, each with its last entry then.
async fn without_deadline(store: &impl Store) -> Result<HashMap<u64, u64>, StoreError> {
    let mut found = HashMap::new();
    for_each_row(store, RowKind::Payment, |row| {
        if let Row::Payment { reference, last, due_in: None, .. } = row {
            found.insert(digest(&reference), last.get());
        }
    })
    .await?;
    Ok(found)
}

/// Removes the digests of the notifications that are stored.
async fn without_stored(store: &impl Store, missing: &mut HashSet<u64>) -> Result<(), StoreError> {
    for_each_row(store, RowKind::Message, |row| {
        if let Row::Message(stored) = row {
            missing.remove(&digest(&stored.message.key));
        }
    })
    .await
}

/// Stands for a text, of which there may be millions.
fn digest(text: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Why a payment was not found sound.
enum Unsound {
    /// Its problem.
    Damaged(String),
    /// An error of the store that is not about it.
    Store(StoreError),
}

impl From<StoreError> for Unsound {
    fn from(error: StoreError) -> Self {
        match error.kind() {
            StoreErrorKind::Corrupt => Self::Damaged(explained(&error)),
            _ => Self::Store(error),
        }
    }
}

fn damaged(problem: impl Into<String>) -> Unsound {
    Unsound::Damaged(problem.into())
}

/// Replays the journal of a payment. Returns also how many entries it has.
async fn replayed(store: &impl Store, reference: &Reference) -> Result<Option<(Payment, u64)>, Unsound> {
    let journal = store.read_journal(reference).await?;
    let payment = Payment::replay(pairs(&journal)).map_err(|error| Unsound::Damaged(explained(&error)))?;
    Ok(payment.map(|payment| (payment, journal.len() as u64)))
}

/// Checks one payment, and returns it with the number of its entries.
async fn payment(
    store: &impl Store,
    reference: &Reference,
    asleep: &HashMap<u64, u64>,
) -> Result<(Payment, u64), Unsound> {
    let replayed = replayed(store, reference).await?;
    let Some((payment, entries)) = replayed else { return Err(damaged("it has no entries")) };
    if payment.intent().reference != *reference {
        return Err(damaged(format!("its journal is that of {}", payment.intent().reference)));
    }
    let loaded = store.load(reference).await?;
    if let Some(snapshot) = &loaded.snapshot {
        let restored = Payment::restore(&snapshot.bytes, pairs(&loaded.entries));
        let restored = restored
            .map(|restored| restored.snapshot())
            .map_err(|error| Unsound::Damaged(explained(&error)))?;
        if restored != payment.snapshot() {
            return Err(damaged(format!(
                "its snapshot of entry {} contradicts its journal",
                snapshot.seq.get()
            )));
        }
    }
    if let Some(pending) = payment.state().charge() {
        bound(store, &pending.charge, reference).await?;
    }
    // One that has changed since then may have got its deadline with that.
    let is_asleep = asleep.get(&digest(reference)) == Some(&payment.seq());
    if is_asleep && payment.needs_deadline(loaded.now) {
        return Err(damaged("something is due later, and it has no deadline: refresh it"));
    }
    Ok((payment, entries))
}

/// Whether the store finds the payment by its charge.
async fn bound(store: &impl Store, charge: &ChargeId, reference: &Reference) -> Result<(), Unsound> {
    match store.find_by_charge(charge).await? {
        Some(found) if found == *reference => Ok(()),
        Some(other) => Err(damaged(format!("the store has charge {charge} for payment {other}"))),
        None => Err(damaged(format!("the store does not know its charge {charge}"))),
    }
}

/// An error with its causes, in one line.
fn explained(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}
