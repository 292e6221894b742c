//! Whole scenarios of one order, with everything that can go wrong on the way.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use kakaopay_flows::LateRefund;
use kakaopay_pure_tests::Order;
use kakaopay_pure_tests::report::times;
use kakaopay_pure_tests::world::{End, Fate, Kind, Recording, Scenario, Second, ServiceClock, Sim, check};
use kakaopay_types::ChargeStatus;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Runs a scenario, and checks the invariants at its end.
fn tell(bytes: &[u8]) -> End {
    let mut recording = Recording::new(bytes);
    let scenario = Scenario::of(&mut recording);
    let end = Sim::new(scenario, recording).run();
    check(&end);
    end
}

/// The same scenarios in every run, so that a change is judged by itself; `PROPTEST_RNG_SEED` tells others.
fn config() -> ProptestConfig {
    let mut config = ProptestConfig {
        cases: times("KAKAOPAY_CASES", 20_000),
        max_shrink_iters: 20_000,
        ..ProptestConfig::default()
    };
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(2026);
    }
    config
}

proptest! {
    #![proptest_config(config())]

    /// Requests and answers are lost, late, doubled and refused, webhooks likewise; processes die; the
    /// buyer pays, cancels or walks away; the merchant refunds.
    #[test]
    fn i1_i2_i3_i4_i5_i6_i8_hold_whatever_goes_wrong(bytes in prop::collection::vec(any::<u8>(), 0..96)) {
        tell(&bytes);
    }
}

/// The scenarios lead everywhere, or they would prove little.
#[test]
fn the_stories_meet_everything_that_can_be_met() {
    let mut seen = BTreeSet::new();
    let mut random = 1_u64;
    for _ in 0..20_000 {
        let bytes: Vec<u8> = std::iter::repeat_with(|| {
            // Knuth's MMIX generator: the same scenarios in every run.
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            random.to_be_bytes()[0]
        })
        .take(64)
        .collect();
        let end = tell(&bytes);
        let payment = end.driver.payment().expect("it was opened");
        seen.insert(payment.state().name().to_owned());
        seen.extend(payment.refunds().values().map(|refund| format!("refund {}", refund.state().name())));
        seen.extend(
            payment
                .duplicate_charges()
                .values()
                .flat_map(|other| other.end.as_ref())
                .map(|end| format!("other {end}")),
        );
        let key = |event: &kakaopay_flows::PaymentEvent| {
            let key = event.key();
            let mut parts = key.split('/').skip(1);
            parts.next().filter(|part| *part != "alert").or_else(|| parts.next()).map(str::to_owned)
        };
        seen.extend(end.driver.notified.values().filter_map(key));
    }
    let expected = [
        "successful",
        "failed",
        "expired",
        "cancelled",
        "refused",
        "other successful",
        "other expired",
        "refund completed",
        "refund failed",
        "refund refused",
        "refund cancelled",
        "key_refused",
        "late",
        "refund_late",
        "refunded_elsewhere",
        "paid_and_refunded",
    ];
    let missing: Vec<_> = expected.iter().filter(|name| !seen.contains(**name)).collect();
    assert!(missing.is_empty(), "{missing:?} of {seen:?}");
}

/// Stories of orders that are cancelled or held.
fn scenarios_of_cancelling() -> Vec<(&'static str, Scenario)> {
    use Fate::{AnswerLost, Lost, NotSent};

    let paid = Scenario::paid;
    let bought_by = |buyer| Scenario { buyer, ..paid() };
    let deaf = |scenario: Scenario| Scenario { deaf: true, ..scenario };
    vec![
        ("cancelled", cancelled(Some((60, None)))),
        ("cancelled before the answer came", cancelled(Some((0, None))).with(Kind::Charge, AnswerLost(0))),
        ("cancelled, request lost", cancelled(Some((1, None))).with(Kind::Charge, Lost)),
        ("cancelled, not sent", cancelled(Some((1, None))).with(Kind::Charge, NotSent)),
        ("cancelled too late", Scenario { cancel: Some((31, None)), ..deaf(paid()) }),
        ("cancelled, and refused", unwilling(cancelled(Some((20, None))))),
        ("cancelled, refused, and paid", unwilling(Scenario { cancel: Some((20, None)), ..paid() })),
        (
            "the same, and refunded by itself",
            unwilling(Scenario { cancel: Some((20, None)), intent: refunding(), ..paid() }),
        ),
        ("cancelled and taken back", unwilling(Scenario { cancel: Some((10, Some(5))), ..paid() })),
        ("request to cancel lost", cancelled(Some((60, None))).with(Kind::Expire, Lost)),
        ("its answer lost", cancelled(Some((60, None))).with(Kind::Expire, AnswerLost(0))),
        ("held, and paid", held(paid())),
        ("held, and not paid", held(bought_by(None))),
        ("held, not paid, and refused", unwilling(held(bought_by(None)))),
        ("held, and paid after that", unwilling(held(bought_by(Some((ChargeStatus::Successful, 1_200)))))),
    ]
}

