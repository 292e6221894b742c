//! The sandbox beside the tables: each exchange is played, and the response has the status, headers and members
//! that the service's has.

use kakaopay_pure_tests::tables::{Edition, Exchange, Expected, ObjectType, check};
use kakaopay_tests::sandbox_client::{Response, SandboxClient};
use kakaopay_types::ApiVersion;
use serde_json::{Map, Value, json};

/// A sandbox with something of each kind.
struct Stage {
    client: SandboxClient,
    /// The identifier that each name in braces stands for.
    ids: Vec<(&'static str, String)>,
}

impl Stage {
    fn new(version: ApiVersion) -> Self {
        let client = SandboxClient::new(version);
        let mut stage = Self { client, ids: Vec::new() };
        let refunded = stage.paid();
        let first = stage.refund(&refunded);
        stage.refund(&refunded);
        let other = stage.paid();
        let refund_event = stage.refund(&other).1;
        let expired = stage.ended("expire");
        let failed = stage.ended("mark_as_failed");
        let pending = stage.charge();
        let transaction =
            text(&stage.client.send("GET", &format!("/charges/{other}"), "").ok()["transaction"]);
        let source = json!({"amount": 100_000, "currency": "thb", "type": "kakaopay"}).to_string();
        let source = text(&stage.client.send("POST", "/sources", &source).ok()["id"]);
        // Last, so that the newest event is a charge's.
        let paid = stage.paid();
        let event = stage.newest_event();
        stage.ids = vec![
            ("{refunded}", refunded),
            ("{refund}", first.0),
            ("{refund event}", refund_event),
            ("{expired}", expired),
            ("{failed}", failed),
            ("{pending}", pending),
            ("{transaction}", transaction),
            ("{source}", source),
            ("{paid}", paid),
            ("{event}", event),
        ];
        stage
    }

    /// The id of a new charge.
    fn charge(&self) -> String {
        self.client.clock.advance_seconds(1);
        let charge = json!({
            "amount": 50_000,
            "currency": "thb",
            "return_uri": "https://shop.example",
            "source": {"type": "kakaopay"},
            "metadata": {"shelf": "adventures"},
        });
        text(&self.client.send("POST", "/charges", &charge.to_string()).ok()["id"])
    }

    /// The id of a new charge that ended.
    fn ended(&self, how: &str) -> String {
        let id = self.charge();
        let _ = self.client.send("POST", &format!("/charges/{id}/{how}"), "").ok();
        id
    }

    fn paid(&self) -> String {
        self.ended("mark_as_paid")
    }

