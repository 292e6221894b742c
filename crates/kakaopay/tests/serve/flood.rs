//! More clients than there are places.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::shop::{Shop, event, genuine, settle, statuses};

/// As many as the server serves at a time.
const PLACES: usize = 256;

#[tokio::test(start_paused = true)]
async fn f33_whoever_finds_no_place_waits_and_is_served() {
    let shop = Arc::new(Shop::waiting());
    let mut clients = JoinSet::new();
    for number in 0..1_000 {
        let shop = Arc::clone(&shop);
        clients.spawn(async move { statuses(&shop.talk(&genuine(number)).await) });
    }
    settle().await;
    assert_eq!((shop.storing(), shop.stored()), (PLACES, 0));
    // One place is free, and the next has it.
    shop.store.permits.add_permits(1);
    settle().await;
    assert_eq!((shop.storing(), shop.stored()), (PLACES, 1));

    shop.store.permits.add_permits(1_000);
    while let Some(answered) = clients.join_next().await {
        assert_eq!(answered.expect("a client"), [200]);
    }
    let counts = shop.store.counts.lock().expect("unpoisoned");
    assert_eq!((counts.stored.len(), counts.most, counts.storing), (1_000, PLACES, 0));
}

/// Behind four times as many silent clients as there are places, the service's delivery waits four
/// times as long as each of them may be silent.
#[tokio::test(start_paused = true)]
async fn f33_a_crowd_that_says_nothing_only_delays() {
    let shop = Shop::open();
    let silent: Vec<_> = (0..4 * PLACES).map(|_| shop.connect()).collect();
    let start = Instant::now();
    assert_eq!(statuses(&shop.talk(&genuine(1)).await), [200]);
    assert!(start.elapsed().abs_diff(Duration::from_secs(20)) < Duration::from_secs(1));
    drop(silent);
}

#[tokio::test(start_paused = true)]
async fn f33_nothing_of_a_flood_is_acknowledged_unless_it_is_stored() {
    let shop = Arc::new(Shop::open());
    let mut clients = JoinSet::new();
    for number in 0..2_000 {
        let shop = Arc::clone(&shop);
        let request = String::from_utf8(genuine(number)).expect("text");
        // Every other one is forged.
        let forged = number % 2 == 0;
        let request = if forged {
            request.replace(&event(number), &event(number).replace("evnt", "EVNT"))
        } else {
            request
        };
        clients.spawn(async move { (forged, statuses(&shop.talk(request.as_bytes()).await)) });
    }
    while let Some(answered) = clients.join_next().await {
        let (forged, status) = answered.expect("a client");
        assert_eq!(status, [if forged { 401 } else { 200 }]);
    }
    assert_eq!(shop.stored(), 1_000);
}
