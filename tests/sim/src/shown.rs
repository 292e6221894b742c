//! What a response of the service shows: changed on its way, and noted.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use crate::service::RETURN_URI;

/// Removes the service's time from a response: the header `Date`, and the end of a list.
pub fn hide_time(response: &mut http::Response<Bytes>) {
    response.headers_mut().remove(http::header::DATE);
    // A member of the outermost object: each deeper one is further to the right. No text contains a line break.
    const MEMBER: &[u8] = b"\n  \"to\": ";
    let body = response.body();
    let Some(start) = body.windows(MEMBER.len()).rposition(|found| found == MEMBER) else { return };
    let end = start + 1 + body[start + 1..].iter().position(|byte| *byte == b'\n').unwrap_or(0);
    // The last member has no comma behind it, but one before.
    let start = if body[end - 1] == b',' { start } else { start - 1 };
    *response.body_mut() = [&body[..start], &body[end..]].concat().into();
    response.headers_mut().remove(http::header::CONTENT_LENGTH);
}

/// Shows the pending charges of an order with another status.
pub fn misread(response: &mut http::Response<Bytes>, order: &str, status: &str) {
    let Ok(mut body) = serde_json::from_slice::<Value>(response.body()) else { return };
    let uri = format!("{RETURN_URI}{order}&");
    let is_pending = |charge: &Value| {
        charge["return_uri"].as_str().is_some_and(|made_for| made_for.starts_with(&uri))
            && charge["status"] == "pending"
    };
    let mut changed = false;
    let mut show = |charge: &mut Value| {
        if is_pending(charge) {
            charge["status"] = status.into();
            changed = true;
        }
    };
    match body.get_mut("data").and_then(Value::as_array_mut) {
        Some(data) => data.iter_mut().for_each(show),
        None => show(&mut body),
    }
    if changed {
        *response.body_mut() = Bytes::from(body.to_string());
        response.headers_mut().remove(http::header::CONTENT_LENGTH);
    }
}

/// Cuts a list in the middle, as a proxy does that runs out of time.
pub fn cut(response: &mut http::Response<Bytes>) {
    let body = response.body();
    if body.windows(16).take(32).any(|head| head == b"\"object\": \"list\"") {
        *response.body_mut() = body.slice(..body.len() / 2);
        response.headers_mut().remove(http::header::CONTENT_LENGTH);
    }
}

/// Shows the charges of an order in lists with an amount that is no number.
pub fn garble(response: &mut http::Response<Bytes>, order: &str) {
    let Ok(mut body) = serde_json::from_slice::<Value>(response.body()) else { return };
    let uri = format!("{RETURN_URI}{order}&");
    let is_own =
        |charge: &Value| charge["return_uri"].as_str().is_some_and(|made_for| made_for.starts_with(&uri));
    let Some(data) = body.get_mut("data").and_then(Value::as_array_mut) else { return };
    let mut changed = false;
    for charge in data.iter_mut().filter(|charge| is_own(charge)) {
        charge["amount"] = "much".into();
        changed = true;
    }
    if changed {
        *response.body_mut() = Bytes::from(body.to_string());
        response.headers_mut().remove(http::header::CONTENT_LENGTH);
    }
}

/// An object, of whose members only a charge has all.
#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow)]
    object: Cow<'a, str>,
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    status: Option<Cow<'a, str>>,
    voided: Option<bool>,
    amount: Option<i64>,
    refunded_amount: Option<i64>,
}

#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow)]
    data: Vec<Object<'a>>,
}

/// The charges that a response shows as successful, and whose money has not gone back whole.
#[must_use]
pub fn charges_with_money(response: &http::Response<Bytes>) -> Vec<String> {
    let list = serde_json::from_slice(response.body()).map(|List { data }| data);
    let objects =
        list.or_else(|_| serde_json::from_slice(response.body()).map(|object: Object<'_>| vec![object]));
    let with_money = objects.unwrap_or_default().into_iter().filter(|charge| {
        charge.object == "charge"
            && charge.status.as_deref() == Some("successful")
            && charge.voided != Some(true)
            && charge.refunded_amount < charge.amount
    });
    with_money.filter_map(|charge| charge.id.map(Cow::into_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_hidden(body: &'static str, expected: &str) {
        let response = http::Response::builder().header("date", "now").header("content-length", "9");
        let mut response = response.body(Bytes::from(body)).expect("a response");
        hide_time(&mut response);
        assert!(response.headers().get("date").is_none());
        assert_eq!(*response.body(), expected.as_bytes());
    }

    #[test]
    fn the_end_of_a_list_is_hidden_and_that_of_an_inner_one_stays() {
        check_hidden("{\n  \"a\": 1,\n  \"to\": \"x\",\n  \"b\": 2\n}", "{\n  \"a\": 1,\n  \"b\": 2\n}");
        check_hidden("{\n  \"a\": 1,\n  \"to\": \"x\"\n}", "{\n  \"a\": 1\n}");
        let inner = "{\n  \"a\": {\n    \"to\": 1\n  }\n}";
        check_hidden(inner, inner);
    }

    #[test]
    fn charges_with_money_are_found_alone_and_in_a_list() {
        let find = |body: String| charges_with_money(&http::Response::new(Bytes::from(body)));
        let charge = |status: &str, refunded| {
            format!(
                r#"{{"object":"charge","id":"c","status":"{status}","amount":2,"refunded_amount":{refunded},"x":[1]}}"#
            )
        };
        assert_eq!(find(charge("successful", 1)), ["c"]);
        assert!(find(charge("successful", 2)).is_empty());
        assert!(find(charge("pending", 0)).is_empty());
        let event = format!(r#"{{"object":"event","id":"e","data":{}}}"#, charge("successful", 0));
        let list = format!(r#"{{"object":"list","data":[{event},{}]}}"#, charge("successful", 0));
        assert_eq!(find(list), ["c"]);
        assert!(find(event).is_empty());
    }
}
