//! Endpoints of charges.

use std::net::IpAddr;

use super::charge_source::ChargeSource;
use super::definition::endpoint;
use super::outgoing::ChargeMetadata;
use super::page::ListParams;
use super::webhook_endpoints::WebhookEndpoints;
use crate::charge::Charge;
use crate::event::Event;
use crate::failure::FailureCode;
use crate::id::ChargeId;
use crate::limits::PaymentAmount;
use crate::list::List;
use crate::return_uri::ReturnUri;
use crate::timestamp::Timestamp;

endpoint! {
    /// `POST /charges`: creates a KakaoPay charge.
    ///
    /// Parameters of cards and other methods are omitted.
    CreateCharge: "charges.create" = Post "/charges", SecretOnly, Mutation -> Charge;
    params {
        /// Amount to be paid; must equal the source's.
        amount: PaymentAmount,
        /// The URI the buyer returns to.
        return_uri: ReturnUri,
        /// The source to charge.
        source: ChargeSource,
        /// Description of the order, for the dashboard and the service's fraud checks. Its maximum length is
        /// not documented.
        description: Option<String>,
        /// The attempt reference by which the charge is found again, its store, and the merchant's own members.
        metadata: ChargeMetadata,
        /// The buyer's IP address, for the service's fraud checks.
        ip: Option<IpAddr>,
        /// Time the charge expires. Documented for some methods and unconfirmed for KakaoPay, so use the
        /// charge's own `expires_at`.
        expires_at: Option<Timestamp>,
        /// Endpoints for its events, instead of the account's.
        webhook_endpoints: Option<WebhookEndpoints>,
    }
}

endpoint! {
    /// `GET /charges/{id}`: reads a charge. Only this read shows whether a payment was made.
    RetrieveCharge: "charges.retrieve" = Get "/charges/{}", SecretOnly, Read -> Charge;
    path {
        /// The charge to read.
        id: ChargeId,
    }
}

endpoint! {
    /// `GET /charges`: reads a page of the account's charges.
    #[derive(Default)]
    ListCharges: "charges.list" = Get "/charges", SecretOnly, Read -> List<Charge>;
    params {
        /// The part of the list to read.
        page: ListParams,
    }
}

endpoint! {
    /// `PATCH /charges/{id}`: changes a charge's description or metadata.
    UpdateCharge: "charges.update" = Patch "/charges/{}", SecretOnly, Mutation -> Charge;
    path {
        /// The charge to change.
        id: ChargeId,
    }
    params {
        /// New description.
        description: Option<String>,
        /// New metadata. Whether it replaces the old or is merged is not documented, so it repeats
        /// the attempt reference: a charge without one cannot be matched to an order.
        metadata: Option<ChargeMetadata>,
    }
}

endpoint! {
    /// `POST /charges/{id}/expire`: ends a pending charge. Unconfirmed for KakaoPay; confirmed for a
    /// sibling method. The error code of a rejection is `failed_expire`.
    ExpireCharge: "charges.expire" = Post "/charges/{}/expire", SecretOnly, Mutation -> Charge;
    path {
        /// The charge to end.
        id: ChargeId,
    }
}

endpoint! {
    /// `POST /charges/{id}/mark_as_paid`: completes a pending test charge as if the buyer had approved it.
    MarkChargeAsPaid: "charges.mark_as_paid" = Post "/charges/{}/mark_as_paid", SecretOnly, Mutation -> Charge;
    path {
        /// The test charge.
        id: ChargeId,
    }
}

endpoint! {
    /// `POST /charges/{id}/mark_as_failed`: fails a pending test charge.
    MarkChargeAsFailed:
        "charges.mark_as_failed" = Post "/charges/{}/mark_as_failed", SecretOnly, Mutation -> Charge;
    path {
        /// The test charge.
        id: ChargeId,
    }
    params {
        /// The failure code; `None` for the service's default.
        failure_code: Option<FailureCode>,
    }
}

endpoint! {
    /// `GET /charges/{id}/events`: reads a page of a charge's events.
    ListChargeEvents: "charges.events" = Get "/charges/{}/events", SecretOnly, Read -> List<Event>;
    path {
        /// The charge.
        id: ChargeId,
    }
    params {
        /// The part of the list to read.
        page: ListParams,
    }
}
