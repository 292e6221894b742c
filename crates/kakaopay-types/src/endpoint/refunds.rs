//! Endpoints of refunds.

use super::definition::endpoint;
use super::outgoing::RefundMetadata;
use super::page::ListParams;
use crate::id::{ChargeId, RefundId};
use crate::list::List;
use crate::refund::Refund;
use crate::refund_amount::RefundAmount;

endpoint! {
    /// `POST /charges/{id}/refunds`: refunds a charge.
    ///
    /// For KakaoPay only until [the refund window](crate::RefundWindow) closes. Whether partial refunds
    /// are possible is unconfirmed. The error code of a rejection is `failed_refund`.
    CreateRefund: "refunds.create" = Post "/charges/{}/refunds", SecretOnly, Mutation -> Refund;
    path {
        /// The paid charge.
        charge: ChargeId,
    }
    params {
        /// Amount to refund.
        amount: RefundAmount,
        /// The reference by which the refund is found again, its store, and the merchant's own members.
        metadata: RefundMetadata,
        /// `true` requests to void the payment instead of refunding it, and fails with `failed_void` if that
        /// is not possible. Its effect on wallets is unconfirmed.
        void: Option<bool>,
    }
}

endpoint! {
    /// `GET /charges/{id}/refunds/{id}`: reads a refund.
    RetrieveRefund: "refunds.retrieve" = Get "/charges/{}/refunds/{}", SecretOnly, Read -> Refund;
    path {
        /// The charge it belongs to.
        charge: ChargeId,
        /// The refund to read.
        id: RefundId,
    }
}

endpoint! {
    /// `GET /charges/{id}/refunds`: reads a page of a charge's refunds.
    ListChargeRefunds: "charges.refunds" = Get "/charges/{}/refunds", SecretOnly, Read -> List<Refund>;
    path {
        /// The charge.
        charge: ChargeId,
    }
    params {
        /// The part of the list to read.
        page: ListParams,
    }
}

endpoint! {
    /// `GET /refunds`: reads a page of the account's refunds.
    #[derive(Default)]
    ListRefunds: "refunds.list" = Get "/refunds", SecretOnly, Read -> List<Refund>;
    params {
        /// The part of the list to read.
        page: ListParams,
    }
}
