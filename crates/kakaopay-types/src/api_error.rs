//! The API's error object.

use std::fmt;

use crate::object::{object, object_tag};
use crate::open_enum::open_enum;

open_enum! {
    /// The `code` of an error. Programs decide by the code, because messages change without notice.
    ///
    /// Includes all codes that Omise documents, and `processed_charge`, which was recorded.
    ErrorCode {
        /// The key is wrong or missing.
        AuthenticationFailure = "authentication_failure",
        /// The key has expired.
        KeyExpired = "key_expired_error",
        /// The account is locked.
        LockedAccount = "locked_account_error",
        /// The account lacks the permission.
        NotAuthorized = "not_authorized",
        /// The object does not exist, or belongs to another account.
        NotFound = "not_found",
        /// The API version lacks this kind of object.
        SerializerNotFound = "serializer_not_found",
        /// The service does not exist.
        ServiceNotFound = "service_not_found",
        /// A parameter is invalid or missing.
        BadRequest = "bad_request",
        /// The charge cannot be created.
        InvalidCharge = "invalid_charge",
        /// The amount cannot be charged.
        InvalidAmount = "invalid_amount",
        /// The refund cannot be made.
        FailedRefund = "failed_refund",
        /// The payment cannot be reversed.
        FailedVoid = "failed_void",
        /// The charge cannot be expired.
        FailedExpire = "failed_expire",
        /// The charge cannot be captured.
        FailedCapture = "failed_capture",
        /// The authorisation cannot be reversed.
        FailedReverse = "failed_reverse",
        /// The request was classified as fraud.
        FailedFraudCheck = "failed_fraud_check",
        /// The account cannot charge in this currency.
        FailedMultiCurrency = "failed_multi_currency",
        /// The object cannot be deleted.
        FailedDeletion = "failed_deletion",
        /// The charge has already ended.
        ProcessedCharge = "processed_charge",
        /// The charge has expired.
        ExpiredCharge = "expired_charge",
        /// The account lacks this feature.
        FeatureNotSupported = "feature_not_supported",
        /// The account does not accept this card brand.
        BrandNotSupported = "brand_not_supported",
        /// A provider behind the service failed.
        BackendError = "backend_error",
        /// The documents can no longer be changed.
        DocumentsLocked = "documents_locked",
        /// The bank account is invalid.
        InvalidBankAccount = "invalid_bank_account",
        /// The card is invalid.
        InvalidCard = "invalid_card",
        /// The card's token is invalid.
        InvalidCardToken = "invalid_card_token",
        /// The dispute cannot be changed in this way.
        InvalidDispute = "invalid_dispute",
        /// The request comes from a domain that is not allowed.
        InvalidDomain = "invalid_domain",
        /// The file type is not accepted.
        InvalidFileType = "invalid_file_type",
        /// The payment link is invalid.
        InvalidLink = "invalid_link",
        /// The recipient is invalid.
        InvalidRecipient = "invalid_recipient",
        /// The token is invalid.
        InvalidToken = "invalid_token",
        /// The payout cannot be made.
        InvalidTransfer = "invalid_transfer",
        /// A card is missing.
        MissingCard = "missing_card",
        /// A file is missing.
        MissingFile = "missing_file",
        /// The token has been used.
        UsedToken = "used_token",
        /// A search filter is invalid.
        InvalidFilter = "invalid_filter",
        /// The page number of a search is invalid.
        InvalidPage = "invalid_page",
        /// The page size of a search is invalid.
        InvalidPerPage = "invalid_per_page",
        /// The scope of a search is invalid.
        InvalidScope = "invalid_scope",
        /// Too many requests in a short time.
        TooManyRequests = "too_many_requests",
        /// The service failed internally.
        InternalError = "internal_error",
        /// Search is temporarily unavailable.
        SearchUnavailable = "search_unavailable",
    }
}

object_tag! {
    /// The `object` member of an error: always `error`.
    ErrorObject = "error";
}

object! {
    /// An error response of the API.
    ApiError {
        /// Always `error`.
        pub object: ErrorObject,
        /// URI of the code's documentation.
        pub location: Option<Box<str>>,
        /// The error code.
        pub code: ErrorCode,
        /// The error message, for people. The wording changes without notice.
        pub message: Option<Box<str>>,
    }
}

impl ApiError {
    /// Creates an error from a code and a message, with the URI of the code's documentation.
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
