//! The payment pages.

use crate::common::{TestClient, TestResponse};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;

fn authorize_path(client: &mut TestClient, description: &str) -> (String, String) {
    let form = format!(
        "amount=150000&currency=SGD&return_uri=https://example.com/done%3Fa%3D1%26b%3D2&source[type]=kakaopay&description={description}"
    );
    let charge = client.secret("POST", "/charges", &form).ok();
    let uri = charge["authorize_uri"].as_str().expect("an address");
    let path = uri.strip_prefix("http://localhost").expect("on the sandbox").to_owned();
    (path, charge["id"].as_str().expect("an id").to_owned())
}

fn get(client: &mut TestClient, path: &str) -> TestResponse {
    client.request(Request::get(path).body(Full::default()).expect("a request"))
}

fn post(client: &mut TestClient, path: &str, form: &'static str, site: Option<&str>) -> TestResponse {
    let mut request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    if let Some(site) = site {
        request = request.header("sec-fetch-site", site);
    }
    client.request(request.body(Full::from(Bytes::from_static(form.as_bytes()))).expect("a request"))
}

fn status(client: &mut TestClient, id: &str) -> (String, String) {
    let charge = client.secret("GET", &format!("/charges/{id}"), "").ok();
    let text = |name: &str| charge[name].as_str().unwrap_or_default().to_owned();
    (text("status"), text("failure_code"))
}

#[test]
fn the_page_shows_and_approves_a_payment() {
    let mut client = TestClient::new();
    let (path, id) = authorize_path(&mut client, "Two+books");
    let page = get(&mut client, &path);
    assert_eq!(page.status, 200);
    for text in ["Pay SGD 1500.00", "Two books", &id, "Sandbox", "payment_rejected", "stays pending"] {
        assert!(page.text.contains(text), "{text}");
    }
    let policy = page.headers["content-security-policy"].to_str().expect("text");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert_eq!(get(&mut client, "/sandbox.css").headers["content-type"], "text/css; charset=utf-8");

    let back = post(&mut client, &path, "outcome=successful", Some("same-origin"));
    // The merchant's URL is unchanged: it contains nothing about the payment.
    assert_eq!(
        (back.status, &back.headers["location"]),
        (303, &"https://example.com/done?a=1&b=2".parse().expect("a value"))
    );
    assert_eq!(status(&mut client, &id).0, "successful");
    // An ended payment stays ended, and the page shows that.
    let again = post(&mut client, &path, "outcome=failed&failure_code=payment_rejected", None);
    assert!(again.status == 200 && again.text.contains("has ended"));
    assert_eq!(status(&mut client, &id).0, "successful");
}

#[test]
fn the_page_fails_a_payment_with_each_code() {
    let mut client = TestClient::new();
    for form in [
        "outcome=failed&failure_code=payment_expired",
        "outcome=failed&failure_code=payment_rejected",
        "outcome=failed&failure_code=failed_processing",
        "outcome=failed&failure_code=invalid_account",
        "outcome=failed&failure_code=insufficient_fund",
    ] {
        let (path, id) = authorize_path(&mut client, "");
        assert_eq!(post(&mut client, &path, form, None).status, 303);
        let code = form.rsplit('=').next().expect("a code");
        assert_eq!(status(&mut client, &id), ("failed".to_owned(), code.to_owned()));
    }
}

#[test]
fn f36_cross_site_forms_are_rejected() {
    let mut client = TestClient::new();
    let (path, id) = authorize_path(&mut client, "");
    for site in ["cross-site", "same-site", "none"] {
        assert_eq!(post(&mut client, &path, "outcome=successful", Some(site)).status, 403, "{site}");
    }
    for form in [
        "",
        "outcome=",
        "outcome=refunded",
        "outcome=failed",
        "outcome=failed&failure_code=x",
        "outcome[a]=b",
    ] {
        assert_eq!(post(&mut client, &path, form, None).status, 400, "{form}");
    }
    assert_eq!(status(&mut client, &id).0, "pending");
}

