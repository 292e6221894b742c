//! How long connections are kept, and how many of them. In paused time.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kakaopay_transport::{BaseUri, Client, Delivery, ErrorKind, HyperTransport};
use kakaopay_types::SecretKey;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tower_service::Service;

use super::pipe::Pipes;
use super::server::{Seen, answer, http};
use crate::support::{SOURCE, create, key};

/// Makes two calls with a pause between them, and tells how many connections that took.
async fn connections(idle: Option<Duration>, most: Option<usize>, pause: Duration) -> usize {
    let seen = Seen::default();
    let kept = seen.clone();
    let pipes = Pipes(move |stream: DuplexStream| http(kept.tap(stream, None), kept.clone()));
    let mut builder = HyperTransport::builder().connector(pipes);
    if let Some(idle) = idle {
        builder = builder.idle_timeout(idle);
    }
    if let Some(most) = most {
        builder = builder.max_idle_per_host(most);
    }
    let base = BaseUri::parse("http://127.0.0.1").expect("an origin");
    let client = Client::builder(builder.build().expect("a transport"), key()).base_uri(base).build();
    client.send(create()).await.expect("a source");
    tokio::time::sleep(pause).await;
    client.send(create()).await.expect("a source");
    seen.connections()
}

#[tokio::test(start_paused = true)]
async fn f24_a_connection_is_dropped_after_the_idle_timeout() {
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

impl Parked {
    fn close(&self) -> usize {
        std::mem::take(&mut *self.0.lock().expect("a lock")).len()
    }
}

/// A client whose connections are refused from a moment on.
fn parked(refused: &Arc<AtomicBool>, seen: &Seen) -> (Client<SecretKey>, Parked) {
    let parked = Parked::default();
    let (park, kept, refused) = (parked.clone(), seen.clone(), Arc::clone(refused));
    let mut pipes = Pipes(move |mut stream: DuplexStream| {
        let (park, kept) = (park.clone(), kept.clone());
        async move {
            let mut tap = kept.tap(&mut stream, None);
            let _ = tap.read(&mut [0; 4096]).await;
            let _ = tap.write_all(answer(SOURCE).as_bytes()).await;
            park.0.lock().expect("a lock").push(stream);
        }
    });
    let connector = tower::service_fn(move |uri: http::Uri| {
        let made = if refused.load(Ordering::SeqCst) { None } else { Some(pipes.call(uri)) };
        async move {
            match made {
                Some(made) => made.await,
                None => Err(io::ErrorKind::ConnectionRefused.into()),
            }
        }
    });
    let base = BaseUri::parse("http://127.0.0.1").expect("an origin");
    let transport = HyperTransport::builder().connector(connector).build().expect("a transport");
    (Client::builder(transport, key()).base_uri(base).build(), parked)
}

#[tokio::test(start_paused = true)]
async fn f24_a_request_that_a_closed_connection_gives_back_leaves_once_over_another() {
    let (refused, seen) = (Arc::default(), Seen::default());
    let (client, parked) = parked(&refused, &seen);
    client.send(create()).await.expect("a source");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let one = seen.raw().len();

    // It closes, and before the wire can know of it the next request is on its way. hyper gives that one back
    // unsent.
    assert_eq!(parked.close(), 1);
    client.send(create()).await.expect("a source");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((seen.connections(), seen.raw().len()), (2, 2 * one));

    // The same, and there is no other connection to be had.
    assert_eq!(parked.close(), 1);
    refused.store(true, Ordering::SeqCst);
    let error = client.send(create()).await.expect_err("refused");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Connect, Delivery::NotSent), "{error:?}");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((seen.connections(), seen.raw().len()), (2, 2 * one));
}

#[tokio::test(start_paused = true)]
async fn f24_a_new_connection_that_gives_a_request_back_is_the_last() {
    // The service is gone before the connection has been handed on.
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    let mut pipes = Pipes(|stream: DuplexStream| async move { drop(stream) });
    let connector = tower::service_fn(move |uri: http::Uri| {
        count.fetch_add(1, Ordering::SeqCst);
        let pipe = pipes.call(uri);
        async move {
            tokio::task::yield_now().await;
            pipe.await
        }
    });
    let base = BaseUri::parse("http://127.0.0.1").expect("an origin");
    let transport = HyperTransport::builder().connector(connector).build().expect("a transport");
    let error =
        Client::builder(transport, key()).base_uri(base).build().send(create()).await.expect_err("gone");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Connect, Delivery::NotSent), "{error:?}");
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn f24_a_dropped_calls_response_reaches_no_other_call() {
    // Answers come in two pieces, far apart.
    let seen = Seen::default();
    let kept = seen.clone();
    let pipes = Pipes(move |stream: DuplexStream| {
        let mut tap = kept.tap(stream, None);
        async move {
            while tap.read(&mut [0; 4096]).await.is_ok_and(|read| read > 0) {
                let answer = answer(SOURCE);
                let (head, rest) = answer.split_at(answer.len() - 10);
                let _ = tap.write_all(head.as_bytes()).await;
                tokio::time::sleep(Duration::from_secs(5)).await;
                if tap.write_all(rest.as_bytes()).await.is_err() {
                    break;
                }
            }
        }
    });
    let base = BaseUri::parse("http://127.0.0.1").expect("an origin");
    let transport = HyperTransport::builder().connector(pipes).build().expect("a transport");
    let client = Client::builder(transport, key()).base_uri(base).build();
    client.send(create()).await.expect("a source");
    tokio::time::sleep(Duration::from_millis(1)).await;
    // Given up before the head has come, and in the middle of the body.
    for given_up in [Duration::ZERO, Duration::from_secs(1)] {
        let before = seen.connections();
        assert!(tokio::time::timeout(given_up, client.send(create())).await.is_err());
        client.send(create()).await.expect("a source");
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert_eq!(seen.connections(), before + 1, "{given_up:?}");
    }
    // What came to its end is used again.
    let before = seen.connections();
    client.send(create()).await.expect("a source");
    assert_eq!(seen.connections(), before);
}

#[tokio::test(start_paused = true)]
async fn f24_an_idle_connection_is_closed_without_a_call() {
    let (ended, over) = (Arc::new(AtomicUsize::new(0)), Seen::default());
    let count = Arc::clone(&ended);
    let pipes = Pipes(move |stream: DuplexStream| {
        let (over, count) = (over.clone(), Arc::clone(&count));
        async move {
            http(stream, over).await;
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    let base = BaseUri::parse("http://127.0.0.1").expect("an origin");
    let transport = HyperTransport::builder().connector(pipes).build().expect("a transport");
    let client = Client::builder(transport, key()).base_uri(base).build();
    let calls = (0..3).map(|_| client.send(create()));
    futures_util::future::join_all(calls)
        .await
        .into_iter()
        .for_each(|source| drop(source.expect("a source")));
    tokio::time::sleep(Duration::from_secs(29)).await;
    assert_eq!(ended.load(Ordering::SeqCst), 0);
    tokio::time::sleep(Duration::from_secs(32)).await;
    assert_eq!(ended.load(Ordering::SeqCst), 3);

    // One that the last client has let go of ends at once.
    client.send(create()).await.expect("a source");
    drop(client);
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(ended.load(Ordering::SeqCst), 4);
}
