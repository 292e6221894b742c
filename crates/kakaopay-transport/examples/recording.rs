//! A layer of your own that records every exchange. It never sees the key, which a layer below adds.
//!
//! `cargo run -p kakaopay-transport --example recording`
#![expect(clippy::print_stdout, reason = "an example shows what it did")]

mod service;

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use kakaopay_transport::{
    BaseUri, BoxError, Client, Error, HttpRequest, HttpResponse, HyperTransport, Stack,
};
use kakaopay_types::endpoint::CreateSource;
use kakaopay_types::{Money, PaymentAmount, SecretKey, SourceId};
use tower_service::Service;

/// For each call its operation, and the status and length of the response.
type Tape = Arc<Mutex<Vec<String>>>;

#[derive(Clone)]
struct Recorder {
    below: Stack,
    tape: Tape,
}

impl Service<HttpRequest> for Recorder {
    type Response = HttpResponse;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.below.poll_ready(context)
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let name = request.body().operation().map_or("", |operation| operation.name());
        let sent = request.body().bytes().len();
        let (response, tape) = (self.below.call(request), Arc::clone(&self.tape));
        Box::pin(async move {
            let result = response.await;
            let received = match &result {
                Ok(response) => format!("{}, {} bytes", response.status(), response.body().len()),
                Err(error) => format!("{:?}", error.kind()),
            };
            if let Ok(mut tape) = tape.lock() {
                tape.push(format!("{name}: {sent} bytes -> {received}"));
            }
            result
        })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let tape = Tape::default();
    let base = BaseUri::parse(&format!("http://{}", service::start().await?))?;
    let key = SecretKey::parse("skey_test_5xt0gk0nqqnwnp1bnm8")?;
    let recording = Arc::clone(&tape);
    let client = Client::builder(HyperTransport::new()?, key)
        .base_uri(base)
        .layer(tower::layer::layer_fn(move |below| Recorder { below, tape: Arc::clone(&recording) }))
        .build();

    let amount = PaymentAmount::new(Money::parse("1500.00", "SGD".parse()?)?)?;
    client.sources().create(CreateSource::new(amount)).await?;
    client.sources().retrieve(SourceId::parse("src_test_1")?).await?;
    for line in tape.lock().map_err(|_| "a lock")?.iter() {
        println!("{line}");
    }
    Ok(())
}