#[test]
fn f36_the_origin_is_checked_without_fetch_metadata() {
    let mut client = TestClient::new();
    for (origin, status) in [
        ("https://shop.example", 403),
        ("null", 403),
        ("http://localhost:81", 403),
        ("https://localhost", 403),
        ("http://localhost.example", 403),
        ("http://localhost", 303),
    ] {
        let (path, _) = authorize_path(&mut client, "");
        let request = Request::post(path).header("host", "localhost").header("origin", origin);
        let form = Full::from(Bytes::from_static(b"outcome=successful"));
        assert_eq!(client.request(request.body(form).expect("a request")).status, status, "{origin}");
    }
}

#[test]
fn the_qr_code_leads_to_the_phone_and_the_merchant() {
    let mut client = TestClient::new();
    let (path, id) = authorize_path(&mut client, "");
    let (phone, code) = (path.replace("authorize", "summary"), path.replace("authorize", "qr.svg"));
    let desktop = get(&mut client, &path).text;
    assert!(desktop.contains(&phone) && desktop.contains(&code), "{desktop}");
    // Only the script announces that the page updates, because without it the page does not.
    assert!(desktop.contains("data-waiting=\"Waiting for the phone.") && !desktop.contains(">Waiting"));
    let picture = get(&mut client, &code);
    assert_eq!(
        (picture.status, &picture.headers["content-type"]),
        (200, &"image/svg+xml".parse().expect("a value"))
    );
    assert!(picture.text.contains("<svg"));

    // The script of the desktop page polls this.
    let status_path = path.replace("authorize", "status");
    assert!(desktop.contains(&status_path) && get(&mut client, "/sandbox.js").text.contains("data-status"));
    assert_eq!(get(&mut client, &status_path).text, "pending");

    let page = get(&mut client, &phone).text;
    assert!(page.contains("SGD 1500.00") && !page.contains("qr.svg"), "{page}");
    let done = post(&mut client, &phone, "outcome=successful", Some("same-origin"));
    let slip = format!("{}?lang=en", path.replace("authorize", "slip"));
    assert_eq!((done.status, done.headers["location"].to_str().expect("text")), (303, slip.as_str()));
    assert_eq!(status(&mut client, &id).0, "successful");
    assert_eq!(get(&mut client, &status_path).text, "successful");
    // The desktop page shows the same slip as the phone.
    for page in [&phone, &path] {
        let slip = get(&mut client, page).text;
        assert!(slip.contains("successful") && slip.contains("https://example.com/done?a=1"), "{slip}");
    }
}

#[test]
fn phones_open_the_wallet_page_directly() {
    let mut client = TestClient::new();
    for (platform, agent, on_phone) in [
        ("WEB", "Mozilla/5.0 (X11; Linux x86_64)", false),
        ("WEB", "Mozilla/5.0 (iPhone) Mobile/15E148", true),
        ("IOS", "Mozilla/5.0 (X11; Linux x86_64)", true),
        ("ANDROID", "", true),
    ] {
        let form = format!(
            "amount=150000&currency=SGD&return_uri=https://a.example&source[type]=kakaopay&source[platform_type]={platform}"
        );
        let charge = client.secret("POST", "/charges", &form).ok();
        let path = charge["authorize_uri"].as_str().expect("an address").replace("http://localhost", "");
        let request = Request::get(&path).header("user-agent", agent).body(Full::default());
        let page = client.request(request.expect("a request")).text;
        assert_eq!(!page.contains("qr.svg"), on_phone, "{platform} {agent}");
    }
}

#[test]
fn the_page_can_expire_a_payment() {
    let mut client = TestClient::new();
    let (path, id) = authorize_path(&mut client, "");
    assert_eq!(post(&mut client, &path, "outcome=expired", None).status, 303);
    assert_eq!(status(&mut client, &id).0, "expired");
}

