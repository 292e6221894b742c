//! A payment that was paid, for what nothing in the document leads to.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use crate::clients::Served;
use crate::shell::Problem;

/// A payment, by what its pages, its transaction and its first event are called.
#[derive(Debug)]
pub(super) struct Payment {
    pub(super) name: String,
    pub(super) transaction: String,
    pub(super) event: String,
}

impl Payment {
    /// Makes one.
    pub(super) fn make(served: &Served) -> Result<Self, Problem> {
        let form = "amount=150000&currency=SGD&return_uri=https://example.com/done&source[type]=kakaopay";
        // The older version tells what the pages are called.
        let charge = ask(served, "POST", "/charges", form)?;
        let paid = ask(served, "POST", &format!("/charges/{}/mark_as_paid", text(&charge, "/id")), "")?;
        let events = ask(served, "GET", "/events", "")?;
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

/// One call over a connection of its own. There is no client below the chores.
fn ask(served: &Served, method: &str, path: &str, form: &str) -> Result<Value, Problem> {
    let host = served.url.trim_start_matches("http://");
    let mut connection = TcpStream::connect(host)?;
    write!(
        connection,
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\nomise-version: 2017-11-02\r\n\
         authorization: Basic {}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{form}",
        base64(served.secret_key.as_bytes()),
        form.len(),
    )?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    Ok(serde_json::from_str(body)?)
}

/// Base64, in which a key stands in `Authorization`.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let at = |place: usize| three.get(place).copied().map_or(0, u32::from);
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for (place, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let digit = DIGITS.get((bits >> shift & 63) as usize).copied().map_or('=', char::from);
            text.push(if place > three.len() { '=' } else { digit });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_as_in_rfc_4648() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }
}
