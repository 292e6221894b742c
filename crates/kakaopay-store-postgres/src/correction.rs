//! Corrects rows that were set in the future of the server's clock, after it was set back.

use kakaopay_store::sql::{SET_BACK_TERM, term_millis};

use crate::template::{READ_CLOCK, Template};

/// The statements that make rows due soon which were set in the future. A lease keeps its length, as its process is at
/// work.
///
/// There is no index for them: a clock is seldom set back, and each step of a payment would have to write it. They read
/// the queues, which hold pending work only.
#[derive(Debug)]
pub(crate) struct Corrections {
    clock: String,
    statements: [String; 4],
}

impl Corrections {
    pub(crate) fn new(template: &Template<'_>) -> Self {
        let term = term_millis(SET_BACK_TERM).to_string();
        Self {
            clock: template.fill(READ_CLOCK),
            statements: QUEUES.map(|sql| template.fill(&sql.replace("{term}", &term))),
        }
    }

    /// Reads the store's clock.
    pub(crate) fn clock(&self) -> &str {
        &self.clock
    }

    /// One for each queue.
    pub(crate) fn statements(&self) -> &[String] {
        &self.statements
    }
}

const QUEUES: [&str; 4] = [
    "WITH {clock}
     UPDATE {schema}.due_payment
     SET due_at = least(due_at, {now} + CASE WHEN claimed_by IS NULL THEN {term} ELSE due_at - set_at END),
         set_at = {now}
     WHERE set_at > {now}",
    "WITH {clock}
     UPDATE {schema}.inbox_queue
     SET visible_at = least(visible_at, {now} + CASE WHEN claimed_by IS NULL THEN {term} ELSE visible_at - set_at END),
         received_at = least(received_at, {now}), set_at = {now}
     WHERE set_at > {now}",
    "WITH {clock}
     UPDATE {schema}.outbox_queue
     SET visible_at = least(visible_at, {now} + CASE WHEN claimed_by IS NULL THEN {term} ELSE visible_at - set_at END),
         stored_at = least(stored_at, {now}), set_at = {now}
     WHERE set_at > {now}",
    "WITH {clock}
     UPDATE {schema}.job SET due_at = least(due_at, {now} + {term}), set_at = {now} WHERE set_at > {now}",
];
