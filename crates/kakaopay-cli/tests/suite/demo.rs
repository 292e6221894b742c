//! `kakaopay demo`.

use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn demo(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kakaopay")).arg("demo").args(arguments).output().expect("it runs")
}

fn steps(output: &Output) -> Vec<Value> {
    let text = str::from_utf8(&output.stdout).expect("text");
    text.lines().map(|line| serde_json::from_str(line).expect("one object a line")).collect()
}

fn names(steps: &[Value]) -> Vec<&str> {
    steps.iter().map(|step| step["step"].as_str().expect("a name")).collect()
}

/// Runs a demo that must succeed. Returns the names of its steps and the last step.
#[track_caller]
fn run(arguments: &[&str]) -> (Vec<String>, Value) {
    let output = demo(&[arguments, &["--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    let steps = steps(&output);
    let last = steps.last().expect("a step").clone();
    (names(&steps).into_iter().map(str::to_owned).collect(), last)
}

#[test]
fn a_demo_prints_every_step_until_paid() {
    let (names, last) = run(&[]);
    assert_eq!(
        names,
        [
            "sandbox", "order", "intent", "account", "compare", "source", "charge", "redirect", "webhook",
            "buyer", "webhook", "read", "paid"
        ],
    );
    let members: Vec<_> = last.as_object().expect("an object").keys().cloned().collect();
    assert_eq!(members, ["step", "status", "charge", "amount", "currency", "reference"]);
    assert_eq!(
        (&last["status"], &last["amount"], &last["currency"]),
        (&"successful".into(), &150_000.into(), &"SGD".into())
    );
    assert!(last["charge"].as_str().is_some_and(|charge| charge.starts_with("chrg_test_")));
    assert!(last["reference"].is_string());
}

#[test]
fn an_inline_source_needs_no_source_request() {
    let (names, last) = run(&["--inline-source", "--currency", "thb", "--amount", "2000"]);
    assert!(!names.contains(&"source".to_owned()) && names.contains(&"charge".to_owned()));
    assert_eq!(
        (&last["step"], &last["amount"], &last["currency"]),
        (&"paid".into(), &2_000.into(), &"THB".into())
    );
}

#[test]
fn without_webhooks_polling_finishes_the_payment() {
    for outcome in ["successful", "failed", "expired"] {
        let (names, last) = run(&["--no-webhook", "--outcome", outcome]);
        assert!(!names.contains(&"webhook".to_owned()), "{names:?}");
        assert!(names.contains(&"poll".to_owned()), "{names:?}");
        assert_eq!(last["status"], outcome);
    }
}

#[test]
fn a_failed_payment_reports_its_failure_code() {
    for code in
        ["payment_expired", "payment_rejected", "failed_processing", "invalid_account", "insufficient_fund"]
    {
        let (_, last) = run(&["--outcome", "failed", "--failure-code", code]);
        assert_eq!((&last["step"], &last["failure_code"]), (&"failed".into(), &code.into()));
        assert!(last["failure_message"].is_string());
    }
}

#[test]
fn an_expired_payment_is_reported_without_waiting() {
    let (_, last) = run(&["--outcome", "expired"]);
    assert_eq!((&last["step"], &last["status"]), (&"expired".into(), &"expired".into()));
    assert_eq!((&last["failure_code"], &last["failure_message"]), (&Value::Null, &Value::Null));
}

#[test]
fn f19_an_amount_outside_the_limits_names_the_limit_before_any_step() {
    for (amount, currency, limit) in [
        ("99", "SGD", "100"),
        ("2000001", "SGD", "2000000"),
        ("1999", "THB", "2000"),
        ("15000001", "THB", "15000000"),
        ("0", "SGD", "100"),
        ("-1", "SGD", "100"),
        ("-9223372036854775808", "SGD", "100"),
    ] {
        let output = demo(&["--json", "--amount", amount, "--currency", currency]);
        assert_eq!(output.status.code(), Some(2), "{amount} {currency}");
        assert!(output.stdout.is_empty());
        let message = String::from_utf8(output.stderr).expect("text");
        assert!(message.contains(limit) && message.contains("--amount"), "{message}");
    }
    for (amount, currency) in [("100", "SGD"), ("2000000", "SGD"), ("2000", "THB"), ("15000000", "THB")] {
        run(&["--amount", amount, "--currency", currency]);
    }
}

#[test]
fn invalid_arguments_exit_with_2() {
    for arguments in [
        &["--amount", "1e3"][..],
        &["--amount", "150000.0"],
        &["--amount", "9223372036854775808"],
        &["--currency", "JPY"],
        &["--currency", "baht"],
        &["--outcome", "refunded"],
        &["--failure-code", "payment_rejected"],
        &["--outcome", "failed", "--failure-code", "stolen"],
        &["--nonsense"],
    ] {
        let output = demo(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    }
}

#[test]
fn i7_no_key_is_printed() {
    for arguments in [&[][..], &["--json"], &["--inline-source", "--outcome", "failed"], &["--no-webhook"]] {
        let output = demo(arguments);
        let printed = String::from_utf8([output.stdout, output.stderr].concat()).expect("text");
        for secret in ["pkey_", "skey_", "Basic ", "uthorization"] {
            assert!(!printed.contains(secret), "{secret} in {printed}");
        }
    }
}

#[test]
fn the_demo_deletes_its_store() {
    let output = demo(&[]);
    let printed = String::from_utf8(output.stdout).expect("text");
    let store = printed.lines().find_map(|line| line.split_once("store in ")).expect("a path").1;
    assert!(!std::path::Path::new(store.trim()).exists(), "{store}");
}

/// As in `kakaopay demo | head -n 0`: the reader is gone before the first line.
#[test]
fn a_closed_standard_output_is_no_failure() {
    for arguments in [&[][..], &["--json"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kakaopay"));
        command.arg("demo").args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it runs");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
    }
}
