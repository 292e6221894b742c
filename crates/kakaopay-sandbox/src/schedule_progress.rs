//! The progress of a webhook schedule.

use crate::webhook_schedule::WebhookSchedule;

/// A schedule with the progress of its current batch.
#[derive(Debug, Default)]
pub(crate) struct ScheduleProgress {
    pub(crate) schedule: WebhookSchedule,
    left: usize,
}

impl ScheduleProgress {
    pub(crate) fn new(schedule: WebhookSchedule) -> Self {
        Self { schedule, left: 0 }
    }

    /// Returns the index of the next webhook to post, given the number that wait (a batch's worth is enough to
    /// count); `None` while they are held.
    pub(crate) fn next(&mut self, waiting: usize) -> Option<usize> {
        if self.left == 0 || self.left > waiting {
            self.left = if waiting >= self.schedule.batch.get() { self.schedule.batch.get() } else { 0 };
        }
        self.left = self.left.checked_sub(1)?;
        Some(self.left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reordered_batch_is_posted_in_reverse() {
        let mut progress = ScheduleProgress::new("reorder=3".parse().expect("a schedule"));
        assert_eq!(progress.next(2), None);
        let order: Vec<_> = (1..=4).rev().map(|waiting| progress.next(waiting)).collect();
        assert_eq!(order, [Some(2), Some(1), Some(0), None]);
        let mut plain = ScheduleProgress::default();
        assert_eq!((plain.next(0), plain.next(1), plain.next(5)), (None, Some(0), Some(0)));
    }
}
