//! The last commits of this process, which each new connection must still have.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use kakaopay_store::{Seq, Setting, StoreError};
use kakaopay_types::Reference;
use tokio_postgres::Client;

use crate::failure::failed;
use crate::template::Template;

/// How many commits are remembered: more than are ever under way at once, so that the last one in the server's log is
/// among them.
const REMEMBERED: usize = 64;

const COUNT_LOST: &str = "
SELECT count(*) FROM unnest($1::text[], $2::bigint[]) AS stored (reference, seq)
LEFT JOIN {schema}.payment ON payment.reference = stored.reference
WHERE coalesce(payment.last_seq, 0) < stored.seq";

/// Each mark is new, so that a reconciliation that began before it does not end it.
const SUSPECT: &str = "
INSERT INTO {schema}.setting (name, value)
VALUES ($1, $2::text || ' (' || pg_catalog.pg_current_wal_lsn() || ')')
ON CONFLICT (name) DO UPDATE SET value = excluded.value";

/// The last acknowledged commits of this process: a payment and its last sequence number each.
///
/// A server that lacks one took over without it, or its data were replaced by an older copy. The service may then have
/// charges that the store does not know.
pub(crate) struct LastCommits {
    commits: Mutex<VecDeque<(String, i64)>>,
    count_lost: String,
    suspect: String,
}

impl LastCommits {
    pub(crate) fn new(template: &Template<'_>) -> Self {
        Self {
            commits: Mutex::default(),
            count_lost: template.fill(COUNT_LOST),
            suspect: template.fill(SUSPECT),
        }
    }

    /// Remembers an acknowledged commit.
    pub(crate) fn add(&self, reference: &Reference, last: Seq) {
        let mut commits = self.commits.lock().unwrap_or_else(PoisonError::into_inner);
        if commits.len() == REMEMBERED {
            commits.pop_front();
        }
        commits.push_back((reference.as_str().to_owned(), i64::try_from(last.get()).unwrap_or(i64::MAX)));
    }

    /// Marks the store as suspect if the server of a new connection lacks one of the commits.
    ///
    /// # Errors
    /// Any error of the server: the connection is not used then.
    pub(crate) async fn check(&self, client: &Client) -> Result<(), StoreError> {
        let (references, seqs): (Vec<_>, Vec<_>) = {
            let commits = self.commits.lock().unwrap_or_else(PoisonError::into_inner);
            commits.iter().cloned().unzip()
        };
        if references.is_empty() {
            return Ok(());
        }
        let row = client.query_one(&self.count_lost, &[&references, &seqs]).await.map_err(failed)?;
        let lost: i64 = row.get(0);
        if lost > 0 {
            let why = format!("the server lacks {lost} of the last commits: it took over without them");
            client.execute(&self.suspect, &[&Setting::Suspect.name(), &why]).await.map_err(failed)?;
            // The mark is durable, and a reconciliation ends it: these are not found missing again.
            let mut commits = self.commits.lock().unwrap_or_else(PoisonError::into_inner);
            commits.retain(|(reference, _)| !references.contains(reference));
        }
        Ok(())
    }
}
