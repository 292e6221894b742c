//! A call, as the document says it.

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

/// Who may make a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// Whoever has either key.
    AnyKey,
    /// Whoever has the secret key.
    SecretKey,
    /// Anyone: it is a page.
    Anyone,
    /// This machine.
    ThisMachine,
}

impl Caller {
    /// What is refused to every call of theirs. A version that is not known is a 400, one that is too old a 404.
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

/// A row of a table, in a version. The second method of a row is the same call under another name.
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
    // Whatever is sent: these are answered before it is looked at.
    operation.response("408", refusal(408, Form::Error)).response("413", refusal(413, Form::Error)).build()
}

fn operation_id(name: &str, method: &str) -> String {
    if method == "PUT" { format!("{name}.put") } else { name.to_owned() }
}

/// The method of a row.
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
        // A form of what is JSON too has a schema of its own.
        let suffix = if *kind == FORM && kinds.len() > 1 { "Form" } else { "" };
        body.content(*kind, Content::new(Some(super::schema::builder::named(format!("{name}{suffix}")))))
    };
    Some(kinds.iter().fold(body, add).build())
}

/// The way to another call.
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
            vec![("200", answer("As asked.", "application/json", super::schema::builder::named(name)))]
        }
        Good::Media(media) => vec![("200", answer("As asked.", media, text()))],
        Good::Led => {
            let location = HeaderBuilder::new().schema(Some(text())).build();
            let led = ResponseBuilder::new().description("It has ended; this is the way on.");
            let led = led.content("text/html", Content::new(Some(text()))).header("Location", location);
            vec![("200", answer("It had ended before.", "text/html", text())), ("303", led.build())]
        }
    }
}

fn answer(says: &str, media: &str, kind: Kind) -> Response {
    ResponseBuilder::new().description(says).content(media, Content::new(Some(kind))).build()
}

/// An object of the API, with the headers that every good answer has.
fn object(kind: Kind, version: ApiVersion) -> Response {
    let version_header = HeaderBuilder::new().schema(Some(one_of([version.as_str()]))).build();
    let request =
        HeaderBuilder::new().schema(Some(text_like("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"))).build();
    let response = ResponseBuilder::new().description("As asked.");
    let response = response.content("application/json", Content::new(Some(kind)));
    response.header("Omise-Version", version_header).header("X-Request-Id", request).build()
}
