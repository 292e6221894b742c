//! A state file stores a sandbox across restarts.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use kakaopay_sandbox::{Sandbox, SandboxBuilder, SandboxClock, WebhookSchedule, WebhookUrl};
use kakaopay_sandbox_server::{HttpPoster, StateFile, StateFileError};
use kakaopay_types::ApiVersion;
use kakaopay_types::{Key, PublicKey, SecretKey, Timestamp};
use kakaopay_webhook::WebhookSecret;

use crate::common::TestClient;

fn open_with(path: &Path, builder: SandboxBuilder) -> (TestClient, StateFile) {
    let (sandbox, file) = StateFile::open(path, builder).expect("opened");
    (TestClient::of(sandbox), file)
}

fn open(path: &Path) -> (TestClient, StateFile) {
    open_with(path, Sandbox::builder())
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a moment")
}

fn frozen() -> SandboxBuilder {
    Sandbox::builder().clock(SandboxClock::frozen_at(at("2024-02-29T12:00:00Z")))
}

/// Returns the files of a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    entries
        .map(|entry| {
            (entry.file_name().into_string().expect("text"), std::fs::read(entry.path()).expect("read"))
        })
        .collect()
}

/// Returns all API objects as text.
fn shown(client: &mut TestClient) -> Vec<String> {
    let mut shown = vec![client.sandbox.public_key().expose().to_owned(), client.secret_key()];
    shown.push(client.sandbox.webhook_secret().expose_base64().to_string());
    for path in ["/charges", "/refunds", "/events", "/account", "/webhooks/secrets", "/search?scope=charge"] {
        shown.push(client.secret("GET", path, "").text);
    }
    for path in ["/charges", "/events"] {
        let list = client.secret("GET", path, "").ok();
        for object in list["data"].as_array().expect("a list") {
            shown.push(client.secret("GET", object["location"].as_str().expect("a path"), "").text);
        }
    }
    shown
}

fn deliver(client: &TestClient) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(client.sandbox.deliver_pending(&HttpPoster::new()))
}

#[test]
fn f09_a_payment_continues_after_each_restart() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("state.json");
    // No server listens there, which is recorded as a delivery, too.
    let url = WebhookUrl::parse("http://127.0.0.1:1/webhooks").expect("on this machine");
    let (mut client, mut file) = open_with(&path, frozen().webhook_url(url));
    let charge = client.charge();
    assert_eq!(deliver(&client), 1);
    let calls = [
        ("POST", "/sources".to_owned(), "amount=150000&currency=SGD&type=kakaopay"),
        ("POST", format!("/charges/{charge}/mark_as_paid"), ""),
        ("POST", format!("/charges/{charge}/refunds"), "amount=100"),
        ("PATCH", format!("/charges/{charge}"), "description=x"),
        ("POST", "/webhooks/secrets".to_owned(), ""),
        ("PATCH", "/account".to_owned(), "webhook_uri="),
        ("POST", "/_sandbox/clock".to_owned(), "{\"advance\": 3600}"),
        (
            "POST",
            "/charges".to_owned(),
            "amount=150000&currency=SGD&return_uri=https://a.example&source[type]=kakaopay",
        ),
        ("POST", "/_sandbox/reset".to_owned(), ""),
    ];
    for (method, path_of, form) in calls {
        client.secret(method, &path_of, form).ok();
        file.save(&client.sandbox).expect("saved");
        let saved = client.sandbox.snapshot();
        let expected = shown(&mut client);
        drop((client, file));
        (client, file) = open(&path);
        assert_eq!(client.sandbox.snapshot(), saved, "{path_of}");
        assert_eq!(shown(&mut client), expected, "{path_of}");
    }
    assert_eq!(client.secret("GET", "/charges", "").ok()["total"], 0);
}

#[test]
fn f09_the_outcome_of_a_webhook_is_stored() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("state.json");
    let url = WebhookUrl::parse("http://127.0.0.1:1/webhooks").expect("on this machine");
    let (mut client, file) = open_with(&path, frozen().webhook_url(url));
    client.charge();
    file.save(&client.sandbox).expect("saved");
    drop((client, file));
    let (client, file) = open(&path);
    assert_eq!(deliver(&client), 1);
    file.save(&client.sandbox).expect("saved");
    drop((client, file));
    let (mut client, _file) = open(&path);
    assert_eq!(deliver(&client), 0);
    let (event, _) = client.sandbox.events().remove(0);
    let event = client.secret("GET", &format!("/events/{event}"), "").ok();
    assert_eq!(event["webhook_deliveries"].as_array().map(Vec::len), Some(1), "{event}");
}

