//! Paginated lists from correct and incorrect services.

use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use futures_util::StreamExt;
use kakaopay_transport::{BoxError, Client, ErrorKind, HttpRequest, RequestBody};
use kakaopay_types::endpoint::{ListEvents, ListParams};
use proptest::prelude::*;
use serde_json::{Value, json};
use tower_service::Service;

use crate::support::key;

/// A list as the service describes it.
#[derive(Debug, Clone)]
struct Said {
    ids: Vec<u32>,
    limit: u64,
    total: u64,
    /// The service skips another number of elements than requested.
    cycles: bool,
    /// Ids that come to be behind each page.
    grows: u32,
}

/// A service of one list.
#[derive(Clone)]
struct Lists(Arc<Mutex<(Said, Vec<String>)>>);

impl Lists {
    fn saying(said: Said) -> Self {
        Self(Arc::new(Mutex::new((said, Vec::new()))))
    }

    fn requests(&self) -> Vec<String> {
        self.0.lock().expect("a lock").1.clone()
    }
}

fn event(id: u32) -> Value {
    json!({"object": "event", "id": format!("evnt_test_{id}"), "key": "charge.complete",
        "data": {"object": "charge"}})
}

impl Service<HttpRequest> for Lists {
    type Response = http::Response<RequestBody>;
    type Error = BoxError;
    type Future = std::future::Ready<Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let mut guard = self.0.lock().expect("a lock");
        let (said, requests) = &mut *guard;
        let query = request.uri().query().unwrap_or_default().to_owned();
        let parameter = |name: &str| {
            let pair = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
            pair.and_then(|value| value.parse::<usize>().ok())
        };
        let offset = if said.cycles { 0 } else { parameter("offset").unwrap_or(0) };
        let size = usize::try_from(said.limit).expect("small");
        let data: Vec<_> = said.ids.iter().skip(offset).take(size).map(|id| event(*id)).collect();
        let body = json!({"object": "list", "data": data, "limit": said.limit, "offset": offset,
            "total": said.total, "to": "2026-01-01T00:00:00Z"});
        for _ in 0..said.grows {
            let next = said.ids.len();
            said.ids.push(u32::try_from(next).expect("small"));
            said.total += 1;
        }
        requests.push(query);
        std::future::ready(Ok(http::Response::new(RequestBody::from(body.to_string()))))
    }
}

fn read(service: &Lists, page: ListParams) -> Vec<Result<String, ErrorKind>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let client = Client::new(service.clone(), key());
    let events = client.paginate(ListEvents::new().page(page));
    let events = runtime.block_on(events.collect::<Vec<_>>());
    events
        .into_iter()
        .map(|event| event.map(|event| event.id.to_string()).map_err(|error| error.kind()))
        .collect()
}

fn honest(count: u32, limit: u64) -> Said {
    Said { ids: (0..count).collect(), limit, total: u64::from(count), cycles: false, grows: 0 }
}

#[test]
fn every_element_comes_once_and_in_order() {
    for (count, limit, requests) in [(0, 20, 1), (1, 20, 1), (20, 20, 2), (21, 20, 2), (45, 20, 3), (3, 1, 4)]
    {
        let service = Lists::saying(honest(count, limit));
        let expected: Vec<_> = (0..count).map(|id| Ok(format!("evnt_test_{id}"))).collect();
        assert_eq!(read(&service, ListParams::default()), expected);
        assert_eq!(service.requests().len(), requests, "{count} by {limit}");
    }
}

#[test]
fn f28_the_end_in_time_is_fixed_by_the_first_page() {
    let service = Lists::saying(honest(3, 2));
    read(&service, ListParams::default());
    assert_eq!(service.requests(), ["limit=100", "to=2026-01-01T00%3A00%3A01Z&offset=2&limit=100"]);
    // What the caller says stands.
    let service = Lists::saying(honest(5, 2));
    let page = ListParams::new().offset(1).limit(2);
    assert_eq!(read(&service, page).len(), 4);
    assert_eq!(service.requests()[0], "offset=1&limit=2");
}

#[test]
fn f28_a_list_that_repeats_itself_ends() {
    for total in [1_000, u64::MAX] {
        let service = Lists::saying(Said { total, cycles: true, ..honest(3, 3) });
        let found = read(&service, ListParams::default());
        assert_eq!((found.len(), found.last()), (4, Some(&Err(ErrorKind::Decode))));
        assert_eq!(service.requests().len(), 4, "one page, and three without anything new");
    }
}

/// A service of one list whose pages have as many elements as it likes, whatever was requested.
fn read_pages(total: u64, pages: &[(u64, u32)]) -> (Vec<Result<String, ErrorKind>>, usize) {
    let requests = Arc::new(Mutex::new((pages.to_vec(), 0)));
    let left = Arc::clone(&requests);
    let service = tower::service_fn(move |_: HttpRequest| {
        let mut left = left.lock().expect("a lock");
        let (offset, count) = if left.0.is_empty() { (0, 0) } else { left.0.remove(0) };
        let data: Vec<_> = (left.1..left.1 + count).map(event).collect();
        left.1 += count;
        let body = json!({"object": "list", "data": data, "limit": 100, "offset": offset, "total": total});
        let response = http::Response::new(RequestBody::from(body.to_string()));
        async { Ok::<_, BoxError>(response) }
    });
    let client = Client::new(service, key());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let found = runtime.block_on(client.events().paginate(ListParams::default()).collect::<Vec<_>>());
    let found = found.into_iter();
    let found = found.map(|found| found.map(|event| event.id.to_string()).map_err(|error| error.kind()));
    let left = requests.lock().expect("a lock").0.len();
    (found.collect(), left)
}

