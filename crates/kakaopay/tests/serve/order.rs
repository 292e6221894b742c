//! What a client hears when storing goes wrong, or takes long.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

use crate::shop::{Shop, genuine, settle, statuses};

/// Not a byte of an answer, since a byte of it might be taken for a good one.
#[tokio::test(start_paused = true)]
async fn i10_a_store_that_panics_ends_the_connection_and_nothing_else() {
    let shop = Shop::panicking();
    for number in 0..3 {
        assert_eq!(shop.talk(&genuine(number)).await, "");
    }
    assert_eq!((shop.stored(), shop.storing()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn i10_a_client_that_goes_away_while_it_is_stored_is_told_nothing_and_comes_again() {
    let shop = Shop::waiting();
    let mut client = shop.connect();
    client.write_all(&genuine(1)).await.expect("a pipe");
    settle().await;
    assert_eq!((shop.storing(), shop.stored()), (1, 0));
    drop(client);
    settle().await;
    // The store was told to stop, and has.
    assert_eq!((shop.storing(), shop.stored()), (0, 0));

    shop.store.permits.add_permits(1);
    assert_eq!(statuses(&shop.talk(&genuine(1)).await), [200]);
    assert_eq!(shop.stored(), 1);
}

#[tokio::test(start_paused = true)]
async fn i10_a_store_that_takes_too_long_is_not_acknowledged() {
    let shop = Shop::waiting();
    let start = Instant::now();
    assert_eq!(shop.talk(&genuine(1)).await, "");
    assert_eq!(start.elapsed().as_secs(), 20);
    assert_eq!((shop.storing(), shop.stored()), (0, 0));
}

/// At shutdown what is being stored is stored and acknowledged, if it takes no longer than it may.
#[tokio::test(start_paused = true)]
async fn i10_at_shutdown_what_is_under_way_ends_well_or_unacknowledged() {
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
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.expect("text");
        assert_eq!((statuses(&answer).as_slice(), shop.stored()), (expected, permits));
    }
}
