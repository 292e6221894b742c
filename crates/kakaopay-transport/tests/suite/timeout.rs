//! A call times out wherever the service stalls. Time is paused.

use std::convert::Infallible;
use std::future::{Pending, pending};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use kakaopay_transport::layer::TimeoutLayer;
use kakaopay_transport::{BoxError, Client, Delivery, Error, ErrorKind, HttpRequest, RequestBody};
use tower::ServiceExt;
use tower_layer::Layer;
use tower_service::Service;

use crate::support::{create, key};

/// Makes a mutation and tells how long it took to go wrong.
async fn send<S, B>(service: S, deadline: Duration) -> (Error, Duration)
where
    S: Service<HttpRequest, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let client = Client::builder(service, key()).timeout(deadline).build();
    let start = tokio::time::Instant::now();
    let error = client.send(create()).await.expect_err("no answer");
    (error, start.elapsed())
}

#[track_caller]
fn check((error, took): (Error, Duration), deadline: Duration, delivery: Delivery) {
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Timeout, delivery));
    assert_eq!(error.outcome_unknown(), delivery == Delivery::MaybeSent);
    assert_eq!(error.is_retryable(), delivery == Delivery::NotSent);
    assert!(took >= deadline && took <= deadline.mul_f64(1.1), "{took:?}");
}

/// A service that is never ready, or never was able to be.
#[derive(Clone)]
struct Unready(Option<&'static str>);

impl Service<HttpRequest> for Unready {
    type Response = http::Response<RequestBody>;
    type Error = BoxError;
    type Future = Pending<Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.map_or(Poll::Pending, |error| Poll::Ready(Err(error.into())))
    }

    fn call(&mut self, _: HttpRequest) -> Self::Future {
        unreachable!("a service is called when it is ready")
    }
}

/// A body that drips a space every second and never ends.
struct Drip(tokio::time::Interval);

impl Body for Drip {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_tick(context).map(|_| Some(Ok(Frame::data(Bytes::from_static(b" ")))))
    }
}

#[tokio::test(start_paused = true)]
async fn f23_a_silent_service_ends_at_the_deadline() {
    for deadline in [Duration::from_secs(60), Duration::from_millis(10)] {
        let silent = tower::service_fn(|_| pending::<Result<http::Response<RequestBody>, BoxError>>());
        check(send(silent, deadline).await, deadline, Delivery::MaybeSent);
    }
}

#[tokio::test(start_paused = true)]
async fn f23_a_body_that_drips_ends_at_the_deadline() {
    let deadline = Duration::from_secs(60);
    let dripping = tower::service_fn(|_| async {
        let drip = Drip(tokio::time::interval(Duration::from_secs(1)));
        Ok::<_, BoxError>(http::Response::new(drip))
    });
    check(send(dripping, deadline).await, deadline, Delivery::MaybeSent);
}

#[tokio::test(start_paused = true)]
async fn f23_a_service_that_is_never_ready_was_sent_nothing() {
    let deadline = Duration::from_secs(60);
    check(send(Unready(None), deadline).await, deadline, Delivery::NotSent);
}

#[tokio::test(start_paused = true)]
async fn f24_a_service_that_fails_to_get_ready_was_sent_nothing() {
    let (error, took) = send(Unready(Some("closed")), Duration::from_secs(60)).await;
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Connect, Delivery::NotSent));
    assert_eq!((error.outcome_unknown(), took), (false, Duration::ZERO));

    // The layer alone knows it as well.
    let service = TimeoutLayer::new(Duration::from_secs(60)).layer(Unready(Some("closed")));
    let error = service.oneshot(HttpRequest::default()).await.expect_err("not ready");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Connect, Delivery::NotSent));
}
