//! Explanations of failures for the buyer, in English, Thai and Korean.

use std::fmt;

use serde::{Serialize, Serializer};

use super::buyer_message::BuyerMessage;
use super::code::FailureCode;
use crate::parsed::parsed;

/// A language that failures are explained in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Language {
    /// English.
    English,
    /// Thai.
    Thai,
    /// Korean.
    Korean,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 3] = [Self::English, Self::Thai, Self::Korean];

    /// Reads a tag such as `th` or `ko-KR`. Only the part before `-` or `_` counts.
    ///
    /// # Errors
    /// [`InvalidLanguage`] when it is a tag of another language.
    pub fn parse(tag: &str) -> Result<Self, InvalidLanguage> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        let language = Self::ALL.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(primary));
        language.ok_or(InvalidLanguage)
    }

    /// Its tag: `en`, `th` or `ko`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Thai => "th",
            Self::Korean => "ko",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

parsed! {
    Language: InvalidLanguage, "a tag of English, Thai or Korean";
}

/// The text is no tag of a language that failures are explained in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidLanguage;

impl fmt::Display for InvalidLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("failures are explained in English (en), Thai (th) and Korean (ko)")
    }
}

impl std::error::Error for InvalidLanguage {}

impl FailureCode {
    /// Returns the explanation for the page that the buyer sees: the cause, and the buyer's next steps. It has
    /// nothing that only the merchant should know. An unknown code has a general explanation.
    #[must_use]
    pub fn buyer_message(&self, language: Language) -> BuyerMessage {
        let [english, thai, korean] = self.texts();
        let (cause, next_step) = match language {
            Language::English => english,
            Language::Thai => thai,
            Language::Korean => korean,
        };
        BuyerMessage { cause, next_step }
    }

    fn texts(&self) -> Texts {
        match self {
            Self::PaymentExpired => PAYMENT_EXPIRED,
            Self::PaymentRejected => PAYMENT_REJECTED,
            Self::FailedProcessing => FAILED_PROCESSING,
            Self::InvalidAccount => INVALID_ACCOUNT,
            Self::InsufficientFund => INSUFFICIENT_FUND,
            Self::InsufficientBalance => INSUFFICIENT_BALANCE,
            Self::ConfirmedAmountMismatch => CONFIRMED_AMOUNT_MISMATCH,
            Self::FailedFraudCheck | Self::StolenOrLostCard => NOT_ACCEPTED,
            Self::InvalidAccountNumber => INVALID_ACCOUNT_NUMBER,
            Self::InvalidSecurityCode => INVALID_SECURITY_CODE,
            Self::PaymentCancelled => PAYMENT_CANCELLED,
            Self::Timeout => TIMEOUT,
            Self::Unknown(_) => OTHER,
        }
    }
}

/// Cause and next step in English, Thai and Korean.
type Texts = [(&'static str, &'static str); 3];

const PAYMENT_EXPIRED: Texts = [
    ("The time to pay has run out.", "Please try again."),
    ("รายการชำระเงินหมดอายุแล้ว", "กรุณาทำรายการใหม่อีกครั้ง"),
    ("결제 시간이 만료되었습니다.", "처음부터 다시 결제해 주세요."),
];

const PAYMENT_REJECTED: Texts = [
    ("The payment was declined.", "Please pay another way, or contact KakaoPay."),
    ("รายการถูกปฏิเสธ", "กรุณาเลือกช่องทางชำระเงินอื่น หรือติดต่อ KakaoPay"),
    ("결제가 거절되었습니다.", "다른 결제 수단을 이용하시거나 카카오페이 고객센터에 문의해 주세요."),
];

const FAILED_PROCESSING: Texts = [
    ("The payment could not be processed.", "Please try again."),
    ("ระบบทำรายการไม่สำเร็จ", "กรุณาลองใหม่อีกครั้ง"),
    ("결제를 처리하지 못했습니다.", "잠시 후 다시 시도해 주세요."),
];

