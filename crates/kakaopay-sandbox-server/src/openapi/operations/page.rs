//! Descriptions of the payment pages and their files.

use super::description::{Body, Description, Good, describe};
use crate::openapi::parameter::Query;

const HTML: Good = Good::Media("text/html");

/// A form on a payment page.
const CHOSEN: Description = describe("", "", Good::Led)
    .with_query(&[Query::Language])
    .takes(Body::Form("Choice"))
    .refuses(&[400, 403, 404, 500]);

pub(super) const DESCRIPTIONS: &[Description] = &[
    describe("payments.desktop", "The page at `authorize_uri`, where the buyer pays.", HTML)
        .with_query(&[Query::Language])
        .refuses(&[404]),
    CHOSEN.named("payments.end_on_desktop", "Applies the buyer's decision and redirects to the merchant."),
    describe("payments.wallet", "The wallet page, to which the merchant sends phones.", HTML)
        .with_query(&[Query::Language])
        .refuses(&[404]),
    CHOSEN.named("payments.end_on_wallet", "Applies the buyer's decision and redirects to the slip."),
    describe("payments.summary", "The summary in the wallet.", HTML)
        .with_query(&[Query::Language])
        .refuses(&[404]),
    CHOSEN.named("payments.end_on_summary", "Applies the buyer's decision and redirects to the slip."),
    describe("payments.slip", "The outcome of the payment.", HTML)
        .with_query(&[Query::Language])
        .refuses(&[404]),
    describe("payments.status", "The status of a payment in one word.", Good::Media("text/plain"))
        .with_query(&[Query::Language])
        .refuses(&[404]),
    describe("payments.code", "The QR code that opens the wallet page.", Good::Media("image/svg+xml"))
        .with_query(&[Query::Language])
        .refuses(&[404]),
    describe("pages.style", "The stylesheet of the pages.", Good::Media("text/css")),
    describe("pages.script", "The script of the desktop page.", Good::Media("text/javascript")),
    describe("pages.overview_script", "The script of the dashboard at `/`.", Good::Media("text/javascript")),
    describe("pages.mark", "The icon of the pages.", Good::Media("image/svg+xml")),
    describe("omise_js", "The part of Omise.js that shop pages need.", Good::Media("text/javascript")),
    describe("openapi", "This document, for the requested API version.", Good::Json("OpenApi")),
];
