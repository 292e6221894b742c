//! `kakaopay sandbox` as a user runs it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// A sandbox that is ended when the test is.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a sandbox and gives its first line.
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

/// Sends a form as curl does and gives the whole answer.
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
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    answer
}

#[test]
fn the_first_line_tells_where_and_with_which_keys() {
    let (_served, line) = serve(&["--json"]);
    let told: Value = serde_json::from_str(&line).expect("one object");
    let text = |name: &str| told[name].as_str().expect("text").to_owned();
    assert_eq!(told.as_object().map(serde_json::Map::len), Some(4));
    assert_eq!(STANDARD.decode(text("webhook_secret")).map(|secret| secret.len()), Ok(32));

    let source = "amount=150000&currency=SGD&type=kakaopay&platform_type=WEB";
    let answer = post(&text("url"), "/sources", &text("public_key"), source);
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    // The page is where the sandbox is.
    let charge = "amount=150000&currency=SGD&return_uri=https://example.com&source[type]=kakaopay";
    let answer = post(&text("url"), "/charges", &text("secret_key"), charge);
    assert!(
        answer.contains(&format!("\"authorize_uri\": \"{}/payments/pay2_test_", text("url"))),
        "{answer}"
    );
    let answer = post(&text("url"), "/charges", "skey_test_wrong", charge);
    assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("authentication_failure"), "{answer}");
}

/// The sandbox's own description, without its address.
fn told(line: &str) -> (String, String, Value) {
    let mut told: Value = serde_json::from_str(line).expect("one object");
    let url = told["url"].take().as_str().expect("a URL").to_owned();
    (url, told["secret_key"].as_str().expect("a key").to_owned(), told)
}

/// Ends a sandbox as Ctrl-C or a service manager does, and waits for it.
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
fn f09_a_sandbox_with_a_state_file_goes_on_where_it_ended() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("state.json");
    let arguments = ["--json", "--state", file.to_str().expect("text")];
    let charge = "amount=150000&currency=SGD&return_uri=https://example.com&source[type]=kakaopay";
    let mut before = None;
    for made in 1..=3 {
        let (served, line) = serve(&arguments);
        let (url, key, keys) = told(&line);
        assert_eq!(before.get_or_insert_with(|| keys.clone()), &keys);
        let answer = post(&url, "/charges", &key, charge);
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        terminate(served);
        let (served, line) = serve(&arguments);
        let (url, key, _) = told(&line);
        let list = get(&url, "/charges", &key);
        assert!(list.contains(&format!("\"total\": {made},")), "{list}");
        drop(served);
    }
}

/// The number of charges in a state file.
fn charges_in(file: &std::path::Path) -> usize {
    let json: Value = serde_json::from_slice(&std::fs::read(file).expect("read")).expect("never half of it");
    json["current"]["charges"].as_array().expect("a list").len()
}

#[test]
fn f09_a_killed_sandbox_goes_on_from_what_its_file_has() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("state.json");
    let arguments = ["--json", "--state", file.to_str().expect("text")];
    let charge = "amount=150000&currency=SGD&return_uri=https://example.com&source[type]=kakaopay";
    let (mut served, line) = serve(&arguments);
    let (url, key, keys) = told(&line);
    for made in 1..=3 {
        let answer = post(&url, "/charges", &key, charge);
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        // Each look is a request, which takes a part of a millisecond at least.
        let stored = (0..100_000).any(|_| {
            get(&url, "/_sandbox/clock", &key);
            charges_in(&file) == made
        });
        assert!(stored, "{made}");
    }
    // This one may be lost: it is younger than a second.
    post(&url, "/charges", &key, charge);
    served.0.kill().expect("killed");
    served.0.wait().expect("ended");
    let (_served, line) = serve(&arguments);
    let (url, key, again) = told(&line);
    assert_eq!(again, keys);
    let list = get(&url, "/charges", &key);
    assert!(list.contains("\"total\": 3,") || list.contains("\"total\": 4,"), "{list}");
}

