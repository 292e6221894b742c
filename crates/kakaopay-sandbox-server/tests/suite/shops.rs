//! Texts of the example shops.

use kakaopay_types::{FailureCode, Language};

#[test]
fn the_shops_explain_failures_as_the_library_does() {
    let shops = [include_str!("../../shops/shop.mjs"), include_str!("../../shops/shop.php")];
    for code in FailureCode::KAKAOPAY.into_iter().chain([FailureCode::from("a_code_of_tomorrow")]) {
        let message = code.buyer_message(Language::English);
        for shop in shops {
            for text in [message.cause, message.next_step] {
                assert!(shop.contains(text), "{code}: {text}");
            }
        }
    }
}
