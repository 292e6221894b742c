//! Moves of an operator at the store: backups, an older copy in its place, pruning.

use crate::choices::Choices;
use crate::moves::{Action, Move};
use crate::plan::{ACTIVE, Plan};

impl Plan {
    /// Backups, and an old copy of the store in its place.
    pub(crate) fn lose_commits(&mut self, choices: &mut Choices) {
        // A charge whose order was lost and whose metadata was edited is no one's, or the order's that it names now: only
        // the lost journal knew.
        let is_edited = |planned: &Move| matches!(planned.action, Action::StaffEdit { .. });
        if self.moves.iter().any(is_edited) || !choices.percent(60) {
            return;
        }
        self.lose_a_refund(choices);
        let made = choices.between(0, 300_000);
        self.add(made, Action::BackUp);
        for _ in 0..choices.between(1, 3) {
            let at =
                made + choices.pick(&[500, 5_000, 60_000, 300_000, 1_200_000]) + choices.between(0, 60_000);
            let down = choices.pick(&[10, 5_000, 120_000]);
            self.add(at, Action::Restore { marked: choices.percent(70), down });
        }
    }

    /// An operator who prunes, after a term that is short enough to matter here.
    pub(crate) fn prune(&mut self, choices: &mut Choices) {
        for _ in 0..choices.pick(&[0, 0, 1, 3]) {
            let process = choices.any_of(self.processes);
            let at = choices.between(20_000, ACTIVE - 60_000);
            let older_than = choices.pick(&[0, 1_000, 60_000, 600_000]);
            self.add(at, Action::Prune { older_than, process });
        }
    }

    /// The store is put back while a refund is on its way, and the shop asks for the same refund again.
    fn lose_a_refund(&mut self, choices: &mut Choices) {
        let is_refund = |planned: &&Move| matches!(planned.action, Action::Refund { .. });
        let Some(refund) = self.moves.iter().find(is_refund).cloned() else { return };
        if choices.percent(70) {
            return;
        }
        self.add(refund.at - 200, Action::BackUp);
        self.add(refund.at - 100, Action::NetworkTrouble { lasts: 60_000 });
        let lost = refund.at + choices.pick(&[3_000, 15_000, 60_000]);
        self.add(lost, Action::Restore { marked: true, down: 5_000 });
        for again in [10_000, 60_000, 300_000] {
            self.add(lost + again, refund.action.clone());
        }
    }
}
