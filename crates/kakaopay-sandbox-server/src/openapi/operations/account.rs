//! Events, transactions, searches, and the account with its webhook secrets.

use super::description::{Body, Description, Good, describe};
use crate::openapi::parameter::Query;

pub(super) const DESCRIPTIONS: &[Description] = &[
    describe("events.list", "The events.", Good::Object("EventList")).asks(&[Query::Page]),
    describe("events.retrieve", "An event.", Good::Object("Event")),
    describe("transactions.retrieve", "What a charge brought in.", Good::Object("Transaction"))
        .refuses(&[500]),
    describe("search", "Searches charges and refunds.", Good::Object("Search"))
        .asks(&[Query::Search])
        .refuses(&[422]),
    describe("account.retrieve", "The account.", Good::Object("Account")),
    describe("account.update", "Sets where events are posted to.", Good::Object("Account"))
        .takes(Body::Either("AccountChanges")),
    describe("account.upgrade", "Moves the account on to a newer version.", Good::Object("Account"))
        .takes(Body::Needed("NewVersion")),
    describe("webhook_secrets.list", "The secrets that sign now.", Good::Object("WebhookSecretList"))
        .asks(&[Query::Page]),
    describe("webhook_secrets.roll", "A new secret, told this once.", Good::Object("IssuedSecret"))
        .refuses(&[500]),
    describe("webhook_secrets.delete", "No secret any more.", Good::Object("WebhookSecretList"))
        .asks(&[Query::Page]),
];
