//! Authentication.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use kakaopay_types::Key;

use super::refusal::Refusal;
use crate::keys::Keys;

/// The key that authenticates a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signed {
    /// The public key.
    Public,
    /// The secret key.
    Secret,
}

/// Returns the key that authenticates a call. Official clients send the key as user name, with an empty password
/// or with `x`; the password is ignored.
pub(crate) fn signed(headers: &HeaderMap, keys: &Keys) -> Result<Signed, Refusal> {
    let user = user_of(headers).ok_or_else(Refusal::authentication)?;
    if user == keys.secret.expose() {
        Ok(Signed::Secret)
    } else if user == keys.public.expose() {
        Ok(Signed::Public)
    } else {
        Err(Refusal::authentication())
    }
}

fn user_of(headers: &HeaderMap) -> Option<String> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    Some(text.split(':').next().unwrap_or_default().to_owned())
}
