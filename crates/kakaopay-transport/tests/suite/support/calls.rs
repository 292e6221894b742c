//! The key and the calls that the tests make. Who has the key is watched.

use std::num::NonZeroU32;

use kakaopay_transport::testing::LeakWatch;
use kakaopay_types::endpoint::{ChargeSource, CreateCharge, CreateSource, RetrieveSource};
use kakaopay_types::{
    Currency, Money, PaymentAmount, PlatformType, Reference, ReturnUri, SecretKey, SourceId,
};

/// A source as the service gives it.
pub(crate) const SOURCE: &str = r#"{"object":"source","id":"src_test_1","type":"kakaopay","flow":"app_redirect","amount":150000,"currency":"SGD"}"#;

/// The key of every client here. From now on nothing in this process may log it.
pub(crate) fn key() -> SecretKey {
    LeakWatch::install();
    SecretKey::parse("skey_test_canary1").expect("a key")
}

pub(crate) fn amount() -> PaymentAmount {
    PaymentAmount::new(Money::new(150_000, Currency::SGD)).expect("an amount")
}

/// A call that changes something.
pub(crate) fn create() -> CreateSource {
    CreateSource::new(amount()).platform_type(PlatformType::Web)
}

/// A call that only reads.
pub(crate) fn retrieve() -> RetrieveSource {
    RetrieveSource::new(SourceId::parse("src_test_1").expect("an id"))
}

/// A call that moves money.
pub(crate) fn charge_to_create() -> CreateCharge {
    let return_uri = ReturnUri::parse("https://shop.example/orders/7").expect("a URI");
    let source = ChargeSource::New { platform_type: Some(PlatformType::Web) };
    let attempt = Reference::parse("order-7").expect("a reference").attempt(NonZeroU32::MIN);
    CreateCharge::new(amount(), return_uri, source, attempt)
}
