//! Every request that is sent can be read back into the call it was, from a form and from JSON.

use std::fmt::Debug;
use std::net::IpAddr;
use std::num::NonZeroU32;

use kakaopay_pure_tests::Order;
use kakaopay_types::endpoint::{
    ChargeSource, CreateCharge, CreateRefund, CreateSource, Endpoint, ExpireCharge, Filters, FromRequest,
    ListChargeEvents, ListChargeRefunds, ListCharges, ListEvents, ListParams, ListRefunds,
    MarkChargeAsFailed, MarkChargeAsPaid, Method, RequestMetadata, RetrieveAccount, RetrieveCapability,
    RetrieveCharge, RetrieveEvent, RetrieveRefund, RetrieveSource, SearchCharges, SearchParams,
    SearchRefunds, UpdateCharge, WebhookEndpoints,
};
use kakaopay_types::{
    ChargeId, Currency, EventId, FailureCode, Limits, Metadata, Money, Params, PaymentAmount, PlatformType,
    Reference, RefundAmount, RefundId, ReturnUri, SortOrder as ListOrder, SourceId, StoreId, Timestamp,
};
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A request reads back as itself, in both encodings, and as no other call.
#[track_caller]
fn check<E: FromRequest + PartialEq + Debug>(sent: &E) {
    let params = sent.params();
    let form = Params::from_form(params.to_form().as_bytes()).expect("a form");
    let json = Params::from_json(params.to_json().as_bytes()).expect("JSON");
    for read in [&params, &form, &json] {
        let received = E::from_request(E::METHOD, &sent.path(), read);
        assert_eq!(received.as_ref().map(Option::as_ref), Ok(Some(sent)), "{}", params.to_form());
    }
    assert_eq!(E::from_request(E::METHOD, "/elsewhere", &params), Ok(None));
    let others = [Method::Get, Method::Post, Method::Patch];
    for method in others.into_iter().filter(|method| *method != E::METHOD) {
        assert_eq!(E::from_request(method, &sent.path(), &params), Ok(None));
    }
}

fn amounts() -> impl Strategy<Value = PaymentAmount> {
    prop_oneof![Just(Currency::SGD), Just(Currency::THB)].prop_flat_map(|currency| {
        let limits = Limits::of(currency).expect("limits");
        (limits.min().minor_units()..=limits.max().minor_units())
            .prop_map(move |units| PaymentAmount::new(Money::new(units, currency)).expect("inside"))
    })
}

fn references() -> impl Strategy<Value = Reference> {
    "[A-Za-z0-9._:-]{1,64}".prop_map(|text| Reference::parse(&text).expect("a reference"))
}

/// Members as a form can carry them: text, and objects and lists of it with something in them.
fn members() -> impl Strategy<Value = Metadata> {
    let text = ".{0,12}".prop_map(Value::from);
    let name = "[^\\[\\]&=]{1,8}";
    let map = prop::collection::btree_map(name, text.clone(), 1..3).prop_map(|map| json!(map));
    let list = prop::collection::vec(text.clone(), 1..3).prop_map(Value::from);
    let members = prop::collection::btree_map(name, prop_oneof![text, map, list], 0..4);
    members.prop_map(|members| members.into_iter().collect())
}

fn metadata<R: Debug + Clone>(
    reference: impl Strategy<Value = R>,
) -> impl Strategy<Value = RequestMetadata<R>> {
    let parts = (reference, option::of(any::<u128>().prop_map(StoreId::from_bits)), members());
    parts.prop_map(|(reference, store, members)| {
        let metadata = RequestMetadata::new(reference);
        let metadata = store.into_iter().fold(metadata, RequestMetadata::store);
        metadata.with_extra(members).expect("no reserved name")
    })
}

fn platforms() -> impl Strategy<Value = Option<PlatformType>> {
    option::of(prop_oneof![
        prop::sample::select(PlatformType::KNOWN.to_vec()),
        "[A-Z]{1,8}".prop_map(|text| PlatformType::from(text.as_str())),
    ])
}

