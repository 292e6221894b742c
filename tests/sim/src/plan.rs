//! The plan of a run: its processes, orders and moves, made from a seed.

use crate::calm;
use crate::choices::Choices;
use crate::moves::{Action, Edited, Millis, Move, ProcessId};
use crate::terms::Terms;

/// The plan of a run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The seed. Choices that are not moves, such as the fate of a message, are made from it too.
    pub seed: u64,
    /// Number of processes of the shop, from 1.
    pub processes: usize,
    /// Number of orders.
    pub orders: usize,
    /// When the run begins, in seconds since 1970.
    pub start: i64,
    /// Percentage of webhooks that are lost.
    pub lost_webhooks: u8,
    /// Whether the service's responses show its clock, in the header `Date` and in lists.
    pub tells_time: bool,
    /// How many handler calls a process makes at once.
    pub handlers: usize,
    /// Whether another shop, with a store of its own, uses the account and the references.
    pub neighbour: bool,
    /// Whether a process with a key of another account opens the store.
    pub stranger: bool,
    /// Whether webhooks are accepted without a signature.
    pub unsigned: bool,
    /// Whether orders have descriptions that are too long for a page of charges.
    pub long_descriptions: bool,
    /// Whether the service refuses to end charges before they expire.
    pub refuses_to_cancel: bool,
    /// The terms of each order.
    pub terms: Vec<Terms>,
    /// Whether nothing fails but single calls of the store.
    pub is_calm: bool,
    /// The moves, in order.
    pub moves: Vec<Move>,
}

/// The amount of every order, in minor units.
pub const AMOUNT: i64 = 150_000;
/// Moves happen within this time. Then everything heals.
pub const ACTIVE: Millis = 45 * 60_000;

