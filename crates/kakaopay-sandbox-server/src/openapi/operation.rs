//! Operations of the OpenAPI document.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::link::{Link, LinkBuilder};
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, RefOr, Required, Response, ResponseBuilder};

use super::operations::{Body, Description, Good, Lead};
use super::refusal::{Form, refusal};
use super::schema::builder::{Kind, one_of, text, text_like};
use super::{parameter, schema};
use kakaopay_types::ApiVersion;

/// The client that may make a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// A client with either key.
    AnyKey,
    /// A client with the secret key.
    SecretKey,
    /// Any client, because it is a page.
    Anyone,
    /// A client on this machine.
    ThisMachine,
}

impl Caller {
    /// Statuses of refusals that all calls of this client share. An unknown version is a 400, a version that is too
    /// old a 404.
    fn refusals(self) -> &'static [u16] {
        match self {
            Self::AnyKey | Self::SecretKey => &[400, 401, 404],
            Self::Anyone => &[],
            Self::ThisMachine => &[403],
        }
    }

    fn form(self) -> Form {
        match self {
            Self::AnyKey | Self::SecretKey => Form::Error,
            Self::Anyone => Form::Page,
            Self::ThisMachine => Form::Problem,
        }
    }

    fn security(self) -> Option<SecurityRequirement> {
        let name = match self {
            Self::AnyKey => "anyKey",
            Self::SecretKey => "secretKey",
            Self::Anyone | Self::ThisMachine => return None,
        };
        Some(SecurityRequirement::new::<_, _, &str>(name, []))
    }
}

/// Describes a route in an API version. The second method of a route has its own operation id.
pub(super) fn operation(
    described: &Description,
    path: &str,
    method: &str,
    caller: Caller,
    version: ApiVersion,
) -> Operation {
    let (tag, id) =
        (described.name.split('.').next().unwrap_or_default(), operation_id(described.name, method));
    let mut operation = OperationBuilder::new()
        .tag(tag)
        .operation_id(Some(id))
        .summary(Some(described.says))
        .request_body(body(described.body))
        .securities(Some(caller.security()));
    let query = described.query.iter().flat_map(|query| parameter::of_query(*query));
    for parameter in parameter::of_path(path).into_iter().chain(query) {
        operation = operation.parameter(parameter);
    }
    let versioned = caller.form() == Form::Error || described.good == Good::Json("OpenApi");
    if versioned {
        operation = operation.parameter(parameter::version(version));
    }
    for (status, mut response) in good(described.good, version) {
        response.links = described.leads.iter().map(link).collect();
        operation = operation.response(status, response);
    }
    for status in caller.refusals().iter().chain(described.refusals) {
        operation = operation.response(status.to_string(), refusal(*status, caller.form()));
    }
    if versioned && caller == Caller::Anyone {
        operation =
            operation.response("400", refusal(400, Form::Error)).response("404", refusal(404, Form::Error));
    }
    // These depend on the request body only.
    operation.response("408", refusal(408, Form::Error)).response("413", refusal(413, Form::Error)).build()
}

fn operation_id(name: &str, method: &str) -> String {
    if method == "PUT" { format!("{name}.put") } else { name.to_owned() }
}

/// Converts a method name.
pub(super) fn method(name: &str) -> Option<HttpMethod> {
    Some(match name {
        "GET" => HttpMethod::Get,
        "POST" => HttpMethod::Post,
        "PATCH" => HttpMethod::Patch,
        "PUT" => HttpMethod::Put,
        "DELETE" => HttpMethod::Delete,
        _ => return None,
    })
}

fn body(body: Body) -> Option<RequestBody> {
    const JSON: &str = "application/json";
    const FORM: &str = "application/x-www-form-urlencoded";
    let (name, kinds, required): (_, &[&str], _) = match body {
        Body::None => return None,
        Body::Either(name) => (name, &[JSON, FORM], Required::False),
        Body::Needed(name) => (name, &[JSON, FORM], Required::True),
        Body::Json(name) => (name, &[JSON], Required::True),
        Body::Form(name) => (name, &[FORM], Required::True),
    };
    let body = RequestBodyBuilder::new().required(Some(required));
    let add = |body: RequestBodyBuilder, kind: &&str| {
        // A body that can be JSON or a form has a schema for each.
        let suffix = if *kind == FORM && kinds.len() > 1 { "Form" } else { "" };
        body.content(*kind, Content::new(Some(super::schema::builder::named(format!("{name}{suffix}")))))
    };
    Some(kinds.iter().fold(body, add).build())
}

/// Describes a link to a follow-up call.
fn link((name, parts): &Lead) -> (String, RefOr<Link>) {
    let link = LinkBuilder::new().operation_id(*name);
    let link = parts.iter().fold(link, |link, (part, place)| link.parameter(*part, *place));
    (name.replace('.', "_"), RefOr::T(link.build()))
}

fn good(good: Good, version: ApiVersion) -> Vec<(&'static str, Response)> {
    let named = |name| super::schema::builder::named(schema::in_version(name, version));
    match good {
        Good::Newer(_) if version < ApiVersion::V2019_05_29 => Vec::new(),
        Good::Object(name) | Good::Newer(name) => vec![("200", object(named(name), version))],
        Good::Never => Vec::new(),
        Good::Json(name) => {
            vec![("200", response("Success.", "application/json", super::schema::builder::named(name)))]
        }
        Good::Media(media) => vec![("200", response("Success.", media, text()))],
        Good::Led => {
            let location = HeaderBuilder::new().schema(Some(text())).build();
            let led =
                ResponseBuilder::new().description("The payment has ended; redirects to the next page.");
            let led = led.content("text/html", Content::new(Some(text()))).header("Location", location);
            vec![
                ("200", response("The payment had already ended.", "text/html", text())),
                ("303", led.build()),
            ]
        }
    }
}

fn response(says: &str, media: &str, kind: Kind) -> Response {
    ResponseBuilder::new().description(says).content(media, Content::new(Some(kind))).build()
}

/// Describes a response with an API object and its headers.
fn object(kind: Kind, version: ApiVersion) -> Response {
    let version_header = HeaderBuilder::new().schema(Some(one_of([version.as_str()]))).build();
    let request =
        HeaderBuilder::new().schema(Some(text_like("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"))).build();
    let response = ResponseBuilder::new().description("Success.");
    let response = response.content("application/json", Content::new(Some(kind)));
    response.header("Omise-Version", version_header).header("X-Request-Id", request).build()
}
