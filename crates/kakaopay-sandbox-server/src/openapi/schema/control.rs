//! Schemas of `/_sandbox`.

use serde_json::json;

use crate::openapi::schema::builder::{
    Kind, closed, list, moment, object, or_null, request_object, such_as, text, truth, whole_within,
    with_description,
};

pub(super) fn schemas() -> Vec<(&'static str, Kind)> {
    vec![
        ("Clock", clock()),
        ("ClockChange", clock_change()),
        ("FaultCount", object("Number of fault rules.", [("rules", whole_within(0, i64::MAX))])),
        ("FaultRules", closed(request_object("Fault rules.", [("rules", list(rule()))], []))),
        ("WebhookSchedule", object("Webhook schedule.", [("schedule", text())])),
        (
            "WebhookScheduleChange",
            closed(request_object("New webhook schedule.", [("schedule", schedule())], [])),
        ),
        ("Done", object("An empty object.", [])),
        ("Snapshot", object("The whole state, in a format of this version.", [])),
        ("Problem", object("Reason of the rejection.", [("error", text())])),
    ]
}

fn clock() -> Kind {
    let speed = with_description(
        whole_within(0, 86_400),
        "Sandbox seconds per real second; 0 while the clock is frozen.",
    );
    object("The sandbox's clock.", [("now", moment()), ("frozen", truth()), ("speed", speed)])
}

fn clock_change() -> Kind {
    let members = [
        ("set", or_null(moment())),
        (
            "advance",
            with_description(
                or_null(whole_within(i64::MIN, i64::MAX)),
                "Seconds to advance, or to go back if negative.",
            ),
        ),
        ("freeze", truth()),
        ("run", truth()),
        ("speed", with_description(or_null(whole_within(1, 86_400)), "Sandbox seconds per real second.")),
    ];
    closed(request_object("Changes of the clock, in order of application.", [], members))
}

fn rule() -> Kind {
    let form = "`FAULT[=VALUE][@OPERATION|@PATH][:nth=N|:every=N|:chance=PERCENT][:seed=N][:times=N]`";
    such_as(with_description(text(), form), json!("drop-response@charges.create:nth=2"))
}

fn schedule() -> Kind {
    let form = "`on`, `lost`, or any of `delay=SECONDS`, `duplicate=N`, `reorder=N`, `unsigned` and \
                `stale=SECONDS` with commas between them";
    such_as(with_description(text(), form), json!("delay=30,duplicate=3"))
}