/// Pages that are shorter than their limit do not end a list before its total, and a list that ends before it says so.
#[test]
fn f57_i2_a_list_that_ends_before_its_total_is_incomplete() {
    let short: Vec<_> = (0..25).map(|page| (page * 20, 20)).collect();
    let (found, left) = read_pages(500, &short);
    assert_eq!((found.len(), found.iter().all(Result::is_ok), left), (500, true, 0));
    for (pages, read) in [
        (vec![(0, 100), (100, 100), (200, 0)], 200),
        (vec![(0, 100), (100, 30), (130, 0)], 130),
        (vec![(0, 0)], 0),
        // Another page than the one that was requested.
        (vec![(0, 100), (300, 100)], 100),
    ] {
        let (found, _) = read_pages(500, &pages);
        assert_eq!((found.len(), found.last()), (read + 1, Some(&Err(ErrorKind::Decode))), "{pages:?}");
    }
}

/// An error of the service, however large its body is, is not an element; nor are all elements too large.
#[test]
fn f57_i9_something_else_that_is_too_large_ends_the_list() {
    for (status, expected, most) in [(503, vec![Err(ErrorKind::TooLarge)], 5), (200, vec![], 90)] {
        let requests = Arc::new(Mutex::new(0));
        let count = Arc::clone(&requests);
        let service = tower::service_fn(move |_: HttpRequest| {
            *count.lock().expect("a lock") += 1;
            let body = RequestBody::from("x".repeat(MAX_BYTES + 1));
            let response = http::Response::builder().status(status).body(body).expect("a response");
            async { Ok::<_, BoxError>(response) }
        });
        let client = Client::builder(service, key()).max_response_bytes(MAX_BYTES).build();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let events = client.events().paginate(ListParams::default()).collect::<Vec<_>>();
        let events = runtime.expect("a runtime").block_on(events);
        let kinds: Vec<_> =
            events.iter().map(|event| event.as_ref().map(drop).map_err(|error| error.kind())).collect();
        let ten = [vec![Err(ErrorKind::Element); 10], vec![Err(ErrorKind::TooLarge)]].concat();
        assert_eq!(kinds, if expected.is_empty() { ten } else { expected });
        let requests = *requests.lock().expect("a lock");
        assert!(requests <= most, "{requests} requests");
    }
}