#[test]
fn the_wallet_leads_to_a_slip_with_the_reason() {
    let mut client = TestClient::new();
    let (path, id) = authorize_path(&mut client, "");
    let [wallet, summary, slip] = ["phone", "summary", "slip"].map(|step| path.replace("authorize", step));
    assert!(get(&mut client, &wallet).text.contains(&format!("href=\"{summary}?lang=en\"")));
    // There is no slip before the end.
    assert!(get(&mut client, &slip).text.contains("value=\"successful\""));
    assert_eq!(post(&mut client, &summary, "outcome=declined", None).status, 303);
    assert_eq!(status(&mut client, &id), ("failed".to_owned(), "payment_rejected".to_owned()));
    let page = get(&mut client, &slip).text;
    let now = client.clock.now().to_string();
    for text in [
        "Not paid",
        "payment_rejected",
        "<p>The payment was declined.</p>",
        "<p>Please pay another way, or contact KakaoPay.</p>",
        now.as_str(),
        "https://example.com/done?a=1",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(!page.contains("<form"), "nothing can be changed any more");
}

#[test]
fn a_delayed_approval_takes_effect_in_time() {
    let mut client = TestClient::new();
    let (path, id) = authorize_path(&mut client, "");
    for wrong in ["outcome=slow", "outcome=slow&after=11", "outcome=slow&after=-10", "outcome=slow&after=x"] {
        assert_eq!(post(&mut client, &path, wrong, None).status, 400, "{wrong}");
    }
    for (after, passed, expected) in [(60, 59, "pending"), (10, 9, "pending"), (60, 11, "pending")] {
        let form = format!("outcome=slow&after={after}");
        let request = Request::post(&path).body(Full::from(form.into_bytes())).expect("a request");
        let response = client.request(request);
        let page = response.headers["location"].to_str().expect("text").to_owned();
        assert_eq!((response.status, page), (303, format!("{path}?lang=en")));
        client.clock.advance_seconds(passed);
        assert_eq!(status(&mut client, &id).0, expected);
    }
    // The last decision replaces the earlier one.
    let page = get(&mut client, &path).text;
    assert!(page.contains("The buyer approves at") && !page.contains("stays pending"), "{page}");
    let due = client.clock.now().saturating_add_seconds(49);
    client.clock.advance_seconds(1_000);
    let charge = client.secret("GET", &format!("/charges/{id}"), "").ok();
    assert_eq!(
        (charge["status"].as_str(), charge["paid_at"].as_str()),
        (Some("successful"), Some(due.to_string().as_str()))
    );
}

#[test]
fn a_delayed_approval_can_be_late_or_replaced() {
    let mut client = TestClient::new();
    let (path, id) = authorize_path(&mut client, "");
    client.clock.advance_seconds(7 * 86_400 - 60);
    assert_eq!(post(&mut client, &path, "outcome=slow&after=60", None).status, 303);
    client.clock.advance_seconds(86_400);
    assert_eq!(status(&mut client, &id).0, "expired");

    let (path, id) = authorize_path(&mut client, "");
    assert_eq!(post(&mut client, &path, "outcome=slow&after=60", None).status, 303);
    assert_eq!(post(&mut client, &path, "outcome=declined", None).status, 303);
    client.clock.advance_seconds(86_400);
    assert_eq!(status(&mut client, &id).0, "failed");
    let late = post(&mut client, &path, "outcome=slow&after=60", None);
    assert!(late.status == 200 && late.text.contains("Not paid"));
}

#[test]
fn timed_changes_happen_in_order() {
    let mut client = TestClient::new();
    authorize_path(&mut client, "");
    client.clock.advance_seconds(60);
    let (path, _) = authorize_path(&mut client, "");
    client.clock.advance_seconds(7 * 86_400 - 90);
    assert_eq!(post(&mut client, &path, "outcome=slow&after=60", None).status, 303);
    client.clock.advance_seconds(7 * 86_400);
    let events = client.secret("GET", "/events?order=chronological", "").ok();
    let events: Vec<_> = events["data"].as_array().expect("a list").iter().collect();
    let result: Vec<_> = events.iter().map(|event| event["key"].as_str().expect("a key")).collect();
    assert_eq!(result, ["charge.create", "charge.create", "charge.expire", "charge.complete"]);
    let times: Vec<_> = events.iter().map(|event| event["created_at"].as_str().expect("a time")).collect();
    assert!(times.is_sorted(), "{times:?}");
}

#[test]
fn f38_the_merchants_texts_are_escaped() {
    let mut client = TestClient::new();
    let mut tried = 0;
    for tag in ["script", "img", "svg", "iframe", "a", "body", "style", "math", "object", "form", "base"] {
        for (before, inside) in [
            ("", " src=x onerror=xss()"),
            ("\">", " onload=xss()"),
            ("'>", " href=javascript:xss()"),
            ("</dd></dl>", ">xss()"),
            ("--></title>", "/onclick=xss()"),
        ] {
            let payload = format!("{before}<{tag}{inside}></{tag}>");
            let form = serde_json::json!({
                "amount": 150_000, "currency": "SGD", "return_uri": "https://a.example/?q='&b",
                "description": payload, "metadata": {"note": payload}, "source": {"type": "kakaopay"},
            });
            let charge = client.secret_json("POST", "/charges", &form.to_string()).ok();
            let path = charge["authorize_uri"].as_str().expect("an address").replace("http://localhost", "");
            for path in [path.clone(), path.replace("authorize", "summary")] {
                let page = get(&mut client, &path).text;
                assert!(page.contains("xss()"), "the description is shown: {page}");
                assert!(!page.contains(&payload) && !page.contains(&format!("<{tag}{inside}")), "{page}");
            }
            tried += 1;
        }
    }
    assert!(tried >= 50, "{tried}");
}

#[test]
fn unknown_payments_are_not_found() {
    let mut client = TestClient::new();
    assert_eq!(get(&mut client, "/payments/pay2_test_none/authorize").status, 404);
    let (path, _) = authorize_path(&mut client, "");
    client.clock.advance_seconds(8 * 86_400);
    assert!(get(&mut client, &path).text.contains("expired"));
}

fn get_in(client: &mut TestClient, path: &str, languages: &str) -> TestResponse {
    let request = Request::get(path).header("accept-language", languages);
    client.request(request.body(Full::default()).expect("a request"))
}

#[test]
fn pages_have_the_buyers_language() {
    let mut client = TestClient::new();
    let (path, _) = authorize_path(&mut client, "Two+books");
    let phone = path.replace("authorize", "summary");
    for (languages, tag, title, approve) in [
        ("th-TH,th;q=0.9,en;q=0.8", "th", "ชำระเงิน SGD 1500.00", "ยืนยันการชำระเงิน"),
        ("ko", "ko", "SGD 1500.00 결제", "결제하기"),
        ("de,en;q=0.5", "en", "Pay SGD 1500.00", "Approve the payment"),
        ("de", "en", "Pay SGD 1500.00", "Approve the payment"),
    ] {
        let site = match tag {
            "th" => "· แซนด์บ็อกซ์ KakaoPay</title>",
            "ko" => "· 카카오페이 샌드박스</title>",
            _ => "· KakaoPay sandbox</title>",
        };
        for path in [&path, &phone] {
            let page = get_in(&mut client, path, languages);
            let action = format!("action=\"{path}?lang={tag}\"");
            for text in [&format!("<html lang=\"{tag}\">"), title, site, approve, &action, "Two books"] {
                assert!(page.text.contains(text), "{languages} {path} {text}");
            }
        }
        let missing = get_in(&mut client, "/payments/pay2_test_none/authorize", languages);
        assert!(missing.status == 404 && missing.text.contains(&format!("<html lang=\"{tag}\">")));
    }
    // The choice on the page overrides the browser's preference; an unknown language does not.
    for (query, tag) in
        [("?lang=ko", "ko"), ("?lang=en", "en"), ("?lang=xx", "th"), ("?lang", "th"), ("?%", "th")]
    {
        let page = get_in(&mut client, &format!("{path}{query}"), "th");
        assert!(page.text.contains(&format!("<html lang=\"{tag}\">")), "{query}");
        assert!(
            page.text
                .contains(&format!("href=\"?lang={tag}\" lang=\"{tag}\" hreflang=\"{tag}\" aria-current"))
        );
    }
}