/// Stories in which one thing goes wrong, or two, each at its own place.
fn scenarios() -> Vec<(&'static str, Scenario)> {
    use Fate::{AnswerLost, Failed, KeyRefused, Lost, NotSent, Refused};
    use LateRefund::{Forward, Reject};

    let paid = Scenario::paid;
    let two_calls = || Scenario { intent: Order::two_calls().intent, ..paid() };
    let bought_by = |buyer| Scenario { buyer, ..paid() };
    let deaf = |scenario: Scenario| Scenario { deaf: true, ..scenario };
    let by_hand = |after, amount| deaf(Scenario { by_hand: Some((after, amount)), ..paid() });
    let refunded = || paid().with_refund(60, 150_000, Reject);
    vec![
        ("paid", paid()),
        ("paid, every webhook lost", deaf(paid())),
        ("paid in two calls", two_calls()),
        ("source lost", two_calls().with(Kind::Source, Lost)),
        ("not sent", paid().with(Kind::Charge, NotSent)),
        ("key refused", paid().with(Kind::Charge, KeyRefused)),
        ("refused", paid().with(Kind::Charge, Refused)),
        ("request lost", paid().with(Kind::Charge, Lost)),
        ("answer lost", paid().with(Kind::Charge, AnswerLost(0))),
        ("answer lost, every webhook too", deaf(paid().with(Kind::Charge, AnswerLost(0)))),
        ("answer and look-ups lost", deaf(paid().with(Kind::Charge, AnswerLost(0)).with(Kind::LookUp, Lost))),
        ("late", deaf(paid().with(Kind::Charge, AnswerLost(140)))),
        ("later than anybody waits", paid().with(Kind::Charge, AnswerLost(300))),
        ("and paid by hand", Scenario { orphans_paid: true, ..paid().with(Kind::Charge, AnswerLost(300)) }),
        ("service failed after the deed", paid().with(Kind::Charge, Failed { carried_out: true })),
        ("failed", bought_by(Some((ChargeStatus::Failed, 30)))),
        ("walked away", bought_by(None)),
        ("walked away, every webhook lost", deaf(bought_by(None))),
        ("paid at the last moment", deaf(bought_by(Some((ChargeStatus::Successful, 1_799))))),
        ("reading lost", deaf(paid().with(Kind::Read, Lost).with(Kind::Read, Lost))),
        ("refunded", refunded()),
        ("refunded in parts", refunded_in_parts()),
        ("refund not sent", refunded().with(Kind::Refund, NotSent)),
        ("refund refused", refunded().with(Kind::Refund, Refused)),
        ("refund failed", Scenario { failing_refund: Some(0), ..refunded() }),
        ("refund decided later", Scenario { slow_refunds: true, ..refunded() }),
        (
            "too many requests after the deed",
            paid().with(Kind::Charge, Fate::RateLimited { carried_out: true }),
        ),
        ("refund lost", paid().with_refund(60, 1, Forward).with(Kind::Refund, Lost)),
        ("refund's answer lost", deaf(refunded().with(Kind::Refund, AnswerLost(0)))),
        ("refund late", refunded().with(Kind::Refund, AnswerLost(590))),
        ("refunds unreadable for a while", refunded().with(Kind::Refunds, Lost).with(Kind::Refunds, Lost)),
        ("refund after its time", paid().with_refund(1_500, 1, Reject)),
        ("refund after its time, all the same", paid().with_refund(1_500, 1, Forward)),
        (
            "refund lost until its time had passed",
            paid().with_refund(1_100, 1, Reject).with(Kind::Refund, Lost),
        ),
        ("refunded by hand", Scenario { by_hand: Some((50, 50_000)), ..refunded() }),
        ("refunded by hand before the shop read the charge", by_hand(0, 50_000)),
        ("refunded whole by hand after that", by_hand(3_600, 150_000)),
        ("refunded whole by hand before that", by_hand(0, 150_000)),
        ("voided by hand before that", Scenario { voids: true, ..by_hand(0, 150_000) }),
    ]
}

