//! Endpoints of sources.

use super::definition::endpoint;
use crate::id::SourceId;
use crate::limits::PaymentAmount;
use crate::platform::PlatformType;
use crate::source::Source;

endpoint! {
    /// `POST /sources`: creates a KakaoPay source.
    CreateSource: "sources.create" = Post "/sources", AnyKey, Mutation -> Source;
    params {
        /// Amount to be paid. The charge created from the source must have the same amount.
        amount: PaymentAmount,
    }
    always {
        kind as "type" = "kakaopay",
    }
    then {
        /// The platform the buyer pays on.
        platform_type: Option<PlatformType>,
    }
}

endpoint! {
    /// `GET /sources/{id}`: reads a source.
    RetrieveSource: "sources.retrieve" = Get "/sources/{}", AnyKey, Read -> Source;
    path {
        /// The source to read.
        id: SourceId,
    }
}
