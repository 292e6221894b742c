//! Reads are retried; mutations never are, even if a layer tries.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use kakaopay_transport::layer::{RetryPolicy, SendOnceLayer};
use kakaopay_transport::testing::{Capture, Flaky, Never, Scripted};
use kakaopay_transport::{
    BoxError, Client, Delivery, Error, ErrorKind, HttpRequest, HttpResponse, Operation, RequestBody, Stack,
};
use kakaopay_types::endpoint::{ChargeSource, CreateCharge, CreateSource, MarkChargeAsPaid};
use kakaopay_types::{ChargeId, Reference, ReturnUri};
use proptest::prelude::*;
use tower::ServiceExt;
use tower_layer::Layer;
use tower_service::Service;

use crate::support::{SOURCE, amount, create, key, retrieve};

/// A script with a wait that the service asks for.
fn busy(script: Scripted, wait: &str) -> Scripted {
    let response = http::Response::builder().status(429).header("retry-after", wait);
    script.then(response.body(RequestBody::default()).map_err(BoxError::from))
}

#[tokio::test(start_paused = true)]
async fn a_read_is_retried_until_it_succeeds() {
    let script = Scripted::new().json(503, "").then(Err(BoxError::from("reset"))).json(200, SOURCE);
    let transport = Capture::new(script);
    let source = Client::new(transport.clone(), key()).send(retrieve()).await.expect("a source");
    assert_eq!(source.amount, 150_000);
    let sent = transport.requests();
    assert_eq!(sent.len(), 3);
    // Each like the first, the key included.
    assert!(sent.iter().all(|request| {
        request.uri() == "https://api.omise.co/sources/src_test_1" && request.headers() == sent[0].headers()
    }));
}

#[tokio::test(start_paused = true)]
async fn a_retry_keeps_the_changes_of_layers_above() {
    #[derive(Debug, Clone, PartialEq)]
    struct Tag(&'static str);

    let (seen, script) = (Arc::<Mutex<Vec<_>>>::default(), Scripted::new().json(503, "").json(200, SOURCE));
    let (kept, tagged) = (
        Arc::clone(&seen),
        tower::util::MapRequestLayer::new(|mut request: HttpRequest| {
            request.extensions_mut().insert(Tag("shop 7"));
            *request.version_mut() = http::Version::HTTP_2;
            request
        }),
    );
    let looks = tower::util::MapRequestLayer::new(move |request: HttpRequest| {
        let tag = request.extensions().get::<Tag>().cloned();
        kept.lock().expect("a lock").push((tag, request.version()));
        request
    });
    let client = Client::builder(script, key()).layer(tagged).attempt_layer(&looks).build();
    client.send(retrieve()).await.expect("a source");
    let each = (Some(Tag("shop 7")), http::Version::HTTP_2);
    assert_eq!(*seen.lock().expect("a lock"), [each.clone(), each]);
}

#[tokio::test(start_paused = true)]
async fn the_last_response_is_returned() {
    let transport = Capture::new(Scripted::new().json(500, "").json(502, "").json(503, ""));
    let error = Client::new(transport.clone(), key()).send(retrieve()).await.expect_err("no source");
    assert_eq!((error.status().map(|status| status.as_u16()), transport.requests().len()), (Some(503), 3));
    assert!(error.is_retryable());

    let transport = Capture::new(Scripted::new().json(500, ""));
    let client = Client::builder(transport.clone(), key()).retry(RetryPolicy::never()).build();
    client.send(retrieve()).await.expect_err("no source");
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn f21_retry_after_is_waited_for_within_the_deadline() {
    let start = tokio::time::Instant::now();
    let script = busy(Scripted::new(), "7").json(200, SOURCE);
    Client::new(script, key()).send(retrieve()).await.expect("a source");
    let took = start.elapsed();
    assert!(took >= Duration::from_secs(7) && took < Duration::from_secs(8), "{took:?}");

    // It would be too late: what is known now is told now.
    for wait in ["60", "1000000000"] {
        let start = tokio::time::Instant::now();
        let transport = Capture::new(busy(Scripted::new(), wait));
        let error = Client::new(transport.clone(), key()).send(retrieve()).await.expect_err("busy");
        assert_eq!(
            (error.status().map(|status| status.as_u16()), transport.requests().len()),
            (Some(429), 1)
        );
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn f23_an_attempt_that_stalls_leaves_time_for_another() {
    let start = tokio::time::Instant::now();
    let calls = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&calls);
    let stalls_once = tower::service_fn(move |_: HttpRequest| {
        let first = count.fetch_add(1, Ordering::SeqCst) == 0;
        async move {
            if first {
                std::future::pending::<()>().await;
            }
            Ok::<_, BoxError>(http::Response::new(RequestBody::from(SOURCE)))
        }
    });
    Client::new(stalls_once, key()).send(retrieve()).await.expect("a source");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert_eq!(calls.load(Ordering::SeqCst), 2);

    // What changes something has one attempt, and all of the time.
    let start = tokio::time::Instant::now();
    let error = Client::new(Never, key()).send(create()).await.expect_err("no answer");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Timeout, Delivery::MaybeSent));
    assert_eq!(start.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn f21_retries_of_a_failing_service_are_limited() {
    let calls = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&calls);
    let down = tower::service_fn(move |_: HttpRequest| {
        count.fetch_add(1, Ordering::SeqCst);
        async { Err::<http::Response<RequestBody>, _>(BoxError::from("reset")) }
    });
    let client = Client::new(down, key());
    for _ in 0..1_000 {
        client.send(retrieve()).await.expect_err("down");
    }
    let extra = calls.load(Ordering::SeqCst) - 1_000;
    assert!((200..=210).contains(&extra), "{extra}");
}

/// Sends every request without a good response again, as a layer of a user might.
#[derive(Clone)]
struct Stubborn<S>(S);

impl<S> Service<HttpRequest> for Stubborn<S>
where
    S: Service<HttpRequest, Response = HttpResponse, Error = Error> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = HttpResponse;
    type Error = Error;
    type Future = futures_util::future::BoxFuture<'static, Result<HttpResponse, Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let service = self.0.clone();
        Box::pin(async move {
            let mut answer = service.clone().oneshot(request.clone()).await;
            for _ in 0..3 {
                if answer.as_ref().is_ok_and(|response| response.status().is_success()) {
                    break;
                }
                answer = service.clone().oneshot(request.clone()).await;
            }
            answer
        })
    }
}

