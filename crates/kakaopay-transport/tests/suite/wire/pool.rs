//! How long connections are kept, and how many of them. In paused time.

use std::time::Duration;

use kakaopay_transport::{BaseUri, Client, Wire};
use tokio::io::DuplexStream;

use super::pipe::Pipes;
use super::server::{Seen, http};
use crate::support::{create, key};

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
