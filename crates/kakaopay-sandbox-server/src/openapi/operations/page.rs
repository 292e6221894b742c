//! The pages of a payment, and what is beside them.

use super::description::{Body, Description, Good, describe};
use crate::openapi::parameter::Query;

const HTML: Good = Good::Media("text/html");

/// A form that a page of a payment sends.
const CHOSEN: Description = describe("", "", Good::Led)
    .asks(&[Query::Language])
    .takes(Body::Form("Choice"))
    .refuses(&[400, 403, 404, 500]);

pub(super) const DESCRIPTIONS: &[Description] = &[
    describe("payments.desktop", "The page at `authorize_uri`, where the buyer pays.", HTML)
        .asks(&[Query::Language])
        .refuses(&[404]),
    CHOSEN.named("payments.end_on_desktop", "What the buyer chose there; leads to the merchant."),
    describe("payments.wallet", "The wallet, which the merchant has sent a phone to.", HTML)
        .asks(&[Query::Language])
        .refuses(&[404]),
    CHOSEN.named("payments.end_on_wallet", "What the buyer chose there; leads to the slip."),
    describe("payments.summary", "What is to be paid, in the wallet.", HTML)
        .asks(&[Query::Language])
        .refuses(&[404]),
    CHOSEN.named("payments.end_on_summary", "What the buyer chose there; leads to the slip."),
    describe("payments.slip", "How it has ended.", HTML).asks(&[Query::Language]).refuses(&[404]),
    describe("payments.status", "How a payment stands, in one word.", Good::Media("text/plain"))
        .asks(&[Query::Language])
        .refuses(&[404]),
    describe("payments.code", "The way to the wallet, as a picture.", Good::Media("image/svg+xml"))
        .asks(&[Query::Language])
        .refuses(&[404]),
    describe("pages.style", "The style of the pages.", Good::Media("text/css")),
    describe("pages.script", "The script of the desktop's page.", Good::Media("text/javascript")),
    describe("pages.overview_script", "The script of the overview at `/`.", Good::Media("text/javascript")),
    describe("pages.mark", "The mark of the pages.", Good::Media("image/svg+xml")),
    describe("omise_js", "What a shop's page needs of Omise.js.", Good::Media("text/javascript")),
    describe("openapi", "This document, in the version that is asked for.", Good::Json("OpenApi")),
];
