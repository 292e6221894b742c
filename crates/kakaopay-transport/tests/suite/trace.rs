//! Traces contain the call and its outcome, and no secret at any level.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use kakaopay_transport::testing::Scripted;
use kakaopay_transport::{BoxError, Client, Error};
use kakaopay_types::SecretKey;
use kakaopay_types::SourceId;
use kakaopay_types::endpoint::RetrieveSource;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::key;

const SOURCE: &str = r#"{"object":"source","id":"src_test_personal1","type":"kakaopay","flow":"app_redirect","amount":150000,"currency":"SGD"}"#;

/// Keeps every field of everything, at every level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0.lock().expect("a lock"), " {}={value:?}", field.name());
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let _ = write!(self.0.lock().expect("a lock"), "\n{}:", span.metadata().name());
        span.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let _ = write!(self.0.lock().expect("a lock"), "\n{}:", event.metadata().target());
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// The log of one call, with the error that ended it.
async fn logged(client: Client<SecretKey>) -> String {
    let log = Log::default();
    let guard = tracing::subscriber::set_default(log.clone());
    let id = SourceId::parse("src_test_personal1").expect("an id");
    let result: Result<_, Error> = client.send(RetrieveSource::new(id)).await;
    if let Err(error) = result {
        tracing::error!(error = &error as &dyn std::error::Error, ?error, "{error}");
    }
    drop(guard);
    log.0.lock().expect("a lock").clone()
}

#[track_caller]
fn check_no_secret(log: &str) {
    for secret in ["canary", "c2tleV90ZXN0", "Basic", "personal", "150000"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[tokio::test(start_paused = true)]
async fn i7_the_trace_records_the_call_without_secrets() {
    const ID: &str = "request_id=\"7e57ab1e-0b00-4c0d-9e5a-0123456789ab\"";
    for (service, fields) in [
        (Scripted::new().json(200, SOURCE), &["status=200", ID, "outcome=\"answered\""][..]),
        (Scripted::new().json(404, SOURCE), &["status=404", ID, "outcome=\"answered\""]),
        (Scripted::new().json(302, SOURCE), &["status=302", ID, "outcome=Redirect"]),
        (Scripted::new().json(200, SOURCE.replace("150000", "\"personal\"")), &["status=200", ID]),
        (Scripted::new().then(Err(BoxError::from("reset"))).json(404, SOURCE), &["attempts=2", "status=404"]),
        (
            (0..3).fold(Scripted::new(), |script, _| script.then(Err(BoxError::from("reset")))),
            &["attempts=3", "outcome=Transport"],
        ),
    ] {
        let log = logged(Client::new(service, key())).await;
        assert!(
            log.contains("\nomise.request: operation=\"sources.retrieve\" otel.name=\"sources.retrieve\""),
            "{log}"
        );
        assert!(log.contains("message=request finished"), "{log}");
        for field in fields {
            assert!(log.contains(field), "{field} in {log}");
        }
        check_no_secret(&log);
    }
}

#[cfg(all(
    any(feature = "aws-lc-rs", feature = "ring"),
    any(feature = "webpki-roots", feature = "platform-verifier")
))]
#[tokio::test]
async fn i7_the_default_transport_logs_no_secret() {
    use kakaopay_transport::{BaseUri, HyperTransport};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let _ = stream.read(&mut [0; 4096]).await;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", SOURCE.len());
        let _ = stream.write_all(format!("{head}{SOURCE}").as_bytes()).await;
    });
    let transport = HyperTransport::new().expect("a transport");
    let client =
        Client::builder(transport, key()).base_uri(BaseUri::parse(&base).expect("an origin")).build();
    let log = logged(client).await;
    assert!(log.contains("status=200") && log.contains("\nhyper_util"), "{log}");
    check_no_secret(&log);
}
