//! The plan of merchants who cancel, of holds, and of late money that goes back by itself.

use crate::choices::Choices;
use crate::moves::{Action, Millis, Move, OrderId};
use crate::plan::Plan;
use crate::terms::Terms;

impl Plan {
    /// Merchants who cancel at any time, and change their minds.
    pub(crate) fn cancel(&mut self, choices: &mut Choices) {
        self.refuses_to_cancel = choices.percent(40);
        for order in 0..self.orders {
            let holds = [Some(20_000), Some(60_000), Some(300_000)];
            let hold = if choices.percent(30) { choices.pick(&holds) } else { None };
            self.terms.push(Terms { hold, refunds_late: choices.percent(30) });
            if !choices.percent(25) {
                continue;
            }
            let times: Vec<Millis> =
                self.moves.iter().filter_map(|planned| time_of(planned, order)).collect();
            let at = times[choices.any_of(times.len())];
            let at = at + choices.pick(&[-1_000, 0, 0, 200, 1_000, 15_000]) + choices.between(0, 3_000);
            for _ in 0..choices.between(1, 3) {
                let process = choices.any_of(self.processes);
                let at = at.max(0) + choices.pick(&[0, 300, 20_000]);
                self.add(at, Action::Cancel { order, process });
            }
            if choices.percent(30) {
                self.add((at - 500).max(0), Action::NetworkTrouble { lasts: 30_000 });
            }
            if choices.percent(35) {
                let process = choices.any_of(self.processes);
                let back = choices.pick(&[100, 2_000, 30_000, 200_000]);
                self.add(at.max(0) + back, Action::CheckOut { order, process });
            }
            if choices.percent(40) {
                let process = choices.any_of(self.processes);
                let again = at.max(0) + choices.pick(&[5_000, 40_000, 400_000]);
                self.add(again, Action::PayAgain { order, process });
                self.add(again + choices.pick(&[4_000, 60_000]), Action::Decide { order, paid: true });
            }
        }
        self.lose_a_change_of_mind(&mut choices.fork("change of mind"));
    }

    /// The shop takes a wish to cancel back, the order is paid, and the store is put back to a copy from before that.
    fn lose_a_change_of_mind(&mut self, choices: &mut Choices) {
        let is_excluded = |planned: &Move| {
            matches!(planned.action, Action::StaffEdit { .. } | Action::Restore { marked: false, .. })
        };
        if self.moves.iter().any(is_excluded) || !choices.percent(15) {
            return;
        }
        let order = choices.any_of(self.orders);
        let Some(at) = self.moves.iter().filter_map(|planned| time_of(planned, order)).min() else { return };
        let process = choices.any_of(self.processes);
        self.refuses_to_cancel = true;
        self.terms[order] = Terms { hold: None, refunds_late: true };
        self.add(at + 5_000, Action::Cancel { order, process });
        self.add(at + 30_000, Action::BackUp);
        self.add(at + 31_000, Action::CheckOut { order, process });
        self.add(at + 40_000, Action::Decide { order, paid: true });
        let lost = at + choices.pick(&[60_000, 300_000]);
        self.add(lost, Action::Restore { marked: true, down: 5_000 });
    }
}

/// When the order is checked out or paid.
fn time_of(planned: &Move, order: OrderId) -> Option<Millis> {
    match planned.action {
        Action::CheckOut { order: other, .. } | Action::Decide { order: other, .. } if other == order => {
            Some(planned.at)
        }
        _ => None,
    }
}
