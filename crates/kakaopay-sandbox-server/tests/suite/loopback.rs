//! Destinations of webhooks.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, TcpListener};

use kakaopay_sandbox::{Sandbox, SandboxBuilder, WebhookHost, WebhookUrl};
use kakaopay_sandbox_server::HttpPoster;

use crate::common::TestClient;

/// An allowed host, as for a shop in a container.
fn shop_test() -> WebhookHost {
    WebhookHost::parse("shop.test").expect("a host")
}

/// Receives one webhook and returns its bytes.
fn take_one(endpoint: TcpListener) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let (mut stream, _) = endpoint.accept().expect("a webhook");
        let mut head = [0; 16 * 1_024];
        let read = stream.read(&mut head).expect("a request");
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").expect("a response");
        String::from_utf8_lossy(&head[..read]).into_owned()
    })
}

/// Delivers webhooks with `shop.test` on this machine.
fn deliver(sandbox: &Sandbox) -> usize {
    deliver_to(sandbox, &[IpAddr::from([127, 0, 0, 1])])
}

/// Delivers webhooks with these addresses for `shop.test`.
fn deliver_to(sandbox: &Sandbox, addresses: &[IpAddr]) -> usize {
    let poster = HttpPoster::new().resolve("shop.test", addresses);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(sandbox.deliver_pending(&poster))
}

fn with_hosts(hosts: Vec<WebhookHost>) -> TestClient {
    let builder = hosts.into_iter().fold(Sandbox::builder(), SandboxBuilder::allow_webhook_host);
    TestClient::of(builder.build())
}

/// No name server knows `shop.test`, so the webhook used the given address, with the name as its `Host`.
#[test]
fn f37_webhooks_reach_allowed_hosts_by_name() {
    const FORM: &str = "amount=150000&currency=SGD&return_uri=https://a.example&source[type]=kakaopay";
    for own in [false, true] {
        let endpoint = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = endpoint.local_addr().expect("an address").port();
        let url = format!("http://shop.test:{port}/webhooks");
        let mut client = with_hosts(vec![shop_test()]);
        let taken = take_one(endpoint);
        let form = if own {
            format!("{FORM}&webhook_endpoints[]={url}")
        } else {
            client.secret("PATCH", "/account", &format!("webhook_uri={url}")).ok();
            FORM.to_owned()
        };
        client.secret("POST", "/charges", &form).ok();
        assert_eq!(deliver(&client.sandbox), 1);
        let taken = taken.join().expect("no panic").to_ascii_lowercase();
        assert!(taken.contains(&format!("\r\nhost: shop.test:{port}\r\n")), "{taken}");
    }
}

#[test]
fn f37_restored_endpoints_are_checked_again() {
    let endpoint = TcpListener::bind("127.0.0.1:0").expect("a port");
    endpoint.set_nonblocking(true).expect("a setting");
    let url = format!("http://shop.test:{}/", endpoint.local_addr().expect("an address").port());
    let mut there = with_hosts(vec![shop_test()]);
    there.secret("PATCH", "/account", &format!("webhook_uri={url}")).ok();
    there.charge();
    let here = TestClient::new();
    here.sandbox.restore(&there.sandbox.snapshot()).expect("its own");
    assert_eq!(deliver(&here.sandbox), 0);
    here.sandbox.set_webhook_url(Some(WebhookUrl::parse_on(&url, &[shop_test()]).expect("allowed")));
    let mut here = here;
    here.charge();
    assert_eq!(deliver(&here.sandbox), 0);
    assert_eq!(endpoint.accept().err().map(|error| error.kind()), Some(ErrorKind::WouldBlock));
}

/// F37: redirects of an endpoint are not followed.
#[test]
fn f37_webhooks_follow_no_redirects() {
    let mut client = TestClient::new();
    let secret = TcpListener::bind("127.0.0.1:0").expect("a port");
    secret.set_nonblocking(true).expect("a setting");
    let elsewhere = secret.local_addr().expect("an address");
    let endpoint = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/webhooks", endpoint.local_addr().expect("an address"));
    client.sandbox.set_webhook_url(Some(WebhookUrl::parse(&url).expect("on loopback")));
    let leads_on = std::thread::spawn(move || {
        let (mut stream, _) = endpoint.accept().expect("a webhook");
        let mut head = [0; 16 * 1_024];
        let read = stream.read(&mut head).expect("a request");
        let response =
            format!("HTTP/1.1 307 Away\r\nlocation: http://{elsewhere}/\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(response.as_bytes()).expect("a response");
        read
    });
    let form = "amount=150000&currency=SGD&return_uri=https://a.example&source[type]=kakaopay";
    client.secret("POST", "/charges", form).ok();
    assert_eq!(deliver(&client.sandbox), 1);
    assert!(leads_on.join().expect("no panic") > 0);
    assert_eq!(secret.accept().err().map(|error| error.kind()), Some(ErrorKind::WouldBlock));
    let (event, _) = client.sandbox.events().remove(0);
    let event = client.secret("GET", &format!("/events/{event}"), "").ok();
    assert_eq!(event["webhook_deliveries"][0]["status"], 307);
}

#[test]
fn f37_names_of_forbidden_addresses_are_blocked() {
    let endpoint = TcpListener::bind("127.0.0.1:0").expect("a port");
    endpoint.set_nonblocking(true).expect("a setting");
    let port = endpoint.local_addr().expect("an address").port();
    let here = IpAddr::from([127, 0, 0, 1]);
    for addresses in [&[IpAddr::from([169, 254, 169, 254])][..], &[here, IpAddr::from([224, 0, 0, 1])]] {
        let mut client = with_hosts(vec![shop_test()]);
        client.secret("PATCH", "/account", &format!("webhook_uri=http://shop.test:{port}/")).ok();
        client.charge();
        assert_eq!(deliver_to(&client.sandbox, addresses), 1);
        let (event, _) = client.sandbox.events().remove(0);
        let event = client.secret("GET", &format!("/events/{event}"), "").ok();
        let error = event["webhook_deliveries"][0]["error"].as_str().expect("an error");
        assert!(error.contains("webhooks to such addresses are blocked"), "{error}");
    }
    assert_eq!(endpoint.accept().err().map(|error| error.kind()), Some(ErrorKind::WouldBlock));
}
