//! The merchant's account.

use crate::currency::Currency;
use crate::object::{object, object_tag};
use crate::timestamp::Timestamp;

object_tag! {
    /// The `object` member of an account: always `account`.
    AccountObject = "account";
}

object! {
    /// The merchant's account, with what a payment depends on: where its events are posted, and in
    /// which version they are written.
    Account {
        /// Always `account`.
        pub object: AccountObject,
        /// Identifies the account (`account_…`).
        pub id: Box<str>,
        /// The team it belongs to (`acct_…`).
        pub team: Option<Box<str>>,
        /// Whether real money moves.
        pub livemode: Option<bool>,
        /// Path of the account on the API's host.
        pub location: Option<Box<str>>,
        /// Its country, as two letters.
        pub country: Option<Box<str>>,
        /// The currency it is paid in.
        pub currency: Option<Currency>,
        /// Its e-mail address.
        pub email: Option<Box<str>>,
        created_at: Option<Timestamp>,
        created: Option<Timestamp> [unless is_none],
        /// The currencies it can charge in.
        pub supported_currencies: Option<Vec<Currency>>,
        /// The version its events are written in; [`ApiVersion`](crate::ApiVersion) has those that
        /// can be read.
        pub api_version: Option<Box<str>>,
        /// Where its events are posted; `None` where no webhook is set up.
        pub webhook_uri: Option<Box<str>>,
    }
}

impl Account {
    /// When it was created: `created_at`, or `created` in API version 2017-11-02.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        self.created_at.or(self.created)
    }
}
