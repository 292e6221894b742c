//! Calls that concern charges.

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
    /// Parameters that only cards and other methods have do not exist here.
    CreateCharge: "charges.create" = Post "/charges", SecretOnly, Mutation -> Charge;
    params {
        /// How much is to be paid; the same as the source's.
        amount: PaymentAmount,
        /// Where the buyer comes back to.
        return_uri: ReturnUri,
        /// What it is paid from.
        source: ChargeSource,
        /// Text about the order, for the dashboard and the service's fraud checks. How long it may
        /// be is not documented.
        description: Option<String>,
        /// By what the charge is found again, and members of the merchant's own.
        metadata: ChargeMetadata,
        /// The buyer's IP address, for the service's fraud checks.
        ip: Option<IpAddr>,
        /// When the charge is to expire. Documented for some methods; whether KakaoPay heeds it is
        /// unconfirmed, so read the charge's own `expires_at`.
        expires_at: Option<Timestamp>,
        /// Where its events are posted, instead of the account's endpoint.
        webhook_endpoints: Option<WebhookEndpoints>,
    }
}

endpoint! {
    /// `GET /charges/{id}`: reads a charge. The only call that tells what became of a payment.
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
        /// Which part of the list.
        page: ListParams,
    }
}

endpoint! {
    /// `PATCH /charges/{id}`: changes what the merchant attached to a charge.
    UpdateCharge: "charges.update" = Patch "/charges/{}", SecretOnly, Mutation -> Charge;
    path {
        /// The charge to change.
        id: ChargeId,
    }
    params {
        /// New text about the order.
        description: Option<String>,
        /// New metadata. Whether it takes the place of the old or is added to it is not documented,
        /// so it names the attempt again: a charge that names none is no order's.
        metadata: Option<ChargeMetadata>,
    }
}

endpoint! {
    /// `POST /charges/{id}/expire`: ends a pending charge. Whether KakaoPay charges can be ended so
    /// is unconfirmed; a charge of a sibling method was. The refusal is `failed_expire`.
    ExpireCharge: "charges.expire" = Post "/charges/{}/expire", SecretOnly, Mutation -> Charge;
    path {
        /// The charge to end.
        id: ChargeId,
    }
}

endpoint! {
    /// `POST /charges/{id}/mark_as_paid`: ends a pending test charge as the buyer's approval would.
    MarkChargeAsPaid: "charges.mark_as_paid" = Post "/charges/{}/mark_as_paid", SecretOnly, Mutation -> Charge;
    path {
        /// The test charge.
        id: ChargeId,
    }
}

endpoint! {
    /// `POST /charges/{id}/mark_as_failed`: ends a pending test charge as a failure would.
    MarkChargeAsFailed:
        "charges.mark_as_failed" = Post "/charges/{}/mark_as_failed", SecretOnly, Mutation -> Charge;
    path {
        /// The test charge.
        id: ChargeId,
    }
    params {
        /// Why it fails; `None` leaves it to the service.
        failure_code: Option<FailureCode>,
    }
}

endpoint! {
    /// `GET /charges/{id}/events`: reads a page of what happened to a charge.
    ListChargeEvents: "charges.events" = Get "/charges/{}/events", SecretOnly, Read -> List<Event>;
    path {
        /// The charge.
        id: ChargeId,
    }
    params {
        /// Which part of the list.
        page: ListParams,
    }
}
