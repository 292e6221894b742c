//! Handlers of the payment pages.

use std::time::Duration;

use bytes::Bytes;
use http::header::USER_AGENT;
use http::{HeaderValue, Response, StatusCode};
use kakaopay_sandbox::{BuyerAction, BuyerActionError, ChargeSummary, Sandbox};
use kakaopay_types::{FailureCode, Param, Params, PlatformType};

use super::guard::is_same_origin;
use super::headers::{response, see_other};
use super::qr;
use super::request::PageRequest;
use super::view::{address, notice, show};
use super::view_state::Step;
use super::words::{DELAYS, Words};

/// Responds with the page of a step.
pub(super) fn show_step(
    sandbox: &Sandbox,
    request: &PageRequest<'_>,
    payment: &str,
    step: Step,
) -> Response<Bytes> {
    let Some(charge) = sandbox.charge_of_payment(payment) else { return not_found(request) };
    let on_phone = step == Step::Desktop && opens_on_phone(request, &charge);
    show(&charge, request, if on_phone { Step::Wallet } else { step })
}

/// Responds with the QR code of a payment.
pub(super) fn code(sandbox: &Sandbox, request: &PageRequest<'_>, payment: &str) -> Response<Bytes> {
    let picture = sandbox.charge_of_payment(payment).as_ref().and_then(qr::picture);
    picture.unwrap_or_else(|| not_found(request))
}

/// Applies the buyer's decision from the page of a step.
pub(super) fn choose(
    sandbox: &Sandbox,
    request: &PageRequest<'_>,
    payment: &str,
    step: Step,
) -> Response<Bytes> {
    let Some(charge) = sandbox.charge_of_payment(payment) else { return not_found(request) };
    if !is_same_origin(request) {
        return notice(StatusCode::FORBIDDEN, request, |words| words.other_site);
    }
    let Some(action) = action_of(request) else {
        return notice(StatusCode::BAD_REQUEST, request, |words| words.other_form);
    };
    let next = next(&charge, request, &action, step);
    match sandbox.act_as_buyer(&charge.id, action) {
        Ok(()) => lead(request, &next),
        // The page shows the outcome.
        Err(BuyerActionError::AlreadyEnded) => show_step(sandbox, request, payment, step),
        Err(_) => notice(StatusCode::INTERNAL_SERVER_ERROR, request, |words| words.trouble),
    }
}

/// Returns the next page for the buyer.
fn next(charge: &ChargeSummary, request: &PageRequest<'_>, action: &BuyerAction, step: Step) -> String {
    match (action, step) {
        (BuyerAction::ApproveAfter(_), _) => address(charge, request, step),
        // Directly to the merchant, as scripts expect.
        (_, Step::Desktop) => charge.return_uri.clone(),
        _ => address(charge, request, Step::Slip),
    }
}

/// Responds with the status of a payment in one word, for the script of the desktop page.
pub(super) fn status(sandbox: &Sandbox, request: &PageRequest<'_>, payment: &str) -> Response<Bytes> {
    match sandbox.charge_of_payment(payment) {
        Some(charge) => response(StatusCode::OK, "text/plain; charset=utf-8", charge.status.into()),
        None => not_found(request),
    }
}

fn not_found(request: &PageRequest<'_>) -> Response<Bytes> {
    notice(StatusCode::NOT_FOUND, request, |words: &Words| words.no_payment)
}

/// Parses the decision from the form.
fn action_of(request: &PageRequest<'_>) -> Option<BuyerAction> {
    let form = Params::from_form(request.body).ok()?;
    let text = |name| match form.get(name) {
        Some(Param::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    match text("outcome")? {
        "successful" => Some(BuyerAction::Approve),
        "slow" => {
            let seconds = text("after")?.parse().ok()?;
            DELAYS
                .contains(&seconds)
                .then_some(BuyerAction::ApproveAfter(Duration::from_secs(seconds.into())))
        }
        "declined" => Some(BuyerAction::Fail(FailureCode::PaymentRejected)),
        "expired" => Some(BuyerAction::Expire),
        "failed" => {
            let code = FailureCode::from(text("failure_code")?);
            FailureCode::KNOWN.contains(&code).then_some(BuyerAction::Fail(code))
        }
        _ => None,
    }
}

/// Returns whether the buyer uses a phone, according to the source or the browser.
fn opens_on_phone(request: &PageRequest<'_>, charge: &ChargeSummary) -> bool {
    let agent = request.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    matches!(charge.platform_type, Some(PlatformType::Ios | PlatformType::Android)) || agent.contains("Mobi")
}

fn lead(request: &PageRequest<'_>, address: &str) -> Response<Bytes> {
    HeaderValue::from_str(address)
        .map_or_else(|_| notice(StatusCode::INTERNAL_SERVER_ERROR, request, |words| words.trouble), see_other)
}
