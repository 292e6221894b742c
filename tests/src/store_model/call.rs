//! A call of a store.

use proptest::prelude::*;

/// A call of a store. Payments, charges, events, messages and jobs have numbers, so that few are met often.
#[derive(Debug, Clone)]
pub enum Call {
    /// A step of a payment.
    Commit {
        /// Which payment.
        payment: u8,
        /// How far the writer's last entry is from the true one: mostly not at all.
        off: i8,
        /// Whether there is an entry.
        entry: bool,
        /// Whether there is a snapshot.
        snapshot: bool,
        /// Keep the deadline, clear it, or set it so many seconds from now.
        deadline: Option<Option<i64>>,
        /// Messages to deliver, by number.
        messages: Vec<u8>,
        /// A charge to bind.
        charge: Option<u8>,
    },
    /// The entries of a payment are replaced by one.
    Prune {
        /// Which payment.
        payment: u8,
        /// How far the writer's last entry is from the true one: mostly not at all.
        off: i8,
    },
    /// Old webhooks are removed: so old, of so many.
    PruneEvents(i64, usize),
    /// A webhook.
    Receive(u8),
    /// Claim webhooks: how many, for how long.
    ClaimEvents(usize, i64),
    /// A webhook is worked off.
    FinishEvent(u8),
    /// Claim deadlines.
    ClaimDue(usize, i64),
    /// Claim messages.
    ClaimMessages(usize, i64),
    /// Let the leases of all claims so far, valid and stale, end in so long.
    Renew(i64),
    /// A message is completed, under its last claim minus so many.
    Complete(u8, u8),
    /// A message fails, under its last claim minus so many, and is to be retried in so many seconds.
    Fail(u8, u8, i64),
    /// A person skips a message.
    Skip(u8),
    /// Claim a job for so long.
    ClaimJob(u8, i64),
    /// Put a job off by so long.
    PutOff(u8, i64),
    /// Time goes by, in seconds.
    Wait(i64),
    /// The store's clock is set back by so many seconds.
    SetBack(i64),
    /// The store is closed and opened again, where it can be.
    Reopen,
}

impl Call {
    /// Any call.
    pub fn any() -> BoxedStrategy<Self> {
        let payment = || 0_u8..4;
        let off = || prop_oneof![8 => Just(0_i8), 1 => Just(-1_i8), 1 => Just(1_i8)];
        let deadline = prop_oneof![
            2 => Just(None),
            1 => Just(Some(None)),
            3 => (0_i64..40).prop_map(|seconds| Some(Some(seconds))),
        ];
        let messages = prop::collection::vec(0_u8..12, 0..3);
        let charge = prop::option::weighted(0.2, 0_u8..5);
        let commit = (payment(), off(), any::<bool>(), prop::bool::weighted(0.2), deadline, messages, charge);
        let (limit, lease) = (|| 0_usize..4, || 1_i64..30);
        let back = || prop_oneof![3 => Just(0_u8), 1 => Just(1)];
        prop_oneof![
            8 => commit.prop_map(|(payment, off, entry, snapshot, deadline, messages, charge)| {
                Self::Commit { payment, off, entry, snapshot, deadline, messages, charge }
            }),
            2 => (payment(), off()).prop_map(|(payment, off)| Self::Prune { payment, off }),
            1 => (0_i64..40, 0_usize..6).prop_map(|(age, limit)| Self::PruneEvents(age, limit)),
            3 => (0_u8..8).prop_map(Self::Receive),
            2 => (limit(), lease()).prop_map(|(limit, lease)| Self::ClaimEvents(limit, lease)),
            2 => (0_u8..8).prop_map(Self::FinishEvent),
            2 => (limit(), lease()).prop_map(|(limit, lease)| Self::ClaimDue(limit, lease)),
            3 => (limit(), lease()).prop_map(|(limit, lease)| Self::ClaimMessages(limit, lease)),
            2 => lease().prop_map(Self::Renew),
            3 => (0_u8..12, back()).prop_map(|(message, back)| Self::Complete(message, back)),
            2 => (0_u8..12, back(), 1_i64..40)
                .prop_map(|(message, back, seconds)| Self::Fail(message, back, seconds)),
            1 => (0_u8..12).prop_map(Self::Skip),
            1 => (0_u8..2, lease()).prop_map(|(job, lease)| Self::ClaimJob(job, lease)),
            1 => (0_u8..2, lease()).prop_map(|(job, due)| Self::PutOff(job, due)),
            3 => prop_oneof![8 => 1_i64..20, 1 => 20_i64..100_000].prop_map(Self::Wait),
            1 => prop_oneof![1_i64..20, 20_i64..100_000].prop_map(Self::SetBack),
            1 => Just(Self::Reopen),
        ]
        .boxed()
    }
}
