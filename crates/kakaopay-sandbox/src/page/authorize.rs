//! The test-mode page at `authorize_uri`: approve the payment, or have it fail.

use askama::Template;
use bytes::Bytes;
use http::header::LOCATION;
use http::{HeaderValue, Response, StatusCode};
use kakaopay_types::{FailureCode, Money, Params};

use super::headers::{page, style};
use crate::api::Call;
use crate::world::{Charge, World};

/// The page, if the request is for one.
pub(crate) fn respond(world: &mut World, call: &Call) -> Option<Response<Bytes>> {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    match (call.method.as_str(), path.as_slice()) {
        ("GET", ["sandbox.css"]) => Some(style()),
        ("GET" | "POST", ["payments", payment, "authorize"]) => Some(authorize(world, call, payment)),
        _ => None,
    }
}

fn authorize(world: &mut World, call: &Call, payment: &str) -> Response<Bytes> {
    let Some(charge) = world.charge_of_payment(payment).cloned() else {
        return notice(StatusCode::NOT_FOUND, "There is no such payment.");
    };
    if call.method == http::Method::GET {
        return show(&charge);
    }
    if !is_same_site(call) {
        return notice(StatusCode::FORBIDDEN, "The form was sent from another site. Nothing was changed.");
    }
    let Some(choice) = choice_of(call) else {
        return notice(StatusCode::BAD_REQUEST, "The form is not this page's. Nothing was changed.");
    };
    let ended = match choice {
        Choice::Approve => world.pay(&charge.id, call.now),
        Choice::Fail(code) => world.fail(&charge.id, code, call.now),
    };
    match ended {
        Ok(true) => back_to_merchant(&charge),
        // It had ended before: the page says how.
        Ok(false) => show(&charge),
        Err(_) => notice(StatusCode::INTERNAL_SERVER_ERROR, "The sandbox failed."),
    }
}

/// What the form asks for.
enum Choice {
    Approve,
    Fail(FailureCode),
}

fn choice_of(call: &Call) -> Option<Choice> {
    let form = Params::from_form(&call.body).ok()?;
    let text = |name| match form.get(name) {
        Some(kakaopay_types::Param::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    match text("outcome")? {
        "successful" => Some(Choice::Approve),
        "failed" => {
            let code = FailureCode::from(text("failure_code")?);
            FailureCode::KNOWN.contains(&code).then_some(Choice::Fail(code))
        }
        _ => None,
    }
}

/// Browsers say where a form comes from; other clients say nothing, and carry nobody's session.
fn is_same_site(call: &Call) -> bool {
    call.headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin")
}

fn back_to_merchant(charge: &Charge) -> Response<Bytes> {
    let Ok(location) = HeaderValue::from_str(&charge.return_uri) else {
        return notice(StatusCode::INTERNAL_SERVER_ERROR, "The sandbox failed.");
    };
    let mut response = page(StatusCode::SEE_OTHER, String::new());
    response.headers_mut().insert(LOCATION, location);
    response
}

#[derive(Template)]
#[template(path = "authorize.html")]
struct AuthorizePage<'a> {
    amount: String,
    charge: &'a str,
    description: Option<&'a str>,
    status: &'a str,
    pending: bool,
    expires_at: String,
    return_uri: &'a str,
    codes: &'static [FailureCode],
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage<'a> {
    text: &'a str,
}

fn show(charge: &Charge) -> Response<Bytes> {
    let html = AuthorizePage {
        amount: Money::new(charge.amount, charge.currency).to_string(),
        charge: charge.id.as_str(),
        description: charge.description.as_deref(),
        status: charge.status(),
        pending: charge.ending.is_none(),
        expires_at: charge.expires_at.to_string(),
        return_uri: &charge.return_uri,
        codes: FailureCode::KNOWN,
    };
    render(StatusCode::OK, &html)
}

fn notice(status: StatusCode, text: &str) -> Response<Bytes> {
    render(status, &NoticePage { text })
}

fn render(status: StatusCode, template: &impl Template) -> Response<Bytes> {
    // The templates only write text to memory.
    page(status, template.render().unwrap_or_default())
}
