//! What goes over the wire, and what every kind of answer means.

use std::num::NonZeroU32;

use http::{HeaderValue, StatusCode};
use kakaopay_transport::layer::RetryPolicy;
use kakaopay_transport::testing::{Capture, LoseResponse, Scripted};
use kakaopay_transport::{
    ApiVersion, BaseUri, BoxError, Client, Delivery, Encoding, Error, ErrorKind, NotSent, RequestBody,
};
use kakaopay_types::endpoint::{
    ChargeSource, CreateCharge, CreateSource, Endpoint, ListCharges, ListEvents, MarkChargeAsFailed,
    MarkChargeAsPaid, RetrieveCharge, RetrieveEvent, RetrieveSource,
};
use kakaopay_types::{
    AnyKey, Authorizes, ChargeId, Currency, ErrorCode, EventId, Money, PaymentAmount, PlatformType,
    PublicKey, Reference, ReturnUri, SecretKey, SecretOnly, SourceId,
};

const SOURCE: &str = r#"{"object":"source","id":"src_test_1","type":"kakaopay","flow":"app_redirect","amount":150000,"currency":"SGD"}"#;
const CANARY: &str = "skey_test_canary5w4415";

fn key() -> SecretKey {
    SecretKey::parse(CANARY).expect("a key")
}

fn create() -> CreateSource {
    let amount = PaymentAmount::new(Money::new(150_000, Currency::SGD)).expect("an amount");
    CreateSource { amount, platform_type: Some(PlatformType::Web) }
}

fn retrieve() -> RetrieveSource {
    RetrieveSource { id: SourceId::parse("src_test_1").expect("an id") }
}

fn charge_to_create() -> CreateCharge {
    let amount = PaymentAmount::new(Money::new(150_000, Currency::SGD)).expect("an amount");
    let return_uri = ReturnUri::parse("https://shop.example/orders/7").expect("a URI");
    let source = ChargeSource::New { platform_type: Some(PlatformType::Web) };
    let attempt = Reference::parse("order-7").expect("a reference").attempt(NonZeroU32::MIN);
    CreateCharge::new(amount, return_uri, source, attempt)
}

async fn answer_to_create(service: Scripted) -> Result<(), Error> {
    Client::new(service, key()).send(create()).await.map(drop)
}

#[tokio::test]
async fn a_mutation_is_a_form_or_json_to_the_origin() {
    for (encoding, content_type, body) in [
        (
            Encoding::Form,
            "application/x-www-form-urlencoded",
            "amount=150000&currency=SGD&type=kakaopay&platform_type=WEB",
        ),
        (
            Encoding::Json,
            "application/json",
            r#"{"amount":150000,"currency":"SGD","type":"kakaopay","platform_type":"WEB"}"#,
        ),
    ] {
        let wire = Capture::new(Scripted::new().json(200, SOURCE));
        let client = Client::builder(wire.clone(), key()).encoding(encoding).build();
        client.send(create()).await.expect("a source");
        let request = wire.requests().remove(0);
        assert!(!format!("{wire:?}").contains("c2tleV90ZXN0"));
        assert_eq!(
            (request.method().as_str(), request.uri().to_string()),
            ("POST", "https://api.omise.co/sources".into())
        );
        assert_eq!(request.headers()["content-type"], content_type);
        assert_eq!(request.headers()["omise-version"], "2019-05-29");
        // `printf skey_test_canary5w4415: | base64`
        let authorization = &request.headers()["authorization"];
        assert_eq!(authorization, "Basic c2tleV90ZXN0X2NhbmFyeTV3NDQxNTo=");
        assert!(authorization.is_sensitive());
        assert_eq!(request.body(), body);
    }
}

#[tokio::test]
async fn a_charge_goes_out_as_the_guide_shows_it() {
    let wire = Capture::new(Scripted::new().json(500, ""));
    let client = Client::builder(wire.clone(), key())
        .base_uri(BaseUri::parse("http://127.0.0.1:8080").expect("an origin"))
        .build();
    client.send(charge_to_create()).await.expect_err("no charge");
    let request = wire.requests().remove(0);
    assert_eq!(request.uri(), "http://127.0.0.1:8080/charges");
    assert_eq!(
        request.body(),
        "amount=150000&currency=SGD&return_uri=https%3A%2F%2Fshop.example%2Forders%2F7\
         &source[type]=kakaopay&source[platform_type]=WEB&metadata[kakaopay_reference]=order-7%2F1"
    );
}

