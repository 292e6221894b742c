//! Runs the `kakaopay store` commands.

use std::path::Path;

use kakaopay::store::{QueueStats, Skip, Store};

use super::{acknowledge, moves, open, prune, recover, restore, show, skip, verify};
use crate::args::{StoreCommand, StoreLocation};
use crate::failure::Failure;
use crate::output::{Printer, Step};

/// Opens the store and runs a command on it. Its schema is never changed: an older one is an error.
pub(crate) async fn run(command: StoreCommand) -> Result<(), Failure> {
    let options = command.options();
    let printer = Printer::new(options.json);
    let StoreLocation { sqlite, postgres } = &options.location;
    let options_schema = options.schema.clone();
    let Some(url) = postgres else {
        // clap requires exactly one of the two.
        return run_on_sqlite(sqlite.as_deref().unwrap_or(Path::new("")), &command, printer).await;
    };
    let store = open::postgres(url, options, open::Missing::of(&command)).await?;
    let result = match command {
        StoreCommand::Verify { .. } => verify::whole(&store, store.integrity_check(), printer).await,
        StoreCommand::Backup { .. } => Err(format!(
            "PostgreSQL makes its own backups: run `pg_dump --schema={}`, and `kakaopay store restore` after it was \
             loaded",
            options_schema
        )
        .into()),
        command => run_on(&store, &command, printer).await,
    };
    store.close();
    result
}

async fn run_on_sqlite(path: &Path, command: &StoreCommand, printer: Printer) -> Result<(), Failure> {
    if let StoreCommand::Restore { from: Some(backup), .. } = command {
        restore::put(backup, path).await?;
    }
    let store = open::sqlite(path, open::Missing::of(command))?;
    match command {
        StoreCommand::Verify { .. } => verify::whole(&store, store.integrity_check(), printer).await,
        StoreCommand::Backup { to, .. } => {
            store.backup(to).await?;
            let to = to.display().to_string();
            let text = format!("{to} has everything, and is closed until `kakaopay store restore`");
            printer.print(Step::new("backup", text).field("path", to))
        }
        command => run_on(&store, command, printer).await,
    }
}

/// Runs a command that works on any store.
async fn run_on(store: &impl Store, command: &StoreCommand, printer: Printer) -> Result<(), Failure> {
    match command {
        StoreCommand::Show { reference, .. } => show::payment(store, reference, printer).await,
        StoreCommand::List { after, limit, .. } => {
            for found in store.list_payments(after.as_ref(), *limit).await? {
                printer.print(Step::new("payment", found.as_str()).field("reference", found.as_str()))?;
            }
            Ok(())
        }
        StoreCommand::Backlog { .. } => backlog(store, printer).await,
        StoreCommand::Acknowledge { reference, key, who, why, .. } => {
            acknowledge::alert(store, reference, (key, who, why), printer).await
        }
        StoreCommand::Skip { key, who, why, .. } => {
            skip::message(store, key, Skip::new(who, why), printer).await
        }
        StoreCommand::Prune { older_than, limit, .. } => {
            prune::old(store, (*older_than, *limit), printer).await
        }
        StoreCommand::Erase { reference, .. } => prune::buyer(store, reference, printer).await,
        StoreCommand::Restore { .. } => restore::mark(store, printer).await,
        StoreCommand::Copy { target, .. } => moves::copy_to(store, target, printer).await,
        StoreCommand::Adopt { reference, service, .. } => {
            recover::adopt(store, service, reference, printer).await
        }
        StoreCommand::Rebuild { since, id, service, .. } => {
            recover::rebuild(store, service, (*since, id.clone()), printer).await
        }
        // Handled before: each kind of store is verified and backed up differently.
        StoreCommand::Verify { .. } | StoreCommand::Backup { .. } => Ok(()),
    }
}

async fn backlog(store: &impl Store, printer: Printer) -> Result<(), Failure> {
    let backlog = store.backlog().await?;
    for (name, QueueStats { count, age, .. }) in
        [("deadlines", backlog.deadlines), ("inbox", backlog.inbox), ("outbox", backlog.outbox)]
    {
        let age = age.map(|age| age.as_secs());
        let since = age.map(|age| format!(", the oldest for {age} s")).unwrap_or_default();
        printer.print(
            Step::new(name, format!("{count} waiting{since}")).field("count", count).field("age", age),
        )?;
    }
    let ahead = backlog.ahead;
    if ahead > 0 {
        let text = format!("{ahead} set in the future, because the store's clock was set back; due in 2 min");
        printer.print(Step::new("ahead", text).field("count", ahead))?;
    }
    Ok(())
}
