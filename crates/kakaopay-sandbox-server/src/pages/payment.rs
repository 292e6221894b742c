//! The pages of a payment: what is asked for, and what the buyer does there.

use bytes::Bytes;
use http::header::USER_AGENT;
use http::{HeaderValue, Response, StatusCode};
use kakaopay_types::{FailureCode, Param, Params, PlatformType};

use super::guard::is_same_origin;
use super::headers::{response, see_other};
use super::qr;
use super::step::Step;
use super::view::{address, notice, show};
use super::words::{DELAYS, Words};
use crate::api::Call;
use crate::world::{Charge, World};

/// The page of a step.
pub(super) fn show_step(world: &mut World, call: &Call, payment: &str, step: Step) -> Response<Bytes> {
    let Some(charge) = world.charge_of_payment(payment) else { return not_found(call) };
    let on_phone = step == Step::Desktop && opens_on_phone(world, call, charge);
    show(charge, call, if on_phone { Step::Wallet } else { step })
}

/// The way to the wallet, as a picture.
pub(super) fn code(world: &World, call: &Call, payment: &str) -> Response<Bytes> {
    let picture = world.charge_of_payment(payment).and_then(qr::picture);
    picture.unwrap_or_else(|| not_found(call))
}

/// Does what the buyer has chosen on the page of a step.
pub(super) fn choose(world: &mut World, call: &Call, payment: &str, step: Step) -> Response<Bytes> {
    let Some(charge) = world.charge_of_payment(payment).cloned() else { return not_found(call) };
    if !is_same_origin(call) {
        return notice(StatusCode::FORBIDDEN, call, |words| words.other_site);
    }
    let Some(choice) = choice_of(call) else {
        return notice(StatusCode::BAD_REQUEST, call, |words| words.other_form);
    };
    let next = next(&charge, call, &choice, step);
    let done = match choice {
        Choice::Approve => world.pay(&charge.id, call.now),
        Choice::ApproveAfter(seconds) => {
            Ok(world.approve_at(&charge.id, call.now.saturating_add_seconds(seconds.into())))
        }
        Choice::Fail(code) => world.fail(&charge.id, code, call.now),
        Choice::Expire => world.expire_early(&charge.id, call.now),
    };
    match done {
        Ok(true) => lead(call, &next),
        // It had ended before: the page says how.
        Ok(false) => show(&charge, call, step),
        Err(_) => notice(StatusCode::INTERNAL_SERVER_ERROR, call, |words| words.trouble),
    }
}

/// Where the buyer goes from here.
fn next(charge: &Charge, call: &Call, choice: &Choice, step: Step) -> String {
    match (choice, step) {
        (Choice::ApproveAfter(_), _) => address(charge, call, step),
        // Straight to the merchant, which scripts rely on.
        (_, Step::Desktop) => charge.return_uri.clone(),
        _ => address(charge, call, Step::Slip),
    }
}

/// How a payment stands, in one word, for the script of the desktop's page.
pub(super) fn status(world: &World, call: &Call, payment: &str) -> Response<Bytes> {
    match world.charge_of_payment(payment) {
        Some(charge) => response(StatusCode::OK, "text/plain; charset=utf-8", charge.status().into()),
        None => not_found(call),
    }
}

fn not_found(call: &Call) -> Response<Bytes> {
    notice(StatusCode::NOT_FOUND, call, |words: &Words| words.no_payment)
}

/// What the form asks for.
enum Choice {
    Approve,
    /// By a buyer who takes that many seconds.
    ApproveAfter(u16),
    Fail(FailureCode),
    Expire,
}

fn choice_of(call: &Call) -> Option<Choice> {
    let form = Params::from_form(&call.body).ok()?;
    let text = |name| match form.get(name) {
        Some(Param::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    match text("outcome")? {
        "successful" => Some(Choice::Approve),
        "slow" => {
            let seconds = text("after")?.parse().ok()?;
            DELAYS.contains(&seconds).then_some(Choice::ApproveAfter(seconds))
        }
        "declined" => Some(Choice::Fail(FailureCode::PaymentRejected)),
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

fn lead(call: &Call, address: &str) -> Response<Bytes> {
    HeaderValue::from_str(address)
        .map_or_else(|_| notice(StatusCode::INTERNAL_SERVER_ERROR, call, |words| words.trouble), see_other)
}
