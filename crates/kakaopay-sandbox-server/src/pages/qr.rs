//! The QR code that opens the wallet page on a phone.

use bytes::Bytes;
use http::{Response, StatusCode};
use kakaopay_sandbox::ChargeSummary;
use qrcode::QrCode;
use qrcode::render::svg;

use super::headers::response;

/// Minimum edge length in CSS pixels.
const EDGE: u32 = 240;

/// Renders the QR code; `None` if the URL is too long. It is black on white even in dark mode, because cameras need
/// that.
pub(super) fn picture(charge: &ChargeSummary) -> Option<Response<Bytes>> {
    let code = QrCode::new(&charge.summary_uri).ok()?;
    let picture = code.render::<svg::Color<'_>>().min_dimensions(EDGE, EDGE).build();
    Some(response(StatusCode::OK, "image/svg+xml", picture.into()))
}
