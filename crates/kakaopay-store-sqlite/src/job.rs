//! One call that waits for a connection.

use kakaopay_store::{StoreError, StoreErrorKind};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::failure::GroupFailure;

/// A call of any result, as the thread of a connection sees it.
pub(crate) trait Job: Send {
    /// Does the work and keeps the result. An error says that the work is to be undone.
    fn run(&mut self, connection: &Connection) -> Result<(), StoreErrorKind>;

    /// Tells the caller: the failure of its group if there was one, or else its own result.
    ///
    /// A failed group overrules even an error of the job's own. A conflict, say, may be with an
    /// entry of the same group, which then is not stored either.
    fn answer(self: Box<Self>, group: Option<&GroupFailure>);
}

/// A call of the result `T`.
pub(crate) struct Task<T, F> {
    work: Option<F>,
    result: Option<Result<T, StoreError>>,
    caller: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Task<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, StoreError> + Send,
{
    /// The call, and where its caller waits. Should the call be dropped unanswered, the caller
    /// is told by the receiver's error.
    pub(crate) fn new(work: F) -> (Self, oneshot::Receiver<Result<T, StoreError>>) {
        let (caller, answer) = oneshot::channel();
        let task = Self { work: Some(work), result: None, caller };
        (task, answer)
    }
}

impl<T, F> Job for Task<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, StoreError> + Send,
{
    fn run(&mut self, connection: &Connection) -> Result<(), StoreErrorKind> {
        let Some(work) = self.work.take() else {
            return Err(StoreErrorKind::Other);
        };
        let result = work(connection);
        let outcome = result.as_ref().map(|_| ()).map_err(StoreError::kind);
        self.result = Some(result);
        outcome
    }

    fn answer(self: Box<Self>, group: Option<&GroupFailure>) {
        let answer = match (group, self.result) {
            (Some(failure), _) => Err(failure.error()),
            (None, Some(result)) => result,
            (None, None) => Err(StoreErrorKind::Other.into()),
        };
        // A caller that no longer waits has nobody to tell.
        let _ = self.caller.send(answer);
    }
}
