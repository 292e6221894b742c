//! The script for the pages of a shop.

use http::{HeaderMap, Request};
use http_body_util::Full;
use kakaopay_types::Key;

use crate::common::{Answered, Ask};

fn from_a_page(ask: &mut Ask, method: &str) -> Answered {
    let request = Request::builder()
        .method(method)
        .uri("/omise.js")
        .header("host", "localhost")
        .header("origin", "https://shop.example");
    ask.request(request.body(Full::default()).expect("a request"))
}

fn allowed(headers: &HeaderMap) -> Option<&str> {
    headers.get("access-control-allow-origin").map(|value| value.to_str().expect("text"))
}

#[test]
fn the_script_is_readable_by_any_page() {
    let mut ask = Ask::new();
    let script = from_a_page(&mut ask, "GET");
    assert_eq!((script.status, allowed(&script.headers)), (200, Some("*")));
    assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");
    for call in ["setPublicKey", "createSource", "createToken"] {
        assert!(script.text.contains(&format!("{call}: {call}")), "{call}");
    }
    for key in [ask.sandbox.public_key().expose(), &ask.secret_key()] {
        assert!(!script.text.contains(key));
    }
    from_a_page(&mut ask, "POST").refused(401, "authentication_failure");
}
