//! The schemas of `/_sandbox`.

use serde_json::json;

use crate::openapi::schema::builder::{
    Kind, asked, closed, list, moment, object, or_null, said, such_as, text, truth, whole_within,
};

pub(super) fn schemas() -> Vec<(&'static str, Kind)> {
    vec![
        ("Clock", clock()),
        ("ClockChange", clock_change()),
        ("FaultCount", object("How many rules are set.", [("rules", whole_within(0, i64::MAX))])),
        ("FaultRules", closed(asked("What goes wrong.", [("rules", list(rule()))], []))),
        ("Plan", object("How webhooks arrive.", [("plan", text())])),
        ("PlanChange", closed(asked("How webhooks arrive from now on.", [("plan", plan())], []))),
        ("Done", object("Nothing to tell.", [])),
        ("Snapshot", object("Everything there is, in a form of this version's own.", [])),
        ("Problem", object("Why it was not done.", [("error", text())])),
    ]
}

fn clock() -> Kind {
    let rate = said(whole_within(0, 86_400), "Seconds that pass in one; 0 while it is frozen.");
    object("The time in the sandbox.", [("now", moment()), ("frozen", truth()), ("rate", rate)])
}

fn clock_change() -> Kind {
    let members = [
        ("set", or_null(moment())),
        ("advance", said(or_null(whole_within(i64::MIN, i64::MAX)), "Seconds, forwards or backwards.")),
        ("freeze", truth()),
        ("run", truth()),
        ("rate", said(or_null(whole_within(1, 86_400)), "Seconds that pass in one from now on.")),
    ];
    closed(asked("What is done to the clock, in this order.", [], members))
}

fn rule() -> Kind {
    let form = "`FAULT[=VALUE][@OPERATION|@PATH][:nth=N|:every=N|:chance=PERCENT][:seed=N][:times=N]`";
    such_as(said(text(), form), json!("drop-response@charges.create:nth=2"))
}

fn plan() -> Kind {
    let form = "`on`, `lost`, or any of `delay=SECONDS`, `duplicate=N`, `reorder=N`, `unsigned` and \
                `stale=SECONDS` with commas between them";
    such_as(said(text(), form), json!("delay=30,duplicate=3"))
}
