//! The QR code that leads a phone to its page.

use bytes::Bytes;
use http::{Response, StatusCode};
use kakaopay_sandbox::ChargeSummary;
use qrcode::QrCode;
use qrcode::render::svg;

use super::headers::response;

/// Edge of the picture in CSS pixels, at least.
const EDGE: u32 = 240;

/// The picture; `None` when the address is too long for one. It stays black on white in the dark too, as
/// cameras want it.
pub(super) fn picture(charge: &ChargeSummary) -> Option<Response<Bytes>> {
    let code = QrCode::new(&charge.summary_uri).ok()?;
    let picture = code.render::<svg::Color<'_>>().min_dimensions(EDGE, EDGE).build();
    Some(response(StatusCode::OK, "image/svg+xml", picture.into()))
}
