//! The OpenAPI document and its response.

use std::sync::LazyLock;

use bytes::Bytes;
use http::{HeaderMap, Response};
use kakaopay_sandbox::route::Route;
use kakaopay_sandbox::{Sandbox, api_operations};
use kakaopay_types::ApiVersion;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components, ComponentsBuilder, Info, OpenApi, OpenApiBuilder, PathItem, PathsBuilder};

use super::operation::{Caller, method, operation};
use super::{operations, refusal, schema};
use crate::control;
use crate::pages::{self, open_to_all};

/// Description of the document.
const ABOUT: &str = "A stand-in for the Omise API and its KakaoPay pages. This document describes version ";
const ELSEWHERE: &str = "; send `Omise-Version` to get that of another version. Calls accept a form or JSON and \
                         ignore unknown members. Responses changed by fault rules (`/_sandbox/faults`) are not \
                         described.";

/// `GET /openapi.json`: returns the document of the requested API version.
pub(crate) fn response(sandbox: &Sandbox, headers: &HeaderMap) -> Response<Bytes> {
    static OLD: LazyLock<Bytes> = LazyLock::new(|| printed(ApiVersion::V2017_11_02));
    static CURRENT: LazyLock<Bytes> = LazyLock::new(|| printed(ApiVersion::V2019_05_29));
    let mut response = match sandbox.requested_version(headers) {
        Ok(ApiVersion::V2017_11_02) => Response::new(OLD.clone()),
        Ok(_) => Response::new(CURRENT.clone()),
        Err(refusal) => *refusal,
    };
    // OpenAPI tools may be web pages of another origin.
    open_to_all(&mut response, "application/json");
    response
}

fn printed(version: ApiVersion) -> Bytes {
    let printed = document(version).to_pretty_json();
    // The document has text keys and finite numbers only, so it always serializes.
    debug_assert!(printed.is_ok());
    printed.unwrap_or_default().into()
}

fn document(version: ApiVersion) -> OpenApi {
    let about = format!("{ABOUT}{}{ELSEWHERE}", version.as_str());
    let mut info = Info::new("kakaopay-sandbox", env!("CARGO_PKG_VERSION"));
    info.description = Some(about);
    let mut paths = PathsBuilder::new();
    for (path, methods, name, caller) in rows() {
        // A test checks that every row has a description.
        let Some(described) = operations::of(name) else { continue };
        for text in methods {
            let Some(method) = method(text) else { continue };
            let operation = operation(described, path, text, caller, version);
            paths = paths.path(path, PathItem::new(method, operation));
        }
    }
    OpenApiBuilder::new().info(info).paths(paths).components(Some(components())).build()
}

type Row = (&'static str, &'static [&'static str], &'static str, Caller);

/// Returns the rows of all route tables.
fn rows() -> Vec<Row> {
    fn of<H>(table: &'static [Route<H>], caller: Caller) -> impl Iterator<Item = Row> {
        table.iter().map(move |route| (route.path, route.methods, route.name, caller))
    }
    let api = api_operations().map(|operation| {
        let caller = if operation.with_public_key { Caller::AnyKey } else { Caller::SecretKey };
        (operation.path, operation.methods, operation.name, caller)
    });
    api.chain(of(pages::ROUTES, Caller::Anyone))
        .chain(FILES.map(|(path, name)| (path, &["GET"][..], name, Caller::Anyone)))
        .chain(of(control::ROUTES, Caller::ThisMachine))
        .collect()
}

/// The files beside the pages, which the application serves itself.
const FILES: [(&str, &str); 2] = [("/omise.js", "omise_js"), ("/openapi.json", "openapi")];

fn components() -> Components {
    let basic = |says: &str| {
        let mut http = Http::new(HttpAuthScheme::Basic);
        http.description = Some(says.to_owned());
        SecurityScheme::Http(http)
    };
    let mut components = ComponentsBuilder::new()
        .security_scheme("anyKey", basic("The public key or the secret key, as user name."))
        .security_scheme("secretKey", basic("The secret key, as user name."));
    for (name, kind) in schema::all() {
        components = components.schema(name, kind);
    }
    for (name, kind) in refusal::schemas() {
        components = components.schema(name, kind);
    }
    for (name, response) in refusal::responses() {
        components = components.response(name, response);
    }
    components.build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_described_and_nothing_else() {
        let mut rows: Vec<_> = rows().into_iter().map(|(_, _, name, _)| name).collect();
        let mut described: Vec<_> = operations::all().map(|described| described.name).collect();
        rows.sort_unstable();
        described.sort_unstable();
        assert_eq!(rows, described);
        rows.dedup();
        assert_eq!(rows.len(), described.len(), "two routes have the same name");
    }
}
