//! An error as the API answers it.

use std::fmt;

use crate::object::{object, object_tag};
use crate::open_enum::open_enum;

open_enum! {
    /// The `code` of an error: what a program decides by. Messages change without notice.
    ///
    /// Every code that Omise documents, and `processed_charge`, which has been seen.
    ErrorCode {
        /// The key is wrong or missing.
        AuthenticationFailure = "authentication_failure",
        /// The key has expired.
        KeyExpired = "key_expired_error",
        /// The account is locked.
        LockedAccount = "locked_account_error",
        /// The account may not do this.
        NotAuthorized = "not_authorized",
        /// The object does not exist, or is not the account's.
        NotFound = "not_found",
        /// The API version does not have this kind of object.
        SerializerNotFound = "serializer_not_found",
        /// There is no such service.
        ServiceNotFound = "service_not_found",
        /// A parameter is wrong or missing.
        BadRequest = "bad_request",
        /// The charge asked for cannot be made.
        InvalidCharge = "invalid_charge",
        /// The amount cannot be charged.
        InvalidAmount = "invalid_amount",
        /// The refund cannot be made.
        FailedRefund = "failed_refund",
        /// The payment cannot be undone.
        FailedVoid = "failed_void",
        /// The charge cannot be expired.
        FailedExpire = "failed_expire",
        /// The charge cannot be captured.
        FailedCapture = "failed_capture",
        /// The authorisation cannot be given back.
        FailedReverse = "failed_reverse",
        /// The request looks like fraud.
        FailedFraudCheck = "failed_fraud_check",
        /// The account cannot charge in this currency.
        FailedMultiCurrency = "failed_multi_currency",
        /// The object cannot be deleted.
        FailedDeletion = "failed_deletion",
        /// The charge has already ended.
        ProcessedCharge = "processed_charge",
        /// The charge has expired.
        ExpiredCharge = "expired_charge",
        /// The account does not have this feature.
        FeatureNotSupported = "feature_not_supported",
        /// The account does not take this brand of card.
        BrandNotSupported = "brand_not_supported",
        /// Somebody behind the service failed.
        BackendError = "backend_error",
        /// The documents can no longer be changed.
        DocumentsLocked = "documents_locked",
        /// The bank account is wrong.
        InvalidBankAccount = "invalid_bank_account",
        /// The card is wrong.
        InvalidCard = "invalid_card",
        /// The card's token is wrong.
        InvalidCardToken = "invalid_card_token",
        /// The dispute cannot be changed so.
        InvalidDispute = "invalid_dispute",
        /// The request comes from a domain that may not make it.
        InvalidDomain = "invalid_domain",
        /// The file is of another type.
        InvalidFileType = "invalid_file_type",
        /// The payment link is wrong.
        InvalidLink = "invalid_link",
        /// The recipient is wrong.
        InvalidRecipient = "invalid_recipient",
        /// The token is wrong.
        InvalidToken = "invalid_token",
        /// The payout cannot be made.
        InvalidTransfer = "invalid_transfer",
        /// A card is missing.
        MissingCard = "missing_card",
        /// A file is missing.
        MissingFile = "missing_file",
        /// The token has been used.
        UsedToken = "used_token",
        /// A filter of a search is wrong.
        InvalidFilter = "invalid_filter",
        /// The page of a search is wrong.
        InvalidPage = "invalid_page",
        /// The page size of a search is wrong.
        InvalidPerPage = "invalid_per_page",
        /// The scope of a search is wrong.
        InvalidScope = "invalid_scope",
        /// Too many requests in a short time.
        TooManyRequests = "too_many_requests",
        /// The service failed.
        InternalError = "internal_error",
        /// The search cannot be asked now.
        SearchUnavailable = "search_unavailable",
    }
}

object_tag! {
    /// The `object` member of an error: always `error`.
    ErrorObject = "error";
}

object! {
    /// An error as the API answers it.
    ApiError {
        /// Always `error`.
        pub object: ErrorObject,
        /// Where the code is documented.
        pub location: Option<Box<str>>,
        /// What is wrong.
        pub code: ErrorCode,
        /// What is wrong, for people. The wording changes without notice.
        pub message: Option<Box<str>>,
    }
}

impl ApiError {
    /// An error with a code and a message, documented where the API documents its codes.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<Box<str>>) -> Self {
        let anchor = code.as_str().replace('_', "-");
        Self {
            object: ErrorObject,
            location: Some(format!("https://www.omise.co/api-errors#{anchor}").into()),
            code,
            message: Some(message.into()),
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        match &self.message {
            Some(message) => write!(f, ": {message}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ApiError {}
