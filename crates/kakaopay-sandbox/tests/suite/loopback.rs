//! Webhooks go to this machine only, regardless of how an address is written.

use crate::common::TestClient;
use kakaopay_sandbox::{Sandbox, SandboxBuilder, WebhookHost, WebhookUrl};

/// URLs of other machines, and URLs that some parsers read as such.
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
    // Metadata addresses of clouds.
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
    // Addresses of this machine other than loopback.
    "http://0.0.0.0/",
    "http://0/",
    "http://[::]/",
    // Forms of loopback that only some parsers accept.
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
    // Other numeric addresses.
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
    // Names combined with other parts.
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
fn f37_webhook_urls_are_on_this_machine() {
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
fn f37_foreign_webhook_endpoints_are_rejected() {
    let mut client = TestClient::new();
    let url = "http%3A%2F%2F169.254.169.254%2F";
    client.secret("PATCH", "/account", &format!("webhook_uri={url}")).assert_rejected(400, "bad_request");
    assert!(client.secret("GET", "/account", "").ok()["webhook_uri"].is_null());
}

fn allowed() -> Vec<WebhookHost> {
    let host = |text| WebhookHost::parse(text).expect("a host");
    vec![host("shop.test"), host("one-port.test:8080"), host("10.0.0.7"), host("[fd12::1]:9000")]
}

#[test]
fn f37_only_exactly_allowed_hosts_are_accepted() {
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

fn with_hosts(hosts: Vec<WebhookHost>) -> TestClient {
    let builder = hosts.into_iter().fold(Sandbox::builder(), SandboxBuilder::allow_webhook_host);
    TestClient::of(builder.build())
}

#[test]
fn f37_hosts_that_are_not_allowed_are_rejected() {
    let mut client = with_hosts(allowed());
    client.secret("PATCH", "/account", "webhook_uri=http://10.0.0.8/").assert_rejected(400, "bad_request");
    let form = "amount=150000&currency=SGD&return_uri=https://a.example&source[type]=kakaopay";
    let form = format!("{form}&webhook_endpoints[]=http://10.0.0.8/");
    client.secret("POST", "/charges", &form).assert_rejected(400, "bad_request");
    assert!(client.sandbox.events().is_empty());
}
