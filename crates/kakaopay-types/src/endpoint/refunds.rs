//! Calls that concern refunds.

use super::definition::endpoint;
use super::outgoing::RefundMetadata;
use super::page::ListParams;
use crate::id::{ChargeId, RefundId};
use crate::list::List;
use crate::refund::Refund;
use crate::refund_amount::RefundAmount;

endpoint! {
    /// `POST /charges/{id}/refunds`: gives money back to the buyer.
    ///
    /// For KakaoPay only until [the refund window](crate::RefundWindow) closes. Whether a part can
    /// be given back is unconfirmed. The refusal is `failed_refund`.
    CreateRefund: "refunds.create" = Post "/charges/{}/refunds", SecretOnly, Mutation -> Refund;
    path {
        /// The charge that was paid.
        charge: ChargeId,
    }
    params {
        /// How much goes back.
        amount: RefundAmount,
        /// By what the refund is found again, and members of the merchant's own.
        metadata: RefundMetadata,
        /// `true` asks to undo the payment instead of paying back, and to refuse where that cannot
        /// be (`failed_void`). What it means for wallets is unconfirmed.
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
        /// Which part of the list.
        page: ListParams,
    }
}

endpoint! {
    /// `GET /refunds`: reads a page of the account's refunds.
    #[derive(Default)]
    ListRefunds: "refunds.list" = Get "/refunds", SecretOnly, Read -> List<Refund>;
    params {
        /// Which part of the list.
        page: ListParams,
    }
}
