//! The bytes of every request, and the guide's two objects read and written again.

use std::num::NonZeroU32;

use kakaopay_pure_tests::{Order, guide};
use kakaopay_transport::testing::{Capture, Captured, LeakWatch, Scripted};
use kakaopay_transport::{Client, Encoding};
use kakaopay_types::endpoint::{
    ChargeSource, CreateCharge, CreateRefund, CreateSource, Endpoint, ExpireCharge, Filters,
    ListChargeEvents, ListChargeRefunds, ListCharges, ListEvents, ListParams, ListRefunds,
    MarkChargeAsFailed, MarkChargeAsPaid, RetrieveAccount, RetrieveCapability, RetrieveCharge, RetrieveEvent,
    RetrieveRefund, RetrieveSource, SearchCharges, SearchParams, SearchRefunds, UpdateCharge,
    WebhookEndpoints,
};
use kakaopay_types::{
    Authorizes, Charge, ChargeId, EventId, FailureCode, PlatformType, Reference, RefundAmount, RefundId,
    SecretKey, SortOrder as ListOrder, Source, SourceId, StoreId, Timestamp, decode,
};
use serde_json::{Value, json};

/// A request as it goes over the wire in both encodings. The key is a well-known one.
fn bytes_of<E: Endpoint + Clone>(endpoint: E) -> String
where
    SecretKey: Authorizes<E::Access>,
{
    let form = sent(endpoint.clone(), Encoding::Form);
    let json = sent(endpoint, Encoding::Json);
    if form == json { form } else { format!("{form}\n\n----- as JSON -----\n{json}") }
}

fn sent<E: Endpoint>(endpoint: E, encoding: Encoding) -> String
where
    SecretKey: Authorizes<E::Access>,
{
    LeakWatch::install();
    let wire = Capture::new(Scripted::new().json(404, "{}"));
    let key = SecretKey::parse("skey_test_5xt0gk0nqqnwnp1bnm8").expect("a key");
    let client = Client::builder(wire.clone(), key).encoding(encoding).build();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    // Only what goes out matters here.
    runtime.block_on(client.send(endpoint)).map(drop).expect_err("nothing is found");
    shown(&wire.requests()[0])
}

fn shown(request: &Captured) -> String {
    let mut headers: Vec<_> = request
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().expect("text")))
        .collect();
    headers.sort();
    let body = str::from_utf8(request.body()).expect("text");
    format!("{} {}\n{}\n\n{body}", request.method(), request.uri(), headers.join("\n")).trim_end().to_owned()
}

fn charge_id() -> ChargeId {
    ChargeId::parse("chrg_test_5w4415netlwqpc54tyg").expect("an id")
}

fn source_id() -> SourceId {
    SourceId::parse("src_test_5w4415ken4foy3yfgk4").expect("an id")
}

fn create_charge(source: ChargeSource) -> CreateCharge {
    let intent = Order::one_call().intent;
    let attempt = intent.reference.attempt(NonZeroU32::MIN);
    let create = CreateCharge::new(intent.amount, intent.return_uri, source, attempt);
    create.description("Two books & a pen".to_owned())
}

fn page() -> ListParams {
    ListParams::new()
        .from(Timestamp::parse("2023-06-15T02:25:15Z").expect("a moment"))
        .to(Timestamp::parse("2023-06-22T02:25:15Z").expect("a moment"))
        .offset(100)
        .limit(1_000)
        .order(ListOrder::ReverseChronological)
}

#[test]
fn sources() {
    let amount = Order::one_call().intent.amount;
    let create = CreateSource::new(amount).platform_type(PlatformType::Web);
    insta::assert_snapshot!("sources_create", bytes_of(create));
    insta::assert_snapshot!("sources_create_without_platform", bytes_of(CreateSource::new(amount)));
    insta::assert_snapshot!("sources_retrieve", bytes_of(RetrieveSource::new(source_id())));
}

#[test]
fn charges() {
    let existing = create_charge(ChargeSource::Existing(source_id()));
    insta::assert_snapshot!("charges_create", bytes_of(existing));
    let one_call = create_charge(ChargeSource::New { platform_type: Some(PlatformType::Web) });
    insta::assert_snapshot!("charges_create_in_one_call", bytes_of(one_call));
    insta::assert_snapshot!("charges_retrieve", bytes_of(RetrieveCharge::new(charge_id())));
    insta::assert_snapshot!("charges_list", bytes_of(ListCharges::new().page(page())));
    insta::assert_snapshot!("charges_list_by_default", bytes_of(ListCharges::default()));
    insta::assert_snapshot!("charges_mark_as_paid", bytes_of(MarkChargeAsPaid::new(charge_id())));
    let failed = MarkChargeAsFailed::new(charge_id()).failure_code(FailureCode::InsufficientFund);
    insta::assert_snapshot!("charges_mark_as_failed", bytes_of(failed));
}