const INVALID_ACCOUNT: Texts = [
    (
        "No account was found that can pay this way.",
        "Please check your KakaoPay account, or pay another way.",
    ),
    ("ไม่พบบัญชีที่สามารถชำระเงินผ่านช่องทางที่เลือก", "กรุณาตรวจสอบบัญชี KakaoPay ของคุณ หรือเลือกช่องทางชำระเงินอื่น"),
    (
        "선택하신 결제 수단으로 결제할 수 있는 계정이 없습니다.",
        "카카오페이 계정을 확인하시거나 다른 결제 수단을 이용해 주세요.",
    ),
];

/// Topping up does not help against a limit.
const INSUFFICIENT_FUND: Texts = [
    (
        "Your balance is too low, or a limit was reached.",
        "Please top up or check your limit, or pay another way.",
    ),
    ("ยอดเงินคงเหลือไม่เพียงพอหรือวงเงินเต็ม", "กรุณาเติมเงินหรือตรวจสอบวงเงิน หรือเลือกช่องทางชำระเงินอื่น"),
    (
        "잔액이 부족하거나 결제 한도를 초과했습니다.",
        "충전하시거나 한도를 확인해 주세요. 다른 결제 수단도 이용하실 수 있습니다.",
    ),
];

const INSUFFICIENT_BALANCE: Texts = [
    ("Your balance is too low.", "Please top up, or pay another way."),
    ("ยอดเงินคงเหลือไม่เพียงพอ", "กรุณาเติมเงิน หรือเลือกช่องทางชำระเงินอื่น"),
    ("잔액이 부족합니다.", "충전하시거나 다른 결제 수단을 이용해 주세요."),
];

const CONFIRMED_AMOUNT_MISMATCH: Texts = [
    ("The amount you confirmed is not the amount to pay.", "Please contact the shop."),
    ("ยอดเงินที่คุณยืนยันไม่ตรงกับยอดที่ต้องชำระ", "กรุณาติดต่อร้านค้า"),
    ("확인하신 금액이 결제할 금액과 다릅니다.", "가맹점에 문의해 주세요."),
];

/// The buyer learns nothing of a suspicion.
const NOT_ACCEPTED: Texts = [
    ("The payment could not be accepted.", "Please pay another way."),
    ("ไม่สามารถรับชำระเงินสำหรับรายการนี้ได้", "กรุณาเลือกช่องทางชำระเงินอื่น"),
    ("결제를 승인할 수 없습니다.", "다른 결제 수단을 이용해 주세요."),
];

const INVALID_ACCOUNT_NUMBER: Texts = [
    ("The account number is not valid.", "Please check it and try again."),
    ("เลขที่บัญชีไม่ถูกต้อง", "กรุณาตรวจสอบแล้วลองใหม่อีกครั้ง"),
    ("계좌번호가 올바르지 않습니다.", "확인 후 다시 시도해 주세요."),
];

const INVALID_SECURITY_CODE: Texts = [
    ("The security code is not valid.", "Please check it and try again."),
    ("รหัสความปลอดภัยไม่ถูกต้อง", "กรุณาตรวจสอบแล้วลองใหม่อีกครั้ง"),
    ("카드 보안코드(CVC)가 올바르지 않습니다.", "확인 후 다시 시도해 주세요."),
];

/// A cancelled payment could be read as a refunded one, hence the time of the cancellation.
const PAYMENT_CANCELLED: Texts = [
    ("The payment was cancelled before it was completed.", "You can try again."),
    ("การชำระเงินถูกยกเลิกก่อนเสร็จสิ้น", "คุณสามารถทำรายการใหม่ได้"),
    ("결제가 완료되기 전에 취소되었습니다.", "다시 시도하실 수 있습니다."),
];

