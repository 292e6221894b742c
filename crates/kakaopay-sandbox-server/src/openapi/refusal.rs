//! Error responses.

use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};

use super::schema::builder::{Kind, named, object, one_of, text, with_description};

/// The format of an error response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The API's error object.
    Error,
    /// `/_sandbox`: `{"error": "…"}`.
    Problem,
    /// An HTML page.
    Page,
}

/// An error response: status, name, description, and the API's error codes.
struct RefusalDescription {
    status: u16,
    name: &'static str,
    says: &'static str,
    codes: &'static [&'static str],
}

const REFUSALS: &[RefusalDescription] = &[
    RefusalDescription {
        status: 400,
        name: "Refused",
        says: "The request is invalid, or the state does not allow it.",
        codes: BAD,
    },
    RefusalDescription {
        status: 401,
        name: "Unauthorized",
        says: "The key is missing, unknown, or not authorized for this call.",
        codes: &["authentication_failure"],
    },
    RefusalDescription {
        status: 403,
        name: "Forbidden",
        says: "Requests from other machines or sites are rejected.",
        codes: &[],
    },
    RefusalDescription {
        status: 404,
        name: "NotFound",
        says: "The object does not exist, or this version does not have the call.",
        codes: &["not_found", "service_not_found", "serializer_not_found"],
    },
    RefusalDescription {
        status: 408,
        name: "TooSlow",
        says: "The request body was not received in time.",
        codes: &["bad_request"],
    },
    RefusalDescription {
        status: 413,
        name: "TooLarge",
        says: "The request body is too large.",
        codes: &["bad_request"],
    },
    RefusalDescription {
        status: 422,
        name: "NotSearchable",
        says: "The search scope, a filter or the page is invalid.",
        codes: &["invalid_filter", "invalid_page", "invalid_per_page", "invalid_scope"],
    },
    RefusalDescription {
        status: 500,
        name: "Failed",
        says: "Internal error of the sandbox, which is a bug.",
        codes: &["internal_error"],
    },
];

/// Error codes of status 400.
const BAD: &[&str] = &[
    "bad_request",
    "expired_charge",
    "failed_capture",
    "failed_expire",
    "failed_refund",
    "failed_reverse",
    "failed_void",
    "invalid_charge",
    "processed_charge",
];

impl Form {
    fn suffix(self) -> &'static str {
        match self {
            Self::Error => "",
            Self::Problem => "OnThisMachine",
            Self::Page => "OnPage",
        }
    }

    fn content(self, name: &str) -> (&'static str, Kind) {
        match self {
            Self::Error => ("application/json", named(format!("{name}Error"))),
            Self::Problem => ("application/json", named("Problem")),
            Self::Page => ("text/html", text()),
        }
    }
}

/// Returns a reference to the error response of a status.
pub(super) fn refusal(status: u16, form: Form) -> RefOr<Response> {
    let found = REFUSALS.iter().find(|refusal| refusal.status == status);
    let name = found.map_or("", |refusal| refusal.name);
    Ref::from_response_name(format!("{name}{}", form.suffix())).into()
}

/// Returns all error responses with their names.
pub(super) fn responses() -> Vec<(String, Response)> {
    let mut all = Vec::new();
    for refusal in REFUSALS {
        for form in [Form::Error, Form::Problem, Form::Page] {
            let (media, kind) = form.content(refusal.name);
            // Statuses without codes never occur in the API itself.
            if form == Form::Error && refusal.codes.is_empty() {
                continue;
            }
            let content = Content::new(Some(kind));
            let response = ResponseBuilder::new().description(refusal.says).content(media, content).build();
            all.push((format!("{}{}", refusal.name, form.suffix()), response));
        }
    }
    all
}

/// Returns the schemas of error objects.
pub(super) fn schemas() -> Vec<(String, Kind)> {
    let coded = REFUSALS.iter().filter(|refusal| !refusal.codes.is_empty());
    coded.map(|refusal| (format!("{}Error", refusal.name), error(refusal))).collect()
}

fn error(refusal: &RefusalDescription) -> Kind {
    object(
        refusal.says,
        [
            ("object", one_of(["error"])),
            ("location", with_description(text(), "URL of the code's documentation.")),
            ("code", one_of(refusal.codes.iter().copied())),
            ("message", with_description(text(), "Description for people.")),
        ],
    )
}