fn sources() -> impl Strategy<Value = ChargeSource> {
    prop_oneof![
        "src(_test)?_[0-9a-z]{1,20}"
            .prop_map(|id| ChargeSource::Existing(SourceId::parse(&id).expect("an id"))),
        platforms().prop_map(|platform_type| ChargeSource::New { platform_type }),
    ]
}

fn moments() -> impl Strategy<Value = Timestamp> {
    (0_i64..4_102_444_800_000).prop_map(|millis| Timestamp::from_unix_millis(millis).expect("a moment"))
}

fn return_uris() -> impl Strategy<Value = ReturnUri> {
    "https://[a-z]{1,8}\\.example(:8443)?(/[a-z0-9/%&=+]{0,12})?"
        .prop_filter_map("a URI", |text| ReturnUri::parse(&text).ok())
}

fn endpoints() -> impl Strategy<Value = WebhookEndpoints> {
    prop::collection::vec("https://[a-z]{1,8}\\.example/[a-z&=]{0,8}", 1..=2)
        .prop_map(|all| WebhookEndpoints::new(all.iter().map(String::as_str)).expect("addresses"))
}

fn charge_ids() -> impl Strategy<Value = ChargeId> {
    "chrg(_test)?_[0-9a-z]{1,20}".prop_map(|id| ChargeId::parse(&id).expect("an id"))
}

fn attempts() -> impl Strategy<Value = kakaopay_types::AttemptReference> {
    (references(), any::<NonZeroU32>()).prop_map(|(reference, number)| reference.attempt(number))
}

fn creates() -> impl Strategy<Value = CreateCharge> {
    let needed = (amounts(), return_uris(), sources(), metadata(attempts()));
    let more =
        (option::of(".{1,20}"), option::of(any::<IpAddr>()), option::of(moments()), option::of(endpoints()));
    (needed, more).prop_map(
        |((amount, return_uri, source, metadata), (description, ip, expires_at, endpoints))| {
            let create = CreateCharge::new(amount, return_uri, source, metadata);
            create.description(description).ip(ip).expires_at(expires_at).webhook_endpoints(endpoints)
        },
    )
}

fn orders() -> impl Strategy<Value = Option<ListOrder>> {
    option::of(prop::sample::select(ListOrder::KNOWN.to_vec()))
}

fn pages() -> impl Strategy<Value = ListParams> {
    let limit = option::of(0..=ListParams::MAX_LIMIT);
    (option::of(moments()), option::of(moments()), any::<u32>(), limit, orders()).prop_map(
        |(from, to, offset, limit, order)| {
            ListParams::new().from(from).to(to).offset(offset).limit(limit).order(order)
        },
    )
}

fn filters() -> impl Strategy<Value = Filters> {
    prop::collection::btree_map("[a-z_]{1,8}", ".{0,8}", 0..3)
        .prop_map(|all| all.into_iter().fold(Filters::default(), |all, (name, value)| all.with(name, value)))
}

