//! `kakaopay ledger`.

use std::path::Path;

use kakaopay::flows::{Entry, Payment};
use kakaopay::ledger::{Store, Waiting};
use kakaopay::types::Reference;
use kakaopay_ledger_postgres::{PostgresOptions, PostgresStore};
use kakaopay_ledger_sqlite::{OpenOptions, SqliteStore};
use serde_json::{Map, Value, json};

use crate::args::{DatabaseUrl, LedgerCommand, LedgerOptions, LedgerPlace};
use crate::failure::Failure;
use crate::tell::{Step, Teller};

/// Looks into a ledger, which is left as it is: one of another version's schema too.
pub(crate) async fn run(command: LedgerCommand) -> Result<(), Failure> {
    let options = command.options();
    let teller = Teller::new(options.json);
    let LedgerPlace { file, database } = &options.place;
    let Some(url) = database else {
        // What is looked for must be there, and clap sees to it that one of the two is given.
        let store = open_file(file.as_deref().unwrap_or(Path::new("")))?;
        if matches!(command, LedgerCommand::Check { .. }) {
            store.integrity_check().await?;
            return Ok(teller.tell(Step::new("sound", "the ledger is sound"))?);
        }
        return look(&store, &command, teller).await;
    };
    if matches!(command, LedgerCommand::Check { .. }) {
        return Err(Failure::usage("--database", "PostgreSQL checks what it stores itself: pg_amcheck"));
    }
    let store = open_database(url, options).await?;
    let looked = look(&store, &command, teller).await;
    store.close();
    looked
}

fn open_file(file: &Path) -> Result<SqliteStore, Failure> {
    if !file.is_file() {
        return Err(Failure::usage("--file", format!("there is no file {}", file.display())));
    }
    Ok(OpenOptions::new().without_migrating().open(file)?)
}

async fn open_database(url: &DatabaseUrl, options: &LedgerOptions) -> Result<PostgresStore, Failure> {
    let database = PostgresOptions::new(url.expose()).map_err(|error| Failure::usage("--database", error))?;
    let mut database = database.schema(&options.schema).connections(1).without_migrating();
    if let Some(file) = &options.authority {
        let pem = std::fs::read(file).map_err(|error| Failure::usage("--authority", error))?;
        database = database.authority(&pem);
    }
    Ok(database.open().await?)
}

/// What is shown of any store.
async fn look(store: &impl Store, command: &LedgerCommand, teller: Teller) -> Result<(), Failure> {
    let reference = |name, text: &str| Reference::parse(text).map_err(|error| Failure::usage(name, error));
    match command {
        LedgerCommand::Show { reference: text, .. } => {
            show(store, &reference("REFERENCE", text)?, teller).await
        }
        LedgerCommand::List { after, limit, .. } => {
            let after = after.as_deref().map(|text| reference("--after", text)).transpose()?;
            for found in store.payments(after.as_ref(), *limit).await? {
                teller.tell(Step::new("payment", found.as_str()).field("reference", found.as_str()))?;
            }
            Ok(())
        }
        LedgerCommand::Backlog { .. } => backlog(store, teller).await,
        // Each store has its own way.
        LedgerCommand::Check { .. } => Ok(()),
    }
}

/// Tells a payment's journal, and where it has led.
async fn show(store: &impl Store, reference: &Reference, teller: Teller) -> Result<(), Failure> {
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

async fn backlog(store: &impl Store, teller: Teller) -> Result<(), Failure> {
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