#[derive(Clone, Copy)]
struct StubbornLayer;

impl Layer<Stack> for StubbornLayer {
    type Service = Stubborn<Stack>;

    fn layer(&self, stack: Stack) -> Stubborn<Stack> {
        Stubborn(stack)
    }
}

#[tokio::test(start_paused = true)]
async fn f24_no_layer_above_can_send_a_mutation_twice() {
    let transport = Capture::new(Scripted::new().then(Err(BoxError::from("reset"))));
    let client = Client::builder(transport.clone(), key()).layer(StubbornLayer).build();
    let error = client.send(create()).await.expect_err("no source");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::DuplicateSend, Delivery::MaybeSent));
    assert_eq!((error.operation(), error.outcome_unknown()), ("sources.create", true));
    assert!(error.to_string().contains("remove that layer"), "{error}");
    assert_eq!(transport.requests().len(), 1);

    // What only reads may be repeated by anybody.
    let script = (0..3).fold(Scripted::new(), |script, _| script.json(500, "")).json(200, SOURCE);
    let transport = Capture::new(script);
    let client = Client::builder(transport.clone(), key()).layer(StubbornLayer).build();
    client.send(retrieve()).await.expect("a source");
    assert_eq!(transport.requests().len(), 4);
}

#[tokio::test]
async fn f24_the_layer_alone_lets_a_clone_through_once() {
    let operation = Operation::of::<CreateSource>();
    let request = |operation| HttpRequest::new(RequestBody::default().of_call(operation));
    let service = SendOnceLayer.layer(Scripted::new().json(200, "{}"));
    service.clone().oneshot(request(operation.clone())).await.expect("the first");
    let error = service.clone().oneshot(request(operation)).await.expect_err("the second");
    assert_eq!(error.kind(), ErrorKind::DuplicateSend);
}

/// How often each mutation was carried out, by its body.
#[derive(Clone, Default)]
struct Counting(Arc<std::sync::Mutex<std::collections::HashMap<String, u32>>>);

impl Service<HttpRequest> for Counting {
    type Response = http::Response<RequestBody>;
    type Error = BoxError;
    type Future = std::future::Ready<Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        if request.method() != http::Method::GET {
            let call = format!("{} {:?}", request.uri(), request.body().bytes());
            *self.0.lock().expect("a lock").entry(call).or_default() += 1;
        }
        std::future::ready(Ok(http::Response::new(RequestBody::from(SOURCE))))
    }
}

proptest! {
    /// F24: no mutation is carried out twice on any network, and a request that is reported as not sent
    /// was not sent.
    #[test]
    fn f24_no_mutation_is_ever_carried_out_twice(seed in any::<u64>(), good in 0_u8..100) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let service = Counting::default();
            let client = Client::new(Flaky::new(service.clone(), seed).success_rate(good), key());
            for number in 1..=20 {
                let attempt = Reference::parse(&format!("order-{number}")).expect("a reference");
                let charge = CreateCharge::new(
                    amount(),
                    ReturnUri::parse("https://shop.example/").expect("a URI"),
                    ChargeSource::New { platform_type: None },
                    attempt.attempt(std::num::NonZeroU32::MIN),
                );
                let made = client.send(charge).await;
                let count = |part: &str| {
                    let carried_out = service.0.lock().expect("a lock");
                    carried_out.iter().filter(|(call, _)| call.contains(part)).map(|(_, count)| *count).sum::<u32>()
                };
                let count = count(&format!("order-{number}%2F1"));
                prop_assert!(count <= 1);
                if let Err(error) = made {
                    prop_assert!(error.delivery() != Delivery::NotSent || count == 0, "{error}");
                    prop_assert!(error.outcome_unknown() || count == 0, "{error}");
                }
                let id = ChargeId::parse(&format!("chrg_test_{number}")).expect("an id");
                let _ = client.send(MarkChargeAsPaid::new(id)).await;
                let _ = client.send(retrieve()).await;
            }
            prop_assert!(service.0.lock().expect("a lock").values().all(|count| *count == 1));
            Ok(())
        })?;
    }
}
