//! A paid payment, for operations that no link of the document leads to.

use std::io::{Read, Write};
use std::net::TcpStream;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::clients::SandboxProcess;
use crate::shell::Problem;

/// A payment, with the ids of its pages, its transaction and its first event.
#[derive(Debug)]
pub(super) struct Payment {
    pub(super) name: String,
    pub(super) transaction: String,
    pub(super) event: String,
}

impl Payment {
    /// Makes one.
    pub(super) fn make(sandbox: &SandboxProcess) -> Result<Self, Problem> {
        let form = "amount=150000&currency=SGD&return_uri=https://example.com/done&source[type]=kakaopay";
        // The older version tells what the pages are called.
        let charge = ask(sandbox, "POST", "/charges", form)?;
        let paid = ask(sandbox, "POST", &format!("/charges/{}/mark_as_paid", text(&charge, "/id")), "")?;
        let events = ask(sandbox, "GET", "/events", "")?;
        let payment = Self {
            name: text(&charge, "/reference"),
            transaction: text(&paid, "/transaction"),
            event: text(&events, "/data/0/id"),
        };
        if [&payment.name, &payment.transaction, &payment.event].iter().any(|text| text.is_empty()) {
            return Err(Problem::new(format!("the sandbox made no payment: {charge}")));
        }
        Ok(payment)
    }
}

fn text(object: &Value, place: &str) -> String {
    object.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// One call over a connection of its own. There is no client below the tasks.
fn ask(sandbox: &SandboxProcess, method: &str, path: &str, form: &str) -> Result<Value, Problem> {
    let host = sandbox.url.trim_start_matches("http://");
    let mut connection = TcpStream::connect(host)?;
    write!(
        connection,
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\nomise-version: 2017-11-02\r\n\
         authorization: Basic {}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{form}",
        STANDARD.encode(&sandbox.secret_key),
        form.len(),
    )?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    Ok(serde_json::from_str(body)?)
}
