//! Omise's KakaoPay guide, statement by statement where no other test covers it.
//! COMPLIANCE.md lists the statements.

use std::num::NonZeroU32;

use kakaopay_pure_tests::guide;
use kakaopay_types::endpoint::{
    ChargeSource, CreateCharge, CreateSource, Endpoint, Method, RetrieveCharge, RetrieveSource,
};
use kakaopay_types::{
    AnyKey, Authorizes, Charge, ChargeStatus, Currency, FailureCode, Flow, Language, Limits, Money, Outcome,
    PaymentAmount, PlatformType, PublicKey, Reference, ReturnUri, SecretKey, SecretOnly, SourceChargeStatus,
    SourceType, Timestamp, decode,
};
use serde_json::json;

fn amount() -> PaymentAmount {
    PaymentAmount::new(Money::parse("1,500.00", Currency::SGD).expect("money")).expect("an amount")
}

fn charge() -> Charge {
    decode::from_slice(guide::CHARGE.as_bytes()).expect("the guide's charge")
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a moment")
}

/// A charge as the guide creates it; the parameters that find it again come last.
fn create(source: ChargeSource) -> CreateCharge {
    let return_uri = ReturnUri::parse("https://example.com/orders/345678/complete").expect("a URI");
    let attempt = Reference::parse("345678").expect("a reference").attempt(NonZeroU32::MIN);
    CreateCharge::new(amount(), return_uri, source, attempt)
}

#[test]
fn a_source_is_created_with_the_guides_four_parameters() {
    let create = CreateSource::new(amount()).platform_type(PlatformType::Web);
    assert_eq!((CreateSource::METHOD, create.path().as_str()), (Method::Post, "/sources"));
    assert_eq!(create.params().to_form(), "amount=150000&currency=SGD&type=kakaopay&platform_type=WEB");
}

#[test]
fn the_platform_is_optional_and_one_of_three() {
    let without = CreateSource::new(amount());
    assert_eq!(without.params().to_form(), "amount=150000&currency=SGD&type=kakaopay");
    let known: Vec<_> = PlatformType::KNOWN.iter().map(|it| it.as_str().to_ascii_lowercase()).collect();
    assert_eq!(known, ["ios", "android", "web"]);
}

#[test]
fn a_charge_is_created_with_the_guides_four_parameters() {
    let create = create(ChargeSource::Existing(guide::source().id));
    assert_eq!((CreateCharge::METHOD, create.path().as_str()), (Method::Post, "/charges"));
    let form = create.params().to_form();
    let own = "amount=150000&currency=SGD&return_uri=https%3A%2F%2Fexample.com%2Forders%2F345678%2Fcomplete\
               &source=src_test_5w4415ken4foy3yfgk4";
    assert_eq!(form.strip_prefix(own), Some("&metadata[kakaopay_reference]=345678%2F1"));
}

#[test]
fn one_call_creates_both() {
    let create = create(ChargeSource::New { platform_type: Some(PlatformType::Web) });
    let form = create.params().to_form();
    assert!(form.contains("&source[type]=kakaopay&source[platform_type]=WEB&"), "{form}");
    assert!(!form.contains("source[amount]") && !form.contains("source[currency]"), "{form}");
}

/// Which key a call takes is checked when it is compiled.
#[test]
fn a_source_takes_the_public_key_and_a_charge_the_secret_one() {
    fn takes<E: Endpoint, K: Authorizes<E::Access>>() {}
    takes::<CreateSource, PublicKey>();
    takes::<CreateSource, SecretKey>();
    takes::<CreateCharge, SecretKey>();
    takes::<RetrieveCharge, SecretKey>();
    fn is<E: Endpoint<Access = A>, A>() {}
    is::<CreateSource, AnyKey>();
    is::<RetrieveSource, AnyKey>();
    is::<CreateCharge, SecretOnly>();
    is::<RetrieveCharge, SecretOnly>();
}

/// The amount and currency of a charge and of the source that is made with it are one value.
#[test]
fn a_charge_asks_for_the_amount_of_its_source() {
    let source = CreateSource::new(amount()).params();
    let charge = create(ChargeSource::Existing(guide::source().id)).params();
    for name in ["amount", "currency"] {
        assert_eq!(source.get(name), charge.get(name));
    }
    let charge = self::charge();
    let source = charge.source.as_deref().expect("a source");
    assert_eq!((charge.amount, charge.currency), (source.amount, source.currency));
}

#[test]
fn the_currency_is_three_letters_of_one_of_two_countries() {
    for (currency, code) in [(Currency::SGD, "SGD"), (Currency::THB, "THB")] {
        assert_eq!((currency.as_str(), currency.exponent()), (code, Some(2)));
        assert!(Limits::of(currency).is_some());
    }
    assert!(Limits::of(Currency::parse("KRW").expect("a code")).is_none());
}

#[test]
fn the_guides_source_says_what_it_is() {
    let source = guide::source();
    assert_eq!(source.id.as_str(), "src_test_5w4415ken4foy3yfgk4");
    assert_eq!(source.livemode, Some(false));
    assert_eq!(source.location.as_deref(), Some("/sources/src_test_5w4415ken4foy3yfgk4"));
    assert_eq!(source.money().to_string(), "SGD 1500.00");
    assert_eq!(source.created_at(), Some(at("2023-06-15T02:25:14Z")));
    assert_eq!((source.kind, source.flow), (SourceType::Kakaopay, Flow::AppRedirect));
    assert_eq!(source.platform_type, Some(PlatformType::Web));
    assert_eq!((source.items, source.discounts), (Some(vec![]), Some(vec![])));
}

