//! What to tell the buyer.

use std::fmt;

use serde::{Serialize, Serializer};

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
    /// A sentence or two for the page the buyer sees. It says what the buyer can do, and nothing
    /// that only the merchant should know. A code that is not known here is explained in general.
    #[must_use]
    pub fn buyer_message(&self, language: Language) -> &'static str {
        let [english, thai, korean] = self.texts();
        match language {
            Language::English => english,
            Language::Thai => thai,
            Language::Korean => korean,
        }
    }

    fn texts(&self) -> [&'static str; 3] {
        match self {
            Self::PaymentExpired => [
                "The time to pay has run out. Please try again.",
                "หมดเวลาชำระเงินแล้ว โปรดลองอีกครั้ง",
                "결제 시간이 만료되었습니다. 다시 시도해 주세요.",
            ],
            Self::PaymentRejected => [
                "The payment was declined. Please pay another way, or ask your wallet provider.",
                "การชำระเงินถูกปฏิเสธ โปรดเลือกวิธีชำระเงินอื่น หรือสอบถามผู้ให้บริการวอลเล็ตของคุณ",
                "결제가 거절되었습니다. 다른 결제 수단을 이용하시거나 결제 서비스에 문의해 주세요.",
            ],
            Self::FailedProcessing => [
                "The payment could not be processed. Please try again.",
                "ไม่สามารถดำเนินการชำระเงินได้ โปรดลองอีกครั้ง",
                "결제를 처리하지 못했습니다. 다시 시도해 주세요.",
            ],
            Self::InvalidAccount => [
                "No account was found that can pay this way. Please check your wallet, or pay another way.",
                "ไม่พบบัญชีที่ชำระเงินด้วยช่องทางนี้ได้ โปรดตรวจสอบวอลเล็ตของคุณ หรือเลือกวิธีชำระเงินอื่น",
                "이 방법으로 결제할 수 있는 계정을 찾을 수 없습니다. 지갑을 확인하시거나 다른 결제 수단을 이용해 주세요.",
            ],
            Self::InsufficientFund => [
                "Your balance is too low, or a limit was reached. Please top up, or pay another way.",
                "ยอดเงินไม่เพียงพอหรือวงเงินเต็มแล้ว โปรดเติมเงิน หรือเลือกวิธีชำระเงินอื่น",
                "잔액이 부족하거나 한도를 초과했습니다. 충전하시거나 다른 결제 수단을 이용해 주세요.",
            ],
            Self::InsufficientBalance => [
                "Your balance is too low. Please top up, or pay another way.",
                "ยอดเงินไม่เพียงพอ โปรดเติมเงิน หรือเลือกวิธีชำระเงินอื่น",
                "잔액이 부족합니다. 충전하시거나 다른 결제 수단을 이용해 주세요.",
            ],
            Self::ConfirmedAmountMismatch => [
                "The amount you confirmed is not the amount to pay. Please contact the shop.",
                "ยอดเงินที่คุณยืนยันไม่ตรงกับยอดที่ต้องชำระ โปรดติดต่อร้านค้า",
                "확인하신 금액이 결제할 금액과 다릅니다. 판매자에게 문의해 주세요.",
            ],
            // The buyer is not told of a suspicion.
            Self::FailedFraudCheck | Self::StolenOrLostCard => [
                "The payment could not be accepted. Please pay another way.",
                "ไม่สามารถรับชำระเงินรายการนี้ได้ โปรดเลือกวิธีชำระเงินอื่น",
                "결제를 승인할 수 없습니다. 다른 결제 수단을 이용해 주세요.",
            ],
            Self::InvalidAccountNumber => [
                "The account number is not valid. Please check it and try again.",
                "หมายเลขบัญชีไม่ถูกต้อง โปรดตรวจสอบแล้วลองอีกครั้ง",
                "계좌 번호가 올바르지 않습니다. 확인 후 다시 시도해 주세요.",
            ],
            Self::InvalidSecurityCode => [
                "The security code is not valid. Please check it and try again.",
                "รหัสความปลอดภัยไม่ถูกต้อง โปรดตรวจสอบแล้วลองอีกครั้ง",
                "보안 코드가 올바르지 않습니다. 확인 후 다시 시도해 주세요.",
            ],
            Self::PaymentCancelled => [
                "The payment was cancelled. You can try again.",
                "การชำระเงินถูกยกเลิก คุณสามารถลองอีกครั้งได้",
                "결제가 취소되었습니다. 다시 시도하실 수 있습니다.",
            ],
            Self::Timeout => [
                "The payment took too long. Please try again.",
                "การชำระเงินใช้เวลานานเกินไป โปรดลองอีกครั้ง",
                "결제 처리 시간이 초과되었습니다. 다시 시도해 주세요.",
            ],
            Self::Unknown(_) => [
                "The payment was not completed. Please try again, or pay another way.",
                "การชำระเงินไม่สำเร็จ โปรดลองอีกครั้ง หรือเลือกวิธีชำระเงินอื่น",
                "결제가 완료되지 않았습니다. 다시 시도하시거나 다른 결제 수단을 이용해 주세요.",
            ],
        }
    }
}

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

    #[test]
    fn every_code_is_explained_in_every_language() {
        let unknown = FailureCode::from("a_code_of_tomorrow");
        for code in FailureCode::KNOWN.iter().chain([&unknown]) {
            for language in Language::ALL {
                let text = code.buyer_message(language);
                assert!(is_in(text, language), "{code}: {text}");
                assert!((10..160).contains(&text.chars().count()), "{code}: {text}");
                // The code itself, and words of the merchant's side, are nothing for the buyer.
                for word in ["_", "fraud", "stolen", "risk"] {
                    assert!(!text.contains(word), "{code}: {text}");
                }
            }
        }
    }

    #[test]
    fn a_code_that_is_not_known_blames_nobody() {
        let unknown = FailureCode::from("a_code_of_tomorrow");
        assert_eq!(
            (unknown.responsible_party(), unknown.retry()),
            (Party::Unknown, RetryAdvice::AfterBuyerAction)
        );
    }

    #[test]
    fn what_can_be_tried_again_says_so() {
        for code in FailureCode::KNOWN {
            let text = code.buyer_message(Language::English);
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
