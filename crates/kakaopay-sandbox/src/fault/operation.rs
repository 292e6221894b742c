//! What a request is called in a rule.

/// The name of the API's operation that a request is; `None` when it is none.
pub(super) fn operation(method: &str, path: &str, query: &str) -> Option<&'static str> {
    let path: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    Some(match (method, path.as_slice()) {
        ("POST", ["sources"]) => "sources.create",
        ("GET", ["sources", _]) => "sources.retrieve",
        ("POST", ["charges"]) => "charges.create",
        ("GET", ["charges"]) => "charges.list",
        ("GET", ["charges", _]) => "charges.retrieve",
        ("PATCH" | "PUT", ["charges", _]) => "charges.update",
        ("GET", ["charges", _, "events"]) => "charges.events",
        ("POST", ["charges", _, "expire"]) => "charges.expire",
        ("POST", ["charges", _, "mark_as_paid"]) => "charges.mark_as_paid",
        ("POST", ["charges", _, "mark_as_failed"]) => "charges.mark_as_failed",
        ("POST", ["charges", _, "refunds"]) => "refunds.create",
        ("GET", ["charges", _, "refunds"]) => "charges.refunds",
        ("GET", ["charges", _, "refunds", _]) => "refunds.retrieve",
        ("GET", ["refunds"]) => "refunds.list",
        ("GET", ["events"]) => "events.list",
        ("GET", ["events", _]) => "events.retrieve",
        ("GET", ["search"]) if query.contains("scope=refund") => "search.refunds",
        ("GET", ["search"]) => "search.charges",
        ("GET", ["capability"]) => "capability.retrieve",
        ("GET", ["account"]) => "account.retrieve",
        _ => return None,
    })
}

/// Every operation there is.
pub(super) const OPERATIONS: [&str; 20] = [
    "sources.create",
    "sources.retrieve",
    "charges.create",
    "charges.list",
    "charges.retrieve",
    "charges.update",
    "charges.events",
    "charges.expire",
    "charges.mark_as_paid",
    "charges.mark_as_failed",
    "refunds.create",
    "charges.refunds",
    "refunds.retrieve",
    "refunds.list",
    "events.list",
    "events.retrieve",
    "search.refunds",
    "search.charges",
    "capability.retrieve",
    "account.retrieve",
];
