//! F59, F33: calls in flight are bounded, some places are kept for mutations, and a response 429 slows reads first.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use kakaopay_transport::layer::RetryPolicy;
use kakaopay_transport::{BoxError, Client, Delivery, ErrorKind, HttpRequest, RequestBody, SendBy};
use kakaopay_types::SecretKey;
use tokio::time::{Instant, sleep};
use tower_service::Service;

use crate::support::{SOURCE, create, key, retrieve};

/// A service that takes 10 s, and notes when each request arrives.
#[derive(Clone, Default)]
struct Slow(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    /// Whether each was a read, and when it arrived.
    arrivals: Vec<(bool, u64)>,
    reads: usize,
    in_flight: usize,
    most_reads: usize,
    most_in_flight: usize,
    begun: Option<Instant>,
    /// Responses 429 to reads and to mutations, with these `Retry-After`.
    limited: [Option<&'static str>; 2],
}

impl Service<HttpRequest> for Slow {
    type Response = http::Response<RequestBody>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let is_read = request.method() == http::Method::GET;
        let shared = Arc::clone(&self.0);
        let limited = {
            let mut seen = shared.lock().expect("a lock");
            let after = seen.begun.get_or_insert_with(Instant::now).elapsed().as_secs();
            seen.arrivals.push((is_read, after));
            seen.reads += usize::from(is_read);
            seen.in_flight += 1;
            seen.most_reads = seen.most_reads.max(seen.reads);
            seen.most_in_flight = seen.most_in_flight.max(seen.in_flight);
            seen.limited[usize::from(!is_read)]
        };
        Box::pin(async move {
            sleep(Duration::from_secs(if limited.is_some() { 0 } else { 10 })).await;
            let mut seen = shared.lock().expect("a lock");
            seen.reads -= usize::from(is_read);
            seen.in_flight -= 1;
            let response = http::Response::builder();
            Ok(match limited {
                Some(after) => response.status(429).header("retry-after", after).body("{}".into())?,
                None => response.body(SOURCE.into())?,
            })
        })
    }
}

fn client(service: &Slow) -> Client<SecretKey> {
    Client::builder(service.clone(), key()).retry(RetryPolicy::never()).build()
}

fn send_by() -> SendBy {
    SendBy::new(Duration::from_secs(15), Instant::now(), || Duration::ZERO)
}

/// Makes so many reads and then mutations at once, and returns the kinds of the errors.
async fn call(client: &Client<SecretKey>, reads: usize, mutations: usize) -> Vec<(ErrorKind, Delivery)> {
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..reads + mutations {
        let client = client.clone();
        calls.spawn(async move {
            if number < reads {
                client.send(retrieve()).await.map(drop)
            } else {
                client.send_by(create(), send_by()).await.map(drop)
            }
        });
    }
    let mut errors = Vec::new();
    while let Some(result) = calls.join_next().await {
        // The response is a source, which is no charge.
        errors.extend(result.expect("no panic").err().filter(|error| error.kind() != ErrorKind::Decode));
    }
    errors.iter().map(|error| (error.kind(), error.delivery())).collect()
}

#[tokio::test(start_paused = true)]
async fn f59_f33_calls_in_flight_are_bounded_and_mutations_keep_places() {
    for (client, max, for_mutations) in [
        (client as fn(&Slow) -> Client<SecretKey>, 32, 8),
        (|service| Client::builder(service.clone(), key()).max_in_flight(5, 2).build(), 5, 2),
        (|service| Client::builder(service.clone(), key()).max_in_flight(0, 9).build(), 1, 0),
    ] {
        let service = Slow::default();
        let reads = 3 * max;
        let errors = call(&client(&service), reads, for_mutations).await;
        assert_eq!(errors, [], "{max}");
        let seen = service.0.lock().expect("a lock");
        assert_eq!((seen.most_in_flight, seen.most_reads), (max, max - for_mutations), "{max}");
        let mutations: Vec<_> = seen.arrivals.iter().filter(|(is_read, _)| !is_read).collect();
        assert_eq!(mutations, vec![&(false, 0); for_mutations], "{max}: none waits for a read");
        assert_eq!(seen.arrivals.len(), reads + for_mutations);
    }
}

