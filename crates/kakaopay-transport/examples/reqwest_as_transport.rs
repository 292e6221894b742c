//! `reqwest` as the wire, with what it would do by itself turned off: this crate decides about it.
//!
//! `cargo run -p kakaopay-transport --example reqwest_as_transport`
#![expect(clippy::print_stdout, reason = "an example shows what it did")]

mod service;

use kakaopay_transport::{BaseUri, BoxError, Client, NotSent, Request, RequestBody};
use kakaopay_types::{SecretKey, SourceId};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let reqwest = reqwest::Client::builder()
        // A redirect would carry the key away, and a second attempt could pay a second time.
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .build()?;
    let wire = tower::service_fn(move |request: Request| {
        let reqwest = reqwest.clone();
        async move {
            let request = request.map(|body: RequestBody| body.bytes().clone());
            let answer = reqwest.execute(request.try_into()?).await.map_err(|error| {
                // No other error of its own says that nothing has left.
                if error.is_connect() { BoxError::from(NotSent(error.into())) } else { error.into() }
            })?;
            Ok::<http::Response<reqwest::Body>, BoxError>(answer.into())
        }
    });

    let base = BaseUri::parse(&format!("http://{}", service::start().await?))?;
    let key = SecretKey::parse("skey_test_5xt0gk0nqqnwnp1bnm8")?;
    let client = Client::builder(wire, key).base_uri(base).build();
    let source = client.sources().retrieve(SourceId::parse("src_test_1")?).await?;
    println!("{} of {} {}", source.id, source.amount, source.currency);
    Ok(())
}