#[tokio::test]
async fn a_read_has_no_body_and_no_content_type() {
    let wire = Capture::new(Scripted::new().json(200, SOURCE));
    Client::new(wire.clone(), key()).send(retrieve()).await.expect("a source");
    let request = wire.requests().remove(0);
    assert_eq!(request.uri(), "https://api.omise.co/sources/src_test_1");
    assert!(request.body().is_empty() && !request.headers().contains_key("content-type"));
}

#[tokio::test]
async fn f22_every_kind_of_answer_has_its_place() {
    use ErrorKind::{Api, Decode, Redirect, Status, TooLarge};
    let refused = r#"{"object":"error","location":"x","code":"invalid_charge","message":"no"}"#;
    let deep = "[".repeat(100_000);
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(1024 * 1024));
    // Status, body, kind, whether it is a refusal, whether the outcome of a mutation is unknown.
    for (status, body, kind, is_refusal, unknown) in [
        (400, refused, Api, true, false),
        (401, refused, Api, true, false),
        (404, refused, Api, true, false),
        (422, refused, Api, true, false),
        (408, refused, Api, false, true),
        (429, refused, Api, false, true),
        (500, refused, Api, false, true),
        (503, refused, Api, false, true),
        // An error object with a good status: not the service's usual no, so not taken as one.
        (200, refused, Api, false, true),
        (400, "<html>bad</html>", Status, false, true),
        (502, "<html>bad gateway</html>", Status, false, true),
        (500, "", Status, false, true),
        (200, "", Decode, false, true),
        (200, "<html></html>", Decode, false, true),
        (200, &SOURCE[..40], Decode, false, true),
        (200, r#"{"object":"charge","id":"chrg_test_1"}"#, Decode, false, true),
        (200, deep.as_str(), Decode, false, true),
        (409, refused, Api, true, false),
        (304, "", Redirect, false, true),
        (302, "", Redirect, false, true),
        (200, large.as_str(), TooLarge, false, true),
    ] {
        let error =
            answer_to_create(Scripted::new().json(status, body.to_owned())).await.expect_err("no source");
        let shown = &body[..body.len().min(60)];
        assert_eq!(error.kind(), kind, "{status} {shown}");
        assert_eq!(error.refused().is_some(), is_refusal, "{status} {shown}");
        assert_eq!(error.outcome_unknown(), unknown, "{status} {shown}");
        assert_eq!(error.delivery(), Delivery::Answered);
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert_eq!(error.request_id(), Some("5d0b726c-c53d-47b6-86dc-ba7626b88d7d"));
        assert_eq!(error.operation(), "sources.create");
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn f22_a_read_that_went_wrong_may_be_repeated() {
    for (status, retryable) in
        [(500, true), (503, true), (429, true), (408, true), (404, false), (302, false)]
    {
        let service = Scripted::new().json(status, r#"{"object":"error","code":"x"}"#);
        let client = Client::builder(service, key()).retry(RetryPolicy::never()).build();
        let error = client.send(retrieve()).await.expect_err("no source");
        assert_eq!((error.is_retryable(), error.outcome_unknown()), (retryable, false), "{status}");
    }
}

#[tokio::test]
async fn f22_malformed_json_names_the_place_and_never_the_value() {
    let body = SOURCE.replace("150000", "\"canary\"");
    let error = answer_to_create(Scripted::new().json(200, body)).await.expect_err("no source");
    assert_eq!(error.decode().map(|decode| decode.path()), Some("amount"));
    assert!(error.to_string().contains("`amount`"), "{error}");
    assert!(!format!("{error} {error:?}").contains("canary"));
}

#[tokio::test]
async fn f22_an_api_error_keeps_what_the_service_said() {
    let body = r#"{"object":"error","location":"https://www.omise.co/api-errors#not-found","code":"not_found","message":"charge x was not found"}"#;
    let error = answer_to_create(Scripted::new().json(404, body)).await.expect_err("no source");
    let api = error.api().expect("the service's error");
    assert_eq!(
        (api.code.clone(), api.message.as_deref()),
        (ErrorCode::NotFound, Some("charge x was not found"))
    );
    assert_eq!(error.to_string(), "sources.create: the service answered not_found: charge x was not found");
}

#[tokio::test]
async fn f24_only_an_error_that_says_so_was_not_sent() {
    let fails = |error: BoxError| Scripted::new().then(Err(error));
    let error = answer_to_create(fails("reset".into())).await.expect_err("broken");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Wire, Delivery::MaybeSent));
    assert!(error.outcome_unknown() && error.to_string().ends_with("look before sending it again"));

    let wrapped = std::io::Error::other(NotSent("refused".into()));
    for error in [BoxError::from(NotSent("refused".into())), wrapped.into()] {
        let error = answer_to_create(fails(error)).await.expect_err("broken");
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Connect, Delivery::NotSent));
        assert!(!error.outcome_unknown() && error.is_retryable());
    }
}

