//! Schemas of events and their deliveries.

use crate::openapi::schema::builder::{
    Kind, always, any_of, id, list, moment, named, object, one_of, or_null, text, text_like, whole_within,
    with_description,
};
use kakaopay_sandbox::EVENT_KEYS;

pub(super) fn schemas() -> Vec<(&'static str, Kind)> {
    vec![
        ("Event", any_of([named("EventOf2019"), named("EventOf2017")])),
        ("EventOf2019", current()),
        ("EventOf2017", old()),
        ("WebhookDelivery", delivery()),
    ]
}

fn current() -> Kind {
    object(
        "An event from a time when the account had version 2019-05-29, regardless of the request's version.",
        [
            ("object", one_of(["event"])),
            ("id", id("evnt")),
            ("livemode", always(false)),
            ("location", text()),
            ("webhook_deliveries", list(named("WebhookDelivery"))),
            (
                "data",
                with_description(
                    any_of([named("Charge"), named("Refund")]),
                    "The object at the time of the event.",
                ),
            ),
            ("key", one_of(EVENT_KEYS)),
            ("created_at", moment()),
        ],
    )
}

fn old() -> Kind {
    object(
        "An event from a time when the account had version 2017-11-02, regardless of the request's version.",
        [
            ("object", one_of(["event"])),
            ("id", id("evnt")),
            ("livemode", always(false)),
            ("location", text()),
            ("key", one_of(EVENT_KEYS)),
            ("created", moment()),
            (
                "data",
                with_description(
                    any_of([named("ChargeOf2017"), named("RefundOf2017")]),
                    "The object at the time of the event.",
                ),
            ),
        ],
    )
}

fn delivery() -> Kind {
    let created_at = text_like("^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} UTC$");
    object(
        "A delivery attempt of an event.",
        [
            ("object", one_of(["webhook_delivery"])),
            ("id", text()),
            ("uri", text()),
            (
                "status",
                with_description(
                    or_null(whole_within(100, 999)),
                    "HTTP status of the endpoint's response, if any.",
                ),
            ),
            ("key", one_of(EVENT_KEYS)),
            ("error", or_null(text())),
            ("payload", with_description(text(), "The signed and posted bytes.")),
            ("created_at", with_description(created_at, "The only time in another format.")),
        ],
    )
}