fn cancelled(cancel: Option<(i64, Option<i64>)>) -> Scenario {
    Scenario { cancel, buyer: None, ..Scenario::paid() }
}

fn unwilling(scenario: Scenario) -> Scenario {
    Scenario { refuses_expire: true, ..scenario }
}

fn held(scenario: Scenario) -> Scenario {
    let intent = scenario.intent.clone().pay_within(Duration::from_secs(900));
    Scenario { intent, ..scenario }
}

fn refunding() -> kakaopay_flows::Intent {
    Order::one_call().intent.refund_if_paid_late(true)
}

fn refunded_in_parts() -> Scenario {
    let late = LateRefund::Reject;
    let scenario = Scenario::paid().with_refund(20, 50_000, late).with_refund(21, 75_001, late);
    scenario
        .with_refund(40, 100_000, late)
        .with_refund(60, 24_999, late)
        .with(Kind::Refund, Fate::AnswerLost(2))
}

fn told(scenario: &Scenario, deaths: &[u32]) -> End {
    let end = Sim::new(scenario.clone(), Recording::new(&[])).crashing_after(deaths).run();
    check(&end);
    end
}

/// F11: the process dies after each output that it takes, and the next one after each of its own first.
#[test]
fn f11_i1_i2_i3_i4_i5_i6_i8_hold_wherever_the_process_dies() {
    let mut points = 0;
    for (name, scenario) in scenarios().into_iter().chain(scenarios_of_cancelling()) {
        let outputs = told(&scenario, &[]).driver.taken;
        assert!(outputs > 5, "{name}");
        for first in 0..=outputs {
            told(&scenario, &[first]);
            points += 1;
            for second in 0..12 {
                told(&scenario, &[first, second]);
                points += 1;
            }
        }
    }
    assert!(points > 10_000, "{points}");
}

/// F03, F18: the end of each scenario without crashes. A reader may begin here.
#[test]
fn each_scenario_leads_where_it_should() {
    let mut found = String::new();
    for (name, scenario) in scenarios().into_iter().chain(scenarios_of_cancelling()) {
        let end = told(&scenario, &[]);
        let told: Vec<_> =
            end.driver.notified.keys().map(|key| key.trim_start_matches("order-345678/")).collect();
        let requests: Vec<_> = end.sent.iter().map(|sent| Kind::of(&sent.request)).collect();
        let count = |kind| requests.iter().filter(|found| **found == kind).count();
        writeln!(
            found,
            "{name}: {} | charges {} | refunds {} | asked {}+{}",
            told.join(", "),
            end.service.charges.len(),
            end.service.refunds.len(),
            count(Kind::Charge),
            count(Kind::Refund),
        )
        .expect("text");
    }
    insta::assert_snapshot!(found);
}

/// F47: two processes whose clocks differ share a payment. The outcome of its refund is unknown, then that of
/// its charge; what was made appears late, after the service has answered another request.
#[test]
fn f47_two_processes_with_different_clocks_ask_once() {
    let mut told_of = 0;
    for (skew, scans) in
        [700, -700, 90_000, -90_000, 60, 1].into_iter().flat_map(|skew| [(skew, 8), (skew, 1)])
    {
        for (kind, latest) in [(Kind::Refund, 590), (Kind::Charge, 80)] {
            for fate in [
                Fate::Failed { carried_out: true },
                Fate::RateLimited { carried_out: true },
                Fate::AnswerLost(0),
                Fate::AnswerLost(latest),
            ] {
                let lag = if fate == Fate::AnswerLost(latest) { 0 } else { latest.min(300) };
                for clock in
                    [ServiceClock::Date, ServiceClock::To, ServiceClock::Stopped, ServiceClock::Nothing]
                {
                    let second = Some(Second { skew, scans });
                    let scenario = Scenario { second, lag, clock, deaf: true, ..Scenario::paid() };
                    let scenario = scenario.with_refund(60, 50_000, LateRefund::Forward).with(kind, fate);
                    let end = told(&scenario, &[]);
                    assert_eq!(end.service.charges.len(), 1, "{scenario:?}");
                    assert!(end.service.refunds.len() <= 1, "{scenario:?}");
                    told_of += 1;
                }
            }
        }
    }
    assert_eq!(told_of, 384);
}
