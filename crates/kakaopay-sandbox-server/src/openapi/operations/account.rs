//! Events, transactions, searches, and the account with its webhook secrets.

use super::entry::{Body, Good, Told, told};
use crate::openapi::parameter::Query;

pub(super) const TOLD: &[Told] = &[
    told("events.list", "The events.", Good::Object("EventList")).asks(&[Query::Page]),
    told("events.retrieve", "An event.", Good::Object("Event")),
    told("transactions.retrieve", "What a charge brought in.", Good::Object("Transaction")).refuses(&[500]),
    told("search", "Searches charges and refunds.", Good::Object("Search"))
        .asks(&[Query::Search])
        .refuses(&[422]),
    told("account.retrieve", "The account.", Good::Object("Account")),
    told("account.update", "Sets where events are posted to.", Good::Object("Account"))
        .takes(Body::Either("AccountChanges")),
    told("account.upgrade", "Moves the account on to a newer version.", Good::Object("Account"))
        .takes(Body::Needed("NewVersion")),
    told("webhook_secrets.list", "The secrets that sign now.", Good::Object("WebhookSecretList"))
        .asks(&[Query::Page]),
    told("webhook_secrets.roll", "A new secret, told this once.", Good::Object("WebhookSecret"))
        .refuses(&[500]),
    told("webhook_secrets.delete", "No secret any more.", Good::Object("WebhookSecretList"))
        .asks(&[Query::Page]),
];
