//! `/openapi.json` and the responses agree.

mod document;
mod held;
mod journey;
