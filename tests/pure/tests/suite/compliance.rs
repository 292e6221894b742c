//! Omise's KakaoPay guide, where a statement of COMPLIANCE.md asks for more than the other
//! tests hold.

use kakaopay_pure_tests::guide;
use kakaopay_types::endpoint::{CreateCharge, Endpoint, FromRequest, Method};
use kakaopay_types::{
    Charge, ChargeId, FailureCode, Language, Params, SortOrder, SourceId, Timestamp, decode,
};
use serde_json::{Value, json};

/// The call that makes both, in the guide's order. The metadata that finds the charge again comes last.
const BOTH: &str = "amount=150000&currency=SGD\
                    &return_uri=https%3A%2F%2Fexample.com%2Forders%2F345678%2Fcomplete\
                    &source[type]=kakaopay&source[platform_type]=WEB";
const REFERENCE: &str = "&metadata[kakaopay_reference]=345678%2F1";

fn received(form: &str) -> Result<CreateCharge, &'static str> {
    let params = Params::from_form(form.as_bytes()).expect("a form");
    let call = CreateCharge::from_request(Method::Post, "/charges", &params).map_err(|error| error.name())?;
    Ok(call.expect("the call"))
}

fn charge() -> Charge {
    decode::from_slice(guide::CHARGE.as_bytes()).expect("the guide's charge")
}

#[test]
fn one_call_is_sent_byte_by_byte() {
    let create = received(&format!("{BOTH}{REFERENCE}")).expect("the guide's call");
    assert_eq!(create.params().to_form(), format!("{BOTH}{REFERENCE}"));
}

#[test]
fn a_charge_needs_each_of_its_four_parameters() {
    let parameters: Vec<&str> = BOTH.split('&').collect();
    for name in ["amount", "currency", "return_uri", "source"] {
        let others: Vec<&str> =
            parameters.iter().copied().filter(|parameter| !parameter.starts_with(name)).collect();
        assert!(others.len() < parameters.len(), "{name}");
        assert_eq!(received(&format!("{}{REFERENCE}", others.join("&"))), Err(name));
    }
}

#[test]
fn an_identifier_of_one_kind_is_none_of_the_other() {
    let (source, charge) = ("src_test_5w4415ken4foy3yfgk4", "chrg_test_5w4415netlwqpc54tyg");
    assert!(SourceId::parse(source).is_ok() && ChargeId::parse(charge).is_ok());
    assert!(SourceId::parse(charge).is_err() && ChargeId::parse(source).is_err());
    for (path, id) in [("id", source), ("source.id", charge)] {
        let mut other: Value = serde_json::from_str(guide::CHARGE).expect("JSON");
        *other.pointer_mut(&format!("/{}", path.replace('.', "/"))).expect("a member") = json!(id);
        let error = decode::from_value::<Charge>(other).expect_err("another kind");
        assert_eq!(error.path(), path);
    }
}

#[test]
fn what_belongs_to_other_methods_is_empty() {
    let charge = charge();
    assert!(charge.card.is_none());
    let others = [
        charge.customer,
        charge.link,
        charge.schedule,
        charge.dispute,
        charge.branch,
        charge.terminal,
        charge.device,
    ];
    assert_eq!(others, [const { None }; 7]);
    assert_eq!(charge.zero_interest_installments, Some(false));
}

#[test]
fn the_list_of_refunds_has_its_page() {
    let refunds = charge().refunds.expect("a list");
    assert_eq!((refunds.limit, refunds.offset, refunds.total), (20, 0, 0));
    assert_eq!(refunds.location.as_deref(), Some("/charges/chrg_test_5w4415netlwqpc54tyg/refunds"));
    assert_eq!(refunds.order, Some(SortOrder::Chronological));
    assert_eq!(refunds.from, Some(Timestamp::UNIX_EPOCH));
    assert_eq!(refunds.to, charge().created_at());
}

/// The explanations are ours; the meaning of each code is the guide's.
#[test]
fn each_of_the_five_failures_is_explained_by_its_own_cause() {
    for (code, cause) in [
        ("payment_expired", ["time to pay", "run out"]),
        ("payment_rejected", ["payment", "declined"]),
        ("failed_processing", ["payment", "could not be processed"]),
        ("invalid_account", ["No account", "can pay this way"]),
        ("insufficient_fund", ["balance is too low", "limit was reached"]),
    ] {
        let text = FailureCode::from(code).buyer_message(Language::English).cause;
        assert!(cause.iter().all(|words| text.contains(words)), "{code}: {text}");
    }
}
