//! The active fault rules and their counters.

use fastrand::Rng;

use super::operation::operation;
use super::rule::Calls;
use super::{Fault, FaultRule, Trigger};

/// The active fault rules. The first one that applies to a call wins; each counts the calls it matches.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    active: Vec<Active>,
    triggered: usize,
}

#[derive(Debug)]
struct Active {
    rule: FaultRule,
    seen: u64,
    happened: u64,
    random: Rng,
}

impl Rules {
    /// Activates rules with counters at zero.
    pub(crate) fn new(rules: Vec<FaultRule>) -> Self {
        Self { active: rules.into_iter().map(Active::new).collect(), triggered: 0 }
    }

    /// Number of rules.
    pub(crate) fn count(&self) -> usize {
        self.active.len()
    }

    /// Number of requests that got a fault.
    pub(crate) fn triggered(&self) -> usize {
        self.triggered
    }

    /// Returns the fault of a request, if any. A request that is not an API call matches only rules with a path.
    pub(crate) fn next(&mut self, method: &str, path: &str, query: &str) -> Option<Fault> {
        if self.active.is_empty() {
            return None;
        }
        let operation = operation(method, path, query);
        // Every rule counts the call, even after the first match.
        let faults = self.active.iter_mut().filter_map(|active| active.next(operation, path));
        let fault = faults.reduce(|first, _| first);
        self.triggered += usize::from(fault.is_some());
        fault
    }
}

impl Active {
    fn new(rule: FaultRule) -> Self {
        let seed = if let Trigger::Chance { seed, .. } = rule.when { seed } else { 0 };
        Self { rule, seen: 0, happened: 0, random: Rng::with_seed(seed) }
    }

    fn next(&mut self, operation: Option<&str>, path: &str) -> Option<Fault> {
        let meant = match &self.rule.calls {
            Calls::Api => operation.is_some(),
            Calls::Operation(own) => operation == Some(own),
            Calls::Path(pattern) => pattern.is_of(path),
        };
        if !meant {
            return None;
        }
        self.seen = self.seen.saturating_add(1);
        let now = match self.rule.when {
            Trigger::Always => true,
            Trigger::Nth(nth) => self.seen == nth.get(),
            Trigger::Every(step) => self.seen % step == 0,
            Trigger::Chance { percent, .. } => self.random.u8(0..100) < percent,
        };
        if !now || self.rule.times.is_some_and(|most| self.happened >= most) {
            return None;
        }
        self.happened = self.happened.saturating_add(1);
        Some(self.rule.fault.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rule: &str, expected: &[u64]) {
        let mut rules = Rules::new(vec![rule.parse().unwrap()]);
        let happened: Vec<u64> = (1..=12).filter(|_| rules.next("POST", "/charges", "").is_some()).collect();
        assert_eq!(happened, expected, "{rule}");
        assert_eq!(rules.next("GET", "/_sandbox/clock", ""), None);
    }

    #[test]
    fn only_path_rules_apply_to_pages() {
        for (rule, meant) in
            [("html", false), ("html@/payments/*/authorize", true), ("html@/charges/*", false)]
        {
            let mut rules = Rules::new(vec![rule.parse().unwrap()]);
            assert_eq!(rules.next("POST", "/payments/x/authorize", "").is_some(), meant, "{rule}");
        }
    }

    #[test]
    fn rules_apply_to_their_calls_only() {
        check("html", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        check("html@charges.create:nth=2", &[2]);
        check("html@charges.list", &[]);
        check("html@/charges:nth=2", &[2]);
        check("html@/charges/*", &[]);
        check("html@/**:every=5", &[5, 10]);
        check("html:every=5", &[5, 10]);
        check("html:every=5:times=1", &[5]);
        check("html:times=2", &[1, 2]);
        check("html:times=0", &[]);
        check("html:chance=0", &[]);
        check("html:chance=100:seed=9:times=1", &[1]);
    }

    #[test]
    fn a_seed_determines_the_random_calls() {
        let drawn = |rule: &str| {
            let mut rules = Rules::new(vec![rule.parse().unwrap()]);
            (0..1_000).filter(|_| rules.next("GET", "/charges", "").is_some()).collect::<Vec<_>>()
        };
        assert_eq!(drawn("html:chance=10:seed=1"), drawn("html:chance=10:seed=1"));
        assert_ne!(drawn("html:chance=10:seed=1"), drawn("html:chance=10:seed=2"));
        assert!((50..200).contains(&drawn("html:chance=10:seed=1").len()));
    }

    #[test]
    fn invalid_rules_are_rejected() {
        use super::super::InvalidFaultRule::{self, Fault as F, Operation as O, Path as P, Trigger as W};
        for (text, expected) in [
            ("", F),
            ("lose", F),
            ("html=1", F),
            ("delay", F),
            ("delay=x", F),
            ("slow-body", F),
            ("slow-body=-1", F),
            ("reset-mid-body=1", F),
            ("status=200", F),
            ("status=600", F),
            ("status=70000", F),
            ("429=\n", F),
            ("html@", O),
            ("html@charges", O),
            ("html@/", P),
            ("html@/charges/x*", P),
            ("html@/_sandbox/clock", P),
            ("html:", W),
            ("html:nth", W),
            ("html:nth=0", W),
            ("html:every=0", W),
            ("html:chance=101", W),
            ("html:nth=1:every=2", W),
            ("html:seed=1", W),
            ("html:times=-1", W),
        ] {
            assert_eq!(text.parse::<FaultRule>(), Err::<FaultRule, InvalidFaultRule>(expected), "{text:?}");
        }
    }
}
