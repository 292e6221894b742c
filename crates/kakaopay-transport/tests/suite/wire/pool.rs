//! How long connections are kept, and how many of them. In paused time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use kakaopay_transport::{BaseUri, Client, Delivery, Wire};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use super::pipe::Pipes;
use super::server::{Seen, answer, http};
use crate::support::{SOURCE, create, key};

/// Makes two calls with a pause between them, and tells how many connections that took.
async fn connections(idle: Option<Duration>, most: Option<usize>, pause: Duration) -> usize {
    let seen = Seen::default();
    let kept = seen.clone();
    let pipes = Pipes(move |stream: DuplexStream| http(kept.tap(stream, None), kept.clone()));
    let mut builder = Wire::builder().connector(pipes);
    if let Some(idle) = idle {
        builder = builder.idle_timeout(idle);
    }
    if let Some(most) = most {
        builder = builder.max_idle_per_host(most);
    }
    let base = BaseUri::parse("http://127.0.0.1").expect("an origin");
    let client = Client::builder(builder.build().expect("a wire"), key()).base_uri(base).build();
    client.send(create()).await.expect("a source");
    tokio::time::sleep(pause).await;
    client.send(create()).await.expect("a source");
    seen.connections()
}

#[tokio::test(start_paused = true)]
async fn f24_a_connection_is_not_kept_for_longer_than_it_was_told() {
    let second = Duration::from_secs(1);
    assert_eq!(connections(None, None, 29 * second).await, 1);
    assert_eq!(connections(None, None, 31 * second).await, 2);
    assert_eq!(connections(Some(2 * second), None, second).await, 1);
    assert_eq!(connections(Some(2 * second), None, 3 * second).await, 2);
    assert_eq!(connections(None, Some(1), second).await, 1);
    assert_eq!(connections(None, Some(0), second).await, 2);
}

/// A server that answers once a connection, and then leaves its end of it here.
#[derive(Clone, Default)]
struct Parked(Arc<Mutex<Vec<DuplexStream>>>);

#[tokio::test(start_paused = true)]
async fn f24_a_request_that_a_closed_connection_gives_back_is_sent_by_no_other() {
    let (parked, seen) = (Parked::default(), Seen::default());
    let (park, kept) = (parked.clone(), seen.clone());
    let pipes = Pipes(move |mut stream: DuplexStream| {
        let (park, kept) = (park.clone(), kept.clone());
        async move {
            let mut tap = kept.tap(&mut stream, None);
            let _ = tap.read(&mut [0; 4096]).await;
            let _ = tap.write_all(answer(SOURCE).as_bytes()).await;
            park.0.lock().expect("a lock").push(stream);
        }
    });
    let base = BaseUri::parse("http://127.0.0.1").expect("an origin");
    let wire = Wire::builder().connector(pipes).build().expect("a wire");
    let client = Client::builder(wire, key()).base_uri(base).build();
    client.send(create()).await.expect("a source");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let first = seen.raw().len();

    // It closes, and before the wire can know of it the next request is on its way. hyper gets that one back
    // unsent, and would make a connection for it by itself if it were let.
    assert_eq!(std::mem::take(&mut *parked.0.lock().expect("a lock")).len(), 1);
    let error = client.send(create()).await.expect_err("closed");
    assert!(error.outcome_unknown() && error.delivery() == Delivery::MaybeSent, "{error:?}");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((seen.connections(), seen.raw().len()), (1, first));
}
