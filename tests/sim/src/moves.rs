//! The moves of a run: everything that people and machines do to a shop, apart from faults of single messages.

use std::fmt;

use crate::store::PlannedFailure;

/// Milliseconds since the start of a run.
pub type Millis = i64;

/// A move, and when it happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// When it happens.
    pub at: Millis,
    /// What happens.
    pub action: Action,
}

/// A process of the shop, numbered from 0.
pub type ProcessId = usize;
/// An order, numbered from 0.
pub type OrderId = usize;

/// Metadata that staff write over the shop's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edited {
    /// None.
    Empty,
    /// A text that is no reference.
    Garbage,
    /// The reference of another order.
    Names(OrderId),
}

/// An action of a buyer, of staff or of operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A process checks the order out. Repeated ones are reloads of the page.
    CheckOut {
        /// The order.
        order: OrderId,
        /// The process.
        process: ProcessId,
    },
    /// The shop's page offers another attempt if the last one has ended unpaid, and a process begins it. Repeated ones are
    /// reloads, second tabs and retried requests.
    PayAgain {
        /// The order.
        order: OrderId,
        /// The process.
        process: ProcessId,
    },
    /// The merchant cancels the order. A later checkout of the order takes that back.
    Cancel {
        /// The order.
        order: OrderId,
        /// The process.
        process: ProcessId,
    },
    /// The buyer pays the charge whose link they got, or their wallet fails.
    Decide {
        /// The order.
        order: OrderId,
        /// Whether the payment succeeds.
        paid: bool,
    },
    /// The buyer of another shop of the account decides on its order of the same reference.
    DecideElsewhere {
        /// The order.
        order: OrderId,
        /// Whether the payment succeeds.
        paid: bool,
    },
    /// A buyer pays a charge of the order whose link the shop never handed out, if there is one.
    PayDuplicate {
        /// The order.
        order: OrderId,
    },
    /// For a while, every response shows the order's pending charges with this status.
    Misread {
        /// The order.
        order: OrderId,
        /// The status.
        status: &'static str,
        /// How long.
        lasts: Millis,
    },
    /// The buyer returns to the shop.
    Return {
        /// The order.
        order: OrderId,
        /// The process.
        process: ProcessId,
    },
    /// A person has a process read the order's charge now.
    Refresh {
        /// The order.
        order: OrderId,
        /// The process.
        process: ProcessId,
    },
    /// A process requests a refund.
    Refund {
        /// The order.
        order: OrderId,
        /// The refund's number. The same number is the same refund.
        number: u8,
        /// The amount in minor units.
        amount: i64,
        /// The process.
        process: ProcessId,
    },
    /// A process requests a refund of each charge that the shop knows as paid late.
    RefundLate {
        /// The order.
        order: OrderId,
        /// The amount in minor units.
        amount: i64,
        /// The process.
        process: ProcessId,
    },
    /// Staff refund at the dashboard.
    StaffRefund {
        /// The order.
        order: OrderId,
        /// The amount in minor units.
        amount: i64,
    },
    /// Staff edit the metadata of the order's newest charge at the dashboard.
    StaffEdit {
        /// The order.
        order: OrderId,
        /// The new metadata.
        metadata: Edited,
    },
    /// A backup of the store is made. An earlier one is thrown away.
    BackUp,
    /// The store is replaced by the last backup. All processes die, and start again after a while.
    Restore {
        /// Whether it is marked as restored. A fail-over that loses the last commits marks nothing.
        marked: bool,
        /// Until the processes start again.
        down: Millis,
    },
    /// The operator adopts an order whose charge was notified as orphaned.
    Adopt {
        /// The order.
        order: OrderId,
        /// The process.
        process: ProcessId,
    },
    /// The operator prunes the store.
    Prune {
        /// How long nothing must have happened to a payment.
        older_than: Millis,
        /// The process on whose machine it is done, and with which it dies.
        process: ProcessId,
    },
    /// A process dies and starts again after a while.
    Kill {
        /// The process.
        process: ProcessId,
        /// Until it starts again.
        down: Millis,
    },
    /// A process is suspended: it runs nothing, and its timers stand still. Its wall clock goes on.
    Freeze {
        /// The process.
        process: ProcessId,
        /// How long.
        lasts: Millis,
    },
    /// A process is suspended as soon as it opens a connection for a mutation, before the first byte.
    FreezeConnecting {
        /// The process.
        process: ProcessId,
        /// How long.
        lasts: Millis,
    },
    /// Valid webhooks about an order's charge arrive in a flood.
    Flood {
        /// The order.
        order: OrderId,
        /// The process.
        process: ProcessId,
        /// How many.
        count: usize,
    },
    /// The service takes its time for each response.
    SlowService {
        /// How long.
        lasts: Millis,
    },
    /// The buyer's page reloads and returns over and over.
    Hammer {
        /// The order.
        order: OrderId,
        /// The process.
        process: ProcessId,
        /// How many calls there are of each.
        count: i64,
    },
    /// The service answers each request for a new charge with 429.
    LimitRate {
        /// How long.
        lasts: Millis,
    },
    /// Unsigned webhooks arrive in a flood: about an order's charges, and about charges that do not exist.
    UnsignedFlood {
        /// The order.
        order: OrderId,
        /// The process.
        process: ProcessId,
        /// How many of each kind.
        count: u64,
    },
    /// Each list that the service returns is cut.
    CutLists {
        /// How long.
        lasts: Millis,
    },
    /// Lists show the charges of an order in a form that cannot be read.
    Garble {
        /// The order.
        order: OrderId,
        /// How long.
        lasts: Millis,
    },
    /// The wall clock of a process is set off.
    Skew {
        /// The process.
        process: ProcessId,
        /// How far it is ahead.
        ahead: Millis,
    },
    /// The wall clock of a process is moved, on top of how far it is off.
    Step {
        /// The process.
        process: ProcessId,
        /// How far it is moved.
        by: Millis,
    },
    /// The store's clock is moved, on top of how far it is off.
    StepStore {
        /// How far it is moved.
        by: Millis,
    },
    /// One call of the store fails.
    FailStore(PlannedFailure),
    /// The store fails now and then.
    StoreTrouble {
        /// How long.
        lasts: Millis,
    },
    /// The network loses, delays and repeats more than usual.
    NetworkTrouble {
        /// How long.
        lasts: Millis,
    },
    /// The shop's handler fails now and then.
    HandlerTrouble {
        /// How long.
        lasts: Millis,
    },
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>12} s  {:?}", Seconds(self.at), self.action)
    }
}

/// Prints milliseconds as seconds.
#[derive(Debug, Clone, Copy)]
pub struct Seconds(pub Millis);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{:03}", self.0.div_euclid(1_000), self.0.rem_euclid(1_000)))
    }
}