    /// The ids of a new refund of a part of a charge and of its event.
    fn refund(&self, charge: &str) -> (String, String) {
        let refund =
            self.client.send("POST", &format!("/charges/{charge}/refunds"), r#"{"amount": 10000}"#).ok();
        (text(&refund["id"]), self.newest_event())
    }

    fn newest_event(&self) -> String {
        let events = self.client.send("GET", "/events?order=reverse_chronological&limit=1", "").ok();
        text(&events["data"][0]["id"])
    }

    fn with_ids(&self, text: &str) -> String {
        self.ids.iter().fold(text.to_owned(), |text, (name, id)| text.replace(name, id))
    }

    fn play(&self, exchange: &Exchange, end: &str) -> Response {
        let path = format!("{}{end}", self.with_ids(&exchange.path));
        self.client.send(&exchange.method, &path, &self.with_ids(&exchange.body))
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

/// The version of an exchange, and the tables of the sandbox's responses.
fn version_of(exchange: &Exchange) -> (ApiVersion, Edition) {
    match exchange.version.as_str() {
        "2017-11-02" => (ApiVersion::V2017_11_02, Edition::V2017In2017),
        "2019-05-29" => (ApiVersion::V2019_05_29, Edition::V2019),
        other => panic!("the sandbox has no version {other}"),
    }
}

/// The ends of an exchange's path: clients write a question mark without a query, too.
fn ends(exchange: &Exchange) -> &'static [&'static str] {
    if exchange.path.contains('?') { &[""] } else { &["", "?"] }
}

fn check_headers(exchange: &Exchange, response: &Response) {
    assert_eq!(response.headers["content-type"], "application/json; charset=utf-8", "{exchange:?}");
    assert_eq!(response.headers["cache-control"], "no-cache, no-store", "{exchange:?}");
    // An error names no version.
    let version = response.headers.get("omise-version").map(|value| value.to_str().expect("text"));
    assert_eq!(version, (exchange.status == 200).then_some(exchange.version.as_str()), "{exchange:?}");
}

fn check_error(edition: Edition, exchange: &Exchange, body: &Value, code: &str, mentions: &[String]) {
    assert_eq!(check(edition, &ObjectType::parse("error"), body), [""; 0], "{exchange:?}");
    assert_eq!(body["code"], code, "{exchange:?}");
    let location = format!("https://www.omise.co/api-errors#{}", code.replace('_', "-"));
    assert_eq!(body["location"], location, "{exchange:?}");
    assert!(!mentions.is_empty(), "{exchange:?}");
    let mut rest = body["message"].as_str().expect("text");
    for words in mentions {
        let (_, after) = rest.split_once(words.as_str()).unwrap_or_else(|| panic!("{body}: no {words}"));
        rest = after;
    }
}

#[test]
fn each_response_is_as_the_tables_have_it() {
    let mut objects = std::collections::BTreeSet::new();
    for exchange in Exchange::all().iter().filter(|exchange| exchange.refused.is_none()) {
        let (version, edition) = version_of(exchange);
        for end in ends(exchange) {
            let response = Stage::new(version).play(exchange, end);
            assert_eq!(response.status, exchange.status, "{exchange:?}: {}", response.text);
            check_headers(exchange, &response);
            let body = response.json();
            match &exchange.response {
                Expected::Object(object) => {
                    assert_eq!(check(edition, object, &body), [""; 0], "{exchange:?}");
                    objects.insert((edition, object.name.clone()));
                }
                Expected::Error { code, mentions } => check_error(edition, exchange, &body, code, mentions),
            }
        }
    }
    // Each object that can be asked for was.
    for edition in [Edition::V2017In2017, Edition::V2019] {
        for table in edition.tables() {
            let is_inside = ["dispute", "error", "inner_list", "payment_method", "webhook_delivery"];
            let was_asked = objects.contains(&(edition, table.to_owned()));
            assert_ne!(was_asked, is_inside.contains(&table), "{} {table}", edition.name());
        }
    }
}

/// Requests for methods other than KakaoPay.
#[test]
fn requests_for_other_methods_are_refused() {
    let refused: Vec<_> = Exchange::all().into_iter().filter(|exchange| exchange.refused.is_some()).collect();
    assert!(refused.len() >= 15, "{}", refused.len());
    for exchange in refused {
        let (version, edition) = version_of(&exchange);
        for end in ends(&exchange) {
            let response = Stage::new(version).play(&exchange, end);
            assert!([400, 404].contains(&response.status), "{exchange:?}: {}", response.text);
            assert_eq!(
                check(edition, &ObjectType::parse("error"), &response.json()),
                [""; 0],
                "{exchange:?}"
            );
            // An exchange that succeeds has no reason to be refused.
            let code = match &exchange.response {
                Expected::Error { code, .. } => code.as_str(),
                Expected::Object(_) => "",
            };
            assert_ne!(response.json()["code"], code, "{exchange:?}");
        }
    }
}

/// The service has a text there in both versions. As soon as the sandbox has, an exchange of the table says so.
#[test]
fn a_search_without_words_has_no_query_in_2019_05_29() {
    let body = Stage::new(ApiVersion::V2019_05_29).client.send("GET", "/search?scope=charge", "").ok();
    let findings = check(Edition::V2019, &ObjectType::parse("search of charge"), &body);
    assert_eq!(findings, ["search.query: is null"]);
}

/// The guide's sample is of 2023; members that came later are passed over.
#[test]
fn the_guides_samples_are_older_bodies_of_the_current_version() {
    use kakaopay_pure_tests::guide;
    use kakaopay_pure_tests::tables::Variation;

    for (table, sample) in [("charge", guide::CHARGE), ("source", guide::SOURCE)] {
        let sample: Value = serde_json::from_str(sample).expect("JSON");
        let made = Edition::V2019.body(&ObjectType::parse(table), &Variation::AsOf(2023));
        let names = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&made), names(&sample));
        assert_eq!(check(Edition::V2019, &ObjectType::parse(table), &sample), [""; 0]);
    }
}

/// In 2017-11-02 the service writes more members today than in 2017. As soon as the sandbox does, the tables of
/// 2017 go.
#[test]
fn the_sandbox_writes_2017_11_02_as_in_2017() {
    let stage = Stage::new(ApiVersion::V2017_11_02);
    for (path, object) in [
        ("/charges/{paid}", "charge"),
        ("/charges/{refunded}/refunds/{refund}", "refund"),
        ("/sources/{source}", "source"),
        ("/events/{event}", "event of charge"),
        ("/charges", "list of charge"),
        ("/search?scope=charge", "search of charge"),
        ("/account", "account"),
        ("/transactions/{transaction}", "transaction"),
    ] {
        let body = stage.client.send("GET", &stage.with_ids(path), "").ok();
        assert_ne!(check(Edition::V2017, &ObjectType::parse(object), &body), [""; 0], "{path}");
    }
}

/// Returns the findings of the check in an altered response of 2019-05-29.
fn findings(path: &str, object: &str, alter: impl FnOnce(&mut Map<String, Value>)) -> Vec<String> {
    let stage = Stage::new(ApiVersion::V2019_05_29);
    let mut body = stage.client.send("GET", &stage.with_ids(path), "").ok();
    alter(body.as_object_mut().expect("an object"));
    check(Edition::V2019, &ObjectType::parse(object), &body)
}

#[test]
fn the_check_finds_a_value_that_differs() {
    for (name, value, finding) in [
        ("mood", json!(1), "source.mood: is in no table"),
        ("ip", json!("::1"), "source.ip: take its mark off the table"),
        ("flow", Value::Null, "source.flow: is null"),
        ("email", json!("a"), "source.email: is \"a\""),
        ("absorption_type", json!("a"), "source.absorption_type: is \"a\""),
        ("amount", json!(1.5), "source.amount: 1.5 is no Integer"),
        ("currency", json!("thb"), "source.currency: \"thb\" is no UpperCurrency"),
        ("created_at", json!("now"), "source.created_at: \"now\" is no Time"),
        ("object", json!("charge"), "source.object: is \"charge\""),
    ] {
        let set = |source: &mut Map<String, Value>| drop(source.insert(name.to_owned(), value));
        assert_eq!(findings("/sources/{source}", "source", set), [finding]);
    }
    let found = findings("/charges/{paid}", "charge", |charge| charge["source"] = Value::Null);
    assert_eq!(found, ["charge.source: is null"]);
    let found = findings("/charges/{paid}", "charge", |it| it["transaction_fees"]["fee_rate"] = json!(2.9));
    assert_eq!(found, ["charge.transaction_fees.fee_rate: 2.9 is no Text"]);
    let second = |charge: &mut Map<String, Value>| charge["refunds"]["data"][1]["amount"] = Value::Null;
    let found = findings("/charges/{refunded}", "charge", second);
    assert_eq!(found, ["charge.refunds.data[].amount: is null"]);
    let found = findings("/search?query=adventures&scope=charge", "search of nothing", |_| ());
    assert_eq!(found, ["search.data: something is in it"]);
}

#[test]
fn the_check_finds_a_member_that_lacks_or_stands_elsewhere() {
    let found = findings("/sources/{source}", "source", |source| drop(source.shift_remove("bank")));
    assert_eq!(found, ["source.bank: is not there"]);
    let found = findings("/charges/{paid}", "charge", |charge| {
        charge["source"].as_object_mut().expect("an object").shift_remove("id");
    });
    assert_eq!(found, ["charge.source.id: is not there"]);
    let found = findings("/account", "account", |account| {
        let team = account.shift_remove("team").expect("the member");
        account.insert("team".to_owned(), team);
    });
    assert!(matches!(&found[..], [order] if order.starts_with("account: the order is")), "{found:?}");
    // A mark is taken off as soon as the member stands where the service has it.
    let found = findings("/search?query=zebra&scope=charge", "search of nothing", |search| {
        let export = search.shift_remove("export").expect("the member");
        search.shift_insert(1, "export".to_owned(), export);
    });
    assert_eq!(found, ["search: all stand in their places: take the marks off the table"]);
}