#[test]
fn a_source_is_unknown_until_it_is_charged() {
    assert_eq!(guide::source().charge_status, Some(SourceChargeStatus::NotCharged));
    let charged = charge().source.expect("a source");
    assert_eq!(charged.charge_status, Some(SourceChargeStatus::Pending));
}

#[test]
fn the_guides_charge_says_what_it_is() {
    let charge = charge();
    assert_eq!(charge.id.as_str(), "chrg_test_5w4415netlwqpc54tyg");
    assert_eq!(charge.location.as_deref(), Some("/charges/chrg_test_5w4415netlwqpc54tyg"));
    assert_eq!(charge.livemode, Some(false));
    assert_eq!(charge.money(), amount().money());
    assert_eq!(charge.created_at(), Some(at("2023-06-15T02:25:15Z")));
    assert_eq!(charge.return_uri.as_deref(), Some("https://example.com/orders/345678/complete"));
    assert!(charge.metadata.is_empty() && charge.description.is_none() && charge.ip.is_none());
    assert!(charge.card.is_none() && charge.customer.is_none() && charge.link.is_none());
}

#[test]
fn the_guides_charge_has_its_fees() {
    let charge = charge();
    assert_eq!((charge.fee, charge.fee_vat, charge.net), (Some(4_350), Some(0), Some(145_650)));
    assert_eq!((charge.interest, charge.interest_vat), (Some(0), Some(0)));
    assert_eq!((charge.funding_amount, charge.funding_currency), (Some(150_000), Some(Currency::SGD)));
    let fees = charge.transaction_fees.expect("fees");
    assert_eq!(
        [fees.fee_flat, fees.fee_rate, fees.vat_rate].map(|rate| rate.to_string()),
        ["0.0", "2.9", "0.0"]
    );
    let platform = charge.platform_fee.expect("a platform's fee");
    assert_eq!((platform.fixed, platform.amount, platform.percentage), (None, None, None));
}

#[test]
fn a_new_charge_is_pending_and_has_a_page_to_send_the_buyer_to() {
    let charge = charge();
    assert_eq!(charge.outcome(), Outcome::Pending);
    let page = "https://pay.omise.co/payments/pay2_test_5w4415ngh7cl13qfgpk/authorize";
    assert_eq!(charge.authorize_uri.as_deref(), Some(page));
    assert_eq!((charge.paid_at, charge.failure_code, charge.failure_message), (None, None, None));
    assert!(charge.transaction.is_none());
}

#[test]
fn a_new_charge_has_seven_days() {
    let charge = charge();
    let (created, expires) = (charge.created_at().expect("a moment"), charge.expires_at.expect("a moment"));
    assert_eq!(expires.millis_since(created), 7 * 24 * 3_600 * 1_000);
}

#[test]
fn a_new_charge_has_no_refunds() {
    let charge = charge();
    assert_eq!(charge.refunded_amount(), Some(0));
    let refunds = charge.refunds.expect("a list");
    assert_eq!((refunds.total, refunds.limit, refunds.offset), (0, 20, 0));
    assert!(refunds.data.items.is_empty() && refunds.data.invalid.is_empty());
}

#[test]
fn a_charge_ends_in_one_of_three_ways() {
    let outcome = |status: &str| guide::charge_with(&guide::ended(status));
    assert_eq!(outcome("successful").outcome(), Outcome::Successful);
    assert_eq!(outcome("expired").outcome(), Outcome::Expired);
    assert!(matches!(outcome("failed").outcome(), Outcome::Failed { code: Some(_), message: Some(_) }));
    assert_eq!(ChargeStatus::from("reversed"), ChargeStatus::Reversed);
}

#[test]
fn each_of_the_five_failures_is_read_and_explained() {
    let codes =
        ["payment_expired", "payment_rejected", "failed_processing", "invalid_account", "insufficient_fund"];
    assert_eq!(FailureCode::KAKAOPAY.map(|code| code.to_string()), codes);
    for (text, code) in codes.into_iter().zip(FailureCode::KAKAOPAY) {
        let charge = guide::charge_with(&[
            ("status", json!("failed")),
            ("failure_code", json!(text)),
            ("failure_message", json!("why")),
        ]);
        assert_eq!(charge.outcome(), Outcome::Failed { code: Some(&code), message: Some("why") });
        assert!(!code.buyer_message(Language::Thai).cause.is_empty());
    }
}

#[test]
fn the_limits_are_the_guides() {
    let limits = |currency| Limits::of(currency).map(|all| (all.min().to_string(), all.max().to_string()));
    let both = |min: &str, max: &str| Some((min.to_owned(), max.to_owned()));
    assert_eq!(limits(Currency::SGD), both("SGD 1.00", "SGD 20000.00"));
    assert_eq!(limits(Currency::THB), both("THB 20.00", "THB 150000.00"));
}

#[test]
fn a_charge_is_read_by_its_id() {
    let read = RetrieveCharge::new(charge().id);
    assert_eq!(
        (RetrieveCharge::METHOD, read.path().as_str()),
        (Method::Get, "/charges/chrg_test_5w4415netlwqpc54tyg")
    );
    assert!(read.params().is_empty());
}
