//! The suite as tests.

/// Expands to one test for each promise of [`Store`](crate::Store), each with an empty store of its own
/// and its clock.
#[macro_export]
macro_rules! conformance_tests {
    ($make:expr) => {
        $crate::conformance_tests!(@each $make;
            entries_come_back_in_order,
            a_snapshot_stands_for_the_entries_before,
            payments_are_listed_page_by_page,
            what_waits_is_counted,
            f40_a_job_is_claimed_by_one_process,
            i10_a_conflict_leaves_nothing_behind,
            a_charge_belongs_to_one_payment,
            f51_an_orphaned_charge_is_kept_without_a_payment,
            f51_a_copy_has_everything,
            f51_a_copy_is_worked_off,
            f51_a_store_in_use_is_no_target,
            f51_a_restored_store_is_suspect,
            f51_a_pruned_payment_keeps_one_entry_and_its_charges,
            i10_only_a_quiet_payment_is_pruned,
            f51_a_copy_has_pruned_payments,
            f60_old_webhooks_are_removed,
            f51_a_closed_store_gives_no_work,
            f01_a_webhook_is_stored_once,
            a_commit_completes_webhooks,
            a_claimed_webhook_comes_back_when_the_lease_ends,
            deadlines_come_earliest_first_and_once,
            a_deadline_is_replaced_and_cleared,
            i3_a_message_is_known_by_its_key_for_ever,
            f40_a_zombie_cannot_complete,
            f48_the_messages_of_a_payment_are_claimed_one_by_one,
            f48_new_messages_come_first_and_others_by_their_time,
            f48_an_alert_waits_for_nothing,
            f48_a_waiting_message_is_not_due,
            f48_a_commit_claims_what_waits_for_no_other,
            f48_a_commit_claims_nothing_behind_another,
            f48_messages_are_completed_together,
            f48_i3_many_workers_keep_the_order_of_each_payment,
            f50_a_failed_message_waits_and_delays_no_other_payment,
            f50_only_a_valid_claim_can_fail,
            f50_a_skipped_message_lets_the_next_one_through,
            f50_what_is_skipped_stays_skipped,
            f53_the_clock_can_be_read,
            f53_what_was_set_ahead_is_due_after_two_minutes,
            f53_f40_a_correction_shortens_no_lease,
            f53_nothing_sleeps_after_the_clock_was_set_back,
            f53_a_correction_delays_nothing,
            f53_a_clock_may_waver,
            f53_the_backlog_counts_what_was_set_ahead,
            f53_a_correction_keeps_what_is_right,
            f53_terms_have_no_end,
            f68_a_renewed_lease_ends_later,
            f68_a_row_is_given_back_by_a_lease_of_zero,
            f68_a_renewal_leaves_alone_what_has_moved_on,
            f40_a_zombie_renews_nothing,
            the_next_wake_is_the_earliest_of_all,
            bodies_of_any_size_are_kept,
            one_of_many_writers_wins_each_place,
            steps_of_many_payments_are_all_stored,
            f52_a_setting_changes_from_its_text_only,
            f52_a_new_store_has_an_identity,
            f52_one_of_many_changes_a_setting,
        );
    };
    (@each $make:expr; $($name:ident,)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            $crate::conformance::$name($crate::conformance::Subject::from($make)).await;
        }
    )*};
}
