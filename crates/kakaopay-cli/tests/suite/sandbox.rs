//! `kakaopay sandbox` as a user runs it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// A sandbox that is killed when the test ends.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a sandbox and returns its first line.
fn serve(arguments: &[&str]) -> (Served, String) {
    let child = Command::new(env!("CARGO_BIN_EXE_kakaopay"))
        .arg("sandbox")
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut served = Served(child);
    let mut line = String::new();
    let stdout = served.0.stdout.as_mut().expect("piped");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    (served, line)
}

/// Sends a form as curl does and returns the whole response.
fn post(url: &str, path: &str, key: &str, form: &str) -> String {
    send("POST", url, path, key, form)
}

fn get(url: &str, path: &str, key: &str) -> String {
    send("GET", url, path, key, "")
}

fn send(method: &str, url: &str, path: &str, key: &str, form: &str) -> String {
    let host = url.strip_prefix("http://").expect("plain http");
    let user = STANDARD.encode(format!("{key}:"));
    let mut stream = TcpStream::connect(host).expect("connected");
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic {user}\r\nAccept: */*\r\nContent-Length: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n{form}",
        form.len(),
    )
    .expect("sent");
    let mut response = String::new();
    stream.read_to_string(&mut response).expect("a response");
    response
}

#[test]
fn the_first_line_has_url_and_keys() {
    let (_served, line) = serve(&["--json"]);
    let members: Value = serde_json::from_str(&line).expect("one object");
    let text = |name: &str| members[name].as_str().expect("text").to_owned();
    assert_eq!(members.as_object().map(serde_json::Map::len), Some(4));
    assert_eq!(STANDARD.decode(text("webhook_secret")).map(|secret| secret.len()), Ok(32));

    let source = "amount=150000&currency=SGD&type=kakaopay&platform_type=WEB";
    let response = post(&text("url"), "/sources", &text("public_key"), source);
    assert!(response.starts_with("HTTP/1.1 200 OK"), "{response}");
    // The payment page has the same host.
    let charge = "amount=150000&currency=SGD&return_uri=https://example.com&source[type]=kakaopay";
    let response = post(&text("url"), "/charges", &text("secret_key"), charge);
    assert!(
        response.contains(&format!("\"authorize_uri\": \"{}/payments/pay2_test_", text("url"))),
        "{response}"
    );
    let response = post(&text("url"), "/charges", "skey_test_wrong", charge);
    assert!(
        response.starts_with("HTTP/1.1 401") && response.contains("authentication_failure"),
        "{response}"
    );
}

/// Parses the first line: URL, secret key, and everything but the URL.
fn connection(line: &str) -> (String, String, Value) {
    let mut members: Value = serde_json::from_str(line).expect("one object");
    let url = members["url"].take().as_str().expect("a URL").to_owned();
    (url, members["secret_key"].as_str().expect("a key").to_owned(), members)
}

/// Stops a sandbox as a service manager does, and waits for its exit.
#[cfg(unix)]
fn terminate(mut served: Served) {
    let signalled =
        Command::new("kill").arg("-TERM").arg(served.0.id().to_string()).status().expect("kill runs");
    assert!(signalled.success());
    let ended = served.0.wait().expect("ended");
    assert!(ended.success(), "{ended}");
}

#[cfg(unix)]
#[test]
fn f09_a_state_file_keeps_a_sandbox_between_runs() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("state.json");
    let arguments = ["--json", "--state", file.to_str().expect("text")];
    let charge = "amount=150000&currency=SGD&return_uri=https://example.com&source[type]=kakaopay";
    let mut before = None;
    for made in 1..=3 {
        let (served, line) = serve(&arguments);
        let (url, key, keys) = connection(&line);
        assert_eq!(before.get_or_insert_with(|| keys.clone()), &keys);
        let response = post(&url, "/charges", &key, charge);
        assert!(response.starts_with("HTTP/1.1 200 OK"), "{response}");
        terminate(served);
        let (served, line) = serve(&arguments);
        let (url, key, _) = connection(&line);
        let list = get(&url, "/charges", &key);
        assert!(list.contains(&format!("\"total\": {made},")), "{list}");
        drop(served);
    }
}

/// The number of charges in a state file.
fn charges_in(file: &std::path::Path) -> usize {
    let json: Value = serde_json::from_slice(&std::fs::read(file).expect("read")).expect("a whole file");
    json["current"]["charges"].as_array().expect("a list").len()
}

#[test]
fn f09_a_killed_sandbox_continues_from_its_state_file() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("state.json");
    let arguments = ["--json", "--state", file.to_str().expect("text")];
    let charge = "amount=150000&currency=SGD&return_uri=https://example.com&source[type]=kakaopay";
    let (mut served, line) = serve(&arguments);
    let (url, key, keys) = connection(&line);
    for made in 1..=3 {
        let response = post(&url, "/charges", &key, charge);
        assert!(response.starts_with("HTTP/1.1 200 OK"), "{response}");
        // Each iteration sends a request, which takes a fraction of a millisecond at least.
        let stored = (0..100_000).any(|_| {
            get(&url, "/_sandbox/clock", &key);
            charges_in(&file) == made
        });
        assert!(stored, "{made}");
    }
    // This one may be lost: the kill follows within a second.
    post(&url, "/charges", &key, charge);
    served.0.kill().expect("killed");
    served.0.wait().expect("ended");
    let (_served, line) = serve(&arguments);
    let (url, key, again) = connection(&line);
    assert_eq!(again, keys);
    let list = get(&url, "/charges", &key);
    assert!(list.contains("\"total\": 3,") || list.contains("\"total\": 4,"), "{list}");
}

#[test]
fn a_state_file_in_use_or_of_another_format_is_rejected() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("state.json");
    let (_served, line) = serve(&["--json", "--state", file.to_str().expect("text")]);
    assert!(line.contains("secret_key"), "{line}");
    let other = dir.path().join("other");
    std::fs::write(&other, "a text").expect("written");
    for (file, problem) in [(&file, "is used by another sandbox"), (&other, "is not a sandbox state file")] {
        let output = Command::new(env!("CARGO_BIN_EXE_kakaopay"))
            .arg("sandbox")
            .arg("--state")
            .arg(file)
            .output()
            .expect("it runs");
        let message = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(message.contains(problem) && message.contains(file.to_str().expect("text")), "{message}");
    }
    assert_eq!(std::fs::read(&other).expect("read"), b"a text");
}

#[test]
fn without_json_the_first_line_is_text() {
    let (_served, line) = serve(&[]);
    assert!(line.starts_with("The sandbox is at http://127.0.0.1:"), "{line}");
}

#[test]
fn keys_and_secrets_are_options() {
    let (_served, line) = serve(&[
        "--json",
        "--public-key",
        "pkey_test_mine",
        "--secret-key",
        "skey_test_mine",
        "--webhook-secret",
        "c2VjcmV0",
        "--webhook-url",
        "http://127.0.0.1:1/webhooks",
    ]);
    let members: Value = serde_json::from_str(&line).expect("one object");
    assert_eq!(
        (&members["public_key"], &members["secret_key"], &members["webhook_secret"]),
        (&"pkey_test_mine".into(), &"skey_test_mine".into(), &"c2VjcmV0".into()),
    );
}

#[test]
fn seed_clock_and_fault_rules_are_options() {
    let arguments = [
        "--json",
        "--seed",
        "7",
        "--clock",
        "2024-02-29T12:00:00Z",
        "--freeze-clock",
        "--fault",
        "status=503@charges.create:nth=1",
    ];
    let (_served, line) = serve(&arguments);
    let (_other, again) = serve(&arguments);
    let ((url, key, members), (_, _, again)) = (connection(&line), connection(&again));
    assert_eq!(members, again);
    let charge = "amount=150000&currency=SGD&return_uri=https://example.com&source[type]=kakaopay";
    let response = post(&url, "/charges", &key, charge);
    assert!(response.starts_with("HTTP/1.1 503"), "{response}");
    let response = post(&url, "/charges", &key, charge);
    assert!(response.contains("\"created_at\": \"2024-02-29T12:00:00Z\""), "{response}");
}

/// Returns `/_sandbox/clock` of a sandbox.
fn clock_of(url: &str, key: &str) -> Value {
    let response = get(url, "/_sandbox/clock", key);
    let (_, body) = response.split_once("\r\n\r\n").expect("a head");
    serde_json::from_str(body).expect("an object")
}

#[test]
fn clock_flags_set_time_and_speed_independently() {
    const START: &str = "2024-02-29T12:00:00Z";
    for (arguments, begins_with, frozen, speed) in [
        (&[][..], "20", false, 1),
        (&["--clock", START], "2024-02-29T", false, 1),
        (&["--freeze-clock"], "20", true, 0),
        (&["--clock", START, "--freeze-clock"], START, true, 0),
        (&["--clock-speed", "60"], "20", false, 60),
        (&["--clock", START, "--clock-speed", "2"], "2024-02-29T", false, 2),
    ] {
        let (_served, line) = serve(&[&["--json"], arguments].concat());
        let (url, key, _) = connection(&line);
        let clock = clock_of(&url, &key);
        assert!(clock["now"].as_str().expect("a moment").starts_with(begins_with), "{arguments:?}: {clock}");
        assert_eq!((&clock["frozen"], &clock["speed"]), (&frozen.into(), &speed.into()), "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn clock_speed_keeps_the_time_of_the_state_file() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("state.json");
    let state = ["--json", "--state", file.to_str().expect("text")];
    let (served, _) = serve(&[&state[..], &["--clock", "2024-02-29T12:00:00Z", "--freeze-clock"]].concat());
    terminate(served);
    let (served, line) = serve(&[&state[..], &["--clock-speed", "2"]].concat());
    let (url, key, _) = connection(&line);
    let clock = clock_of(&url, &key);
    assert!(clock["now"].as_str().is_some_and(|now| now.starts_with("2024-02-29T")), "{clock}");
    assert_eq!(clock["speed"], 2);
    terminate(served);
}

#[test]
fn http_return_uris_need_an_allowed_host() {
    let (_served, line) = serve(&[
        "--json",
        "--allow-http-return-host",
        "127.0.0.1",
        "localhost:3000",
        "--allow-http-return-host",
        "shop.test",
    ]);
    let (url, key, _) = connection(&line);
    for (uri, status) in [
        ("http://127.0.0.1:8080/done", 200),
        ("http://localhost:3000/done", 200),
        ("http://localhost:3001/done", 400),
        ("http://shop.test/done", 200),
        ("http://example.com/done", 400),
        ("https://example.com/done", 200),
    ] {
        let form = format!("amount=150000&currency=SGD&source[type]=kakaopay&return_uri={uri}");
        let response = post(&url, "/charges", &key, &form);
        assert!(response.starts_with(&format!("HTTP/1.1 {status} ")), "{uri}: {response}");
    }
}

/// Runs a sandbox that must reject its arguments, and returns its message.
#[track_caller]
fn rejected(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_kakaopay"))
        .arg("sandbox")
        .args(arguments)
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).expect("text")
}

#[test]
fn an_invalid_value_is_reported_with_the_expected_form() {
    const SCHEDULES: &str = "expected one of on, lost, or a comma-separated list of delay=SECONDS, duplicate=N, \
                             reorder=N, unsigned and stale=SECONDS";
    const SPEEDS: &str = "expected a whole number from 1 to 86400";
    for (flag, value, expected) in [
        ("--webhook-delivery <SCHEDULE>", "off", SCHEDULES),
        ("--webhook-delivery <SCHEDULE>", "delay", SCHEDULES),
        ("--clock-speed <N>", "0", SPEEDS),
        ("--clock-speed <N>", "86401", SPEEDS),
        ("--clock-speed <N>", "fast", SPEEDS),
        ("--clock <TIME>", "frozen", "not an RFC 3339 datetime"),
        ("--clock <TIME>", "2024-02-29T12:00:00Z,rate=60", "not an RFC 3339 datetime"),
        ("--api-version <VERSION>", "2015", "an API version is 2017-11-02 or 2019-05-29"),
        ("--fault <RULE>", "html@x", "no such operation"),
        ("--allow-webhook-host <HOST[:PORT]>", "shop/", "expected one such as shop.test"),
        ("--allow-webhook-host <HOST[:PORT]>", "169.254.169.254", "webhooks to link-local"),
        ("--allow-http-return-host <HOST>...", "http://shop.test", "expected one such as 127.0.0.1"),
        ("--addr <ADDR>", "here", "invalid socket address syntax"),
    ] {
        let name = flag.split(' ').next().expect("a name");
        let message = rejected(&[name, value]);
        let expected = format!("error: invalid value '{value}' for '{flag}': {expected}");
        assert!(message.starts_with(&expected), "{message}");
    }
    let message = rejected(&["--freeze-clock", "--clock-speed", "60"]);
    assert!(message.contains("cannot be used with"), "{message}");
    for old in ["--webhooks=lost", "--allow-http-return-hosts", "--local-return-uris"] {
        assert!(rejected(&[old]).starts_with("error: unexpected argument"), "{old}");
    }
}

#[test]
fn i7_an_invalid_secret_is_not_repeated() {
    for arguments in [
        &["--secret-key", "canary"][..],
        &["--secret-key", "skey_canary"],
        &["--public-key", "skey_test_canary"],
        &["--webhook-secret", "canary!"],
        &["--webhook-url", "http://canary.example/"],
        &["--allow-webhook-host", "127.0.0.2", "--webhook-url", "http://canary.example/"],
    ] {
        let message = rejected(arguments);
        assert!(message.starts_with("error: invalid value for '--"), "{message}");
        assert!(!message.contains("canary"), "{message}");
    }
}

#[test]
fn an_address_in_use_is_reported() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_kakaopay"))
        .args(["sandbox", "--addr", &address])
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).expect("text").contains(&address));
}