const TIMEOUT: Texts = [
    ("The payment took too long.", "Please try again."),
    ("ระบบใช้เวลาทำรายการนานเกินกำหนด", "กรุณาลองใหม่อีกครั้ง"),
    ("결제 처리 시간이 초과되었습니다.", "다시 시도해 주세요."),
];

const OTHER: Texts = [
    ("The payment was not completed.", "Please try again, or pay another way."),
    ("ชำระเงินไม่สำเร็จ", "กรุณาลองใหม่อีกครั้ง หรือเลือกช่องทางชำระเงินอื่น"),
    ("결제가 완료되지 않았습니다.", "다시 시도하시거나 다른 결제 수단을 이용해 주세요."),
];

#[cfg(test)]
mod tests {
    use super::super::{Party, RetryAdvice};
    use super::*;

    /// Whether a text is written in the script of its language.
    fn is_in(text: &str, language: Language) -> bool {
        let is = |range: std::ops::RangeInclusive<char>| text.chars().any(|c| range.contains(&c));
        let (thai, korean) = (is('\u{e00}'..='\u{e7f}'), is('\u{ac00}'..='\u{d7a3}'));
        (thai, korean) == (language == Language::Thai, language == Language::Korean)
    }

    /// All codes, and one that is unknown.
    fn codes() -> impl Iterator<Item = FailureCode> {
        FailureCode::KNOWN.iter().cloned().chain([FailureCode::from("a_code_of_tomorrow")])
    }

    #[test]
    fn every_code_is_explained_in_every_language() {
        for code in codes() {
            for language in Language::ALL {
                let message = code.buyer_message(language);
                let text = message.to_string();
                assert!(
                    is_in(message.cause, language) && is_in(message.next_step, language),
                    "{code}: {text}"
                );
                assert!((10..160).contains(&text.chars().count()), "{code}: {text}");
                // The code itself, and words of the merchant's side, are nothing for the buyer.
                for word in ["_", "fraud", "stolen", "risk"] {
                    assert!(!text.contains(word), "{code}: {text}");
                }
            }
        }
    }

    #[test]
    fn explanations_follow_the_rules_of_their_languages() {
        for code in codes() {
            let messages = Language::ALL.map(|language| code.buyer_message(language));
            kakaopay_text_rules::check(code.as_str(), messages.map(|message| message.cause));
            kakaopay_text_rules::check(code.as_str(), messages.map(|message| message.next_step));
        }
    }

    /// The cause is one sentence. Thai ends sentences by no mark.
    #[test]
    fn causes_and_next_steps_are_apart() {
        for code in codes() {
            for language in [Language::English, Language::Korean] {
                let BuyerMessage { cause, next_step } = code.buyer_message(language);
                assert_eq!(cause.find('.'), Some(cause.len() - 1), "{code}: {cause}");
                assert!(next_step.ends_with('.'), "{code}: {next_step}");
            }
        }
    }

    #[test]
    fn an_unknown_code_has_no_responsible_party() {
        let unknown = FailureCode::from("a_code_of_tomorrow");
        assert_eq!(
            (unknown.responsible_party(), unknown.retry()),
            (Party::Unknown, RetryAdvice::AfterBuyerAction)
        );
    }

    #[test]
    fn what_can_be_tried_again_says_so() {
        for code in FailureCode::KNOWN {
            let text = code.buyer_message(Language::English).next_step;
            let again = text.contains("try again") || text.contains("top up");
            assert_eq!(again, code.retry() != RetryAdvice::OtherMethod, "{code}: {text}");
        }
    }

    #[test]
    fn a_language_is_found_by_its_tag() {
        assert_eq!(Language::parse("ko-KR"), Ok(Language::Korean));
        assert_eq!(Language::parse("TH"), Ok(Language::Thai));
        assert_eq!(Language::parse("en_SG"), Ok(Language::English));
        assert_eq!(Language::parse("tha"), Err(InvalidLanguage));
        assert_eq!(Language::parse(""), Err(InvalidLanguage));
    }
}