#[test]
fn f09_lost_webhooks_are_not_posted_after_a_restart() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("state.json");
    let url = WebhookUrl::parse("http://127.0.0.1:1/webhooks").expect("on this machine");
    let builder = frozen().webhook_url(url).webhook_schedule(WebhookSchedule::LOST);
    let (mut client, file) = open_with(&path, builder);
    client.charge();
    assert_eq!(deliver(&client), 0);
    file.save(&client.sandbox).expect("saved");
    drop((client, file));
    assert_eq!(deliver(&open(&path).0), 0);
}

#[test]
fn the_clock_setting_is_stored() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("state.json");
    let (client, file) = open(&path);
    let now = client.sandbox.clock().now();
    client.clock.advance_seconds(1_000_000);
    file.save(&client.sandbox).expect("saved");
    drop((client, file));
    let (client, file) = open(&path);
    assert!(client.clock.now() >= now.saturating_add_seconds(1_000_000) && !client.clock.is_frozen());
    client.clock.set(at("2024-02-29T12:00:00Z"));
    client.clock.freeze();
    let frozen = client.clock.now();
    file.save(&client.sandbox).expect("saved");
    drop((client, file));
    let (client, _file) = open(&path);
    assert_eq!((client.clock.now(), client.clock.is_frozen()), (frozen, true));
}

#[test]
fn options_override_stored_values() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("state.json");
    let (mut client, file) = open_with(&path, frozen());
    let charge = client.charge();
    file.save(&client.sandbox).expect("saved");
    drop((client, file));
    let secret = || WebhookSecret::from_bytes("another").expect("a secret");
    let options = || {
        let clock = SandboxClock::frozen_at(at("2025-01-01T00:00:00Z"));
        Sandbox::builder()
            .public_key(PublicKey::parse("pkey_test_mine").expect("a key"))
            .secret_key(SecretKey::parse("skey_test_mine").expect("a key"))
            .webhook_secret(secret())
            .webhook_url(WebhookUrl::parse("http://127.0.0.1:9/x").expect("on this machine"))
            .api_version(ApiVersion::V2017_11_02)
            .clock(clock)
    };
    let check = |client: &mut TestClient| {
        assert_eq!(client.sandbox.public_key().expose(), "pkey_test_mine");
        assert_eq!(client.secret_key(), "skey_test_mine");
        assert_eq!(*client.sandbox.webhook_secret().expose_base64(), *secret().expose_base64());
        let account = client.with_headers("GET", "/account", "", &[("omise-version", "2019-05-29")]).ok();
        assert_eq!(
            (&account["webhook_uri"], &account["api_version"]),
            (&"http://127.0.0.1:9/x".into(), &"2017-11-02".into())
        );
        assert_eq!(client.clock.now(), at("2025-01-01T00:00:00Z"));
    };
    for builder in [options(), Sandbox::builder(), options()] {
        let (mut client, _file) = open_with(&path, builder);
        check(&mut client);
        client.secret("GET", &format!("/charges/{charge}"), "").ok();
    }
    let (mut client, _file) = open(&path);
    client.sandbox.reset();
    check(&mut client);
    client.secret("GET", &format!("/charges/{charge}"), "").assert_rejected(404, "not_found");
}

/// Opens an invalid file, and checks that it is unchanged and no file is created beside it.
#[track_caller]
fn rejected(dir: &Path) -> StateFileError {
    let before = files(dir);
    let error = StateFile::open(dir.join("state.json"), Sandbox::builder()).expect_err("rejected");
    assert_eq!(files(dir), before);
    assert!(error.to_string().contains("state.json"), "{error}");
    error
}

#[test]
fn foreign_files_are_rejected_and_unchanged() {
    let snapshot = Sandbox::builder().build().snapshot().as_bytes().to_vec();
    for bytes in [
        &b""[..],
        b"a text",
        b"SQLite format 3\0",
        b"{}",
        b"[]",
        b"{\"format\": \"another\", \"version\": 1}",
        &snapshot,
    ] {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join("state.json"), bytes).expect("written");
        let error = rejected(dir.path());
        assert!(matches!(error, StateFileError::NotStateFile { .. }), "{error:?}");
    }
}

/// Returns a changed state file.
fn changed(change: impl FnOnce(&mut serde_json::Value)) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("state.json");
    let (mut client, file) = open(&path);
    client.charge();
    file.save(&client.sandbox).expect("saved");
    drop((client, file));
    let mut json: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&path).expect("read")).expect("JSON");
    change(&mut json);
    std::fs::write(&path, json.to_string()).expect("written");
    dir
}

#[test]
fn files_of_other_versions_are_rejected_and_unchanged() {
    for version in [0, 2, u32::MAX] {
        let dir = changed(|json| json["version"] = version.into());
        let error = rejected(dir.path());
        assert!(
            matches!(error, StateFileError::UnknownVersion { found, supported: 1, .. } if found == version),
            "{error:?}"
        );
        assert!(error.to_string().contains(&version.to_string()), "{error}");
    }
}

