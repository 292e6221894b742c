//! `/_sandbox`: control of the sandbox by tests.
//!
//! No key is needed. Every response is JSON; an error is `{"error": "…"}`. Requests from pages of other sites, and
//! requests with a `Host` other than a loopback name, are rejected.
//!
//! | call | effect |
//! |---|---|
//! | `GET /_sandbox/clock` | returns the time `now`, whether the clock is `frozen`, and its `speed` in sandbox seconds per real second |
//! | `POST /_sandbox/clock` | applies `{"set": TIME}`, `{"advance": SECONDS}`, `{"freeze": true}`, `{"run": true}` and `{"speed": N}`, in this order |
//! | `GET /_sandbox/faults` | returns the number of fault rules |
//! | `POST /_sandbox/faults` | replaces the fault rules: `{"rules": [RULE, …]}` |
//! | `DELETE /_sandbox/faults` | removes all fault rules |
//! | `POST /_sandbox/webhooks` | sets the webhook schedule: `{"schedule": SCHEDULE}` |
//! | `POST /_sandbox/reset` | returns to the state when the sandbox was built |
//! | `GET /_sandbox/snapshot` | returns a snapshot of the state, webhook secrets included |
//! | `POST /_sandbox/restore` | replaces the state with a snapshot |
//! | `POST /_sandbox/events/{id}/resend` | posts an event again |
//! | `GET /_sandbox/live` | streams server-sent events with a revision that grows with each change |

mod router;

pub(crate) use router::{ROUTES, respond};