#[tokio::test(start_paused = true)]
async fn f59_i1_a_call_that_waits_too_long_was_not_sent() {
    let service = Slow::default();
    let client = Client::builder(service.clone(), key()).max_in_flight(1, 0).build();
    // Each mutation takes 10 s, so that the third would leave after 20 s.
    let begun = Instant::now();
    let errors = call(&client, 0, 6).await;
    assert_eq!(errors, [(ErrorKind::Timeout, Delivery::NotSent); 4]);
    assert_eq!(service.0.lock().expect("a lock").arrivals, [(false, 0), (false, 10)]);
    assert_eq!(begun.elapsed().as_secs(), 20);
}

#[tokio::test(start_paused = true)]
async fn f59_f21_a_429_slows_reads_first_and_mutations_last() {
    // The `Retry-After` of a read and of a mutation, and when a read and a mutation arrive after it.
    for (is_read, after, read, mutation) in
        [(true, "7", 7, 0), (false, "7", 7, 7), (true, "1000000000", 60, 0), (true, "soon", 1, 0)]
    {
        let service = Slow::default();
        let client = Client::builder(service.clone(), key())
            .retry(RetryPolicy::never())
            .timeout(Duration::from_secs(100))
            .build();
        service.0.lock().expect("a lock").limited[usize::from(!is_read)] = Some(after);
        call(&client, usize::from(is_read), usize::from(!is_read)).await;
        service.0.lock().expect("a lock").limited = [None, None];
        assert_eq!(call(&client, 1, 1).await, [], "{after}");
        let seen = service.0.lock().expect("a lock");
        let mut later = seen.arrivals[1..].to_vec();
        later.sort_unstable();
        assert_eq!(later, [(false, mutation), (true, read)], "{is_read} {after}");
    }
}

#[tokio::test(start_paused = true)]
async fn f59_i8_a_pause_beyond_a_deadline_fails_at_once_unsent() {
    let service = Slow::default();
    let client = client(&service);
    service.0.lock().expect("a lock").limited = [Some("60"), Some("60")];
    call(&client, 0, 1).await;
    let begun = Instant::now();
    // A read has 60 s, and a mutation 15 s.
    let errors = call(&client, 20, 20).await;
    assert_eq!(errors, [(ErrorKind::RateLimited, Delivery::NotSent); 40]);
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(service.0.lock().expect("a lock").arrivals.len(), 1);
}

/// F59: after responses 429 to mutations, other responses and time let more mutations leave at once again. Each case
/// has the number of reads that are served, and when three mutations arrive after them.
#[tokio::test(start_paused = true)]
async fn f59_i8_reads_and_time_let_mutations_leave_again() {
    for (reads, expected) in [(0, vec![0, 1, 2]), (1, vec![0, 0, 1]), (2, vec![0, 0, 0])] {
        let service = Slow::default();
        let client = client(&service);
        service.0.lock().expect("a lock").limited = [Some("0"), Some("0")];
        for _ in 0..5 {
            call(&client, 0, 1).await;
        }
        service.0.lock().expect("a lock").limited = [None, None];
        assert_eq!(call(&client, reads, 0).await, [], "{reads}");
        let (begun, before) = {
            let seen = service.0.lock().expect("a lock");
            (seen.begun.expect("a request").elapsed().as_secs(), seen.arrivals.len())
        };
        assert_eq!(before, 5 + reads, "the window has shrunk to one");
        assert_eq!(call(&client, 0, 3).await, [], "{reads}");
        let seen = service.0.lock().expect("a lock");
        let arrivals: Vec<_> = seen.arrivals[before..].iter().map(|(_, at)| at - begun).collect();
        assert_eq!(arrivals, expected, "{reads}");
    }
}