#[tokio::test]
async fn f24_a_lost_answer_is_unknown_and_sent_once() {
    let wire = Capture::new(Scripted::new().json(200, SOURCE).json(200, SOURCE));
    let client = Client::new(LoseResponse::new(wire.clone(), 1), key());
    let error = client.send(create()).await.expect_err("lost");
    assert!(error.outcome_unknown());
    assert_eq!(wire.requests().len(), 1);
    client.send(create()).await.expect("the next is not lost");
}

#[tokio::test]
async fn f26_a_redirect_is_not_followed() {
    let away = http::Response::builder()
        .status(StatusCode::TEMPORARY_REDIRECT)
        .header("location", "https://evil.example/sources")
        .body(RequestBody::default())
        .expect("a response");
    let wire = Capture::new(Scripted::new().then(Ok(away)));
    let error = Client::new(wire.clone(), key()).send(create()).await.expect_err("a redirect");
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert_eq!(wire.requests().len(), 1);
}

#[tokio::test]
async fn i7_no_key_prints() {
    let client = Client::new(
        Scripted::new().json(401, r#"{"object":"error","code":"authentication_failure"}"#),
        key(),
    );
    let error = client.send(create()).await.expect_err("refused");
    let builder = Client::builder(Scripted::new(), key());
    for shown in [format!("{client:?}"), format!("{error:?}"), error.to_string(), format!("{builder:?}")] {
        assert!(!shown.contains("canary") && !shown.contains("c2tleV90ZXN0"), "{shown}");
    }
}

#[tokio::test]
async fn a_public_key_makes_the_calls_that_it_may() {
    async fn source<K: Authorizes<AnyKey>>(client: &Client<K>) {
        client.send(create()).await.expect("a source");
    }
    let public = PublicKey::parse("pkey_test_1").expect("a key");
    let client = Client::builder(Scripted::new().json(200, SOURCE), public)
        .base_uri(BaseUri::parse("http://127.0.0.1:1").expect("an origin"))
        .build();
    source(&client).await;
    assert!(!client.mode().is_live());
}

#[tokio::test]
async fn the_version_and_the_user_agent_can_be_chosen() {
    let own = concat!("kakaopay-rust/", env!("CARGO_PKG_VERSION"));
    let wire = Capture::new(Scripted::new().json(200, SOURCE).json(200, SOURCE));
    Client::new(wire.clone(), key()).send(retrieve()).await.expect("a source");
    Client::builder(wire.clone(), key())
        .api_version(ApiVersion::V2017_11_02)
        .user_agent_suffix(&HeaderValue::from_static("shop/1.2"))
        .build()
        .send(retrieve())
        .await
        .expect("a source");
    let sent = wire
        .requests()
        .into_iter()
        .map(|request| ["omise-version", "user-agent", "accept"].map(|name| request.headers()[name].clone()));
    assert_eq!(
        sent.collect::<Vec<_>>(),
        [
            ["2019-05-29".to_owned(), own.to_owned(), "application/json".to_owned()],
            ["2017-11-02".to_owned(), format!("{own} shop/1.2"), "application/json".to_owned()],
        ]
    );
}

#[tokio::test]
async fn f22_an_error_object_is_an_error_for_every_call_whatever_the_status() {
    async fn check<E: Endpoint>(endpoint: E)
    where
        SecretKey: Authorizes<E::Access>,
        E::Response: std::fmt::Debug,
    {
        let body = r#"{"object":"error","code":"bad_request","data":[],"limit":1,"offset":0,"total":0}"#;
        let error =
            Client::new(Scripted::new().json(200, body), key()).send(endpoint).await.expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::Api, "{}", E::OPERATION);
        assert_eq!(error.api().map(|api| &api.code), Some(&ErrorCode::BadRequest));
    }
    let charge = || ChargeId::parse("chrg_test_1").expect("an id");
    check(create()).await;
    check(retrieve()).await;
    check(charge_to_create()).await;
    check(RetrieveCharge { id: charge() }).await;
    check(ListCharges::default()).await;
    check(MarkChargeAsPaid { id: charge() }).await;
    check(MarkChargeAsFailed { id: charge(), failure_code: None }).await;
    check(RetrieveEvent { id: EventId::parse("evnt_test_1").expect("an id") }).await;
    check(ListEvents::default()).await;
}

