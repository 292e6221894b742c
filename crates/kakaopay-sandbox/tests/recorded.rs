//! The sandbox beside the real test API: every exchange that was recorded is played again, and both answers
//! have the same members in the same order, of the same types, with the same status and the same refusals.

mod common;

use common::{Answered, Ask};
use serde_json::{Value, json};

/// Exchanges recorded from the real test API, most of them in API version 2017-11-02.
const RECORDED: &str = include_str!("data/recorded_exchanges.jsonl");

/// An exchange, by its lines in the recording, and how it is played.
struct Play {
    lines: &'static [usize],
    /// What the sandbox cannot have: members that are `null` on one side alone, or of another kind, each with
    /// its path.
    differences: &'static [&'static str],
    how: How,
}

#[derive(Clone, Copy)]
enum How {
    /// As it was recorded, with identifiers that the sandbox has.
    AsRecorded,
    /// As it was recorded, but for a KakaoPay source, since there are no others.
    ForKakaoPay,
    /// In the current version: the body is its, though the headers beside it name the older one. They are
    /// another exchange's, down to its length. Members that came later are passed over.
    Current,
}

/// What a card's charge has and a wallet's has not, and the other way round.
const CARD: &[&str] = &["card", "source", "return_uri", "reference", "authorize_uri"];
const CARDS: &[&str] =
    &["data[].card", "data[].source", "data[].return_uri", "data[].reference", "data[].authorize_uri"];

const PLAYED: &[Play] = &[
    Play { lines: &[1], differences: CARDS, how: How::AsRecorded },
    Play { lines: &[2, 8], differences: &[], how: How::AsRecorded },
    Play {
        lines: &[3],
        differences: &[
            "data[].card",
            "data[].source",
            "data[].return_uri",
            "data[].reference",
            "data[].authorize_uri",
            "data[].customer",
        ],
        how: How::AsRecorded,
    },
    // What these look for does not exist in an account that does nothing but KakaoPay.
    Play { lines: &[4, 5, 7], differences: &[], how: How::AsRecorded },
    Play {
        lines: &[6],
        differences: &[
            "data[].data.card",
            "data[].data.source",
            "data[].data.return_uri",
            "data[].data.reference",
            "data[].data.authorize_uri",
        ],
        how: How::AsRecorded,
    },
    Play { lines: &[12, 13, 14, 35, 36, 37], differences: &[], how: How::AsRecorded },
    Play { lines: &[15, 47], differences: &[], how: How::AsRecorded },
    Play { lines: &[18, 20, 40, 42], differences: &[], how: How::AsRecorded },
    Play { lines: &[19, 41], differences: CARD, how: How::AsRecorded },
    Play { lines: &[21, 43], differences: &[], how: How::AsRecorded },
    // The event tells of a dispute, which no wallet's charge has.
    Play { lines: &[23, 46], differences: &["data"], how: How::AsRecorded },
    Play { lines: &[24, 25, 26, 48, 49, 50], differences: &[], how: How::AsRecorded },
    Play { lines: &[27, 51], differences: &[], how: How::ForKakaoPay },
    // The first method there is a card.
    Play { lines: &[28], differences: &["payment_methods[].card_brands"], how: How::Current },
    // A source of another method, with a code to scan.
    Play { lines: &[29], differences: &["scannable_code"], how: How::Current },
    Play { lines: &[30, 45, 52], differences: CARD, how: How::AsRecorded },
];

/// What is not played, and why.
const NOT_SERVED: &[(&[usize], &str)] = &[
    (&[0], "schedules charge cards again and again, which KakaoPay does not do"),
    (&[9, 31, 32], "only a card that was authorised is captured"),
    (&[10, 11, 33, 34], "customers keep cards"),
    (&[16, 38], "a charge of a card"),
    (&[17, 39], "a token stands for a card"),
    (&[22, 44], "only a card that was authorised is reversed"),
];

/// A sandbox with something of each kind, and the identifiers of what was recorded stand for.
struct Stage {
    ask: Ask,
    ids: Vec<(&'static str, String)>,
}

impl Stage {
    fn new() -> Self {
        let mut ask = Ask::of_2017();
        let (first, second) = (paid(&mut ask), paid(&mut ask));
        let refunded = refunded(&mut ask, &first);
        self::refunded(&mut ask, &first);
        self::refunded(&mut ask, &second);
        // Last, so that the newest event is a charge's, as in the recording.
        let plain = paid(&mut ask);
        let source = "amount=100000&currency=thb&type=kakaopay";
        let source = text(&ask.public("POST", "/sources", source).ok()["id"]);
        let event = ask.sandbox.events()[0].0.as_str().to_owned();
        let ids = vec![
            ("chrg_test_59use551gec8gaockk7", first),
            ("rfnd_test_59uss4fpv3otofm2ri1", refunded),
            ("chrg_test_59ur0ja5pn1aywe2czq", plain.clone()),
            ("chrg_test_556qgv7yxa759kavn8v", plain),
            ("src_test_59vbms154ab4pe4jh2i", source.clone()),
            ("src_test_5mkpd5uqxnnqw4p411c", source),
            ("evnt_test_59uuaz7nvrjsq35qh5c", event),
        ];
        Self { ask, ids }
    }

