//! The script for the pages of a shop.

use http::{HeaderMap, Request};
use http_body_util::Full;
use kakaopay_types::Key;

use crate::common::{TestClient, TestResponse};

fn from_a_page(client: &mut TestClient, method: &str) -> TestResponse {
    let request = Request::builder()
        .method(method)
        .uri("/omise.js")
        .header("host", "localhost")
        .header("origin", "https://shop.example");
    client.request(request.body(Full::default()).expect("a request"))
}

fn allowed(headers: &HeaderMap) -> Option<&str> {
    headers.get("access-control-allow-origin").map(|value| value.to_str().expect("text"))
}

#[test]
fn the_script_is_readable_by_any_page() {
    let mut client = TestClient::new();
    let script = from_a_page(&mut client, "GET");
    assert_eq!((script.status, allowed(&script.headers)), (200, Some("*")));
    assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");
    for call in ["setPublicKey", "createSource", "createToken"] {
        assert!(script.text.contains(&format!("{call}: {call}")), "{call}");
    }
    for key in [client.sandbox.public_key().expose(), &client.secret_key()] {
        assert!(!script.text.contains(key));
    }
    from_a_page(&mut client, "POST").assert_rejected(401, "authentication_failure");
}
