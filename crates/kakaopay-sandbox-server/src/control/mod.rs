//! `/_sandbox`: the sandbox itself, moved by whoever tests with it.
//!
//! No key is needed. Every answer is JSON; a no is `{"error": "…"}`. A browser that comes from another site is
//! refused, and so is any name for this machine but a loopback one.
//!
//! | call | does |
//! |---|---|
//! | `GET /_sandbox/clock` | `now`, whether it is `frozen`, and the `rate`: how many seconds pass in one |
//! | `POST /_sandbox/clock` | `{"set": TIME}`, `{"advance": SECONDS}`, `{"freeze": true}`, `{"run": true}`, `{"rate": N}` to run N seconds in one, in that order |
//! | `GET /_sandbox/faults` | how many rules are set |
//! | `POST /_sandbox/faults` | `{"rules": [RULE, …]}`, in the place of those before |
//! | `DELETE /_sandbox/faults` | none goes wrong any more |
//! | `POST /_sandbox/webhooks` | `{"plan": PLAN}`: how webhooks arrive from now on |
//! | `POST /_sandbox/reset` | as it was when it was built |
//! | `GET /_sandbox/snapshot` | everything there is; the webhook secrets are in it |
//! | `POST /_sandbox/restore` | a snapshot, in the place of everything there is |
//! | `POST /_sandbox/events/{id}/resend` | posts an event once more |
//! | `GET /_sandbox/live` | server-sent events: a number that grows with what happens |

mod router;

pub(crate) use router::{ROUTES, respond};
