//! Faults over a socket, and of pages.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kakaopay_sandbox::Sandbox;
use kakaopay_sandbox_server::serve;
use kakaopay_types::Key;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::common::Ask;

const FORM: &str = "amount=150000&currency=SGD&return_uri=https://example.com&source[type]=kakaopay";

fn asked(rules: &[&str]) -> Ask {
    let ask = Ask::new();
    ask.sandbox.set_faults(rules.iter().map(|rule| rule.parse().expect("a rule")).collect());
    ask
}

fn charges(sandbox: &Sandbox) -> usize {
    sandbox.events().iter().filter(|(_, key)| *key == "charge.create").count()
}

/// Has the server close the connection after its answer.
const CLOSE: &str = "connection: close\r\n";

/// Over a socket, all there is to read of the answer to a call that creates a charge, and how many there are then.
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
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("closed");
    let made = charges(&sandbox);
    running.shutdown().await;
    (String::from_utf8(answer).expect("text"), made)
}

/// How many bytes an answer's head tells of, and how many came.
fn told_and_came(answer: &str) -> (usize, usize) {
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let told = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    (told.parse().expect("a number"), body.len())
}

#[tokio::test]
async fn f10_a_dropped_response_closes_the_connection() {
    for (rule, made) in [("drop-request", 0), ("drop-response", 1)] {
        // The server closes it, unasked.
        let (answer, charges) = raw(rule, "").await;
        assert_eq!((answer.len(), charges), (0, made), "{rule}");
    }
}

#[tokio::test]
async fn f22_a_reset_body_is_half_of_its_content_length() {
    let (answer, made) = raw("reset-mid-body", CLOSE).await;
    let (told, came) = told_and_came(&answer);
    assert_eq!((came, made), (told / 2, 1), "{answer}");
}

#[tokio::test]
async fn f23_a_slow_body_is_complete_over_a_socket() {
    let (answer, made) = raw("slow-body=1", CLOSE).await;
    let (told, came) = told_and_came(&answer);
    assert_eq!((came, made), (told, 1), "{answer}");
}

#[test]
fn f22_path_rules_apply_to_pages() {
    let mut ask = asked(&["status=503@/payments/*/authorize:times=1", "html@/charges/*/refunds"]);
    let id = ask.charge();
    let charge = ask.secret("GET", &format!("/charges/{id}"), "").ok();
    let page = charge["authorize_uri"].as_str().expect("a page").replace("http://localhost", "");
    assert_eq!(ask.without_key("GET", &page).status, 503);
    assert_eq!(ask.without_key("GET", &page).status, 200);
    assert_eq!(ask.secret("GET", &format!("/charges/{id}/refunds"), "").status, 502);
    assert_eq!(ask.secret("GET", &format!("/charges/{id}/events"), "").status, 200);
}

#[test]
fn rules_without_a_path_do_not_affect_pages() {
    let mut ask = asked(&["html:every=1", "empty"]);
    assert_eq!(ask.secret("GET", "/account", "").status, 502);
    assert_eq!(ask.without_key("GET", "/payments/x/authorize").status, 404);
}
