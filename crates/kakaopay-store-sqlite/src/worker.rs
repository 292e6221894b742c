//! A thread that owns one connection, and the handle through which calls reach it.

use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use kakaopay_store::{StoreError, StoreErrorKind};
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use tokio::sync::oneshot;

use crate::failure::GroupFailure;
use crate::group_commit::{Check, Health, refuse};
use crate::job::{Job, Task};
use crate::open_error::SqliteOpenError;

/// The handle. The thread ends once the handle is dropped and the queue is empty.
#[derive(Debug)]
pub(crate) struct Worker {
    orders: SyncSender<Order>,
}

/// The configuration of a thread.
pub(crate) struct Duty {
    /// The thread's name.
    pub(crate) name: &'static str,
    /// The connection to begin with.
    pub(crate) connection: Connection,
    /// How to get another when that one is suspect.
    pub(crate) reconnect: Box<dyn Fn() -> Result<Connection, SqliteOpenError> + Send>,
    /// How to run the calls that wait.
    pub(crate) run: Box<Run>,
    /// Whether the connection's files are still those that the path leads to. It is asked before a call is
    /// acknowledged, and before and after another connection is opened.
    pub(crate) check: Box<Check>,
    /// How many calls may wait.
    pub(crate) queue: usize,
    /// How long a group waits for a further call, while it is smaller than the one before.
    pub(crate) linger: Duration,
    /// A thread whose connection lasts as long as this one's, and is closed just before it.
    pub(crate) companion: Option<Companion>,
}

/// Runs the calls that wait.
pub(crate) type Run = dyn Fn(&Connection, Vec<Box<dyn Job>>, &Check) -> Health + Send;

/// A thread that another one ends.
pub(crate) struct Companion {
    orders: SyncSender<Order>,
    thread: JoinHandle<()>,
}

impl Companion {
    /// Ends the thread once its queue is empty, and waits until it has closed its connection.
    fn end(self) {
        // An error means that it has ended already.
        let _ = self.orders.send(Order::Stop(oneshot::channel().0));
        // Its panics are caught; should it have died all the same, it holds no connection.
        let _ = self.thread.join();
    }
}

enum Order {
    Call(Box<dyn Job>),
    Stop(oneshot::Sender<()>),
}

impl Worker {
    /// Starts the thread.
    pub(crate) fn spawn(duty: Duty) -> Result<(Self, JoinHandle<()>), SqliteOpenError> {
        let (orders, received) = sync_channel(duty.queue);
        let thread = Builder::new()
            .name(duty.name.to_owned())
            .spawn(move || serve(duty, &received))
            .map_err(|error| SqliteOpenError::Store(StoreError::new(StoreErrorKind::Other, error)))?;
        Ok((Self { orders }, thread))
    }

    /// This thread, to be ended by another one.
    pub(crate) fn companion(&self, thread: JoinHandle<()>) -> Companion {
        Companion { orders: self.orders.clone(), thread }
    }

    /// Runs a call on the thread, and waits for its result.
    pub(crate) async fn call<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (task, answer) = Task::new(work);
        self.send(Order::Call(Box::new(task)))?;
        // Unanswered, because the store was closed before its turn came.
        answer.await.unwrap_or_else(|_| Err(StoreErrorKind::Closed.into()))
    }

    /// Closes the connection after the queued calls.
    pub(crate) async fn stop(&self) -> Result<(), StoreError> {
        let (done, stopped) = oneshot::channel();
        match self.send(Order::Stop(done)) {
            Err(error) if error.kind() != StoreErrorKind::Closed => Err(error),
            _ => {
                // An error means that the thread is gone, which is what was asked for.
                let _ = stopped.await;
                Ok(())
            }
        }
    }

    fn send(&self, order: Order) -> Result<(), StoreError> {
        self.orders.try_send(order).map_err(|error| match error {
            TrySendError::Full(_) => {
                StoreError::new(StoreErrorKind::Busy, "too many calls wait for the file")
            }
            TrySendError::Disconnected(_) => StoreErrorKind::Closed.into(),
        })
    }
}

fn serve(duty: Duty, orders: &Receiver<Order>) {
    let Duty { connection, reconnect, run, check, linger, companion, .. } = duty;
    // One to a file that has taken the place of ours would forget its payments.
    let reconnect = || {
        check().map_err(SqliteOpenError::Store)?;
        let connection = reconnect()?;
        check().map_err(SqliteOpenError::Store)?;
        Ok::<_, SqliteOpenError>(connection)
    };
    let mut connection = Some(connection);
    let (mut stopped, mut usual) = (None, 0);
    while stopped.is_none() {
        // An error means that no handle is left.
        let Ok(first) = orders.recv() else { break };
        let (group, stop) = gather(first, orders, usual, linger);
        (stopped, usual) = (stop, group.len());
        if group.is_empty() {
            continue;
        }
        let usable = match connection.take() {
            Some(usable) => Ok(usable),
            None => reconnect(),
        };
        match usable {
            Ok(usable) => {
                connection = match run(&usable, group, &*check) {
                    Health::Sound => Some(usable),
                    // At once, since what it left may have to be cleared away. If there is none now, the next
                    // call tries again.
                    Health::Suspect => {
                        drop(usable);
                        reconnect().ok()
                    }
                };
            }
            Err(error) => refuse(group, &GroupFailure::from(StoreError::from(error))),
        }
    }
    if let Some(companion) = companion {
        companion.end();
    }
    if let Some(connection) = connection {
        // In order, so that SQLite may tidy its log up. A failure leaves a log, which the next process reads.
        let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false);
    }
    if let Some(done) = stopped {
        let _ = done.send(());
    }
}

