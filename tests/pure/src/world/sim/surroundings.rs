//! What happens around an order: webhooks, the buyer, and a person who is asked.

use kakaopay_flows::Alert;
use kakaopay_types::{ChargeId, ChargeStatus, EventKey};

use super::{Happening, Service, ServiceClock, Sim};

impl Sim<'_> {
    /// Effects of new facts: webhooks of new charges, and a buyer who follows the link.
    pub(super) fn notice(&mut self) {
        while self.known < self.service.charges.len() {
            let charge = self.service.charges[self.known].1.clone();
            self.known += 1;
            self.hook(EventKey::ChargeCreate, &charge.id);
            if self.scenario.orphans_paid && (self.known > 1 || self.recording.choose(4) == 3) {
                let link = charge.authorize_uri.map(String::from).unwrap_or_default();
                self.after(20, Happening::Decide { link });
            }
        }
        // Where the service tells no time, a person looks at its dashboard, and goes on when nothing is there.
        if !self.asked && self.waits_for_a_person() {
            self.asked = true;
            self.after(3_600, Happening::Resume);
        }
        if !self.decided
            && let Some(link) = self.driver.links.first().cloned()
        {
            self.decided = true;
            if let Some((_, wait)) = self.scenario.buyer {
                self.after(wait, Happening::Decide { link });
            }
        }
    }

    fn waits_for_a_person(&self) -> bool {
        let Some(payment) = self.driver.payment() else { return false };
        matches!(self.scenario.clock, ServiceClock::Stopped | ServiceClock::Nothing)
            && payment.alerts().iter().any(|alert| match alert {
                Alert::SearchBlocked | Alert::RefundWatchBlocked { .. } => true,
                Alert::RefundUnresolved { reference } => !self.service.has_refund(reference),
                _ => false,
            })
    }

    pub(super) fn decide(&mut self, link: &str) {
        let own = self.driver.links.contains(link);
        let status = match (&self.scenario.buyer, own) {
            (Some((status, _)), true) => status.clone(),
            _ => ChargeStatus::Successful,
        };
        let now = self.now;
        let Some(charge) = self.service.behind(link) else { return };
        let id = charge.id.clone();
        if !Service::end(charge, status.clone(), now) {
            return;
        }
        self.hook(EventKey::ChargeComplete, &id);
        if self.recording.choose(2) == 0 && own {
            self.after(1, Happening::Return);
        }
        if own && status == ChargeStatus::Successful {
            for (after, order) in self.scenario.refunds.clone() {
                self.after(after, Happening::WantRefund(order));
            }
            if let Some((after, amount)) = self.scenario.by_hand {
                self.after(after, Happening::RefundByHand(amount));
            }
        }
    }

    /// A webhook: it comes, or not, or late, or more than once.
    pub(super) fn hook(&mut self, key: EventKey, charge: &ChargeId) {
        let delays: &[i64] = match self.recording.choose(6) {
            _ if self.scenario.deaf => &[],
            0 => &[1],
            1 => &[],
            2 => &[0, 0, 3],
            3 => &[7_200],
            4 => &[90],
            _ => &[2, 172_800],
        };
        for delay in delays {
            self.after(*delay, Happening::Hook { key: key.clone(), charge: charge.clone() });
        }
    }
}
