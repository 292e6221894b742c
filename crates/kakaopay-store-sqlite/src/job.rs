//! One call queued for a connection.

use kakaopay_store::{StoreError, StoreErrorKind};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::failure::GroupFailure;

/// A call of any result, as the thread of a connection sees it.
pub(crate) trait Job: Send {
    /// Does the work and keeps the result. After an error the work must be rolled back.
    fn run(&mut self, connection: &Connection) -> Result<(), StoreErrorKind>;

    /// Responds to the caller: with the failure of its group, or else with its own result.
    ///
    /// A failed group overrides even an error of the job's own: a conflict may be with an entry of the same group,
    /// which is then not stored either.
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
    /// The call, and the receiver of its result, which fails if the call is dropped without one.
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
        // An error means that the caller no longer waits.
        let _ = self.caller.send(answer);
    }
}
