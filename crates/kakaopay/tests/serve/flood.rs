//! More clients than connections.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::shop::{Shop, event, genuine, settle, statuses};

/// The server's maximum number of connections.
const MAX_CONNECTIONS: usize = 256;

#[tokio::test(start_paused = true)]
async fn f33_connections_over_the_limit_wait_and_are_served() {
    let shop = Arc::new(Shop::waiting());
    let mut clients = JoinSet::new();
    for number in 0..1_000 {
        let shop = Arc::clone(&shop);
        clients.spawn(async move { statuses(&shop.talk(&genuine(number)).await) });
    }
    settle().await;
    assert_eq!((shop.storing(), shop.stored()), (MAX_CONNECTIONS, 0));
    // The next connection takes the free place.
    shop.store.permits.add_permits(1);
    settle().await;
    assert_eq!((shop.storing(), shop.stored()), (MAX_CONNECTIONS, 1));

    shop.store.permits.add_permits(1_000);
    while let Some(responded) = clients.join_next().await {
        assert_eq!(responded.expect("a client"), [200]);
    }
    let counts = shop.store.counts.lock().expect("unpoisoned");
    assert_eq!((counts.stored.len(), counts.most, counts.storing), (1_000, MAX_CONNECTIONS, 0));
}

/// Behind silent clients of four times the limit, a webhook waits four times the head timeout.
#[tokio::test(start_paused = true)]
async fn f33_silent_clients_only_delay_a_webhook() {
    let shop = Shop::open();
    let silent: Vec<_> = (0..4 * MAX_CONNECTIONS).map(|_| shop.connect()).collect();
    let start = Instant::now();
    assert_eq!(statuses(&shop.talk(&genuine(1)).await), [200]);
    assert!(start.elapsed().abs_diff(Duration::from_secs(20)) < Duration::from_secs(1));
    drop(silent);
}

#[tokio::test(start_paused = true)]
async fn f33_only_stored_webhooks_of_a_flood_are_acknowledged() {
    let shop = Arc::new(Shop::open());
    let mut clients = JoinSet::new();
    for number in 0..2_000 {
        let shop = Arc::clone(&shop);
        let request = String::from_utf8(genuine(number)).expect("text");
        // Every second one is forged.
        let forged = number % 2 == 0;
        let request = if forged {
            request.replace(&event(number), &event(number).replace("evnt", "EVNT"))
        } else {
            request
        };
        clients.spawn(async move { (forged, statuses(&shop.talk(request.as_bytes()).await)) });
    }
    while let Some(responded) = clients.join_next().await {
        let (forged, status) = responded.expect("a client");
        assert_eq!(status, [if forged { 401 } else { 200 }]);
    }
    assert_eq!(shop.stored(), 1_000);
}