#[test]
fn a_state_file_that_is_in_use_or_something_else_is_refused() {
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
fn people_are_told_in_a_line() {
    let (_served, line) = serve(&[]);
    assert!(line.starts_with("The sandbox is at http://127.0.0.1:"), "{line}");
}

#[test]
fn keys_may_be_given() {
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
    let told: Value = serde_json::from_str(&line).expect("one object");
    assert_eq!(
        (&told["public_key"], &told["secret_key"], &told["webhook_secret"]),
        (&"pkey_test_mine".into(), &"skey_test_mine".into(), &"c2VjcmV0".into()),
    );
}

#[test]
fn what_goes_wrong_and_what_time_it_is_may_be_given() {
    let arguments = [
        "--json",
        "--seed",
        "7",
        "--clock",
        "2024-02-29T12:00:00Z",
        "--fault",
        "status=503@charges.create:nth=1",
    ];
    let (_served, line) = serve(&arguments);
    let (_other, again) = serve(&arguments);
    let (told, again): (Value, Value) =
        (serde_json::from_str(&line).expect("one object"), serde_json::from_str(&again).expect("one object"));
    assert_eq!(told["secret_key"], again["secret_key"]);
    let text = |name: &str| told[name].as_str().expect("told").to_owned();
    let charge = "amount=150000&currency=SGD&return_uri=https://example.com&source[type]=kakaopay";
    let answer = post(&text("url"), "/charges", &text("secret_key"), charge);
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    let answer = post(&text("url"), "/charges", &text("secret_key"), charge);
    assert!(answer.contains("\"created_at\": \"2024-02-29T12:00:00Z\""), "{answer}");
}

#[test]
fn a_clock_may_be_told_how_fast_it_runs_and_from_when() {
    for (clock, start, rate) in [
        ("rate=60", "20", 60),
        ("2024-02-29T12:00:00Z,rate=1", "2024-02-29T", 1),
        ("frozen", "20", 0),
        ("2024-02-29T12:00:00Z", "2024-02-29T12:00:00Z", 0),
    ] {
        let (_served, line) = serve(&["--json", "--clock", clock]);
        let (url, key, _) = told(&line);
        let answer = get(&url, "/_sandbox/clock", &key);
        let (_, body) = answer.split_once("\r\n\r\n").expect("a head");
        let told: Value = serde_json::from_str(body).expect("an object");
        assert!(told["now"].as_str().expect("a moment").starts_with(start), "{clock}: {told}");
        assert_eq!(told["speed"], rate, "{clock}");
    }
}

#[test]
fn what_cannot_be_used_is_refused_without_repeating_it() {
    for arguments in [
        &["--secret-key", "canary"][..],
        &["--secret-key", "skey_canary"],
        &["--public-key", "skey_test_canary"],
        &["--webhook-secret", "canary!"],
        &["--webhook-url", "http://canary.example/"],
        &["--allow-webhook-host", "canary/"],
        &["--allow-webhook-host", "169.254.169.254"],
        &["--allow-webhook-host", "127.0.0.2", "--webhook-url", "http://canary.example/"],
        &["--fault", "canary"],
        &["--webhooks", "canary"],
        &["--api-version", "canary"],
        &["--fault", "html@canary"],
        &["--clock", "canary"],
        &["--clock", ""],
        &["--clock", "rate=0"],
        &["--clock", "rate=86401"],
        &["--clock", "rate=canary"],
        &["--clock", "canary,rate=60"],
        &["--clock", "frozen,rate=60"],
        &["--clock", "2024-02-29T12:00:00Z,rate="],
        &["--clock", "2024-02-29T12:00:00Z,"],
        &["--clock", "2024-02-29T12:00:00Zrate=1"],
        &["--clock", "2024-02-29T12:00:00Z,,rate=1"],
        &["--addr", "canary"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_kakaopay"))
            .arg("sandbox")
            .args(arguments)
            .output()
            .expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let message = String::from_utf8(output.stderr).expect("text");
        assert!(arguments[0] == "--addr" || !message.contains("canary"), "{message}");
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_kakaopay"))
        .args(["sandbox", "--addr", &address])
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).expect("text").contains(&address));
}
