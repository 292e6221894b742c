//! `/openapi.json` and the responses agree.

mod document;
mod journey;
mod validator;
