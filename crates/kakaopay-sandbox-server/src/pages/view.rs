//! Views of the payment pages.

use askama::Template;
use bytes::Bytes;
use http::{Response, StatusCode};
use kakaopay_sandbox::ChargeSummary;
use kakaopay_types::{BuyerMessage, FailureCode};

use super::format_time::Moment;
use super::headers::page;
use super::language::Language;
use super::request::PageRequest;
use super::view_state::Step;
use super::words::Words;
use crate::texts::fill;

#[derive(Template)]
#[template(path = "payment.html")]
struct PaymentPage<'a> {
    language: Language,
    languages: [Language; 3],
    words: &'static Words,
    step: Step,
    heading: String,
    amount: String,
    charge: &'a str,
    description: Option<&'a str>,
    status: &'a str,
    /// Failure code, with the message for the buyer.
    code: Option<&'a FailureCode>,
    why: Option<BuyerMessage>,
    ended_at: Option<Moment>,
    payment: &'a str,
    action: String,
    expires_at: Moment,
    /// Time of a delayed approval.
    approval: Option<Moment>,
    return_uri: &'a str,
    codes: &'static [FailureCode],
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage<'a> {
    language: Language,
    languages: [Language; 3],
    words: &'static Words,
    text: &'a str,
}

/// Responds with the page of a step, or with the slip once the charge has ended.
pub(super) fn show(charge: &ChargeSummary, request: &PageRequest<'_>, step: Step) -> Response<Bytes> {
    let language = Language::of(request);
    let step = match (charge.ended_at, step) {
        (Some(_), _) => Step::Slip,
        (None, Step::Slip) => Step::Summary,
        (None, step) => step,
    };
    let code = charge.failure_code.as_ref();
    let (words, amount) = (language.words(), charge.amount.to_string());
    let html = PaymentPage {
        language,
        languages: Language::ALL,
        words,
        step,
        heading: fill(words.pay, "amount", &amount),
        amount,
        charge: charge.id.as_str(),
        description: charge.description.as_deref(),
        status: charge.status,
        code,
        why: code.map(|code| code.buyer_message(language.of_explanations())),
        ended_at: charge.ended_at.map(Moment),
        payment: &charge.payment,
        action: address(charge, request, step),
        expires_at: Moment(charge.expires_at),
        approval: charge.approval.map(Moment),
        return_uri: &charge.return_uri,
        codes: FailureCode::KNOWN,
    };
    render(StatusCode::OK, &html)
}

/// Returns the URL of a step, in the page's language.
pub(super) fn address(charge: &ChargeSummary, request: &PageRequest<'_>, step: Step) -> String {
    format!("/payments/{}/{}?lang={}", charge.payment, step.name(), Language::of(request).tag())
}

/// Responds with a page that contains one message.
pub(super) fn notice(
    status: StatusCode,
    request: &PageRequest<'_>,
    text: fn(&Words) -> &'static str,
) -> Response<Bytes> {
    let language = Language::of(request);
    let words = language.words();
    render(status, &NoticePage { language, languages: Language::ALL, words, text: text(words) })
}

fn render(status: StatusCode, template: &impl Template) -> Response<Bytes> {
    // Templates only write to memory, which cannot fail.
    page(status, template.render().unwrap_or_default())
}
