//! The merchant's account.

use crate::currency::Currency;
use crate::object::{object, object_tag};
use crate::timestamp::Timestamp;

object_tag! {
    /// The `object` member of an account: always `account`.
    AccountObject = "account";
}

object! {
    /// The merchant's account, including the settings that payments depend on: its webhook endpoint and
    /// the API version of its events.
    Account {
        /// Always `account`.
        pub object: AccountObject,
        /// Identifies the account (`account_…`).
        pub id: Box<str>,
        /// The team's id (`acct_…`).
        pub team: Option<Box<str>>,
        /// Whether real money moves.
        pub livemode: Option<bool>,
        /// Path of the account on the API's host.
        pub location: Option<Box<str>>,
        /// Country, as two letters.
        pub country: Option<Box<str>>,
        /// Currency it is paid out in.
        pub currency: Option<Currency>,
        /// E-mail address.
        pub email: Option<Box<str>>,
        created_at: Option<Timestamp>,
        created: Option<Timestamp> [unless is_none],
        /// Currencies it can charge in.
        pub supported_currencies: Option<Vec<Currency>>,
        /// API version of its events; [`ApiVersion`](crate::ApiVersion) lists the supported ones.
        pub api_version: Option<Box<str>>,
        /// The webhook endpoint; `None` if none is configured.
        pub webhook_uri: Option<Box<str>>,
    }
}

impl Account {
    /// Returns the creation time: `created_at`, or `created` in API version 2017-11-02.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        self.created_at.or(self.created)
    }
}
