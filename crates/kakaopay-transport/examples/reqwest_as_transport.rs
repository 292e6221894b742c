//! `reqwest` as the transport, with its redirects and retries turned off.
//!
//! `cargo run -p kakaopay-transport --example reqwest_as_transport`
#![expect(clippy::print_stdout, reason = "an example shows what it did")]

mod service;

use kakaopay_transport::{BaseUri, BoxError, Client, HttpRequest, NotSent, RequestBody};
use kakaopay_types::{SecretKey, SourceId};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let reqwest = reqwest::Client::builder()
        // A redirect could leak the key to another host, and a retry could create a second charge.
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .build()?;
    let transport = tower::service_fn(move |request: HttpRequest| {
        let reqwest = reqwest.clone();
        async move {
            let request = request.map(|body: RequestBody| body.bytes().clone());
            let response = reqwest.execute(request.try_into()?).await.map_err(|error| {
                // Only a connect error guarantees that nothing was sent.
                if error.is_connect() { BoxError::from(NotSent(error.into())) } else { error.into() }
            })?;
            Ok::<http::Response<reqwest::Body>, BoxError>(response.into())
        }
    });

    let base = BaseUri::parse(&format!("http://{}", service::start().await?))?;
    let key = SecretKey::parse("skey_test_5xt0gk0nqqnwnp1bnm8")?;
    let client = Client::builder(transport, key).base_uri(base).build();
    let source = client.sources().retrieve(SourceId::parse("src_test_1")?).await?;
    println!("{} of {} {}", source.id, source.amount, source.currency);
    Ok(())
}
