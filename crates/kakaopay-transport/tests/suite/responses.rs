//! The result of every kind of response and failure.

use http::{HeaderValue, StatusCode};
use kakaopay_transport::layer::RetryPolicy;
use kakaopay_transport::testing::Scripted;
use kakaopay_transport::{BoxError, Client, Delivery, Error, ErrorKind, NotSent, RequestBody};
use kakaopay_types::endpoint::{
    Endpoint, ListCharges, ListEvents, MarkChargeAsFailed, MarkChargeAsPaid, RetrieveCharge, RetrieveEvent,
};
use kakaopay_types::{Authorizes, ChargeId, ErrorCode, EventId, SecretKey};

use crate::support::{SOURCE, charge_to_create, create, key, retrieve};

/// The service's name for a request.
const ID: &str = "7e57ab1e-0b00-4c0d-9e5a-0123456789ab";

async fn answer_to_create(service: Scripted) -> Result<(), Error> {
    Client::new(service, key()).send(create()).await.map(drop)
}

/// A response of the service: status, type and body.
fn answers(status: u16, content_type: Option<&str>, body: &str) -> Scripted {
    let mut response = http::Response::builder().status(status).header("x-request-id", ID);
    if let Some(content_type) = content_type {
        response = response.header("content-type", content_type);
    }
    Scripted::new().then(response.body(RequestBody::new(body.to_owned())).map_err(BoxError::from))
}