#[tokio::test]
async fn f22_a_request_id_is_kept_when_it_is_one() {
    let too_long = "x".repeat(129);
    for (header, kept) in [
        (None, None),
        (Some("5d0b726c"), Some("5d0b726c")),
        (Some(too_long.as_str()), None),
        (Some("caf\u{e9}"), None),
    ] {
        let mut response = http::Response::new(RequestBody::default());
        *response.status_mut() = StatusCode::BAD_GATEWAY;
        if let Some(header) = header {
            response
                .headers_mut()
                .insert("x-request-id", HeaderValue::from_bytes(header.as_bytes()).expect("a header"));
        }
        let error = answer_to_create(Scripted::new().then(Ok(response))).await.expect_err("a bad gateway");
        assert_eq!(error.request_id(), kept);
    }
}

#[tokio::test]
async fn i9_an_answer_is_read_up_to_the_cap() {
    for (cap, kind) in [(SOURCE.len(), None), (SOURCE.len() - 1, Some(ErrorKind::TooLarge))] {
        let service = Scripted::new().json(200, SOURCE);
        let client = Client::builder(service, key()).response_cap(cap).build();
        assert_eq!(client.send(retrieve()).await.err().map(|error| error.kind()), kind);
    }
}

#[test]
fn i9_any_answer_is_an_object_or_an_error_with_its_status() {
    use proptest::prelude::*;

    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let bodies = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        (0..SOURCE.len()).prop_map(|end| SOURCE.as_bytes()[..end].to_vec()),
        (0..SOURCE.len(), any::<u8>()).prop_map(|(at, byte)| {
            let mut body = SOURCE.as_bytes().to_vec();
            body[at] = byte;
            body
        }),
    ];
    proptest!(|(status in 200u16..600, body in bodies)| {
        let result = runtime.block_on(answer_to_create(Scripted::new().json(status, body)));
        if let Err(error) = result {
            prop_assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
            prop_assert_eq!(error.delivery(), Delivery::Answered);
            prop_assert_eq!(error.outcome_unknown(), error.refused().is_none());
        } else {
            prop_assert!((200..300).contains(&status));
        }
    });
}

#[tokio::test]
#[should_panic(expected = "the script has no answer left for POST")]
async fn a_script_that_ran_out_fails_the_test() {
    let _ = answer_to_create(Scripted::new()).await;
}

#[test]
fn clients_go_between_threads() {
    fn check<T: Clone + Send + Sync + 'static>() {}
    fn may<K: Authorizes<SecretOnly>>() {}
    check::<Client<SecretKey>>();
    check::<Client<PublicKey>>();
    may::<SecretKey>();
    fn sends<F: Send>(_: F) {}
    sends(Client::new(Scripted::new(), key()).send(create()));
}
