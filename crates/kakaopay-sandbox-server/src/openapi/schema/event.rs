//! The schemas of events, and of how they were posted.

use crate::openapi::schema::builder::{
    Kind, always, any_of, id, list, moment, named, object, one_of, or_null, said, text, text_like,
    whole_within,
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
        "What happened while the account had version 2019-05-29, whatever version a call asks for.",
        [
            ("object", one_of(["event"])),
            ("id", id("evnt")),
            ("livemode", always(false)),
            ("location", text()),
            ("webhook_deliveries", list(named("WebhookDelivery"))),
            ("data", said(any_of([named("Charge"), named("Refund")]), "As it was then.")),
            ("key", one_of(EVENT_KEYS)),
            ("created_at", moment()),
        ],
    )
}

fn old() -> Kind {
    object(
        "What happened while the account had version 2017-11-02, whatever version a call asks for.",
        [
            ("object", one_of(["event"])),
            ("id", id("evnt")),
            ("livemode", always(false)),
            ("location", text()),
            ("key", one_of(EVENT_KEYS)),
            ("created", moment()),
            ("data", said(any_of([named("ChargeOf2017"), named("RefundOf2017")]), "As it was then.")),
        ],
    )
}

fn delivery() -> Kind {
    let created_at = text_like("^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} UTC$");
    object(
        "An event that was posted.",
        [
            ("object", one_of(["webhook_delivery"])),
            ("id", text()),
            ("uri", text()),
            ("status", said(or_null(whole_within(100, 999)), "What the endpoint answered, if it did.")),
            ("key", one_of(EVENT_KEYS)),
            ("error", or_null(text())),
            ("payload", said(text(), "The bytes that were signed and posted.")),
            ("created_at", said(created_at, "The one time that is not written as the others are.")),
        ],
    )
}
