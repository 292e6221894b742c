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
//! [`Charge::outcome`] is the only method that decides whether a charge was paid. [`decode`] reads
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
//! Suggested reading order: [`money`], [`limits`] and [`currency`]; [`key`], [`id`] and [`mode`];
//! [`charge`], [`source`], [`refund`] and [`event`]; [`failure`] and [`refund_window`]; [`endpoint`]
//! and [`params`]; [`decode`]; [`confirmed`].
//!
//! [Omise]: https://docs.omise.co/

#![deny(clippy::exhaustive_enums, clippy::exhaustive_structs)]

pub mod currency;
mod exponent;
pub mod limits;
pub mod money;
mod parsed;

pub mod id;
pub mod key;
pub mod mode;
pub mod reference;
pub mod return_uri;
mod rfc3339;
pub mod timestamp;

mod object;
mod opaque;
mod open_enum;

pub mod account;
pub mod api_error;
pub mod api_version;
pub mod capability;
pub mod charge;
pub mod delivery;
pub mod event;
pub mod expandable;
pub mod failure;
pub mod list;
pub mod metadata;
pub mod platform;
pub mod raw;
pub mod refund;
pub mod refund_amount;
pub mod refund_window;
pub mod search;
pub mod source;
pub mod status;

pub mod confirmed;
pub mod decode;
pub mod endpoint;
pub mod params;

pub use account::Account;
pub use api_error::{ApiError, ErrorCode};
pub use api_version::{ApiVersion, InvalidApiVersion};
pub use capability::{Capability, PaymentMethod};
pub use charge::{Charge, Outcome};
pub use confirmed::{Confirmed, Expected, Mismatch, Unconfirmed};
pub use currency::{Currency, InvalidCurrency};
pub use decode::{Decode, DecodeError};
pub use delivery::WebhookDelivery;
pub use event::{Event, EventData, EventKey};
pub use expandable::Expandable;
pub use failure::{FailureCode, InvalidLanguage, Language};
pub use id::{ChargeId, EventId, InvalidId, RefundId, SourceId};
pub use key::{AnyKey, Authorizes, InvalidKey, Key, PublicKey, SecretKey, SecretOnly};
pub use limits::{InvalidPaymentAmount, Limits, PaymentAmount};
pub use list::{List, SortOrder};
pub use metadata::Metadata;
pub use mode::{InvalidMode, Mode};
pub use money::{InvalidMoney, Money};
#[cfg(feature = "server")]
pub use params::InvalidParams;
pub use params::{Param, Params};
pub use platform::PlatformType;
pub use raw::Raw;
pub use reference::{AttemptReference, InvalidReference, Reference};
pub use refund::{Refund, RefundStatus};
pub use refund_amount::{InvalidRefundAmount, RefundAmount};
pub use refund_window::RefundWindow;
pub use return_uri::{InvalidReturnUri, ReturnUri};
pub use search::{SearchResult, SearchScope};
pub use source::{Flow, Source, SourceType};
pub use status::{ChargeStatus, SourceChargeStatus};
pub use timestamp::{InvalidTimestamp, Timestamp};
