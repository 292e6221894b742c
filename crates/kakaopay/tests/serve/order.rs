//! Acknowledgement: only a stored webhook is acknowledged.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

use crate::shop::{Shop, genuine, settle, statuses};

/// The client gets no byte of a response: a partial one might be taken for success.
#[tokio::test(start_paused = true)]
async fn i10_a_panicking_store_only_ends_the_connection() {
    let shop = Shop::panicking();
    for number in 0..3 {
        assert_eq!(shop.talk(&genuine(number)).await, "");
    }
    assert_eq!((shop.stored(), shop.storing()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn i10_a_client_that_disconnects_can_redeliver() {
    let shop = Shop::waiting();
    let mut client = shop.connect();
    client.write_all(&genuine(1)).await.expect("a pipe");
    settle().await;
    assert_eq!((shop.storing(), shop.stored()), (1, 0));
    drop(client);
    settle().await;
    // The store call was cancelled.
    assert_eq!((shop.storing(), shop.stored()), (0, 0));

    shop.store.permits.add_permits(1);
    assert_eq!(statuses(&shop.talk(&genuine(1)).await), [200]);
    assert_eq!(shop.stored(), 1);
}

#[tokio::test(start_paused = true)]
async fn i10_a_slow_store_is_not_acknowledged() {
    let shop = Shop::waiting();
    let start = Instant::now();
    assert_eq!(shop.talk(&genuine(1)).await, "");
    assert_eq!(start.elapsed().as_secs(), 20);
    assert_eq!((shop.storing(), shop.stored()), (0, 0));
}

/// A store call in flight at shutdown completes and is acknowledged within the shutdown timeout.
#[tokio::test(start_paused = true)]
async fn i10_shutdown_waits_for_requests_in_flight() {
    for (permits, expected, seconds) in [(1, &[200][..], 3), (0, &[], 10)] {
        let mut shop = Shop::waiting();
        let mut client = shop.connect();
        client.write_all(&genuine(1)).await.expect("a pipe");
        settle().await;
        let start = Instant::now();
        let store = shop.store.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(3)).await;
            store.permits.add_permits(permits);
        });
        shop.shut_down().await;
        assert_eq!(start.elapsed().as_secs(), seconds);
        let mut response = String::new();
        client.read_to_string(&mut response).await.expect("text");
        assert_eq!((statuses(&response).as_slice(), shop.stored()), (expected, permits));
    }
}
