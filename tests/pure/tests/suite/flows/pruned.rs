//! A pruned payment is as good as a whole one in everything about money, and says nothing about its buyer.

use kakaopay_flows::{JournalEntry, Payment, PaymentEvent, PruneError, RefundState, ReplayError};
use kakaopay_pure_tests::Driven;
use kakaopay_pure_tests::input_tables::{
    TimedInput, inputs, refund_inputs, refund_state_of, refund_states, state_of, states, table,
};
use kakaopay_pure_tests::order::at;
use kakaopay_types::Reference;
use serde_json::json;

use super::refunds::{made, order, posts, whole};
use super::stored::{paid, refunded, refused, second_attempt};
use kakaopay_flows::LateRefund;

const LATER: i64 = 40 * 86_400;

fn pruned(mut driven: Driven) -> Result<Driven, PruneError> {
    driven.prune(at(LATER)).map(|()| driven)
}

/// The states that can be pruned answer each input as they did before.
#[track_caller]
fn check(
    states: Vec<(&'static str, Driven)>,
    inputs: &[TimedInput],
    state_of: fn(&Driven) -> &'static str,
    over: &[&str],
) {
    let able: Vec<_> = states
        .into_iter()
        .filter_map(|(name, driven)| Some(((name, driven.clone()), (name, pruned(driven).ok()?))))
        .collect();
    let (before, after): (Vec<_>, Vec<_>) = able.into_iter().unzip();
    assert_eq!(after.iter().map(|(name, _)| *name).collect::<Vec<_>>(), over);
    let draw = |states| table(states, inputs.to_vec(), state_of).rows;
    assert_eq!(draw(&after), draw(&before));
}

#[test]
fn i1_a_pruned_payment_answers_each_input_as_before() {
    let over = ["Successful", "Refunded", "Failed", "Expired", "Refused", "Cancelled", "NoCharge"];
    check(states(), &inputs(), state_of, &over);
    let over = ["Completed", "Failed", "Refused", "Cancelled"];
    check(refund_states(), &refund_inputs(), refund_state_of, &over);
}

#[test]
fn a_payment_with_something_left_to_do_is_not_pruned() {
    let why = |states: Vec<(&'static str, Driven)>, name: &str| {
        let (_, driven) = states.into_iter().find(|(state, _)| *state == name).expect("a state");
        let journal = driven.journal.clone();
        let mut after = driven;
        let why = after.prune(at(LATER)).expect_err("it is not over");
        assert_eq!(after.journal, journal, "it is unchanged");
        why
    };
    let refund = |name| match why(refund_states(), name) {
        PruneError::RefundOpen { .. } => {}
        other => panic!("{name}: {other}"),
    };
    for name in ["Source", "Charge", "Searching", "Pending", "Watching", "Blocked"] {
        assert_eq!(why(states(), name), PruneError::NotEnded, "{name}");
    }
    ["Preparing", "Requested", "Searching", "Pending"].into_iter().for_each(refund);
    assert!(matches!(why(refund_states(), "Blocked"), PruneError::AlertOpen { .. }));
    // Also one whose alert a person has seen: it has not ended.
    let (_, mut blocked) = refund_states().swap_remove(3);
    let alert = blocked.payment.alerts().first().expect("an alert").key();
    assert!(blocked.acknowledge(&alert, at(400)));
    assert!(matches!(pruned(blocked), Err(PruneError::RefundOpen { .. })));
}

/// A journal that begins with any other entry than the first, or the one that stands for those before it, is damaged.
#[test]
fn i3_only_a_pruned_journal_begins_later() {
    let whole = paid();
    let mut driven = whole.clone();
    driven.prune(at(LATER)).expect("it is over");
    let [(seq, entry)] = &driven.journal[..] else { panic!("{} entries", driven.journal.len()) };
    assert_eq!(*seq, whole.payment.seq() + 1);
    let replay = |seq, bytes: &[u8]| Payment::replay([(seq, bytes)]).map(drop);
    assert_eq!(replay(*seq, entry), Ok(()));
    assert_eq!(replay(1, entry), Err(ReplayError::Impossible { seq: 1 }));
    let (_, second) = &whole.journal[1];
    assert_eq!(replay(2, second), Err(ReplayError::OutOfOrder { expected: 1, found: 2 }));
    // With those before it, which a copy may still have, it is the same payment.
    let entries = whole.journal.iter().chain(&driven.journal).map(|(seq, bytes)| (*seq, bytes.as_slice()));
    let replayed = Payment::replay(entries).expect("a journal").expect("a payment");
    assert_eq!(replayed.snapshot(), driven.payment.snapshot());
    let unended = text(entry).replace(r#""end":{"successful""#, r#""end":{"expired""#);
    assert!(replay(*seq, unended.as_bytes()).is_err());
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("JSON")
}

#[test]
fn nothing_about_the_buyer_is_left() {
    let mut order = kakaopay_pure_tests::Order::one_call();
    order.intent.description = Some("for Mr Kim".to_owned());
    order.intent.return_uri = "https://shop.example/done?buyer=kim".parse().expect("an address");
    let (mut driven, _) = Driven::open(order.intent.clone(), at(0));
    let failed = [
        ("status", json!("failed")),
        ("failure_code", json!("failed_processing")),
        ("failure_message", json!("Kim has no money")),
    ];
    driven.handle(super::stored::read(order.charge(1, &[])), at(2));
    driven.handle(super::stored::read(order.charge(1, &failed)), at(3));
    driven.handle(super::stored::read(order.charge(1, &kakaopay_pure_tests::guide::ended("expired"))), at(4));
    for alert in driven.payment.alerts().clone() {
        assert!(driven.acknowledge_as(&alert.key(), ("Lee", "Kim called"), at(5)));
    }
    let before = driven.journal.iter().map(|(_, entry)| text(entry)).collect::<String>();
    let private = ["Mr Kim", "buyer=kim", "no money", "Kim called", "Lee", "authorize"];
    assert!(private.iter().all(|word| before.contains(word)), "{before}");
    driven.prune(at(LATER)).expect("it is over");
    let [(seq, entry)] = &driven.journal[..] else { panic!("{} entries", driven.journal.len()) };
    for stored in [text(entry), text(&driven.payment.snapshot().expect("all is durable"))] {
        let found: Vec<_> = private
            .iter()
            .filter(|word| stored.replace("authorize_uri\":null", "").contains(**word))
            .collect();
        assert!(found.is_empty(), "{found:?}: {stored}");
        assert!(stored.contains("https://shop.example/"), "{stored}");
    }
    assert!(entry.len() < 1_100, "{}", entry.len());
    let entry = JournalEntry::from_bytes(*seq, entry).expect("an entry");
    assert_eq!(entry.records.iter().map(|record| record.name()).collect::<Vec<_>>(), ["pruned"]);
}

/// A payment in which nothing has happened since is not pruned again.
#[test]
fn pruning_is_idempotent() {
    for mut driven in [paid(), second_attempt(), refused()] {
        while let Some(alert) = driven.payment.alerts().first().cloned() {
            assert!(driven.acknowledge(&alert.key(), at(LATER)));
        }
        assert!(!driven.payment.is_pruned());
        driven.prune(at(LATER)).expect("it is over");
        let (seq, entry) = driven.journal[0].clone();
        assert!(driven.payment.is_pruned() && entry.len() < 1_500, "{}", entry.len());
        driven.prune(at(2 * LATER)).expect("it is over");
        assert_eq!(driven.journal, [(seq, entry)]);
    }
}

/// Late evidence on a pruned payment: the refund is notified once and counts, the rest can be refunded, and the payment
/// can be pruned again.
#[test]
fn i2_a_refund_made_after_pruning_is_not_lost() {
    let mut driven = pruned(super::refunds::paid(&[])).expect("it is over");
    assert!(driven.payment.notification_keys().is_empty(), "those before are not kept");
    let events = driven.events.len();
    let requests = driven.refund(&order("r1", 1_000, LateRefund::Forward), at(LATER + 1)).expect("a refund");
    let by_hand = made("rfnd_test_staff", None, 149_500, "closed");
    let requests = driven.handle(whole(&requests, std::slice::from_ref(&by_hand)), at(LATER + 2));
    assert_eq!(posts(&requests), 0, "too little is left");
    let keys: Vec<_> = driven.events[events..].iter().map(PaymentEvent::key).collect();
    assert_eq!(keys, ["order-345678/refunded_elsewhere/rfnd_test_staff", "order-345678/refund/r1"]);
    assert_eq!(driven.payment.notification_keys(), ["order-345678/refund/r1"]);
    let r1 = Reference::parse("r1").expect("a reference");
    assert!(matches!(driven.payment.refunds()[&r1].state(), RefundState::Cancelled { .. }));
    driven.prune(at(2 * LATER)).expect("it is over");
    assert!(driven.payment.notification_keys().is_empty());
    assert_eq!(driven.payment.refunds().len(), 1);
}

/// One whose refunds went each way has some that have not ended.
#[test]
fn refunds_that_have_not_ended_keep_their_payment() {
    assert!(pruned(refunded()).is_err());
}
