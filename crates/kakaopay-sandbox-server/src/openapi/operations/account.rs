//! Descriptions of calls about events, transactions, searches, the account and its webhook secrets.

use super::description::{Body, Description, Good, describe};
use crate::openapi::parameter::Query;

pub(super) const DESCRIPTIONS: &[Description] = &[
    describe("events.list", "Lists events.", Good::Object("EventList")).with_query(&[Query::Page]),
    describe("events.retrieve", "Retrieves an event.", Good::Object("Event")),
    describe("transactions.retrieve", "Retrieves the transaction of a charge.", Good::Object("Transaction"))
        .refuses(&[500]),
    describe("search", "Searches charges and refunds.", Good::Object("Search"))
        .with_query(&[Query::Search])
        .refuses(&[422]),
    describe("account.retrieve", "Retrieves the account.", Good::Object("Account")),
    describe("account.update", "Sets the webhook endpoint.", Good::Object("Account"))
        .takes(Body::Either("AccountChanges")),
    describe("account.upgrade", "Upgrades the account's API version.", Good::Object("Account"))
        .takes(Body::Needed("NewVersion")),
    describe("webhook_secrets.list", "Lists the active webhook secrets.", Good::Object("WebhookSecretList"))
        .with_query(&[Query::Page]),
    describe("webhook_secrets.roll", "Creates a secret, shown only once.", Good::Object("IssuedSecret"))
        .refuses(&[500]),
    describe("webhook_secrets.delete", "Deletes all webhook secrets.", Good::Object("WebhookSecretList"))
        .with_query(&[Query::Page]),
];
