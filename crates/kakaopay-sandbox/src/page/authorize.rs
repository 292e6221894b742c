//! The pages of a payment: the desktop's at `authorize_uri`, with a QR code, and the phone's that it leads to.

use askama::Template;
use bytes::Bytes;
use http::header::{LOCATION, USER_AGENT};
use http::{HeaderValue, Response, StatusCode};
use kakaopay_types::{FailureCode, Money, Params, PlatformType};

use super::guard::is_same_origin;
use super::headers::{page, response};
use super::language::Language;
use super::qr;
use super::words::Words;
use crate::api::Call;
use crate::world::{Charge, World};

/// The desktop's page.
pub(super) fn desktop(world: &mut World, call: &Call, payment: &str) -> Response<Bytes> {
    authorize(world, call, payment, Place::Desktop)
}

/// The page in the wallet.
pub(super) fn phone(world: &mut World, call: &Call, payment: &str) -> Response<Bytes> {
    authorize(world, call, payment, Place::Phone)
}

/// The way to the wallet, as a picture.
pub(super) fn code(world: &World, call: &Call, payment: &str) -> Response<Bytes> {
    let picture = world.charge_of_payment(payment).and_then(qr::picture);
    picture.unwrap_or_else(|| notice(StatusCode::NOT_FOUND, call, |words| words.no_payment))
}

/// Which page a form was sent from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The page at `authorize_uri`. A form sent there leads straight to the merchant, which scripts rely on.
    Desktop,
    /// The page in the wallet. A form sent there leads to the slip.
    Phone,
}

fn authorize(world: &mut World, call: &Call, payment: &str, place: Place) -> Response<Bytes> {
    let Some(charge) = world.charge_of_payment(payment).cloned() else {
        return notice(StatusCode::NOT_FOUND, call, |words| words.no_payment);
    };
    if call.method == http::Method::GET {
        return show(&charge, call, if opens_on_phone(world, call, &charge) { Place::Phone } else { place });
    }
    if !is_same_origin(call) {
        return notice(StatusCode::FORBIDDEN, call, |words| words.other_site);
    }
    let Some(choice) = choice_of(call) else {
        return notice(StatusCode::BAD_REQUEST, call, |words| words.other_form);
    };
    let ended = match choice {
        Choice::Approve => world.pay(&charge.id, call.now),
        Choice::Fail(code) => world.fail(&charge.id, code, call.now),
        Choice::Expire => world.expire_early(&charge.id, call.now),
    };
    match ended {
        Ok(true) if place == Place::Phone => see_other(call, &action(&charge, Language::of(call), place)),
        Ok(true) => see_other(call, &charge.return_uri),
        // It had ended before: the page says how.
        Ok(false) => show(&charge, call, place),
        Err(_) => notice(StatusCode::INTERNAL_SERVER_ERROR, call, |words| words.trouble),
    }
}

/// How a payment stands, in one word, for the script of the desktop's page.
pub(super) fn status(world: &World, call: &Call, payment: &str) -> Response<Bytes> {
    match world.charge_of_payment(payment) {
        Some(charge) => response(StatusCode::OK, "text/plain; charset=utf-8", charge.status().into()),
        None => notice(StatusCode::NOT_FOUND, call, |words| words.no_payment),
    }
}

/// What the form asks for.
enum Choice {
    Approve,
    Fail(FailureCode),
    Expire,
}

fn choice_of(call: &Call) -> Option<Choice> {
    let form = Params::from_form(&call.body).ok()?;
    let text = |name| match form.get(name) {
        Some(kakaopay_types::Param::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    match text("outcome")? {
        "successful" => Some(Choice::Approve),
        "expired" => Some(Choice::Expire),
        "failed" => {
            let code = FailureCode::from(text("failure_code")?);
            FailureCode::KNOWN.contains(&code).then_some(Choice::Fail(code))
        }
        _ => None,
    }
}

/// Whether the buyer is on a phone already: the shop has said so in the source, or the browser does.
fn opens_on_phone(world: &World, call: &Call, charge: &Charge) -> bool {
    let platform = world.source(&charge.source).and_then(|source| source.platform_type.as_ref());
    let agent = call.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    matches!(platform, Some(PlatformType::Ios | PlatformType::Android)) || agent.contains("Mobi")
}

fn see_other(call: &Call, address: &str) -> Response<Bytes> {
    let Ok(location) = HeaderValue::from_str(address) else {
        return notice(StatusCode::INTERNAL_SERVER_ERROR, call, |words| words.trouble);
    };
    let mut response = page(StatusCode::SEE_OTHER, String::new());
    response.headers_mut().insert(LOCATION, location);
    response
}

#[derive(Template)]
#[template(path = "authorize.html")]
struct AuthorizePage<'a> {
    language: Language,
    languages: [Language; 3],
    words: &'static Words,
    amount: String,
    charge: &'a str,
    description: Option<&'a str>,
    status: &'a str,
    pending: bool,
    on_phone: bool,
    payment: &'a str,
    action: String,
    expires_at: String,
    return_uri: &'a str,
    codes: &'static [FailureCode],
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage<'a> {
    language: Language,
    text: &'a str,
}

/// Where a page's forms are sent, in the language that they are read in.
fn action(charge: &Charge, language: Language, place: Place) -> String {
    let place = if place == Place::Phone { "phone" } else { "authorize" };
    format!("/payments/{}/{place}?lang={}", charge.payment, language.tag())
}

fn show(charge: &Charge, call: &Call, place: Place) -> Response<Bytes> {
    let language = Language::of(call);
    let html = AuthorizePage {
        language,
        languages: Language::ALL,
        words: language.words(),
        amount: Money::new(charge.amount, charge.currency).to_string(),
        charge: charge.id.as_str(),
        description: charge.description.as_deref(),
        status: charge.status(),
        pending: charge.ending.is_none(),
        on_phone: place == Place::Phone,
        payment: &charge.payment,
        action: action(charge, language, place),
        expires_at: charge.expires_at.to_string(),
        return_uri: &charge.return_uri,
        codes: FailureCode::KNOWN,
    };
    render(StatusCode::OK, &html)
}

fn notice(status: StatusCode, call: &Call, text: fn(&Words) -> &'static str) -> Response<Bytes> {
    let language = Language::of(call);
    render(status, &NoticePage { language, text: text(language.words()) })
}

fn render(status: StatusCode, template: &impl Template) -> Response<Bytes> {
    // The templates only write text to memory.
    page(status, template.render().unwrap_or_default())
}