proptest! {
    #[test]
    fn sources_read_back(amount in amounts(), platform_type in platforms()) {
        check(&CreateSource::new(amount).platform_type(platform_type));
    }

    #[test]
    fn charges_read_back(create in creates()) {
        check(&create);
    }

    #[test]
    fn updates_read_back(
        id in charge_ids(),
        description in option::of(".{1,20}"),
        metadata in option::of(metadata(attempts())),
    ) {
        check(&UpdateCharge::new(id).description(description).metadata(metadata));
    }

    #[test]
    fn refunds_read_back(
        charge in charge_ids(),
        units in 1..i64::MAX,
        metadata in metadata(references()),
        void in option::of(any::<bool>()),
    ) {
        check(&CreateRefund::new(charge, RefundAmount::new(units).expect("above zero"), metadata).void(void));
    }

    #[test]
    fn pages_read_back(page in pages(), id in charge_ids()) {
        check(&ListCharges::new().page(page.clone()));
        check(&ListEvents::new().page(page.clone()));
        check(&ListRefunds::new().page(page.clone()));
        check(&ListChargeRefunds::new(id.clone()).page(page.clone()));
        check(&ListChargeEvents::new(id).page(page));
    }

    #[test]
    fn searches_read_back(
        words in option::of(".{1,12}"),
        filters in filters(),
        page in option::of(any::<u32>()),
        per_page in option::of(any::<u32>()),
        order in orders(),
    ) {
        let search = SearchCharges::new().query(SearchParams::new().query(words).filters(filters).page(page).per_page(per_page).order(order));
        check(&search);
        let other = SearchRefunds::from_request(Method::Get, "/search", &search.params());
        prop_assert_eq!(other.map_err(|error| error.name()), Err("scope"));
    }

    #[test]
    fn f45_any_params_are_a_call_or_refused(body in any::<Vec<u8>>()) {
        let params = Params::from_form(&body).or_else(|_| Params::from_json(&body)).unwrap_or_default();
        let _ = CreateCharge::from_request(Method::Post, "/charges", &params);
        let _ = ListCharges::from_request(Method::Get, "/charges", &params);
    }
}

#[test]
fn calls_without_parameters_read_back() {
    let id = ChargeId::parse("chrg_test_1").expect("an id");
    check(&RetrieveCharge::new(id.clone()));
    check(&ExpireCharge::new(id.clone()));
    check(&MarkChargeAsPaid::new(id.clone()));
    for failure_code in FailureCode::KNOWN.iter().cloned().map(Some).chain([None]) {
        check(&MarkChargeAsFailed::new(id.clone()).failure_code(failure_code));
    }
    check(&RetrieveRefund::new(id, RefundId::parse("rfnd_test_1").expect("an id")));
    check(&RetrieveSource::new(SourceId::parse("src_test_1").expect("an id")));
    check(&RetrieveEvent::new(EventId::parse("evnt_test_1").expect("an id")));
    check(&RetrieveCapability::new());
    check(&RetrieveAccount::new());
}

/// A parameter that is missing or wrong is named, and its value is not.
#[test]
fn f19_a_parameter_that_cannot_be_is_named() {
    #[track_caller]
    fn check(body: &str, name: &str) {
        let params = Params::from_form(body.as_bytes()).expect("a form");
        let error = CreateSource::from_request(Method::Post, "/sources/", &params).expect_err(body);
        assert_eq!(error.name(), name, "{error}");
        assert!(!error.to_string().contains("canary"), "{error}");
    }
    check("currency=SGD&type=kakaopay", "amount");
    for amount in
        ["", "canary", "1e5", "1500.00", "+150000", "99", "0", "-1", "2000001", "9223372036854775808"]
    {
        check(&format!("amount={}&currency=SGD&type=kakaopay", amount.replace('+', "%2B")), "amount");
    }
    check("amount=150000&type=kakaopay", "currency");
    check("amount=150000&currency=canary&type=kakaopay", "currency");
    check("amount=150000&currency=JPY&type=kakaopay", "amount");
    check("amount=150000&currency=SGD", "type");
    check("amount=150000&currency=SGD&type=canary", "type");
    check("amount=150000&currency=SGD&type=kakaopay&platform_type[a]=canary", "platform_type");
}

/// In any case of the currency, and with `null`s for unset parameters.
#[test]
fn what_official_clients_send_is_read() {
    let amount = Order::one_call().intent.amount;
    let json = br#"{"amount":150000,"currency":"sgd","type":"kakaopay","platform_type":null,"email":null}"#;
    let params = Params::from_json(json).expect("JSON");
    let received = CreateSource::from_request(Method::Post, "/sources", &params);
    assert_eq!(received, Ok(Some(CreateSource::new(amount))));
}