    fn play(&mut self, exchange: &Value, how: How) -> Answered {
        let with_own = |recorded: &str| {
            self.ids.iter().fold(recorded.to_owned(), |text, (theirs, own)| text.replace(theirs, own))
        };
        let method = text(&exchange["method"]).to_uppercase();
        let path = with_own(text(&exchange["url"]).trim_start_matches("https://api.omise.co"));
        let mut body = with_own(&text(&exchange["request_body"]));
        if matches!(how, How::ForKakaoPay) {
            let mut members: Value = serde_json::from_str(&body).expect("JSON");
            members["type"] = "kakaopay".into();
            body = members.to_string();
        }
        let version = if matches!(how, How::Current) { "2019-05-29" } else { "2017-11-02" };
        self.ask.with_headers(&method, &path, &body, &[("omise-version", version)])
    }
}

/// The id of a new charge that was paid.
fn paid(ask: &mut Ask) -> String {
    ask.clock.advance_seconds(1);
    let form =
        "amount=50000&currency=thb&return_uri=https://example.com&source[type]=kakaopay&metadata[a]=adele";
    let id = text(&ask.secret("POST", "/charges", form).ok()["id"]);
    ask.secret("POST", &format!("/charges/{id}/mark_as_paid"), "").ok();
    id
}

/// The id of a new refund of a part of a charge.
fn refunded(ask: &mut Ask, charge: &str) -> String {
    text(&ask.secret("POST", &format!("/charges/{charge}/refunds"), "amount=10000").ok()["id"])
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

fn exchanges() -> Vec<Value> {
    RECORDED.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// How two answers differ. A difference is written as the path of a member and what is there.
fn compare(path: &str, recorded: &Value, own: &Value, how: How, findings: &mut Vec<String>) {
    match (recorded, own) {
        (Value::Object(theirs), Value::Object(ours)) => {
            let names: Vec<_> = theirs.keys().collect();
            let newer = matches!(how, How::Current);
            let known: Vec<_> = ours.keys().filter(|name| !newer || theirs.contains_key(*name)).collect();
            if names != known {
                findings.push(format!("{path}: members {known:?} and not {names:?}"));
            }
            for (name, theirs) in theirs.iter().filter(|(name, _)| *name != "metadata" && *name != "filters")
            {
                let dot = if path.is_empty() { "" } else { "." };
                if let Some(ours) = ours.get(name) {
                    compare(&format!("{path}{dot}{name}"), theirs, ours, how, findings);
                }
            }
        }
        (Value::Array(theirs), Value::Array(ours)) => {
            if let (Some(theirs), Some(ours)) = (theirs.first(), ours.first()) {
                compare(&format!("{path}[]"), theirs, ours, how, findings);
            }
        }
        (theirs, ours) if kind(theirs) != kind(ours) => {
            findings.push(format!("{path}: {} and not {}", kind(ours), kind(theirs)));
        }
        _ => {}
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

/// Plays an exchange, and gives the paths that differ.
fn differences(line: usize, exchange: &Value, play: &Play) -> Vec<String> {
    let answer = Stage::new().play(exchange, play.how);
    let recorded: Value = serde_json::from_str(&text(&exchange["response_body"])).expect("JSON");
    assert_eq!(json!(answer.status), exchange["status"], "line {line}: {}", answer.text);
    let headers = &exchange["response_headers"];
    for name in ["Content-Type", "Cache-Control"] {
        assert_eq!(answer.headers[name], text(&headers[name]), "line {line}: {name}");
    }
    if !matches!(play.how, How::Current) {
        let version = answer.headers.get("omise-version").map(|value| value.to_str().expect("text"));
        assert_eq!(version, headers["Omise-Version"].as_str(), "line {line}: version");
    }
    let own = answer.json();
    if recorded["object"] == "error" {
        // A refusal is the same in every letter.
        assert_eq!(own, recorded, "line {line}");
    }
    let mut findings = Vec::new();
    compare("", &recorded, &own, play.how, &mut findings);
    findings
}

#[test]
fn every_recorded_exchange_is_answered_alike() {
    let exchanges = exchanges();
    for play in PLAYED {
        let mut seen = Vec::new();
        for &line in play.lines {
            let findings = differences(line, &exchanges[line], play);
            for finding in findings {
                let path = finding.split(':').next().unwrap_or_default();
                let below = |known: &str| path.strip_prefix(known).is_some_and(|rest| rest.starts_with('.'));
                let known = play.differences.iter().find(|known| path == **known || below(known));
                seen.push(*known.unwrap_or_else(|| panic!("line {line}: {finding}")));
            }
        }
        for expected in play.differences {
            assert!(seen.contains(expected), "{expected} is alike in {:?}", play.lines);
        }
    }
}

#[test]
fn what_is_not_played_has_its_reason() {
    let played = PLAYED.iter().flat_map(|play| play.lines);
    let left_out = NOT_SERVED.iter().flat_map(|(lines, reason)| {
        assert!(!reason.is_empty());
        *lines
    });
    let mut lines: Vec<usize> = played.chain(left_out).copied().collect();
    lines.sort_unstable();
    assert_eq!(lines, (0..exchanges().len()).collect::<Vec<_>>());
}

#[test]
fn what_is_not_served_is_refused_as_the_service_would() {
    let exchanges = exchanges();
    for line in NOT_SERVED.iter().flat_map(|(lines, _)| *lines) {
        let answer = Stage::new().play(&exchanges[*line], How::AsRecorded);
        let error = answer.json();
        assert_eq!(error["object"], "error", "line {line}");
        assert!([400, 404].contains(&answer.status), "line {line}: {}", answer.text);
    }
}
