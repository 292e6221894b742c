//! Any text is an amount of money or a typed error, sums never wrap, and the window to refund has
//! an end behind every moment.

#![no_main]

use kakaopay_types::{Currency, Money, PaymentAmount, RefundWindow, Timestamp};

libfuzzer_sys::fuzz_target!(|input: (&str, &str, i64, i64)| {
    let (text, code, one, other) = input;
    let currency = Currency::parse(code).unwrap_or(Currency::SGD);
    if let Ok(money) = Money::parse(text, currency) {
        let major = money.to_major().expect("decimals are known when an amount was read");
        assert_eq!(Money::parse(&major, currency), Ok(money));
    }
    let (one, other) = (Money::new(one, currency), Money::new(other, currency));
    let sum = i128::from(one.minor_units()) + i128::from(other.minor_units());
    assert_eq!(
        one.checked_add(other).map(|sum| i128::from(sum.minor_units())),
        i64::try_from(sum).ok().map(i128::from)
    );
    let difference = i128::from(one.minor_units()) - i128::from(other.minor_units());
    let found = one.checked_sub(other).map(|difference| i128::from(difference.minor_units()));
    assert_eq!(found, i64::try_from(difference).ok().map(i128::from));
    let _ = (one.to_string(), PaymentAmount::new(one));
    if let Ok(at) = Timestamp::parse(text).or(Timestamp::from_unix_millis(one.minor_units())) {
        assert!(RefundWindow::closes_at(at) >= at);
        assert_eq!(Timestamp::parse(&at.to_string()), Ok(at));
    }
});
