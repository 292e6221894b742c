//! The page a buyer is sent to.

mod common;

use bytes::Bytes;
use common::{Answered, Ask};
use http::Request;
use http_body_util::Full;

fn authorize_path(ask: &mut Ask, description: &str) -> (String, String) {
    let form = format!(
        "amount=150000&currency=SGD&return_uri=https://example.com/done%3Fa%3D1%26b%3D2&source[type]=kakaopay&description={description}"
    );
    let charge = ask.secret("POST", "/charges", &form).ok();
    let uri = charge["authorize_uri"].as_str().expect("an address");
    let path = uri.strip_prefix("http://localhost").expect("on the sandbox").to_owned();
    (path, charge["id"].as_str().expect("an id").to_owned())
}

fn get(ask: &mut Ask, path: &str) -> Answered {
    ask.request(Request::get(path).body(Full::default()).expect("a request"))
}

fn post(ask: &mut Ask, path: &str, form: &'static str, site: Option<&str>) -> Answered {
    let mut request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    if let Some(site) = site {
        request = request.header("sec-fetch-site", site);
    }
    ask.request(request.body(Full::from(Bytes::from_static(form.as_bytes()))).expect("a request"))
}

fn status(ask: &mut Ask, id: &str) -> (String, String) {
    let charge = ask.secret("GET", &format!("/charges/{id}"), "").ok();
    let text = |name: &str| charge[name].as_str().unwrap_or_default().to_owned();
    (text("status"), text("failure_code"))
}

#[test]
fn the_page_shows_the_payment_and_approves_it() {
    let mut ask = Ask::new();
    let (path, id) = authorize_path(&mut ask, "Two+books");
    let page = get(&mut ask, &path);
    assert_eq!(page.status, 200);
    for text in ["Pay SGD 1500.00", "Two books", &id, "Sandbox", "payment_rejected"] {
        assert!(page.text.contains(text), "{text}");
    }
    let policy = page.headers["content-security-policy"].to_str().expect("text");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert_eq!(get(&mut ask, "/sandbox.css").headers["content-type"], "text/css; charset=utf-8");

    let back = post(&mut ask, &path, "outcome=successful", Some("same-origin"));
    // The merchant's address, with nothing added: it says nothing about the payment.
    assert_eq!(
        (back.status, &back.headers["location"]),
        (303, &"https://example.com/done?a=1&b=2".parse().expect("a value"))
    );
    assert_eq!(status(&mut ask, &id).0, "successful");
    // What has ended stays, and the page says so.
    let again = post(&mut ask, &path, "outcome=failed&failure_code=payment_rejected", None);
    assert!(again.status == 200 && again.text.contains("has ended"));
    assert_eq!(status(&mut ask, &id).0, "successful");
}

#[test]
fn the_page_fails_a_payment_with_each_code() {
    let mut ask = Ask::new();
    for form in [
        "outcome=failed&failure_code=payment_expired",
        "outcome=failed&failure_code=payment_rejected",
        "outcome=failed&failure_code=failed_processing",
        "outcome=failed&failure_code=invalid_account",
        "outcome=failed&failure_code=insufficient_fund",
    ] {
        let (path, id) = authorize_path(&mut ask, "");
        assert_eq!(post(&mut ask, &path, form, None).status, 303);
        let code = form.rsplit('=').next().expect("a code");
        assert_eq!(status(&mut ask, &id), ("failed".to_owned(), code.to_owned()));
    }
}

#[test]
fn f36_a_form_from_another_site_changes_nothing() {
    let mut ask = Ask::new();
    let (path, id) = authorize_path(&mut ask, "");
    for site in ["cross-site", "same-site", "none"] {
        assert_eq!(post(&mut ask, &path, "outcome=successful", Some(site)).status, 403, "{site}");
    }
    for form in [
        "",
        "outcome=",
        "outcome=refunded",
        "outcome=failed",
        "outcome=failed&failure_code=x",
        "outcome[a]=b",
    ] {
        assert_eq!(post(&mut ask, &path, form, None).status, 400, "{form}");
    }
    assert_eq!(status(&mut ask, &id).0, "pending");
}

#[test]
fn f38_what_a_merchant_writes_is_text() {
    let mut ask = Ask::new();
    let (path, _) = authorize_path(&mut ask, "%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%27%26");
    let page = get(&mut ask, &path).text;
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("alert(1)"));
}

#[test]
fn what_is_no_payment_is_not_found() {
    let mut ask = Ask::new();
    assert_eq!(get(&mut ask, "/payments/pay2_test_none/authorize").status, 404);
    let (path, _) = authorize_path(&mut ask, "");
    ask.clock.advance_seconds(8 * 86_400);
    assert!(get(&mut ask, &path).text.contains("expired"));
}