/// The calls that wait already, up to a limit, and the order to stop if that came among them.
///
/// Who was answered a moment ago mostly calls again at once. The first of them would get a sync of the disk for
/// itself, with all others behind it: so a group that is smaller than the one before lingers for them.
fn gather(
    first: Order,
    orders: &Receiver<Order>,
    usual: usize,
    linger: Duration,
) -> (Vec<Box<dyn Job>>, Option<oneshot::Sender<()>>) {
    let mut group = Vec::new();
    let mut next = Some(first);
    while let Some(order) = next {
        match order {
            Order::Call(job) => group.push(job),
            Order::Stop(done) => return (group, Some(done)),
        }
        if group.len() == GROUP {
            break;
        }
        next = match orders.try_recv() {
            Ok(order) => Some(order),
            Err(TryRecvError::Empty) if group.len() < usual => orders.recv_timeout(linger).ok(),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => None,
        };
    }
    (group, None)
}

/// Most calls in one transaction: enough to share a sync of the disk, few enough that the first
/// does not wait long for the last.
const GROUP: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::failed;
    use crate::group_commit;

    fn worker(
        reconnect: impl Fn() -> Result<Connection, SqliteOpenError> + Send + 'static,
    ) -> (Worker, JoinHandle<()>) {
        let duty = Duty {
            name: "test",
            connection: Connection::open_in_memory().unwrap(),
            reconnect: Box::new(reconnect),
            run: Box::new(|connection, group, check| {
                group_commit::write(connection, group, check, Duration::ZERO)
            }),
            check: Box::new(|| Ok(())),
            queue: 8,
            linger: Duration::ZERO,
            companion: None,
        };
        Worker::spawn(duty).unwrap()
    }

    fn one(connection: &Connection) -> Result<i64, StoreError> {
        connection.query_row("SELECT 1", [], |row| row.get(0)).map_err(failed)
    }

    fn broken(_: &Connection) -> Result<i64, StoreError> {
        panic!("on purpose")
    }

    #[tokio::test]
    async fn f13_a_suspect_connection_is_replaced() {
        let (worker, _thread) = worker(|| Ok(Connection::open_in_memory()?));
        let error = worker.call(broken).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Other);
        assert_eq!(worker.call(one).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn f13_without_a_connection_every_caller_gets_the_cause() {
        let (worker, _thread) = worker(|| Err(SqliteOpenError::ReadOnly));
        worker.call(broken).await.unwrap_err();
        for _ in 0..3 {
            let error = worker.call(one).await.unwrap_err();
            assert_eq!(error.kind(), StoreErrorKind::ReadOnly);
        }
    }

    #[tokio::test]
    async fn dropping_the_handle_ends_the_thread() {
        let (worker, thread) = worker(|| Err(SqliteOpenError::ReadOnly));
        assert_eq!(worker.call(one).await.unwrap(), 1);
        drop(worker);
        thread.join().unwrap();
    }

    fn order() -> Order {
        Order::Call(Box::new(Task::new(one).0))
    }

    /// With a linger of a minute, so that only a further call ends it.
    #[test]
    fn a_group_waits_for_as_many_as_there_were_before_and_for_no_more() {
        let gathered = |first, orders: &Receiver<Order>, usual| {
            let (group, stop) = gather(first, orders, usual, Duration::from_secs(60));
            (group.len(), stop.is_some())
        };
        let (send, orders) = sync_channel(GROUP + 1);
        assert_eq!(gathered(order(), &orders, 0), (1, false));
        assert_eq!(gathered(order(), &orders, 1), (1, false));
        let later = send.clone();
        let caller = std::thread::spawn(move || {
            for _ in 0..2 {
                later.send(order()).unwrap();
            }
        });
        assert_eq!(gathered(order(), &orders, 3), (3, false));
        caller.join().unwrap();
        send.send(Order::Stop(oneshot::channel().0)).unwrap();
        assert_eq!(gathered(order(), &orders, 9), (1, true));
        for _ in 0..GROUP {
            send.send(order()).unwrap();
        }
        assert_eq!(gathered(order(), &orders, 9), (GROUP, false));
        drop(send);
        // What did not fit comes next, and then nobody.
        assert_eq!(gathered(orders.recv().unwrap(), &orders, 9), (1, false));
    }
}
