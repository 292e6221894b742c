//! An error as the API answers it.

use std::fmt;

use crate::object::{object, object_tag};
use crate::open_enum::open_enum;

open_enum! {
    /// The `code` of an error: what a program decides by. Messages change without notice.
    ErrorCode {
        /// The key is wrong or missing.
        AuthenticationFailure = "authentication_failure",
        /// A parameter is wrong or missing.
        BadRequest = "bad_request",
        /// The charge asked for cannot be made.
        InvalidCharge = "invalid_charge",
        /// The amount cannot be charged.
        InvalidAmount = "invalid_amount",
        /// The object does not exist, or is not the account's.
        NotFound = "not_found",
        /// The account may not do this.
        NotAuthorized = "not_authorized",
        /// The key has expired.
        KeyExpired = "key_expired_error",
        /// The account is locked.
        LockedAccount = "locked_account_error",
        /// The refund cannot be made.
        FailedRefund = "failed_refund",
        /// The charge cannot be expired.
        FailedExpire = "failed_expire",
        /// The charge has already ended.
        ProcessedCharge = "processed_charge",
        /// Too many requests in a short time.
        TooManyRequests = "too_many_requests",
        /// The service failed.
        InternalError = "internal_error",
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