#[test]
fn f28_a_larger_claimed_limit_loses_no_element() {
    let service = tower::service_fn(async |request: HttpRequest| {
        let query = request.uri().query().unwrap_or_default().to_owned();
        let offset = query.split('&').find_map(|pair| pair.strip_prefix("offset="));
        let offset: u32 = offset.map_or(0, |offset| offset.parse().expect("a number"));
        let data: Vec<_> = (offset..250).take(100).map(event).collect();
        let body =
            json!({"object": "list", "data": data, "limit": 1_000_000, "offset": offset, "total": 250});
        Ok::<_, BoxError>(http::Response::new(RequestBody::from(body.to_string())))
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let client = Client::new(service, key());
    assert_eq!(
        runtime.block_on(client.events().paginate(ListParams::default()).collect::<Vec<_>>()).len(),
        250
    );
}

#[test]
fn an_invalid_element_does_not_end_the_list() {
    let service = tower::service_fn(async |_: HttpRequest| {
        let data = json!([event(1), {"object": "event", "id": 7}, event(2)]);
        let body = json!({"object": "list", "data": data, "limit": 100, "offset": 0, "total": 3});
        Ok::<_, BoxError>(http::Response::new(RequestBody::from(body.to_string())))
    });
    let client = Client::new(service, key());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let events = runtime.block_on(client.events().paginate(ListParams::default()).collect::<Vec<_>>());
    let kinds: Vec<_> = events.iter().map(|event| event.as_ref().err().map(|error| error.kind())).collect();
    assert_eq!(kinds.iter().filter(|kind| kind.is_none()).count(), 2);
    assert_eq!(kinds.iter().filter(|kind| **kind == Some(ErrorKind::Element)).count(), 1);
}

#[test]
fn a_failed_request_ends_the_stream() {
    let service = tower::service_fn(async |_: HttpRequest| {
        Ok::<_, BoxError>(http::Response::builder().status(404).body(RequestBody::default())?)
    });
    let client = Client::new(service, key());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let events = runtime.block_on(client.events().paginate(ListParams::default()).collect::<Vec<_>>());
    assert!(matches!(&events[..], [Err(error)] if error.kind() == ErrorKind::HttpStatus));
}

/// Maximum size of a response, and a service whose elements have these sizes in addition to about 100 bytes.
const MAX_BYTES: usize = 4_000;

fn read_sized(sizes: &[usize]) -> (Vec<Result<String, ErrorKind>>, usize) {
    let (sizes, requests) = (sizes.to_vec(), Arc::new(Mutex::new(0)));
    let count = Arc::clone(&requests);
    let service = tower::service_fn(move |request: HttpRequest| {
        *count.lock().expect("a lock") += 1;
        let query = request.uri().query().unwrap_or_default().to_owned();
        let parameter = |name: &str| {
            let pair = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
            pair.map(|value| value.parse::<usize>().expect("a number"))
        };
        let (offset, limit) = (parameter("offset").unwrap_or(0), parameter("limit").expect("a limit"));
        let data: Vec<_> = sizes
            .iter()
            .enumerate()
            .skip(offset)
            .take(limit)
            .map(|(id, size)| {
                let mut event = event(u32::try_from(id).expect("small"));
                event["filler"] = "x".repeat(*size).into();
                event
            })
            .collect();
        let body =
            json!({"object": "list", "data": data, "limit": limit, "offset": offset, "total": sizes.len()});
        let response = http::Response::new(RequestBody::from(body.to_string()));
        async { Ok::<_, BoxError>(response) }
    });
    let client = Client::builder(service, key()).max_response_bytes(MAX_BYTES).build();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let events = runtime.block_on(client.events().paginate(ListParams::default()).collect::<Vec<_>>());
    let events = events
        .into_iter()
        .map(|event| event.map(|event| event.id.to_string()).map_err(|error| error.kind()))
        .collect();
    let requests = *requests.lock().expect("a lock");
    (events, requests)
}

fn expected(sizes: &[usize]) -> Vec<Result<String, ErrorKind>> {
    let of = |(id, size): (usize, &usize)| {
        if *size < MAX_BYTES { Ok(format!("evnt_test_{id}")) } else { Err(ErrorKind::Element) }
    };
    sizes.iter().enumerate().map(of).collect()
}

#[test]
fn f57_i2_a_page_that_is_too_large_is_read_in_smaller_ones() {
    // Wherever the large elements are, the others are read, and pages grow again behind them.
    for (sizes, most) in [
        (vec![1_000; 300], 300),
        ([vec![0; 30], vec![MAX_BYTES], vec![0; 200]].concat(), 40),
        ([vec![MAX_BYTES], vec![0; 30]].concat(), 15),
        (vec![MAX_BYTES], 9),
        (vec![MAX_BYTES; 5], 30),
        ([vec![0; 100], vec![MAX_BYTES]].concat(), 25),
    ] {
        let (found, requests) = read_sized(&sizes);
        assert_eq!(found, expected(&sizes));
        assert!(requests <= most, "{} elements: {requests} requests", sizes.len());
    }
}

#[test]
fn f57_i5_an_element_that_is_too_large_makes_its_page_incomplete() {
    let service = tower::service_fn(async |_: HttpRequest| {
        Ok::<_, BoxError>(http::Response::new(RequestBody::from("x".repeat(MAX_BYTES + 1))))
    });
    let client = Client::builder(service, key()).max_response_bytes(MAX_BYTES).build();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let page = ListEvents::new().page(ListParams::new().offset(7));
    let list = runtime.block_on(client.send_page(page)).expect("a page").object;
    assert_eq!((list.data.items.len(), list.data.invalid.len(), list.limit, list.offset), (0, 1, 1, 7));
    assert!(list.total > list.offset + 1, "more may follow");
}

proptest! {
    /// Whatever the service says, the reading ends, and no element comes twice.
    #[test]
    fn f28_i9_a_list_that_lies_is_read_to_an_end(
        count in 0_u32..60,
        limit in 0_u64..30,
        lie in -60_i64..600,
        cycles in any::<bool>(),
        grows in 0_u32..10,
        repeats in any::<bool>(),
    ) {
        let total = u64::try_from((i64::from(count) + lie).max(0)).expect("not below zero");
        let mut ids: Vec<_> = (0..count).collect();
        if repeats {
            ids.extend(0..count);
        }
        let service = Lists::saying(Said { ids, limit, total, cycles, grows });
        let found = read(&service, ListParams::default());
        let requests = service.requests().len() as u64;
        // Each page has a new element, or is one of the last.
        let most = total.div_ceil(limit.max(1)).max(found.len() as u64) + 4;
        prop_assert!(requests <= most, "{requests} requests");
        let mut once = found.clone();
        once.sort_by_key(|found| found.clone().unwrap_or_default());
        once.dedup();
        prop_assert_eq!(once.len(), found.len());
    }

    /// However large the elements are, each that can be read is read once and in order, and the others are named.
    #[test]
    fn f57_i9_elements_of_any_size_are_read_in_order(
        sizes in proptest::collection::vec(prop_oneof![0_usize..200, 0_usize..3_800, Just(MAX_BYTES)], 0..150),
    ) {
        prop_assert_eq!(read_sized(&sizes).0, expected(&sizes));
    }
}
