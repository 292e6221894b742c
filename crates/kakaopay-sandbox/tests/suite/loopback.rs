//! Where webhooks may go: to this machine, whatever an address looks like.

mod common;

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, TcpListener};

use common::Ask;
use kakaopay_sandbox::{Sandbox, SandboxBuilder, WebhookHost, WebhookUrl};

/// Addresses that are somewhere else, or that some reader takes for somewhere else.
const ELSEWHERE: &[&str] = &[
    "",
    "/",
    "127.0.0.1",
    "127.0.0.1:8080",
    "127.0.0.1/webhooks",
    "//127.0.0.1/",
    "http:",
    "http:/127.0.0.1/",
    "http:127.0.0.1",
    "http://",
    "http:///webhooks",
    "https://127.0.0.1/",
    "ftp://127.0.0.1/",
    "file:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    "gopher://127.0.0.1/",
    "ws://127.0.0.1/",
    "javascript:alert(1)",
    "data:text/plain,x",
    // What clouds tell about themselves.
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/",
    "http://metadata.google.internal/",
    "http://100.100.100.200/",
    // Private and other networks.
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.0.1/",
    "http://100.64.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://8.8.8.8/",
    "http://126.255.255.255/",
    "http://128.0.0.1/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[2001:db8::1]/",
    // Every address of this machine, which is not loopback alone.
    "http://0.0.0.0/",
    "http://0/",
    "http://[::]/",
    // Loopback, as only some readers read it.
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://127.000.000.001/",
    "http://127.0.0.1./",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[::1%25lo]/",
    "http://::1/",
    "http://[::1",
    // Other addresses in their numbers.
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0xa9.0xfe.0xa9.0xfe/",
    "http://[::ffff:169.254.169.254]/",
    // Names.
    "http://example.com/",
    "http://localhost.example.com/",
    "http://127.0.0.1.example.com/",
    "http://127.0.0.1.nip.io/",
    "http://localtest.me/",
    "http://localhost./",
    "http://notlocalhost/",
    "http://sub.localhost/",
    "http://localhost%2eexample.com/",
    // Names beside names.
    "http://127.0.0.1@example.com/",
    "http://example.com@127.0.0.1/",
    "http://user:password@127.0.0.1/",
    "http://127.0.0.1:80@example.com/",
    "http://example.com#@127.0.0.1/",
    "http://example.com?@127.0.0.1/",
    "http://example.com\\@127.0.0.1/",
    "http://127.0.0.1\\.example.com/",
    "http://127.0.0.1 .example.com/",
    "http://127.0.0.1\t/",
    "http://127.0.0.1\r\nhost: example.com/",
    "http://127.0.0.1%00.example.com/",
    " http://127.0.0.1/",
    "http://１２７.０.０.１/",
    "http://ⓛocalhost/",
];

#[test]
fn f37_a_webhook_goes_to_this_machine_and_nowhere_else() {
    for url in ELSEWHERE {
        assert!(WebhookUrl::parse(url).is_err(), "{url:?}");
    }
    for url in [
        "http://127.0.0.1/",
        "http://127.0.0.1:8080/webhooks?shop=1",
        "http://127.255.255.254/",
        "http://[::1]/",
        "http://[0:0:0:0:0:0:0:1]:80/",
        "http://localhost/",
        "HTTP://LocalHost:1/",
    ] {
        assert!(WebhookUrl::parse(url).is_ok(), "{url}");
    }
}

#[test]
fn f37_neither_the_account_nor_a_charge_takes_a_webhook_elsewhere() {
    let mut ask = Ask::new();
    let url = "http%3A%2F%2F169.254.169.254%2F";
    ask.secret("PATCH", "/account", &format!("webhook_uri={url}")).refused(400, "bad_request");
    assert!(ask.secret("GET", "/account", "").ok()["webhook_uri"].is_null());
}

/// Hosts that are allowed: the first by name at an address of this machine's, as a shop in a container is.
fn allowed() -> Vec<WebhookHost> {
    let here = [IpAddr::from([127, 0, 0, 1])];
    let host = |text| WebhookHost::at(text, &here).expect("a host");
    vec![host("shop.test"), host("one-port.test:8080"), host("10.0.0.7"), host("[fd12::1]:9000")]
}

#[test]
fn f37_a_host_that_is_allowed_is_taken_and_none_that_looks_like_it() {
    let hosts = allowed();
    for url in ELSEWHERE {
        assert!(WebhookUrl::parse_on(url, &hosts).is_err(), "{url:?}");
    }
    for (url, good) in [
        ("http://shop.test/", true),
        ("http://SHOP.test:1234/webhooks", true),
        ("http://one-port.test:8080/", true),
        ("http://one-port.test/", false),
        ("http://one-port.test:80/", false),
        ("http://10.0.0.7/", true),
        ("http://10.0.0.8/", false),
        ("http://10.0.7/", false),
        ("http://[fd12::1]:9000/", true),
        ("http://[fd12:0::0:1]:9000/", true),
        ("http://[fd12::1]/", false),
        ("https://shop.test/", false),
        ("http://shop.test./", false),
        ("http://sub.shop.test/", false),
        ("http://shop.test.example.com/", false),
        ("http://shop.test@example.com/", false),
        ("http://example.com@shop.test/", false),
        ("http://shop.test:80@example.com/", false),
        ("http://example.com#shop.test/", false),
        ("http://127.0.0.1/", true),
    ] {
        assert_eq!(WebhookUrl::parse_on(url, &hosts).is_ok(), good, "{url}");
    }
}