impl Plan {
    /// The plan of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut choices = Choices::new(seed).fork("plan");
        let processes = usize::try_from(choices.between(1, 4)).unwrap_or(1);
        let orders = usize::try_from(choices.pick(&[1, 2, 3, 6, 12, 40])).unwrap_or(1);
        // Any time of the day, so that some refund windows close within the run.
        let start = 1_772_323_200 + choices.between(0, 86_400);
        let lost_webhooks = choices.pick(&[0, 10, 50, 100]);
        let tells_time = choices.percent(80);
        let handlers = usize::try_from(choices.fork("handlers").pick(&[1, 2, 16])).unwrap_or(1);
        let mut pressure = choices.fork("pressure");
        let unsigned = pressure.percent(8);
        let long_descriptions = pressure.percent(10) && orders <= 12;
        let mut others = choices.fork("others");
        let (neighbour, stranger) = (others.percent(25), others.percent(15));
        let mut plan = Self {
            seed,
            processes,
            orders,
            start,
            lost_webhooks,
            tells_time,
            handlers,
            neighbour,
            stranger,
            unsigned,
            long_descriptions,
            refuses_to_cancel: false,
            terms: Vec::new(),
            is_calm: false,
            moves: Vec::new(),
        };
        let mut calm = choices.fork("calm");
        if calm.percent(8) {
            return plan.calm(&mut calm);
        }
        for order in 0..orders {
            plan.buy(order, &mut choices);
        }
        plan.operate(&mut choices);
        plan.flood(&mut choices.fork("floods"));
        plan.meet(&mut others);
        plan.step_clocks(choices.fork("clocks"));
        plan.lose_commits(&mut choices.fork("backups"));
        plan.press(&mut pressure);
        plan.prune(&mut choices.fork("prune"));
        plan.try_again(&mut choices.fork("again"));
        plan.cancel(&mut choices.fork("cancel"));
        plan.moves.sort_by_key(|planned| planned.at);
        plan
    }

    /// Makes it a calm time.
    fn calm(self, choices: &mut Choices) -> Self {
        let (processes, orders) = (self.processes.min(2), self.orders.min(2));
        let mut moves = calm::moves(choices, processes, orders);
        moves.sort_by_key(|planned| planned.at);
        let start = self.start.div_euclid(86_400) * 86_400 + calm::START;
        let (tells_time, neighbour, stranger) = (true, false, false);
        let (unsigned, long_descriptions, is_calm) = (false, false, true);
        Self {
            processes,
            orders,
            start,
            tells_time,
            neighbour,
            stranger,
            unsigned,
            long_descriptions,
            is_calm,
            moves,
            ..self
        }
    }

    pub(crate) fn add(&mut self, at: Millis, action: Action) {
        self.moves.push(Move { at, action });
    }

    /// A buyer with an order, and its refunds.
    fn buy(&mut self, order: usize, choices: &mut Choices) {
        let opened = choices.between(0, 120_000);
        let process = choices.any_of(self.processes);
        self.add(opened, Action::CheckOut { order, process });
        for _ in 0..choices.between(0, 3) {
            let process = choices.any_of(self.processes);
            self.add(opened + choices.between(0, 90_000), Action::CheckOut { order, process });
        }
        let decided = opened + choices.pick(&[3_000, 15_000, 60_000, 400_000]) + choices.between(0, 5_000);
        let paid = choices.percent(75);
        if choices.percent(90) {
            self.add(decided, Action::Decide { order, paid });
        }
        if choices.percent(50) {
            let process = choices.any_of(self.processes);
            self.add(decided + choices.between(0, 20_000), Action::Return { order, process });
        }
        for number in 1..=u8::try_from(choices.between(0, 4)).unwrap_or(0) {
            let at = decided + choices.pick(&[1_000, 20_000, 300_000, 1_200_000]) + choices.between(0, 5_000);
            let amount = choices.pick(&[50_000, 75_001, AMOUNT, 1]);
            for _ in 0..choices.between(1, 4) {
                let process = choices.any_of(self.processes);
                let at = at + choices.between(0, 40_000);
                self.add(at, Action::Refund { order, number, amount, process });
            }
            // Faults do the most harm while money moves.
            if choices.percent(40) {
                self.add(at, Action::NetworkTrouble { lasts: 60_000 });
            }
            // A process is suspended between its decision and the first byte, and the others take over.
            if choices.percent(20) {
                let process = choices.any_of(self.processes);
                let lasts = choices.pick(&[20_000, 100_000, 900_000, 1_500_000]);
                self.add(at - 500, Action::FreezeConnecting { process, lasts });
            }
            // Staff press a button on two screens at the same time.
            if choices.percent(50) {
                let at = at + choices.pick(&[35_000, 100_000, 400_000]);
                for process in 0..self.processes {
                    self.add(at + choices.between(0, 800), Action::Refresh { order, process });
                }
            }
        }
        if choices.percent(15) {
            let amount = choices.pick(&[50_000, AMOUNT]);
            let at = decided + choices.pick(&[500, 30_000, 600_000]);
            self.add(at, Action::StaffRefund { order, amount });
        }
        self.pay_late(order, (opened, decided), choices);
    }

    /// Readings that mislead, late money and its refunds, and edits of the metadata.
    fn pay_late(&mut self, order: usize, (opened, decided): (Millis, Millis), choices: &mut Choices) {
        if choices.percent(25) {
            let lasts = choices.pick(&[100, 20_000]);
            let status = choices.pick(&["failed", "expired"]);
            let at = choices.between(opened, decided);
            self.add(at, Action::Misread { order, status, lasts });
        }
        if choices.percent(25) {
            self.add(decided + choices.pick(&[30_000, 300_000, 900_000]), Action::PayDuplicate { order });
        }
        for _ in 0..choices.between(0, 3) {
            let process = choices.any_of(self.processes);
            let at = decided + choices.pick(&[60_000, 600_000, 1_500_000]) + choices.between(0, 5_000);
            let amount = choices.pick(&[50_000, AMOUNT]);
            self.add(at, Action::RefundLate { order, amount, process });
        }
        if choices.percent(15) {
            let other = choices.any_of(self.orders);
            let metadata = choices.pick(&[Edited::Empty, Edited::Garbage, Edited::Names(other)]);
            let at = opened + choices.pick(&[500, 10_000, 60_000, 600_000]) + choices.between(0, 5_000);
            self.add(at, Action::StaffEdit { order, metadata });
        }
    }

    /// Buyers whose payment failed or expired try again, some of them on two pages.
    fn try_again(&mut self, choices: &mut Choices) {
        for order in 0..self.orders {
            let is_decision = |planned: &Move| match planned.action {
                Action::Decide { order: other, .. } if other == order => Some(planned.at),
                _ => None,
            };
            let Some(decided) = self.moves.iter().find_map(is_decision) else { continue };
            for _ in 0..choices.between(0, 4) {
                let at = decided + choices.pick(&[5_000, 60_000, 600_000]) + choices.between(0, 10_000);
                for _ in 0..choices.between(1, 3) {
                    let process = choices.any_of(self.processes);
                    let reload = choices.pick(&[0, 300, 20_000]);
                    self.add(at + reload, Action::PayAgain { order, process });
                }
                let paid = choices.percent(60);
                self.add(at + choices.pick(&[15_000, 90_000]), Action::Decide { order, paid });
            }
        }
    }

    /// The process of the other shop.
    #[must_use]
    pub fn neighbour_process(&self) -> ProcessId {
        self.processes
    }

    /// The process with another account's key.
    #[must_use]
    pub fn stranger_process(&self) -> ProcessId {
        self.processes + 1
    }

    /// Whether the plan has a process.
    #[must_use]
    pub fn has(&self, process: ProcessId) -> bool {
        process < self.processes
            || (self.neighbour && process == self.neighbour_process())
            || (self.stranger && process == self.stranger_process())
    }

    /// Whether the store is replaced by an older copy.
    #[must_use]
    pub fn loses_commits(&self) -> bool {
        self.moves.iter().any(|planned| matches!(planned.action, Action::Restore { .. }))
    }

    /// Whether the store's clock is moved.
    #[must_use]
    pub fn steps_the_store(&self) -> bool {
        self.moves.iter().any(|planned| matches!(planned.action, Action::StepStore { .. }))
    }

    /// Another shop, and a process with another account's key.
    fn meet(&mut self, choices: &mut Choices) {
        for order in 0..self.orders {
            let at = choices.between(0, 180_000);
            if self.neighbour && choices.percent(60) {
                self.add(at, Action::CheckOut { order, process: self.neighbour_process() });
                let paid = choices.percent(70);
                self.add(at + choices.between(3_000, 300_000), Action::DecideElsewhere { order, paid });
            }
            if self.stranger && choices.percent(60) {
                let process = self.stranger_process();
                self.add(at + choices.between(0, 300_000), Action::CheckOut { order, process });
                self.add(at + choices.between(0, 600_000), Action::Refresh { order, process });
            }
        }
    }

    /// Clocks that are moved, and moved back after a while or never.
    fn step_clocks(&mut self, mut choices: Choices) {
        const HOUR: Millis = 3_600_000;
        let steps = [60_000, 600_000, 7 * HOUR, 365 * 24 * HOUR, -60_000, -600_000, -7 * HOUR];
        for process in 0..=self.processes {
            if !choices.percent(35) {
                continue;
            }
            let at = choices.between(0, ACTIVE);
            let (by, lasts) = (choices.pick(&steps), choices.pick(&[5_000, 60_000, 600_000, ACTIVE]));
            let step = |by| {
                let is_store = process == self.processes;
                if is_store { Action::StepStore { by } } else { Action::Step { process, by } }
            };
            let (there, back) = (step(by), step(-by));
            self.add(at, there);
            self.add(at + lasts, back);
        }
    }

    /// Floods of webhooks while the service is slow.
    fn flood(&mut self, choices: &mut Choices) {
        if choices.percent(80) {
            return;
        }
        let at = choices.between(10_000, 600_000);
        self.add(at, Action::SlowService { lasts: choices.pick(&[30_000, 300_000]) });
        for order in 0..self.orders.min(4) {
            let count = choices.pick(&[3, 40, 100]);
            self.add(at + choices.between(0, 5_000), Action::Flood { order, process: 0, count });
        }
    }

    /// Pages that are hammered at, limits of the rate, floods that anyone can send, and lists that cannot be read.
    fn press(&mut self, choices: &mut Choices) {
        let order = choices.any_of(self.orders);
        let process = choices.any_of(self.processes);
        let is_checkout = |planned: &&Move| matches!(planned.action, Action::CheckOut { order: other, .. } if other == order);
        let opened = self.moves.iter().find(is_checkout).map_or(0, |planned| planned.at);
        let is_flood = |planned: &Move| matches!(planned.action, Action::Flood { .. });
        if choices.percent(25) && !self.moves.iter().any(is_flood) {
            let count = choices.pick(&[20, 100]);
            self.add(opened + choices.between(500, 10_000), Action::Hammer { order, process, count });
        }
        if choices.percent(15) {
            let lasts = choices.pick(&[20_000, 120_000, 600_000]);
            self.add(choices.between(0, 120_000), Action::LimitRate { lasts });
        }
        if self.unsigned {
            let count = choices.pick(&[50, 400]);
            self.add(
                opened + choices.between(5_000, 600_000),
                Action::UnsignedFlood { order, process, count },
            );
        }
        if choices.percent(12) {
            let at = if choices.percent(50) { 0 } else { choices.between(0, ACTIVE) };
            self.add(at, Action::CutLists { lasts: choices.pick(&[60_000, 900_000]) });
        }
        if choices.percent(12) {
            let lasts = choices.pick(&[60_000, 900_000, ACTIVE]);
            self.add(choices.between(0, 600_000), Action::Garble { order, lasts });
        }
    }

    /// Faults of operation.
    fn operate(&mut self, choices: &mut Choices) {
        let lasts = |choices: &mut Choices| choices.pick(&[5_000, 60_000, 600_000, 1_800_000]);
        // Buyers are there in the first minutes; most faults are, too.
        let at = |choices: &mut Choices| {
            let most = choices.pick(&[120_000, 600_000, ACTIVE]);
            choices.between(0, most)
        };
        for process in 0..self.processes {
            if choices.percent(60) {
                let ahead = choices.pick(&[-90_000_000, -700_000, -60_000, 30_000, 700_000]);
                self.add(0, Action::Skew { process, ahead });
            }
            for _ in 0..choices.between(0, 3) {
                let down = choices.pick(&[10, 5_000, 130_000]);
                self.add(at(choices), Action::Kill { process, down });
            }
            if choices.percent(25) {
                let lasts = choices.pick(&[2_000, 20_000, 150_000, 660_000]);
                self.add(at(choices), Action::Freeze { process, lasts });
            }
        }
        for _ in 0..choices.between(0, 3) {
            let action = Action::NetworkTrouble { lasts: lasts(choices) };
            self.add(at(choices), action);
        }
        for _ in 0..choices.between(0, 2) {
            let action = Action::StoreTrouble { lasts: lasts(choices) };
            self.add(at(choices), action);
        }
        for _ in 0..choices.between(0, 3) {
            let action = Action::HandlerTrouble { lasts: lasts(choices) };
            self.add(at(choices), action);
        }
    }
}
