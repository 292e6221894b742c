//! The allocations of one typed call, stage by stage, each counted alone.

use std::convert::Infallible;
use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use kakaopay_transport::{BaseUri, Client, HttpRequest, HyperTransport, RequestBody};
use kakaopay_types::endpoint::{Endpoint, RetrieveCharge};
use kakaopay_types::{Charge, ChargeId, SecretKey, decode};
use tokio::runtime::Runtime;
use tower_service::Service;

use super::lane::{ID, KEY, connection};
use super::server::CHARGE;

/// A stage of the call: its name, and a function that runs it once. Its inputs are prepared before.
pub type Stage<'a> = (&'static str, Box<dyn FnMut() + 'a>);

/// Counted apart from the calls: a request as the layers hand it to the wire, for each time it is sent.
const AHEAD: usize = 512;

/// The stages, the whole call first. The others add up to it; `TRANSPORT.md` explains each.
///
/// # Panics
/// When the server cannot be reached.
#[must_use]
pub fn stages(runtime: &Runtime, address: SocketAddr) -> Vec<Stage<'_>> {
    let call = RetrieveCharge::new(ChargeId::parse(ID).expect("an id"));
    let base = BaseUri::parse(&format!("http://{address}")).expect("an origin");
    let key = || SecretKey::parse(KEY).expect("a key");
    let wire = HyperTransport::new().expect("a transport");

    let client = Client::builder(wire.clone(), key()).base_uri(base).build();
    let lent = call.clone();
    let whole = move || drop(runtime.block_on(client.send(&lent)).expect("a charge"));

    // Over a wire that asks for no memory.
    let answered = tower::service_fn(async |_: HttpRequest| {
        Ok::<_, Infallible>(http::Response::new(RequestBody::new(Bytes::from_static(CHARGE.as_bytes()))))
    });
    let client = Client::new(answered, key());
    let over = call.clone();
    let layers = move || drop(runtime.block_on(client.send(&over)).expect("a charge"));

    let mut requests = ahead(&format!("http://{address}/charges/{ID}"));
    let mut sending = wire;
    let wire = move || {
        let request = requests.pop().expect("a request");
        read(runtime, async { sending.call(request).await.expect("an answer") });
    };

    let mut requests = ahead(&format!("/charges/{ID}"));
    let mut sender = runtime.block_on(connection(address));
    let hyper = move || {
        let mut request = requests.pop().expect("a request");
        request.headers_mut().insert(http::header::HOST, http::HeaderValue::from_static("127.0.0.1"));
        read(runtime, async {
            sender.ready().await.expect("a connection");
            sender.try_send_request(request).await.map_err(|error| error.into_error()).expect("an answer")
        });
    };

    vec![
        ("whole", Box::new(whole)),
        ("path", Box::new(move || drop(call.path()))),
        ("layers", Box::new(layers)),
        ("wire", Box::new(wire)),
        ("hyper", Box::new(hyper)),
        ("decode", Box::new(|| drop(decode::from_slice::<Charge>(CHARGE.as_bytes()).expect("a charge")))),
    ]
}

fn ahead(uri: &str) -> Vec<HttpRequest> {
    let request = || {
        let mut request = http::Request::get(uri).body(RequestBody::default()).expect("a request");
        // The room that the layers make for the headers of both.
        request.headers_mut().reserve(24);
        request
    };
    std::iter::repeat_with(request).take(AHEAD).collect()
}

fn read(runtime: &Runtime, answer: impl Future<Output = http::Response<Incoming>>) {
    runtime.block_on(async {
        let mut body = answer.await.into_body();
        while let Some(frame) = body.frame().await {
            drop(frame.expect("a piece of the body"));
        }
    });
}
