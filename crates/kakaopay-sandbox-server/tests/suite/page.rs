//! The page a buyer is sent to.

use crate::common::{Answered, Ask};
use bytes::Bytes;
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
fn the_page_shows_and_approves_a_payment() {
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
fn f36_cross_site_forms_are_rejected() {
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
fn f36_the_origin_is_checked_without_fetch_metadata() {
    let mut ask = Ask::new();
    for (origin, status) in [
        ("https://shop.example", 403),
        ("null", 403),
        ("http://localhost:81", 403),
        ("https://localhost", 403),
        ("http://localhost.example", 403),
        ("http://localhost", 303),
    ] {
        let (path, _) = authorize_path(&mut ask, "");
        let request = Request::post(path).header("host", "localhost").header("origin", origin);
        let form = Full::from(Bytes::from_static(b"outcome=successful"));
        assert_eq!(ask.request(request.body(form).expect("a request")).status, status, "{origin}");
    }
}

#[test]
fn the_qr_code_leads_to_the_phone_and_the_merchant() {
    let mut ask = Ask::new();
    let (path, id) = authorize_path(&mut ask, "");
    let (phone, code) = (path.replace("authorize", "summary"), path.replace("authorize", "qr.svg"));
    let desktop = get(&mut ask, &path).text;
    assert!(desktop.contains(&phone) && desktop.contains(&code), "{desktop}");
    let picture = get(&mut ask, &code);
    assert_eq!(
        (picture.status, &picture.headers["content-type"]),
        (200, &"image/svg+xml".parse().expect("a value"))
    );
    assert!(picture.text.contains("<svg"));

    // What the desktop's script asks for, to notice by itself.
    let asked = path.replace("authorize", "status");
    assert!(desktop.contains(&asked) && get(&mut ask, "/sandbox.js").text.contains("data-status"));
    assert_eq!(get(&mut ask, &asked).text, "pending");

    let page = get(&mut ask, &phone).text;
    assert!(page.contains("SGD 1500.00") && !page.contains("qr.svg"), "{page}");
    let done = post(&mut ask, &phone, "outcome=successful", Some("same-origin"));
    let slip = format!("{}?lang=en", path.replace("authorize", "slip"));
    assert_eq!((done.status, done.headers["location"].to_str().expect("text")), (303, slip.as_str()));
    assert_eq!(status(&mut ask, &id).0, "successful");
    assert_eq!(get(&mut ask, &asked).text, "successful");
    // The desktop's page has the same slip as the phone's.
    for page in [&phone, &path] {
        let slip = get(&mut ask, page).text;
        assert!(slip.contains("successful") && slip.contains("https://example.com/done?a=1"), "{slip}");
    }
}

#[test]
fn phones_open_the_wallet_page_directly() {
    let mut ask = Ask::new();
    for (platform, agent, on_phone) in [
        ("WEB", "Mozilla/5.0 (X11; Linux x86_64)", false),
        ("WEB", "Mozilla/5.0 (iPhone) Mobile/15E148", true),
        ("IOS", "Mozilla/5.0 (X11; Linux x86_64)", true),
        ("ANDROID", "", true),
    ] {
        let form = format!(
            "amount=150000&currency=SGD&return_uri=https://a.example&source[type]=kakaopay&source[platform_type]={platform}"
        );
        let charge = ask.secret("POST", "/charges", &form).ok();
        let path = charge["authorize_uri"].as_str().expect("an address").replace("http://localhost", "");
        let request = Request::get(&path).header("user-agent", agent).body(Full::default());
        let page = ask.request(request.expect("a request")).text;
        assert_eq!(!page.contains("qr.svg"), on_phone, "{platform} {agent}");
    }
}

#[test]
fn the_page_can_expire_a_payment() {
    let mut ask = Ask::new();
    let (path, id) = authorize_path(&mut ask, "");
    assert_eq!(post(&mut ask, &path, "outcome=expired", None).status, 303);
    assert_eq!(status(&mut ask, &id).0, "expired");
}

#[test]
fn the_wallet_leads_to_a_slip_with_the_reason() {
    let mut ask = Ask::new();
    let (path, id) = authorize_path(&mut ask, "");
    let [wallet, summary, slip] = ["phone", "summary", "slip"].map(|step| path.replace("authorize", step));
    assert!(get(&mut ask, &wallet).text.contains(&format!("href=\"{summary}?lang=en\"")));
    // Before its end there is no slip.
    assert!(get(&mut ask, &slip).text.contains("value=\"successful\""));
    assert_eq!(post(&mut ask, &summary, "outcome=declined", None).status, 303);
    assert_eq!(status(&mut ask, &id), ("failed".to_owned(), "payment_rejected".to_owned()));
    let page = get(&mut ask, &slip).text;
    let now = ask.clock.now().to_string();
    for text in ["Not paid", "payment_rejected", now.as_str(), "https://example.com/done?a=1"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(!page.contains("<form"), "nothing can be changed any more");
}

#[test]
fn a_delayed_approval_takes_effect_in_time() {
    let mut ask = Ask::new();
    let (path, id) = authorize_path(&mut ask, "");
    for wrong in ["outcome=slow", "outcome=slow&after=11", "outcome=slow&after=-10", "outcome=slow&after=x"] {
        assert_eq!(post(&mut ask, &path, wrong, None).status, 400, "{wrong}");
    }
    for (after, passed, expected) in [(60, 59, "pending"), (10, 9, "pending"), (60, 11, "pending")] {
        let form = format!("outcome=slow&after={after}");
        let request = Request::post(&path).body(Full::from(form.into_bytes())).expect("a request");
        let answered = ask.request(request);
        let page = answered.headers["location"].to_str().expect("text").to_owned();
        assert_eq!((answered.status, page), (303, format!("{path}?lang=en")));
        ask.clock.advance_seconds(passed);
        assert_eq!(status(&mut ask, &id).0, expected);
    }
    // The choice before counts no more, and the last one does.
    assert!(get(&mut ask, &path).text.contains("The buyer approves at"));
    let due = ask.clock.now().saturating_add_seconds(49);
    ask.clock.advance_seconds(1_000);
    let charge = ask.secret("GET", &format!("/charges/{id}"), "").ok();
    assert_eq!(
        (charge["status"].as_str(), charge["paid_at"].as_str()),
        (Some("successful"), Some(due.to_string().as_str()))
    );
}

#[test]
fn a_delayed_approval_can_be_late_or_replaced() {
    let mut ask = Ask::new();
    let (path, id) = authorize_path(&mut ask, "");
    ask.clock.advance_seconds(7 * 86_400 - 60);
    assert_eq!(post(&mut ask, &path, "outcome=slow&after=60", None).status, 303);
    ask.clock.advance_seconds(86_400);
    assert_eq!(status(&mut ask, &id).0, "expired");

    let (path, id) = authorize_path(&mut ask, "");
    assert_eq!(post(&mut ask, &path, "outcome=slow&after=60", None).status, 303);
    assert_eq!(post(&mut ask, &path, "outcome=declined", None).status, 303);
    ask.clock.advance_seconds(86_400);
    assert_eq!(status(&mut ask, &id).0, "failed");
    let late = post(&mut ask, &path, "outcome=slow&after=60", None);
    assert!(late.status == 200 && late.text.contains("Not paid"));
}

#[test]
fn timed_changes_happen_in_order() {
    let mut ask = Ask::new();
    authorize_path(&mut ask, "");
    ask.clock.advance_seconds(60);
    let (path, _) = authorize_path(&mut ask, "");
    ask.clock.advance_seconds(7 * 86_400 - 90);
    assert_eq!(post(&mut ask, &path, "outcome=slow&after=60", None).status, 303);
    ask.clock.advance_seconds(7 * 86_400);
    let events = ask.secret("GET", "/events?order=chronological", "").ok();
    let events: Vec<_> = events["data"].as_array().expect("a list").iter().collect();
    let told: Vec<_> = events.iter().map(|event| event["key"].as_str().expect("a key")).collect();
    assert_eq!(told, ["charge.create", "charge.create", "charge.expire", "charge.complete"]);
    let times: Vec<_> = events.iter().map(|event| event["created_at"].as_str().expect("a time")).collect();
    assert!(times.is_sorted(), "{times:?}");
}

#[test]
fn f38_the_merchants_texts_are_escaped() {
    let mut ask = Ask::new();
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
            let charge = ask.secret_json("POST", "/charges", &form.to_string()).ok();
            let path = charge["authorize_uri"].as_str().expect("an address").replace("http://localhost", "");
            for path in [path.clone(), path.replace("authorize", "summary")] {
                let page = get(&mut ask, &path).text;
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
    let mut ask = Ask::new();
    assert_eq!(get(&mut ask, "/payments/pay2_test_none/authorize").status, 404);
    let (path, _) = authorize_path(&mut ask, "");
    ask.clock.advance_seconds(8 * 86_400);
    assert!(get(&mut ask, &path).text.contains("expired"));
}

fn get_in(ask: &mut Ask, path: &str, languages: &str) -> Answered {
    let request = Request::get(path).header("accept-language", languages);
    ask.request(request.body(Full::default()).expect("a request"))
}

#[test]
fn pages_have_the_buyers_language() {
    let mut ask = Ask::new();
    let (path, _) = authorize_path(&mut ask, "Two+books");
    let phone = path.replace("authorize", "summary");
    for (languages, tag, title, approve) in [
        ("th-TH,th;q=0.9,en;q=0.8", "th", "ชำระเงิน SGD 1500.00", "ยืนยันการชำระเงิน"),
        ("ko", "ko", "SGD 1500.00 결제", "결제 승인"),
        ("de,en;q=0.5", "en", "Pay SGD 1500.00", "Approve the payment"),
        ("de", "en", "Pay SGD 1500.00", "Approve the payment"),
    ] {
        for path in [&path, &phone] {
            let page = get_in(&mut ask, path, languages);
            let action = format!("action=\"{path}?lang={tag}\"");
            for text in [&format!("<html lang=\"{tag}\">"), title, approve, &action, "Two books"] {
                assert!(page.text.contains(text), "{languages} {path} {text}");
            }
        }
        let missing = get_in(&mut ask, "/payments/pay2_test_none/authorize", languages);
        assert!(missing.status == 404 && missing.text.contains(&format!("<html lang=\"{tag}\">")));
    }
    // What was chosen on the page goes before what the browser likes, and what is no language does not.
    for (query, tag) in
        [("?lang=ko", "ko"), ("?lang=en", "en"), ("?lang=xx", "th"), ("?lang", "th"), ("?%", "th")]
    {
        let page = get_in(&mut ask, &format!("{path}{query}"), "th");
        assert!(page.text.contains(&format!("<html lang=\"{tag}\">")), "{query}");
        assert!(
            page.text
                .contains(&format!("href=\"?lang={tag}\" lang=\"{tag}\" hreflang=\"{tag}\" aria-current"))
        );
    }
}
