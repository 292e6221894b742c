//! The account object of version 2017-11-02.

use kakaopay_types::Timestamp;
use serde::Serialize;

use crate::object::{AccountObject, Shape};

/// The account object of version 2017-11-02. It was never recorded: these members are those that clients of its
/// time read, with `created` for `created_at`.
#[derive(Debug, Serialize)]
pub(crate) struct Account<'a> {
    object: &'static str,
    id: &'a str,
    email: &'static str,
    created: Timestamp,
}

impl Shape for AccountObject {
    type Old<'a> = Account<'a>;

    fn old(&self) -> Account<'_> {
        Account { object: self.object, id: &self.id, email: self.email, created: self.created_at }
    }
}
