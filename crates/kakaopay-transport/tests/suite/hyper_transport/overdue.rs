//! F56: a request that is held up while the transport connects does not leave late.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::Uri;
use kakaopay_transport::{BaseUri, Client, Delivery, ErrorKind, HyperTransport, SendBy};
use tokio::time::Instant;
use tower_service::Service;

use super::pipe::Pipes;
use super::server::{Seen, http};
use crate::support::{create, key};

const LIMIT: Duration = Duration::from_secs(15);

#[tokio::test(start_paused = true)]
async fn f56_i5_a_request_held_up_while_connecting_is_not_sent() {
    // Each case with the time to connect, and by how much the wall clock moves meanwhile.
    for (connect, suspended, is_sent) in [(1, 0, true), (8, 0, true), (1, 3_600, false), (9, 7, false)] {
        let (seen, wall) = (Seen::default(), Arc::new(AtomicU64::new(0)));
        let (kept, clock) = (seen.clone(), Arc::clone(&wall));
        let pipes = Pipes(move |stream| http(kept.tap(stream, None), kept.clone()));
        // The process is suspended while it connects: its wall clock goes on.
        let connector = tower::service_fn(move |uri: Uri| {
            let (mut pipes, clock) = (pipes.clone(), Arc::clone(&clock));
            async move {
                tokio::time::sleep(Duration::from_secs(connect)).await;
                clock.fetch_add(connect + suspended, Ordering::SeqCst);
                pipes.call(uri).await
            }
        });
        let transport = HyperTransport::builder().connector(connector).build().expect("a transport");
        let base = BaseUri::parse("http://127.0.0.1").expect("an origin");
        let client = Client::builder(transport, key()).base_uri(base).build();
        let send_by = |wall: &Arc<AtomicU64>| {
            let (wall, begun) = (Arc::clone(wall), wall.load(Ordering::SeqCst));
            let passed = move || Duration::from_secs(wall.load(Ordering::SeqCst) - begun);
            SendBy::new(LIMIT, Instant::now(), passed)
        };
        let result = client.send_by(create(), send_by(&wall)).await;
        let case = format!("{connect} s, {suspended} s");
        assert_eq!(result.is_ok(), is_sent, "{case}");
        assert_eq!((seen.request().is_empty(), seen.connections()), (!is_sent, 1), "{case}");
        if let Err(error) = result {
            assert_eq!((error.kind(), error.delivery()), (ErrorKind::Overdue, Delivery::NotSent), "{case}");
            assert!(!error.outcome_unknown() && error.is_retryable());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
        // The connection is kept, and serves the next request, unless that one is late at once.
        let late = SendBy::new(LIMIT, Instant::now(), || LIMIT + Duration::from_secs(1));
        let error = client.send_by(create(), late).await.expect_err("too late");
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Overdue, Delivery::NotSent), "{case}");
        client.send_by(create(), send_by(&wall)).await.expect("sent");
        assert_eq!(seen.connections(), 1, "{case}");
    }
}

/// F56: a suspension right before the connection writes is noticed, too. Each case suspends the process after so many
/// looks at the clock, of which the last are those of the connection.
#[tokio::test(start_paused = true)]
async fn f56_i5_a_request_held_up_before_its_first_byte_does_not_leave() {
    let (mut sent, mut unknown) = (0, 0);
    for looks in 0..10 {
        let seen = Seen::default();
        let kept = seen.clone();
        let pipes = Pipes(move |stream| http(kept.tap(stream, None), kept.clone()));
        let transport = HyperTransport::builder().connector(pipes).build().expect("a transport");
        let base = BaseUri::parse("http://127.0.0.1").expect("an origin");
        let client = Client::builder(transport, key()).base_uri(base).build();
        let looked = AtomicU64::new(0);
        let passed =
            move || LIMIT + Duration::from_secs(looked.fetch_add(1, Ordering::SeqCst) / looks.max(1));
        let result = client.send_by(create(), SendBy::new(LIMIT, Instant::now(), passed)).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert_eq!(seen.request().is_empty(), result.is_err(), "{looks}");
        match result {
            Ok(_) => sent += 1,
            Err(error) if error.kind() == ErrorKind::Overdue => {
                assert_eq!(error.delivery(), Delivery::NotSent, "{looks}");
            }
            // The connection does not say how far it got.
            Err(error) => {
                assert_eq!(error.delivery(), Delivery::MaybeSent, "{looks}");
                unknown += 1;
            }
        }
    }
    assert!(sent > 0, "the last cases are not suspended");
    assert_eq!(unknown, 1, "one look is the connection's");
}
