//! Models, validation and endpoints of KakaoPay payments through [Omise], without any I/O.
//!
//! Outgoing values are validated when they are constructed, so every value that exists can be sent.
//! Incoming values are read tolerantly, so additions to the API do not break the reader.
//! The crate uses no clock, no randomness and no network: it builds for wasm and works with any HTTP
//! client:
//!
//! ```
//! use kakaopay_types::endpoint::{CreateSource, Endpoint};
//! use kakaopay_types::{Currency, Money, PaymentAmount, PlatformType};
//!
//! let amount = PaymentAmount::new(Money::new(150_000, Currency::SGD))?;
//! let create = CreateSource::new(amount).platform_type(PlatformType::Web);
//! assert_eq!(create.path(), "/sources");
//! assert_eq!(
//!     create.params().to_form(),
//!     "amount=150000&currency=SGD&type=kakaopay&platform_type=WEB",
//! );
//! # Ok::<(), kakaopay_types::InvalidPaymentAmount>(())
//! ```
//!
//! [`Charge::outcome`] is the only method that decides whether a charge was paid, and
//! [`Charge::is_refunded_in_full`] whether its money has gone back. [`decode`] reads
//! responses; it is fast on the service's own output and never repeats a value in an error:
//!
//! ```
//! use kakaopay_types::{Charge, Outcome, RefundWindow, decode};
//!
//! let body = br#"{
//!   "object": "charge", "id": "chrg_test_1", "amount": 150000, "currency": "SGD",
//!   "status": "successful", "paid_at": "2023-06-15T02:30:00Z"
//! }"#;
//! let charge: Charge = decode::from_slice(body)?;
//! assert_eq!(charge.outcome(), Outcome::Successful);
//! assert_eq!(charge.money().to_string(), "SGD 1500.00");
//! let closes_at = charge.paid_at.map(RefundWindow::closes_at);
//! assert_eq!(closes_at.map(|at| at.to_string()).as_deref(), Some("2023-06-15T16:15:00Z"));
//!
//! let error = decode::from_slice::<Charge>(br#"{"object": "charge", "id": 7}"#).unwrap_err();
//! assert_eq!(error.to_string(), "invalid value or type at `id`");
//! # Ok::<(), kakaopay_types::DecodeError>(())
//! ```
//!
//! All types are at the crate root, except the API calls in [`endpoint`] and the functions of [`decode`]. Suggested
//! reading order: [`Money`], [`PaymentAmount`] and [`Limits`]; [`SecretKey`], [`ChargeId`] and [`Mode`];
//! [`Charge`], [`Source`], [`Refund`] and [`Event`]; [`FailureCode`] and [`RefundWindow`]; [`endpoint`] and
//! [`Params`]; [`decode`]; [`Confirmed`].
//!
//! [Omise]: https://docs.omise.co/

#![deny(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod currency;
mod exponent;
mod limits;
mod money;
mod parsed;

mod id;
mod key;
mod mode;
mod reference;
mod return_uri;
mod rfc3339;
mod store_id;
mod timestamp;

mod object;
mod opaque;
mod open_enum;

mod account;
mod api_error;
mod api_version;
mod capability;
mod charge;
mod delivery;
mod event;
mod expandable;
mod failure;
mod list;
mod metadata;
mod platform;
mod raw;
mod refund;
mod refund_amount;
mod refund_window;
mod search;
mod source;
mod status;

mod confirmed;
pub mod decode;
pub mod endpoint;
mod params;

pub use account::{Account, AccountObject};
pub use api_error::{ApiError, ErrorCode, ErrorObject};
pub use api_version::{ApiVersion, InvalidApiVersion};
pub use capability::{
    AccountLimits, Capability, CapabilityObject, PaymentMethod, PaymentMethodObject, Range,
};
pub use charge::{Charge, ChargeObject, Outcome, PlatformFee, Rate, TransactionFees};
pub use confirmed::{Confirmed, Expected, Mismatch, Unconfirmed};
pub use currency::{Currency, InvalidCurrency};
pub use decode::error::DecodeError;
pub use decode::general::Decode;
pub use delivery::{DeliveryObject, DeliveryTime, WebhookDelivery};
pub use event::{Event, EventData, EventKey, EventObject};
pub use expandable::Expandable;
pub use failure::{BuyerMessage, FailureCode, InvalidLanguage, Language, Party, RetryAdvice};
pub use id::{ChargeId, EventId, InvalidId, RefundId, SourceId};
pub use key::{AnyKey, Authorizes, InvalidKey, Key, PublicKey, SecretKey, SecretOnly};
pub use limits::{InvalidPaymentAmount, Limits, PaymentAmount};
pub use list::{Elements, List, ListObject, SortOrder};
pub use metadata::Metadata;
pub use mode::{InvalidMode, Mode};
pub use money::{InvalidMoney, Money};
#[cfg(feature = "server")]
pub use params::InvalidParams;
pub use params::{Param, Params};
pub use platform::PlatformType;
pub use raw::Raw;
pub use reference::{AttemptReference, InvalidReference, Reference};
pub use refund::{Refund, RefundObject, RefundStatus};
pub use refund_amount::{InvalidRefundAmount, RefundAmount};
pub use refund_window::RefundWindow;
pub use return_uri::{InvalidReturnUri, ReturnUri};
pub use search::{SearchObject, SearchResult, SearchScope};
pub use source::{Flow, Source, SourceObject, SourceType};
pub use status::{ChargeStatus, SourceChargeStatus};
pub use store_id::{InvalidStoreId, StoreId};
pub use timestamp::{InvalidTimestamp, Timestamp};