/// Takes one webhook, and gives what was sent.
fn take_one(endpoint: TcpListener) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let (mut stream, _) = endpoint.accept().expect("a webhook");
        let mut head = [0; 16 * 1_024];
        let read = stream.read(&mut head).expect("a request");
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").expect("answered");
        String::from_utf8_lossy(&head[..read]).into_owned()
    })
}

fn deliver(sandbox: &Sandbox) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(sandbox.deliver_pending())
}

fn with_hosts(hosts: Vec<WebhookHost>) -> Ask {
    let builder = hosts.into_iter().fold(Sandbox::builder(), SandboxBuilder::allow_webhook_host);
    let sandbox = builder.build();
    Ask { clock: sandbox.clock().clone(), sandbox }
}

/// No name server knows `shop.test`: what is posted went to where it was said to be, with its own name.
#[test]
fn f37_webhooks_go_to_where_an_allowed_name_was_and_say_its_name() {
    const FORM: &str = "amount=150000&currency=SGD&return_uri=https://a.example&source[type]=kakaopay";
    for own in [false, true] {
        let endpoint = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = endpoint.local_addr().expect("an address").port();
        let url = format!("http://shop.test:{port}/webhooks");
        let mut ask = with_hosts(allowed());
        let taken = take_one(endpoint);
        let form = if own {
            format!("{FORM}&webhook_endpoints[]={url}")
        } else {
            ask.secret("PATCH", "/account", &format!("webhook_uri={url}")).ok();
            FORM.to_owned()
        };
        ask.secret("POST", "/charges", &form).ok();
        assert_eq!(deliver(&ask.sandbox), 1);
        let taken = taken.join().expect("no panic").to_ascii_lowercase();
        assert!(taken.contains(&format!("\r\nhost: shop.test:{port}\r\n")), "{taken}");
    }
}

#[test]
fn f37_what_was_allowed_elsewhere_is_not_posted_to_here() {
    let endpoint = TcpListener::bind("127.0.0.1:0").expect("a port");
    endpoint.set_nonblocking(true).expect("a setting");
    let url = format!("http://shop.test:{}/", endpoint.local_addr().expect("an address").port());
    let mut there = with_hosts(allowed());
    there.secret("PATCH", "/account", &format!("webhook_uri={url}")).ok();
    there.charge();
    let here = Ask::new();
    here.sandbox.restore(&there.sandbox.snapshot()).expect("its own");
    assert_eq!(deliver(&here.sandbox), 0);
    here.sandbox.set_webhook_url(Some(WebhookUrl::parse_on(&url, &allowed()).expect("allowed")));
    let mut here = here;
    here.charge();
    assert_eq!(deliver(&here.sandbox), 0);
    assert_eq!(endpoint.accept().err().map(|error| error.kind()), Some(ErrorKind::WouldBlock));
}

#[test]
fn f37_neither_takes_a_host_that_is_not_allowed() {
    let mut ask = with_hosts(allowed());
    ask.secret("PATCH", "/account", "webhook_uri=http://10.0.0.8/").refused(400, "bad_request");
    let form = "amount=150000&currency=SGD&return_uri=https://a.example&source[type]=kakaopay";
    let form = format!("{form}&webhook_endpoints[]=http://10.0.0.8/");
    ask.secret("POST", "/charges", &form).refused(400, "bad_request");
    assert!(ask.sandbox.events().is_empty());
}

/// F37: where an endpoint leads on to is not followed.
#[test]
fn f37_a_webhook_follows_no_redirect() {
    let mut ask = Ask::new();
    let secret = TcpListener::bind("127.0.0.1:0").expect("a port");
    secret.set_nonblocking(true).expect("a setting");
    let elsewhere = secret.local_addr().expect("an address");
    let endpoint = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/webhooks", endpoint.local_addr().expect("an address"));
    ask.sandbox.set_webhook_url(Some(WebhookUrl::parse(&url).expect("on loopback")));
    let leads_on = std::thread::spawn(move || {
        let (mut stream, _) = endpoint.accept().expect("a webhook");
        let mut head = [0; 16 * 1_024];
        let read = stream.read(&mut head).expect("a request");
        let answer =
            format!("HTTP/1.1 307 Away\r\nlocation: http://{elsewhere}/\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).expect("answered");
        read
    });
    let form = "amount=150000&currency=SGD&return_uri=https://a.example&source[type]=kakaopay";
    ask.secret("POST", "/charges", form).ok();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    assert_eq!(runtime.block_on(ask.sandbox.deliver_pending()), 1);
    assert!(leads_on.join().expect("no panic") > 0);
    assert_eq!(secret.accept().err().map(|error| error.kind()), Some(ErrorKind::WouldBlock));
    let (event, _) = ask.sandbox.events().remove(0);
    let event = ask.secret("GET", &format!("/events/{event}"), "").ok();
    assert_eq!(event["webhook_deliveries"][0]["status"], 307);
}