#[tokio::test]
async fn f22_every_kind_of_response_has_an_error_kind() {
    use ErrorKind::{Api, ContentType, Decode, EmptyBody, HttpStatus, Redirect, TooLarge};
    let refused = r#"{"object":"error","location":"x","code":"invalid_charge","message":"no"}"#;
    let deep = "[".repeat(100_000);
    // As deep as the cap lets through.
    let deepest = "{\"a\":".repeat(1024 * 1024 / 5);
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(1024 * 1024));
    let (json, html) = (Some("application/json; charset=utf-8"), Some("text/html"));
    // HttpStatus, type, body, kind, whether it is a refusal; what it says beside the outcome.
    for (status, content_type, body, kind, is_refusal, says) in [
        (400, json, refused, Api, true, "responded invalid_charge"),
        (401, json, refused, Api, true, "responded invalid_charge"),
        (404, json, refused, Api, true, "responded invalid_charge"),
        (409, json, refused, Api, true, "responded invalid_charge"),
        (422, json, refused, Api, true, "responded invalid_charge"),
        (408, json, refused, Api, false, "responded invalid_charge"),
        (429, json, refused, Api, false, "responded invalid_charge"),
        (500, json, refused, Api, false, "responded invalid_charge"),
        (503, json, refused, Api, false, "responded invalid_charge"),
        // An error object with a good status: not the service's usual no, so not taken as one.
        (200, json, refused, Api, false, "responded invalid_charge"),
        (200, html, refused, Api, false, "responded invalid_charge"),
        (400, html, "<html>bad</html>", HttpStatus, false, "status 400"),
        (502, html, "<html>bad gateway</html>", HttpStatus, false, "status 502"),
        (500, json, "", HttpStatus, false, "status 500"),
        (503, None, "", HttpStatus, false, "status 503"),
        (200, json, "", EmptyBody, false, "request id"),
        (200, html, "", EmptyBody, false, "request id"),
        (204, None, "", EmptyBody, false, "request id"),
        (200, html, "<html></html>", ContentType, false, "a proxy"),
        (200, Some("TEXT/HTML; charset=utf-8"), "<html></html>", ContentType, false, "a proxy"),
        (200, Some("text/plain"), "ok", ContentType, false, "a proxy"),
        // Said to be JSON, or not said to be anything.
        (200, json, "<html></html>", Decode, false, "please report it"),
        (200, None, "<html></html>", Decode, false, "please report it"),
        (200, Some(""), "<html></html>", Decode, false, "please report it"),
        (200, Some("application/hal+json"), &SOURCE[..40], Decode, false, "please report it"),
        (200, json, &SOURCE[..40], Decode, false, "please report it"),
        (200, json, r#"{"object":"charge","id":"chrg_test_1"}"#, Decode, false, "please report it"),
        (200, json, "[]", Decode, false, "please report it"),
        (200, json, deep.as_str(), Decode, false, "please report it"),
        (200, json, deepest.as_str(), Decode, false, "please report it"),
        // What is compressed though nobody asked for it is not unpacked.
        (200, json, "\u{1f}\u{8b}\u{8}\0", Decode, false, "please report it"),
        (304, None, "", Redirect, false, "the base URI"),
        (302, html, "<html></html>", Redirect, false, "the base URI"),
        (200, json, large.as_str(), TooLarge, false, "raise `max_response_bytes`"),
    ] {
        let error = answer_to_create(answers(status, content_type, body)).await.expect_err("no source");
        let shown = format!("{status} {content_type:?} {}: {error}", &body[..body.len().min(60)]);
        assert_eq!(error.kind(), kind, "{shown}");
        assert!(error.to_string().contains(says), "{shown}");
        assert_eq!(error.api_rejection().is_some(), is_refusal, "{shown}");
        assert_eq!(error.outcome_unknown(), !is_refusal, "{shown}");
        assert_eq!(
            error.to_string().contains("search for its result before sending it again"),
            !is_refusal,
            "{shown}"
        );
        assert_eq!(error.delivery(), Delivery::Answered);
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert_eq!((error.request_id(), error.operation()), (Some(ID), "sources.create"));
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn f22_a_decodable_body_is_accepted_with_any_type() {
    for content_type in [None, Some("application/json"), Some("text/plain"), Some("text/html"), Some("?")] {
        answer_to_create(answers(200, content_type, SOURCE)).await.expect("a source");
    }
}

#[tokio::test]
async fn f22_a_read_that_went_wrong_may_be_repeated() {
    let no = r#"{"object":"error","code":"x"}"#;
    for (status, body, retryable) in [
        (500, no, true),
        (503, no, true),
        (429, no, true),
        (408, no, true),
        (404, no, false),
        (302, no, false),
        (200, "", true),
        (200, "<html></html>", true),
    ] {
        let service = answers(status, Some("text/html"), body);
        let client = Client::builder(service, key()).retry(RetryPolicy::never()).build();
        let error = client.send(retrieve()).await.expect_err("no source");
        assert_eq!((error.is_retryable(), error.outcome_unknown()), (retryable, false), "{status} {body}");
    }
}

#[tokio::test]
async fn f22_malformed_json_names_the_place_and_never_the_value() {
    let body = SOURCE.replace("150000", "\"canary\"");
    let error = answer_to_create(Scripted::new().json(200, body)).await.expect_err("no source");
    assert_eq!(error.decode_error().map(|decode| decode.path()), Some("amount"));
    assert!(error.to_string().contains("`amount`"), "{error}");
    assert!(!format!("{error} {error:?}").contains("canary"));
}

#[tokio::test]
async fn f22_an_api_error_keeps_what_the_service_said() {
    let body = r#"{"object":"error","location":"https://www.omise.co/api-errors#not-found","code":"not_found","message":"charge x was not found"}"#;
    let error = answer_to_create(Scripted::new().json(404, body)).await.expect_err("no source");
    let api = error.api_error().expect("the service's error");
    assert_eq!(
        (api.code.clone(), api.message.as_deref()),
        (ErrorCode::NotFound, Some("charge x was not found"))
    );
    assert_eq!(error.to_string(), "sources.create: the service responded not_found: charge x was not found");
}

#[tokio::test]
async fn f22_an_error_object_is_an_error_with_any_status() {
    async fn check<E: Endpoint>(endpoint: E)
    where
        SecretKey: Authorizes<E::Access>,
        E::Response: std::fmt::Debug,
    {
        let body = r#"{"object":"error","code":"bad_request","data":[],"limit":1,"offset":0,"total":0}"#;
        let error =
            Client::new(Scripted::new().json(200, body), key()).send(endpoint).await.expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::Api, "{}", E::OPERATION);
        assert_eq!(error.api_error().map(|api| &api.code), Some(&ErrorCode::BadRequest));
    }
    let charge = || ChargeId::parse("chrg_test_1").expect("an id");
    check(create()).await;
    check(retrieve()).await;
    check(charge_to_create()).await;
    check(RetrieveCharge::new(charge())).await;
    check(ListCharges::default()).await;
    check(MarkChargeAsPaid::new(charge())).await;
    check(MarkChargeAsFailed::new(charge())).await;
    check(RetrieveEvent::new(EventId::parse("evnt_test_1").expect("an id"))).await;
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
async fn f24_only_a_not_sent_error_counts_as_not_sent() {
    let fails = |error: BoxError| Scripted::new().then(Err(error));
    let error = answer_to_create(fails("reset".into())).await.expect_err("broken");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Transport, Delivery::MaybeSent));
    assert!(
        error.outcome_unknown()
            && error.to_string().ends_with("search for its result before sending it again")
    );

    let wrapped = std::io::Error::other(NotSent("refused".into()));
    for error in [BoxError::from(NotSent("refused".into())), wrapped.into()] {
        let error = answer_to_create(fails(error)).await.expect_err("broken");
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Connect, Delivery::NotSent));
        assert!(!error.outcome_unknown() && error.is_retryable());
    }
}

#[test]
fn i9_any_response_is_an_object_or_an_error() {
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
            prop_assert_eq!(error.outcome_unknown(), error.api_rejection().is_none());
        } else {
            prop_assert!((200..300).contains(&status));
        }
    });
}

#[tokio::test]
#[should_panic(expected = "the script has no response left for POST")]
async fn an_exhausted_script_fails_the_test() {
    let _ = answer_to_create(Scripted::new()).await;
}
