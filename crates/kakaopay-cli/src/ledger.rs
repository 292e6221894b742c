//! `kakaopay ledger`.

use kakaopay::flows::{Entry, Payment};
use kakaopay::ledger::{Store, Waiting};
use kakaopay::types::Reference;
use kakaopay_ledger_sqlite::SqliteStore;
use serde_json::{Map, Value, json};

use crate::args::{LedgerCommand, LedgerOptions};
use crate::failure::Failure;
use crate::tell::{Step, Teller};

/// Looks into a ledger.
pub(crate) async fn run(command: LedgerCommand) -> Result<(), Failure> {
    match command {
        LedgerCommand::Show { reference, ledger } => {
            let reference =
                Reference::parse(&reference).map_err(|error| Failure::usage("REFERENCE", error))?;
            show(&open(&ledger)?, &reference, Teller::new(ledger.json)).await
        }
        LedgerCommand::List { after, limit, ledger } => {
            let after = after.as_deref().map(Reference::parse).transpose();
            let after = after.map_err(|error| Failure::usage("--after", error))?;
            let teller = Teller::new(ledger.json);
            for reference in open(&ledger)?.payments(after.as_ref(), limit).await? {
                teller
                    .tell(Step::new("payment", reference.as_str()).field("reference", reference.as_str()))?;
            }
            Ok(())
        }
        LedgerCommand::Backlog { ledger } => backlog(&open(&ledger)?, Teller::new(ledger.json)).await,
        LedgerCommand::Check { ledger } => {
            open(&ledger)?.integrity_check().await?;
            Ok(Teller::new(ledger.json).tell(Step::new("sound", "the ledger is sound"))?)
        }
    }
}

fn open(options: &LedgerOptions) -> Result<SqliteStore, Failure> {
    // Opening would make a new one where there is none.
    if !options.file.is_file() {
        return Err(Failure::usage("--file", format!("there is no file {}", options.file.display())));
    }
    Ok(SqliteStore::open(&options.file)?)
}

/// Tells a payment's journal, and where it has led.
async fn show(store: &SqliteStore, reference: &Reference, teller: Teller) -> Result<(), Failure> {
    let journal = store.journal(reference).await?;
    let entries = journal.iter().map(|entry| (entry.seq.get(), &*entry.bytes));
    let Some(payment) = Payment::replay(entries.clone())? else {
        return Err(format!("there is no payment {reference}").into());
    };
    for (seq, bytes) in entries {
        let entry = Entry::from_bytes(seq, bytes)?;
        for record in &entry.records {
            let stored = serde_json::to_value(record)?;
            let step = Step::new("entry", format!("{seq:>3}  {}  {}", entry.at, record.name()));
            let step = members(&stored).into_iter().fold(step, Step::detail);
            let step = step.field("seq", seq).field("at", entry.at.to_string());
            teller.tell(step.field("record", stored))?;
        }
    }
    let state = serde_json::to_value(payment.state())?;
    // A state is stored under its name.
    let name = state.as_object().and_then(|state| state.keys().next().cloned()).unwrap_or_default();
    let mut step = Step::new("state", format!("{name}, {} of {}", payment.intent().amount, reference));
    for attention in payment.attentions() {
        step = step.detail(format!("look: {attention}"));
    }
    for (refund, found) in payment.refunds() {
        step = step.detail(format!("refund {refund}: {} minor units, {:?}", found.amount(), found.state()));
    }
    let refunds: Map<_, _> =
        payment.refunds().iter().map(|(name, refund)| (name.to_string(), json!(refund))).collect();
    let step = step.field("reference", reference.as_str()).field("state", state);
    let step = step.field("attentions", json!(payment.attentions())).field("refunds", refunds);
    Ok(teller.tell(step)?)
}

/// The members of a record but its name, as people read them. What is an object stands in JSON.
fn members(stored: &Value) -> Vec<String> {
    let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let object = stored.as_object().into_iter().flatten();
    object
        .filter(|(name, _)| *name != "record")
        .map(|(name, value)| format!("{name}: {}", shown(value)))
        .collect()
}

async fn backlog(store: &SqliteStore, teller: Teller) -> Result<(), Failure> {
    let backlog = store.backlog().await?;
    for (name, Waiting { count, oldest }) in
        [("deadlines", backlog.deadlines), ("inbox", backlog.inbox), ("outbox", backlog.outbox)]
    {
        let oldest = oldest.map(|at| at.to_string());
        let since = oldest.as_deref().map(|at| format!(", the oldest {at}")).unwrap_or_default();
        teller.tell(
            Step::new(name, format!("{count} waiting{since}")).field("count", count).field("oldest", oldest),
        )?;
    }
    Ok(())
}
