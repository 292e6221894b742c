//! The requests that a client sends.

use http::{HeaderValue, StatusCode};
use kakaopay_transport::testing::{Capture, LoseResponse, Scripted};
use kakaopay_transport::{BaseUri, Client, Encoding, ErrorKind, RequestBody};
use kakaopay_types::{AnyKey, ApiVersion, Authorizes, PublicKey, SecretKey, SecretOnly};

use crate::support::{SOURCE, charge_to_create, create, key, retrieve};

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
        let transport = Capture::new(Scripted::new().json(200, SOURCE));
        let client = Client::builder(transport.clone(), key()).encoding(encoding).build();
        client.send(create()).await.expect("a source");
        let request = transport.requests().remove(0);
        assert!(!format!("{transport:?}").contains("c2tleV90ZXN0"));
        assert_eq!(
            (request.method().as_str(), request.uri().to_string()),
            ("POST", "https://api.omise.co/sources".into())
        );
        assert_eq!(request.headers()["content-type"], content_type);
        assert_eq!(request.headers()["omise-version"], "2019-05-29");
        // `printf skey_test_canary1: | base64`
        let authorization = &request.headers()["authorization"];
        assert_eq!(authorization, "Basic c2tleV90ZXN0X2NhbmFyeTE6");
        assert!(authorization.is_sensitive());
        assert_eq!(request.body(), body);
    }
}

#[tokio::test]
async fn a_charge_is_sent_as_in_the_guide() {
    let transport = Capture::new(Scripted::new().json(500, ""));
    let client = Client::builder(transport.clone(), key())
        .base_uri(BaseUri::parse("http://127.0.0.1:8080").expect("an origin"))
        .build();
    client.send(charge_to_create()).await.expect_err("no charge");
    let request = transport.requests().remove(0);
    assert_eq!(request.uri(), "http://127.0.0.1:8080/charges");
    assert_eq!(
        request.body(),
        "amount=150000&currency=SGD&return_uri=https%3A%2F%2Fshop.example%2Forders%2F7\
         &source[type]=kakaopay&source[platform_type]=WEB&metadata[kakaopay_reference]=order-7%2F1"
    );
}

#[tokio::test]
async fn a_read_has_no_body_and_no_content_type() {
    let transport = Capture::new(Scripted::new().json(200, SOURCE));
    Client::new(transport.clone(), key()).send(retrieve()).await.expect("a source");
    let request = transport.requests().remove(0);
    assert_eq!(request.uri(), "https://api.omise.co/sources/src_test_1");
    assert!(request.body().is_empty() && !request.headers().contains_key("content-type"));
}

#[tokio::test]
async fn f29_no_request_accepts_compressed_responses() {
    let transport = Capture::new(Scripted::new().json(200, SOURCE).json(200, SOURCE));
    let client = Client::new(transport.clone(), key());
    client.send(retrieve()).await.expect("a source");
    client.send(create()).await.expect("a source");
    for request in transport.requests() {
        assert!(!request.headers().contains_key("accept-encoding") && !request.headers().contains_key("te"));
    }
}

#[tokio::test]
async fn f24_a_lost_response_is_unknown_and_sent_once() {
    let transport = Capture::new(Scripted::new().json(200, SOURCE).json(200, SOURCE));
    let client = Client::new(LoseResponse::new(transport.clone(), 1), key());
    let error = client.send(create()).await.expect_err("lost");
    assert!(error.outcome_unknown());
    assert_eq!(transport.requests().len(), 1);
    client.send(create()).await.expect("the next is not lost");
}

#[tokio::test]
async fn f26_a_redirect_is_not_followed() {
    let away = http::Response::builder()
        .status(StatusCode::TEMPORARY_REDIRECT)
        .header("location", "https://evil.example/sources")
        .body(RequestBody::default())
        .expect("a response");
    let transport = Capture::new(Scripted::new().then(Ok(away)));
    let error = Client::new(transport.clone(), key()).send(create()).await.expect_err("a redirect");
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert_eq!(transport.requests().len(), 1);
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
    let transport = Capture::new(Scripted::new().json(200, SOURCE).json(200, SOURCE));
    Client::new(transport.clone(), key()).send(retrieve()).await.expect("a source");
    Client::builder(transport.clone(), key())
        .api_version(ApiVersion::V2017_11_02)
        .user_agent_suffix(&HeaderValue::from_static("shop/1.2"))
        .build()
        .send(retrieve())
        .await
        .expect("a source");
    let sent = transport
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
async fn i9_a_response_is_read_up_to_the_limit() {
    for (cap, kind) in [(SOURCE.len(), None), (SOURCE.len() - 1, Some(ErrorKind::TooLarge))] {
        let service = Scripted::new().json(200, SOURCE);
        let client = Client::builder(service, key()).max_response_bytes(cap).build();
        assert_eq!(client.send(retrieve()).await.err().map(|error| error.kind()), kind);
    }
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