#[test]
fn events() {
    let id = EventId::parse("evnt_test_5w4415netlwqpc54tyg").expect("an id");
    insta::assert_snapshot!("events_retrieve", bytes_of(RetrieveEvent::new(id)));
    insta::assert_snapshot!("events_list", bytes_of(ListEvents::new().page(page())));
}

/// A charge with every parameter there is.
fn whole_charge() -> CreateCharge {
    let mut create = create_charge(ChargeSource::New { platform_type: None });
    let members = [("shelf", json!(12)), ("gift", json!(true))];
    let members = members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let metadata = create.metadata.store(StoreId::from_bits(7));
    create.metadata = metadata.with_extra(members).expect("no reserved name");
    create.ip = Some("203.0.113.7".parse().expect("an address"));
    create.expires_at = page().to;
    let endpoints = WebhookEndpoints::new(["https://shop.example/a", "https://shop.example/b?c=1&d=2"]);
    create.webhook_endpoints = Some(endpoints.expect("two addresses"));
    create
}

#[test]
fn the_whole_of_a_charge() {
    insta::assert_snapshot!("charges_create_with_everything", bytes_of(whole_charge()));
    let update =
        UpdateCharge::new(charge_id()).description("One book".to_owned()).metadata(whole_charge().metadata);
    insta::assert_snapshot!("charges_update", bytes_of(update));
    insta::assert_snapshot!("charges_expire", bytes_of(ExpireCharge::new(charge_id())));
    insta::assert_snapshot!("charges_events", bytes_of(ListChargeEvents::new(charge_id()).page(page())));
}

#[test]
fn refunds() {
    let charge = charge_id();
    let reference = Reference::parse("refund-345678-1").expect("a reference");
    let amount = RefundAmount::new(50_000).expect("an amount");
    let create = CreateRefund::new(charge.clone(), amount, reference);
    insta::assert_snapshot!("refunds_create", bytes_of(create.clone()));
    insta::assert_snapshot!("refunds_create_as_void", bytes_of(create.void(true)));
    let id = RefundId::parse("rfnd_test_63kq9m4n7p0q3r6s9t2").expect("an id");
    insta::assert_snapshot!("refunds_retrieve", bytes_of(RetrieveRefund::new(charge.clone(), id)));
    insta::assert_snapshot!("charges_refunds", bytes_of(ListChargeRefunds::new(charge).page(page())));
    insta::assert_snapshot!("refunds_list", bytes_of(ListRefunds::new().page(page())));
}

#[test]
fn searches() {
    let query = SearchParams::new()
        .query("order-345678 & more".to_owned())
        .filters(Filters::default().with("status", "successful").with("amount", "1500.00"))
        .page(2)
        .per_page(100)
        .order(ListOrder::ReverseChronological);
    insta::assert_snapshot!("search_charges", bytes_of(SearchCharges::new().query(query)));
    insta::assert_snapshot!("search_refunds", bytes_of(SearchRefunds::default()));
}

#[test]
fn the_account() {
    insta::assert_snapshot!("account_retrieve", bytes_of(RetrieveAccount::new()));
    insta::assert_snapshot!("capability_retrieve", bytes_of(RetrieveCapability::new()));
}

#[test]
fn the_guides_source_is_read_and_written_without_loss() {
    let source: Source = decode::from_slice(guide::SOURCE.as_bytes()).expect("the guide's source");
    let written = serde_json::to_string_pretty(&source).expect("JSON");
    assert_eq!(written, guide::SOURCE.trim_end());
    insta::assert_snapshot!("guide_source", written);
}

#[test]
fn the_guides_charge_is_read_and_written_without_loss() {
    let charge: Charge = decode::from_slice(guide::CHARGE.as_bytes()).expect("the guide's charge");
    let written = serde_json::to_string_pretty(&charge).expect("JSON");
    assert_eq!(written, guide::CHARGE.trim_end());
    // And by value, should the one above ever be blamed on white space.
    let [written, original]: [Value; 2] =
        [&written, guide::CHARGE].map(|text| serde_json::from_str(text).expect("JSON"));
    assert_eq!(written, original);
    insta::assert_snapshot!("guide_charge", serde_json::to_string_pretty(&charge).expect("JSON"));
}