#[test]
fn damaged_files_are_rejected_without_their_contents() {
    let paths =
        ["/public_key", "/secret_key", "/initial", "/current", "/current/charges/0/id", "/current/format"];
    for pointer in paths {
        let dir = changed(|json| *json.pointer_mut(pointer).expect("it is there") = "canary".into());
        let error = rejected(dir.path());
        assert!(
            matches!(error, StateFileError::Damaged { .. } | StateFileError::Snapshot { .. }),
            "{pointer}: {error:?}"
        );
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    }
    for (member, remove) in [("secret_key", true), ("canary", false)] {
        let dir = changed(|json| {
            let json = json.as_object_mut().expect("an object");
            if remove {
                json.remove(member)
            } else {
                json.insert(member.to_owned(), 1.into())
            };
        });
        assert!(matches!(rejected(dir.path()), StateFileError::Damaged { .. }), "{member}");
    }
    let dir = changed(|json| json["current"]["sources"] = serde_json::json!([]));
    assert!(matches!(rejected(dir.path()), StateFileError::Snapshot { .. }));
}

#[test]
fn a_file_is_locked_by_one_sandbox() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("state.json");
    let (mut first, file) = open(&path);
    for other in [path.clone(), dir.path().join(".").join("state.json")] {
        let error = StateFile::open(other, Sandbox::builder()).expect_err("in use");
        assert!(matches!(error, StateFileError::InUse { .. }), "{error:?}");
    }
    let charge = first.charge();
    file.save(&first.sandbox).expect("saved");
    drop(file);
    open(&path).0.secret("GET", &format!("/charges/{charge}"), "").ok();
}

#[cfg(unix)]
#[test]
fn f39_state_files_are_private_and_print_no_secrets() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a folder");
    let (client, file) = open(&dir.path().join("state.json"));
    assert_eq!(files(dir.path()).len(), 2);
    for entry in std::fs::read_dir(dir.path()).expect("a folder") {
        let mode = entry.expect("an entry").metadata().expect("read").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let printed = format!("{:?} {file:?} {:?}", client.sandbox, client.sandbox.save());
    assert!(!printed.contains(client.sandbox.secret_key().expose()), "{printed}");
}

#[test]
fn a_path_without_a_file_is_rejected() {
    let dir = tempfile::tempdir().expect("a folder");
    let inside = dir.path().join("none").join("state.json");
    for (path, expected) in [(dir.path().to_owned(), "read"), (inside, "create"), ("".into(), "create")] {
        let error = StateFile::open(path, Sandbox::builder()).expect_err("rejected");
        assert!(
            matches!(error, StateFileError::Io { action, .. } if action == expected),
            "{expected}: {error:?}"
        );
    }
}

/// Returns the number of charges in a state file.
fn charges_in(path: &Path) -> usize {
    let bytes = std::fs::read(path).expect("read");
    let json: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON, never half of it");
    json["current"]["charges"].as_array().expect("a list").len()
}

#[tokio::test(flavor = "multi_thread")]
async fn f09_changes_are_saved_in_time_and_at_shutdown() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("state.json");
    let (sandbox, file) = StateFile::open(&path, Sandbox::builder()).expect("opened");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let keeping = tokio::spawn(file.keep(sandbox.clone(), async move {
        let _ = stopped.await;
    }));
    let charge = || async {
        let sandbox = sandbox.clone();
        tokio::task::spawn_blocking(move || TestClient::of(sandbox).charge()).await.expect("no panic")
    };
    for made in 1..=3 {
        charge().await;
        let stored = async {
            while charges_in(&path) < made {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), stored).await.expect("stored by itself");
    }
    charge().await;
    stop.send(()).expect("it runs");
    keeping.await.expect("no panic").expect("stored");
    assert_eq!(charges_in(&path), 4);
}

/// A failed replacement is an error, and the old contents remain.
#[tokio::test]
async fn f14_a_failed_write_keeps_the_old_contents() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("folder");
    std::fs::create_dir(&folder).expect("made");
    let path = folder.join("state.json");
    let (sandbox, file) = StateFile::open(&path, Sandbox::builder()).expect("opened");
    let before = std::fs::read(&path).expect("read");
    // A folder in place of the temporary file prevents its creation for any user.
    std::fs::create_dir(folder.join("state.json.tmp")).expect("made");
    let error = file.save(&sandbox).expect_err("not written");
    assert!(matches!(error, StateFileError::Io { action: "write", .. }), "{error:?}");
    assert_eq!(std::fs::read(&path).expect("read"), before);
    let error = file.keep(sandbox.clone(), std::future::ready(())).await.expect_err("not written");
    assert!(
        error.to_string().contains("cannot write") && error.to_string().contains("state.json"),
        "{error}"
    );
    std::fs::remove_dir(folder.join("state.json.tmp")).expect("removed");
    let (_, file) = StateFile::open(&path, Sandbox::builder()).expect("opened");
    file.save(&sandbox).expect("written");
}
