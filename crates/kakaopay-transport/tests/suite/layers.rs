//! Each layer alone, over a plain service.

use std::time::Duration;

use kakaopay_transport::layer::{
    ApiHeadersLayer, AuthLayer, BaseUriLayer, CollectBodyLayer, OperationLayer, RetryLayer, RetryPolicy,
    SendOnceLayer, TimeoutLayer, TraceLayer,
};
use kakaopay_transport::testing::{Capture, Scripted};
use kakaopay_transport::{BaseUri, BoxError, Delivery, Error, ErrorKind, HttpRequest, RequestBody};
use kakaopay_types::ApiVersion;
use tower::ServiceExt;
use tower_layer::Layer;

use crate::support::key;

fn request(uri: &str) -> HttpRequest {
    http::Request::get(uri).body(RequestBody::default()).expect("a request")
}

#[tokio::test]
async fn i7_a_request_with_an_origin_is_never_sent() {
    for uri in [
        "https://evil.example/charges",
        "http://api.omise.co/charges",
        "https://api.omise.co/charges",
        "evil.example:443",
        "*",
    ] {
        let transport = Capture::new(Scripted::new());
        let service = BaseUriLayer::new(BaseUri::default()).layer(transport.clone());
        let error = service.oneshot(request(uri)).await.expect_err("refused");
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Request, Delivery::NotSent), "{uri}");
        assert!(transport.requests().is_empty(), "{uri}");
    }
}

#[tokio::test]
async fn i7_any_path_goes_to_the_origin() {
    for path in ["/charges", "/charges?limit=1&from=2026-01-01", "//evil.example/charges", "/@evil.example"] {
        let transport = Capture::new(Scripted::new().json(200, "{}"));
        BaseUriLayer::new(BaseUri::default())
            .layer(transport.clone())
            .oneshot(request(path))
            .await
            .expect("sent");
        let uri = transport.requests().remove(0).uri().clone();
        assert_eq!((uri.scheme_str(), uri.host()), (Some("https"), Some("api.omise.co")));
        assert_eq!(uri.path_and_query().map(|path| path.as_str()), Some(path));
    }
}

#[tokio::test]
async fn f26_the_origin_layer_lets_no_redirect_through() {
    for status in [300, 301, 302, 303, 304, 307, 308] {
        let service = BaseUriLayer::new(BaseUri::default()).layer(Scripted::new().json(status, ""));
        let error = service.oneshot(request("/charges")).await.expect_err("a redirect");
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Redirect, Delivery::Answered));
        assert!(error.request_id().is_some());
    }
}

#[tokio::test]
async fn i7_the_key_is_sent_by_http_basic_and_not_printed() {
    let transport = Capture::new(Scripted::new().json(200, "{}"));
    let layer = AuthLayer::new(&key());
    let service = layer.layer(transport.clone());
    // What is there already does not win.
    let mut request = request("/");
    request.headers_mut().insert("authorization", http::HeaderValue::from_static("Basic other"));
    service.clone().oneshot(request).await.expect("sent");
    let sent = transport.requests().remove(0);
    // `printf skey_test_canary1: | base64`
    assert_eq!(sent.headers()["authorization"], "Basic c2tleV90ZXN0X2NhbmFyeTE6");
    assert_eq!(sent.headers().get_all("authorization").iter().count(), 1);
    for shown in [format!("{layer:?}"), format!("{service:?}"), format!("{sent:?}")] {
        assert!(!shown.contains("canary") && !shown.contains("c2tleV90ZXN0"), "{shown}");
    }
}

#[tokio::test]
async fn the_version_layer_stands_alone() {
    let transport = Capture::new(Scripted::new().json(200, "{}"));
    let agent = http::HeaderValue::from_static("shop/1");
    ApiHeadersLayer::new(ApiVersion::default(), agent)
        .layer(transport.clone())
        .oneshot(request("/"))
        .await
        .expect("sent");
    assert_eq!(transport.requests()[0].headers()["omise-version"], ApiVersion::V2019_05_29.as_str());
}

/// A service that fails in its own way, or answers.
fn plain(
    failure: Option<&'static str>,
) -> impl tower_service::Service<
    HttpRequest,
    Response = http::Response<RequestBody>,
    Error = BoxError,
    Future: Send,
> + Clone
+ Send {
    tower::service_fn(move |_: HttpRequest| async move {
        match failure {
            Some(failure) => Err(BoxError::from(failure)),
            None => Ok(http::Response::new(RequestBody::default())),
        }
    })
}

/// A layer that needs whole answers, above the one that makes them.
struct Both(RetryLayer, CollectBodyLayer);

impl<S> Layer<S> for Both {
    type Service = kakaopay_transport::layer::Retry<kakaopay_transport::layer::CollectBody<S>>;

    fn layer(&self, inner: S) -> Self::Service {
        self.0.layer(self.1.layer(inner))
    }
}

#[tokio::test]
async fn every_layer_works_alone_and_preserves_errors() {
    async fn check<L>(layer: L)
    where
        L: Fn(Option<&'static str>) -> futures_util::future::BoxFuture<'static, Option<Error>>,
    {
        assert!(layer(None).await.is_none());
        let error = layer(Some("reset")).await.expect("an error");
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Transport, Delivery::MaybeSent));
    }
    macro_rules! alone {
        ($layer:expr) => {
            check(|failure| {
                Box::pin(async move { $layer.layer(plain(failure)).oneshot(request("/")).await.err() })
            })
            .await
        };
    }
    alone!(CollectBodyLayer::new(16));
    alone!(TimeoutLayer::new(Duration::from_secs(1)));
    alone!(TimeoutLayer::of_attempt(Duration::from_secs(1)));
    alone!(SendOnceLayer);
    alone!(OperationLayer);
    alone!(Both(RetryLayer::new(RetryPolicy::default()), CollectBodyLayer::new(16)));
    alone!(BaseUriLayer::new(BaseUri::default()));
    alone!(TraceLayer);
}

#[tokio::test]
async fn an_own_error_from_below_is_not_wrapped_again() {
    // A stack of one's own, below a client, in which the inner layer refuses.
    let inner = BaseUriLayer::new(BaseUri::default()).layer(Scripted::new());
    let stack = TraceLayer.layer(TimeoutLayer::new(Duration::from_secs(1)).layer(inner));
    let error = stack.oneshot(request("https://evil.example/")).await.expect_err("refused");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Request, Delivery::NotSent));

    // And one that passed through somebody else's error keeps what it knew.
    let wrapped = BoxError::from(std::io::Error::other(error));
    let error = CollectBodyLayer::new(16)
        .layer(Scripted::new().then(Err(wrapped)))
        .oneshot(request("/"))
        .await
        .expect_err("refused");
    assert_eq!(error.delivery(), Delivery::NotSent);
}
