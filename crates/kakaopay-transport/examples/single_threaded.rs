//! A client on a single thread, in concurrent tasks that share an `Rc`.
//!
//! `cargo run -p kakaopay-transport --example single_threaded`
#![expect(clippy::print_stdout, reason = "an example shows what it did")]

mod service;

use std::cell::Cell;
use std::rc::Rc;

use kakaopay_transport::{BaseUri, BoxError, Client, HyperTransport};
use kakaopay_types::{SecretKey, SourceId};
use tokio::task::LocalSet;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let base = BaseUri::parse(&format!("http://{}", service::start().await?))?;
    let key = SecretKey::parse("skey_test_5xt0gk0nqqnwnp1bnm8")?;
    let client = Client::builder(HyperTransport::new()?, key).base_uri(base).build();

    let total = Rc::new(Cell::new(0));
    let tasks = LocalSet::new();
    for _ in 0..3 {
        let (client, total) = (client.clone(), Rc::clone(&total));
        tasks.spawn_local(async move {
            let source = client.sources().retrieve(SourceId::parse("src_test_1")?).await?;
            total.set(total.get() + source.amount);
            Ok::<(), BoxError>(())
        });
    }
    tasks.await;
    println!("three sources of {} in all", total.get());
    Ok(())
}
