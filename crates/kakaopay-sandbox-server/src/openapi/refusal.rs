//! The ways in which a call is refused.

use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};

use super::schema::builder::{Kind, named, object, one_of, said, text};

/// What a refusal is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The error object of the API.
    Error,
    /// What `/_sandbox` says: `{"error": "…"}`.
    Problem,
    /// A page.
    Page,
}

/// A refusal: its status, what it is called, what it is about, and the codes that it has in the API.
struct Refused {
    status: u16,
    name: &'static str,
    says: &'static str,
    codes: &'static [&'static str],
}

const REFUSED: &[Refused] = &[
    Refused { status: 400, name: "Refused", says: "What was sent cannot be done.", codes: BAD },
    Refused {
        status: 401,
        name: "Unauthorized",
        says: "No key, one that is not the account's, or one that may not do this.",
        codes: &["authentication_failure"],
    },
    Refused { status: 403, name: "Forbidden", says: "Not from there.", codes: &[] },
    Refused {
        status: 404,
        name: "NotFound",
        says: "There is no such object, or no such call in this version.",
        codes: &["not_found", "service_not_found", "serializer_not_found"],
    },
    Refused { status: 408, name: "TooSlow", says: "The body did not come in time.", codes: &["bad_request"] },
    Refused { status: 413, name: "TooLarge", says: "The body is too large.", codes: &["bad_request"] },
    Refused {
        status: 422,
        name: "NotSearchable",
        says: "It cannot be searched for that.",
        codes: &["invalid_filter", "invalid_page", "invalid_per_page", "invalid_scope"],
    },
    Refused {
        status: 500,
        name: "Failed",
        says: "The sandbox failed; it never should.",
        codes: &["internal_error"],
    },
];

/// The codes of a bad request.
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

/// The refusal of a status, by its name among the components.
pub(super) fn refusal(status: u16, form: Form) -> RefOr<Response> {
    let found = REFUSED.iter().find(|refused| refused.status == status);
    let name = found.map_or("", |refused| refused.name);
    Ref::from_response_name(format!("{name}{}", form.suffix())).into()
}

/// Every refusal, by its name.
pub(super) fn responses() -> Vec<(String, Response)> {
    let mut all = Vec::new();
    for refused in REFUSED {
        for form in [Form::Error, Form::Problem, Form::Page] {
            let (media, kind) = form.content(refused.name);
            // What the API itself never answers has no codes.
            if form == Form::Error && refused.codes.is_empty() {
                continue;
            }
            let content = Content::new(Some(kind));
            let response = ResponseBuilder::new().description(refused.says).content(media, content).build();
            all.push((format!("{}{}", refused.name, form.suffix()), response));
        }
    }
    all
}

/// The error objects of the API.
pub(super) fn schemas() -> Vec<(String, Kind)> {
    let coded = REFUSED.iter().filter(|refused| !refused.codes.is_empty());
    coded.map(|refused| (format!("{}Error", refused.name), error(refused))).collect()
}

fn error(refused: &Refused) -> Kind {
    object(
        refused.says,
        [
            ("object", one_of(["error"])),
            ("location", said(text(), "Where the code is documented.")),
            ("code", one_of(refused.codes.iter().copied())),
            ("message", said(text(), "For people.")),
        ],
    )
}
