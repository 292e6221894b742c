//! Rules for a text of one language.

use unicode_normalization::is_nfc;

/// Characters without a width: soft hyphen, spaces, joiners, direction marks and byte order mark.
const INVISIBLE: [char; 8] =
    ['\u{ad}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{2060}', '\u{feff}'];

/// Words to avoid, with the word to use instead.
type Glossary = &'static [(&'static str, &'static str)];

const ENGLISH: Glossary = &[("canceled", "cancelled")];

const THAI: Glossary = &[
    ("โปรด", "กรุณา"),
    ("ล้มเหลว", "ไม่สำเร็จ"),
    ("วิธีชำระเงิน", "ช่องทางชำระเงิน"),
    ("กลับไปที่", "กลับไปยัง"),
    ("ไม่ได้ชำระเงิน", "ชำระเงินไม่สำเร็จ"),
    ("ลูกค้า", "ผู้ซื้อ"),
    ("การเรียกเก็บเงิน", "รายการรับชำระเงิน"),
    ("แหล่งที่มา", "source"),
    ("กาเกาเพย์", "KakaoPay"),
    ("QR โค้ด", "คิวอาร์โค้ด"),
    ("ความผิดพลาด", "ข้อขัดข้อง"),
    ("ครับ", "no particle of politeness"),
    ("ค่ะ", "no particle of politeness"),
];

const KOREAN: Glossary = &[
    ("지갑", "카카오페이"),
    ("월렛", "카카오페이"),
    ("판매자", "가맹점"),
    ("상점", "가맹점"),
    ("고객님", "구매자"),
    ("지불", "결제"),
    ("청구", "결제"),
    ("출처", "source"),
    ("결제 방법", "결제 수단"),
    ("슬립", "결제 결과"),
    ("계좌 번호", "계좌번호"),
    ("휴대폰 결제", "휴대폰에서 결제"),
    ("하세요", "해 주세요"),
];

/// Particles whose form depends on the last sound of the word before them.
const PARTICLES: [&str; 16] =
    ["은", "는", "이", "가", "을", "를", "과", "와", "로", "으로", "나", "이나", "랑", "이랑", "라", "이라"];

/// Returns the violations of an English text.
pub(crate) fn english(text: &str) -> Vec<String> {
    general(text, ENGLISH)
}

/// Returns the violations of a Thai text.
pub(crate) fn thai(text: &str) -> Vec<String> {
    let mut found = general(text, THAI);
    if text.chars().any(|sign| ('๐'..='๙').contains(&sign)) {
        found.push("use the digits 0 to 9".to_owned());
    }
    if text.contains("\u{e4d}\u{e32}") {
        found.push("SARA AM is one character".to_owned());
    }
    if text.ends_with('.') {
        found.push("a Thai sentence has no full stop".to_owned());
    }
    let signs: Vec<char> = text.chars().collect();
    let touching = signs
        .windows(2)
        .find(|pair| is_thai(pair[0]) != is_thai(pair[1]) && pair.iter().any(|sign| is_foreign(*sign)));
    if let Some([first, second]) = touching {
        found.push(format!("a space is missing between {first} and {second}"));
    }
    found
}

/// Returns the violations of a Korean text.
pub(crate) fn korean(text: &str) -> Vec<String> {
    let mut found = general(text, KOREAN);
    for rest in text.split('}').skip(1) {
        let end = rest.find(|sign| !('가'..='힣').contains(&sign)).unwrap_or(rest.len());
        if PARTICLES.contains(&&rest[..end]) {
            found.push(format!("the particle {} follows a placeholder", &rest[..end]));
        }
    }
    found
}

fn general(text: &str, glossary: Glossary) -> Vec<String> {
    let mut found = Vec::new();
    if !is_nfc(text) {
        found.push("the text is not in NFC".to_owned());
    }
    if text.contains(INVISIBLE) {
        found.push("the text has a character without width".to_owned());
    }
    if text.contains('!') {
        found.push("the text has an exclamation mark".to_owned());
    }
    let avoided = glossary.iter().filter(|(word, _)| text.contains(word));
    found.extend(avoided.map(|(word, better)| format!("use {better} for {word}")));
    found
}

fn is_thai(sign: char) -> bool {
    ('\u{e00}'..='\u{e7f}').contains(&sign)
}

/// Latin letters, digits, and the marks of placeholders and code.
fn is_foreign(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || ['{', '}', '`', '-'].contains(&sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rules: fn(&str) -> Vec<String>, text: &str, expected: &[&str]) {
        assert_eq!(rules(text), expected, "{text}");
    }

    #[test]
    fn every_language_is_normalized_and_visible() {
        for rules in [english, thai, korean] {
            check(rules, "", &[]);
            check(rules, "cafe\u{301}", &["the text is not in NFC"]);
            check(rules, "\u{1112}\u{1161}\u{11ab}", &["the text is not in NFC"]);
            for sign in INVISIBLE {
                check(rules, &sign.to_string(), &["the text has a character without width"]);
            }
            check(rules, "Paid!", &["the text has an exclamation mark"]);
        }
    }

    #[test]
    fn every_avoided_word_is_found() {
        for (rules, glossary) in [(english as fn(&str) -> _, ENGLISH), (thai, THAI), (korean, KOREAN)] {
            for (word, better) in glossary {
                let found: Vec<String> = rules(word);
                assert!(found.contains(&format!("use {better} for {word}")), "{word}: {found:?}");
            }
        }
    }

    #[test]
    fn thai_has_its_own_punctuation() {
        check(thai, "ชำระเงิน {amount} ผ่าน KakaoPay ภายใน 10 นาที", &[]);
        check(thai, "ปรับสถานะเป็น “ไม่สำเร็จ”", &[]);
        check(thai, "ส่งไปที่ {to} ({plan})", &[]);
        check(thai, "ผ่านKakaoPay", &["a space is missing between น and K"]);
        check(thai, "KakaoPayของคุณ", &["a space is missing between y and ข"]);
        check(thai, "10นาที", &["a space is missing between 0 and น"]);
        check(thai, "ยอด {amount}แล้ว", &["a space is missing between } and แ"]);
        check(thai, "ยอด{amount}", &["a space is missing between ด and {"]);
        check(thai, "ใช้`key`", &["a space is missing between ้ and `"]);
        check(thai, "๑๐ นาที", &["use the digits 0 to 9"]);
        check(thai, "ท\u{e4d}\u{e32}รายการ", &["SARA AM is one character"]);
        check(thai, "กรุณารอสักครู่.", &["a Thai sentence has no full stop"]);
    }

    #[test]
    fn korean_particles_follow_no_placeholder() {
        check(korean, "주문번호: {order}", &[]);
        check(korean, "이벤트 {n}건 · {since}부터 {deadline}까지 · 그 외 {m}바이트", &[]);
        check(korean, "{refund} 건이 맞습니다. {url}, 이 주소", &[]);
        for particle in PARTICLES {
            let found = format!("the particle {particle} follows a placeholder");
            check(korean, &format!("{{order}}{particle} 취소"), &[&found]);
        }
    }
}
