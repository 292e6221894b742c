//! F24: whatever goes wrong, and wherever: a request of which the server saw a byte is never said not to
//! have been sent.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use http::Uri;
use kakaopay_transport::{BaseUri, Client, Delivery, ErrorKind, HyperTransport};
use kakaopay_types::SecretKey;
use proptest::prelude::*;
use rustls::{ClientConfig, ServerConfig};
use tokio::io::DuplexStream;
use tower_service::Service;

use super::authority::{Authority, TODAY, good, server};
use super::pipe::{Pipe, Pipes};
use super::server::{Seen, answer, http, https};
use super::tap::{Fault, Point};
use crate::support::{SOURCE, create, key};

/// A fault of the network.
#[derive(Debug, Clone)]
enum Network {
    /// It is never made.
    Silent,
    /// It is refused.
    Refused,
    /// It is made, and goes wrong somewhere, or nowhere.
    Made(Option<(Point, Fault)>),
}

fn network() -> impl Strategy<Value = Network> {
    // At once, in a handshake or a plain request, in an encrypted request, in an answer, in the next one.
    let bytes = || prop_oneof![0_usize..3, 0_usize..700, 0_usize..1500, 0_usize..3000];
    // Without encryption an answer of which the head has arrived and the body has not.
    let body = answer("").len()..answer(SOURCE).len();
    let point = prop_oneof![
        bytes().prop_map(Point::Read),
        bytes().prop_map(Point::Written),
        body.prop_map(Point::Written)
    ];
    let garbage = proptest::collection::vec(any::<u8>(), 1..100);
    let fault = prop_oneof![
        2 => Just(Fault::Close),
        1 => Just(Fault::Stall),
        1 => garbage.prop_map(Fault::Garbage),
    ];
    prop_oneof![
        1 => Just(Network::Silent),
        1 => Just(Network::Refused),
        1 => Just(Network::Made(None)),
        12 => (point, fault).prop_map(|fault| Network::Made(Some(fault))),
    ]
}

/// A client over a network to a server in memory.
fn client(
    network: Network,
    tls: Option<(ClientConfig, Arc<ServerConfig>)>,
    deadline: Duration,
    seen: &Seen,
) -> Client<SecretKey> {
    let builder = HyperTransport::builder();
    let (builder, config, base) = match tls {
        Some((client, server)) => (builder.tls(client), Some(server), "https://api.omise.co"),
        None => (builder, None, "http://127.0.0.1"),
    };
    let seen = seen.clone();
    let fault = if let Network::Made(fault) = &network { fault.clone() } else { None };
    let mut pipes = Pipes(move |stream: DuplexStream| {
        let stream = seen.tap(stream, fault.clone());
        match config.clone() {
            Some(config) => https(stream, config, seen.clone()).boxed(),
            None => http(stream, seen.clone()).boxed(),
        }
    });
    let connector = tower::service_fn(move |uri: Uri| match network {
        Network::Silent => std::future::pending::<io::Result<Pipe>>().boxed(),
        Network::Refused => async { Err(io::ErrorKind::ConnectionRefused.into()) }.boxed(),
        Network::Made(_) => pipes.call(uri).boxed(),
    });
    let transport = builder.connector(connector).build().expect("a transport");
    let base = BaseUri::parse(base).expect("an origin");
    Client::builder(transport, key()).base_uri(base).timeout(deadline).build()
}

/// How often each end was met, so that none of them is only claimed to be.
type Ends = BTreeMap<&'static str, u32>;

/// Makes two calls, the second of which may go over the connection of the first.
async fn check(
    client: Client<SecretKey>,
    seen: Seen,
    deadline: Duration,
    ends: &RefCell<Ends>,
) -> Result<(), TestCaseError> {
    for _ in 0..2 {
        let (before, start) = (seen.request().len(), tokio::time::Instant::now());
        let result = client.send(create()).await;
        prop_assert!(start.elapsed() <= deadline.mul_f64(1.1), "{:?}", start.elapsed());
        // In paused time: what was on its way has been read.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let saw = seen.request().len() - before;
        let end = match result {
            Ok(_) => {
                prop_assert!(saw > 0);
                "good"
            }
            Err(error) => {
                prop_assert_eq!(error.outcome_unknown(), error.delivery() != Delivery::NotSent);
                prop_assert_eq!(error.kind() == ErrorKind::Connect, error.delivery() == Delivery::NotSent);
                match error.delivery() {
                    Delivery::NotSent => {
                        prop_assert_eq!(saw, 0, "{:?}", error);
                        "not sent"
                    }
                    Delivery::MaybeSent if saw > 0 => "sent, and not answered",
                    Delivery::MaybeSent => "perhaps sent",
                    Delivery::Answered => {
                        prop_assert!(saw > 0, "{:?}", error);
                        "answered in part"
                    }
                }
            }
        };
        *ends.borrow_mut().entry(end).or_default() += 1;
    }
    Ok(())
}

#[test]
fn f24_a_request_seen_by_the_server_is_never_not_sent() {
    let authority = Authority::new();
    let config = server(TODAY, authority.identity(&good()));
    let ends = RefCell::new(Ends::new());
    let seconds = prop_oneof![Just(2_u64), Just(60)];
    proptest!(ProptestConfig::with_cases(256), |(network in network(), tls in any::<bool>(), seconds in seconds)| {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
        let (seen, deadline) = (Seen::default(), Duration::from_secs(seconds));
        let tls = tls.then(|| (authority.client(), Arc::clone(&config)));
        runtime.block_on(async {
            let client = client(network, tls, deadline, &seen);
            check(client, seen, deadline, &ends).await
        })?;
    });
    let ends = ends.into_inner();
    for end in ["good", "not sent", "perhaps sent", "sent, and not answered", "answered in part"] {
        assert!(ends.get(end).is_some_and(|count| *count >= 5), "{end}: {ends:?}");
    }
}
