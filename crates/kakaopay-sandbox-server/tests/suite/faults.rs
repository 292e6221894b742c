//! Faults over a socket, and faults of pages.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kakaopay_sandbox::Sandbox;
use kakaopay_sandbox_server::serve;
use kakaopay_types::Key;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::common::TestClient;

const FORM: &str = "amount=150000&currency=SGD&return_uri=https://example.com&source[type]=kakaopay";

fn with_faults(rules: &[&str]) -> TestClient {
    let client = TestClient::new();
    client.sandbox.set_faults(rules.iter().map(|rule| rule.parse().expect("a rule")).collect());
    client
}

fn charges(sandbox: &Sandbox) -> usize {
    sandbox.events().iter().filter(|(_, key)| *key == "charge.create").count()
}

/// Makes the server close the connection after its response.
const CLOSE: &str = "connection: close\r\n";

/// Creates a charge over a socket, and returns the received bytes and the number of charges.
async fn raw(rule: &str, header: &str) -> (String, usize) {
    let sandbox = Sandbox::builder().fault(rule.parse().expect("a rule")).build();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let running = serve(&sandbox, listener).expect("serving");
    let user = STANDARD.encode(format!("{}:", sandbox.secret_key().expose()));
    let mut stream = TcpStream::connect(running.address()).await.expect("connected");
    let length = FORM.len();
    let head = format!(
        "POST /charges HTTP/1.1\r\nhost: x\r\nauthorization: Basic {user}\r\n{header}\
         content-length: {length}\r\n\r\n"
    );
    stream.write_all(format!("{head}{FORM}").as_bytes()).await.expect("sent");
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await.expect("closed");
    let made = charges(&sandbox);
    running.shutdown().await;
    (String::from_utf8(response).expect("text"), made)
}

/// Returns `Content-Length` and the number of received bytes of a body.
fn promised_and_received(response: &str) -> (usize, usize) {
    let (head, body) = response.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let promised = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    (promised.parse().expect("a number"), body.len())
}

#[tokio::test]
async fn f10_a_dropped_response_closes_the_connection() {
    for (rule, made) in [("drop-request", 0), ("drop-response", 1)] {
        // The server closes the connection by itself.
        let (response, charges) = raw(rule, "").await;
        assert_eq!((response.len(), charges), (0, made), "{rule}");
    }
}

#[tokio::test]
async fn f22_a_reset_body_is_half_of_its_content_length() {
    let (response, made) = raw("reset-mid-body", CLOSE).await;
    let (promised, received) = promised_and_received(&response);
    assert_eq!((received, made), (promised / 2, 1), "{response}");
}

#[tokio::test]
async fn f23_a_slow_body_is_complete_over_a_socket() {
    let (response, made) = raw("slow-body=1", CLOSE).await;
    let (promised, received) = promised_and_received(&response);
    assert_eq!((received, made), (promised, 1), "{response}");
}

#[test]
fn f22_path_rules_apply_to_pages() {
    let mut client = with_faults(&["status=503@/payments/*/authorize:times=1", "html@/charges/*/refunds"]);
    let id = client.charge();
    let charge = client.secret("GET", &format!("/charges/{id}"), "").ok();
    let page = charge["authorize_uri"].as_str().expect("a page").replace("http://localhost", "");
    assert_eq!(client.without_key("GET", &page).status, 503);
    assert_eq!(client.without_key("GET", &page).status, 200);
    assert_eq!(client.secret("GET", &format!("/charges/{id}/refunds"), "").status, 502);
    assert_eq!(client.secret("GET", &format!("/charges/{id}/events"), "").status, 200);
}

#[test]
fn rules_without_a_path_do_not_affect_pages() {
    let mut client = with_faults(&["html:every=1", "empty"]);
    assert_eq!(client.secret("GET", "/account", "").status, 502);
    assert_eq!(client.without_key("GET", "/payments/x/authorize").status, 404);
}
