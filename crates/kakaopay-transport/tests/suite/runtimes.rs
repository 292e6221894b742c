//! A client is not bound to a runtime and works after one has ended.

use kakaopay_transport::Client;
use kakaopay_transport::testing::{Capture, Scripted};
use tokio::runtime::{Builder, Runtime};

use crate::support::{SOURCE, create, key, retrieve};

fn runtimes() -> [Runtime; 3] {
    let single = || Builder::new_current_thread().enable_all().build().expect("a runtime");
    let several = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    [single(), several, single()]
}

#[test]
fn a_client_outlives_the_runtimes_it_is_used_on() {
    let script = (0..6).fold(Scripted::new(), |script, _| script.json(200, SOURCE));
    let service = Capture::new(script);
    let client = Client::new(service.clone(), key());
    for runtime in runtimes() {
        runtime.block_on(client.send(create())).expect("a source");
        runtime.block_on(client.send(retrieve())).expect("a source");
        drop(runtime);
    }
    assert_eq!(service.requests().len(), 6);
}

#[cfg(all(
    any(feature = "aws-lc-rs", feature = "ring"),
    any(feature = "webpki-roots", feature = "platform-verifier")
))]
#[test]
fn f24_connections_of_another_runtime_are_not_reused() {
    use std::io::{Read, Write};

    use kakaopay_transport::{BaseUri, HyperTransport};

    // The server keeps every connection open, on threads that no runtime here has to do with.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            std::thread::spawn(move || {
                let mut buffer = [0; 4096];
                while stream.read(&mut buffer).is_ok_and(|read| read > 0) {
                    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", SOURCE.len());
                    if stream.write_all(format!("{head}{SOURCE}").as_bytes()).is_err() {
                        break;
                    }
                }
            });
        }
    });
    let base = BaseUri::parse(&base).expect("an origin");
    let client = Client::builder(HyperTransport::new().expect("a transport"), key()).base_uri(base).build();
    for runtime in runtimes() {
        // The second goes over the connection of the first, which then ends with its runtime.
        runtime.block_on(client.send(retrieve())).expect("a source");
        runtime.block_on(client.send(create())).expect("a source");
        drop(runtime);
    }
    // One that still is there and drives nothing meanwhile has connections that nobody answers on.
    let [asleep, awake, _] = runtimes();
    for runtime in [&asleep, &awake, &asleep] {
        runtime.block_on(client.send(create())).expect("a source");
    }
}
