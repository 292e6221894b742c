//! The pages of a payment, and what is beside them.

use super::entry::{Body, Good, Told, told};
use crate::openapi::parameter::Query;

const HTML: Good = Good::Media("text/html");

pub(super) const TOLD: &[Told] = &[
    told("payments.desktop", "The page at `authorize_uri`, where the buyer pays.", HTML)
        .asks(&[Query::Language])
        .refuses(&[404]),
    told("payments.end", "What the buyer chose there; leads to the merchant.", Good::Led)
        .asks(&[Query::Language])
        .takes(Body::Form("Choice"))
        .refuses(&[400, 403, 404, 500]),
    told("payments.phone", "The page in the wallet.", HTML).asks(&[Query::Language]).refuses(&[404]),
    told("payments.end_on_phone", "What the buyer chose there; leads to the slip.", Good::Led)
        .asks(&[Query::Language])
        .takes(Body::Form("Choice"))
        .refuses(&[400, 403, 404, 500]),
    told("payments.status", "How a payment stands, in one word.", Good::Media("text/plain"))
        .asks(&[Query::Language])
        .refuses(&[404]),
    told("payments.code", "The way to the wallet, as a picture.", Good::Media("image/svg+xml"))
        .asks(&[Query::Language])
        .refuses(&[404]),
    told("pages.style", "The style of the pages.", Good::Media("text/css")),
    told("pages.script", "The script of the pages.", Good::Media("text/javascript")),
    told("omise_js", "What a shop's page needs of Omise.js.", Good::Media("text/javascript")),
    told("openapi", "This document, in the version that is asked for.", Good::Json("OpenApi")),
];
