//! Texts of the payment pages in each language.

use crate::texts::texts;

texts! {
    /// The texts of the payment pages.
    pub(crate) struct Words {
        title,
        badge,
        pay,
        description,
        charge,
        status,
        until,
        wallet,
        scan,
        open_phone,
        code,
        look,
        choose,
        approve,
        fail_with,
        fail,
        expire,
        close,
        ended,
        back,
        language,
        pending,
        successful,
        failed,
        expired,
        on_desktop,
        on_phone,
        wallet_title,
        see,
        waiting,
        decline,
        panel,
        slow,
        approve_later,
        approves_at,
        at,
        paid,
        not_paid,
        too_late,
        ten_seconds,
        one_minute,
        one_hour,
        no_payment,
        other_site,
        other_form,
        trouble,
    }
}

impl Words {
    /// The name of a charge's status.
    pub(super) fn of_status(&self, status: &str) -> &'static str {
        match status {
            "successful" => self.successful,
            "failed" => self.failed,
            "expired" => self.expired,
            _ => self.pending,
        }
    }

    /// The heading of the slip.
    pub(super) fn slip_of(&self, status: &str) -> &'static str {
        match status {
            "successful" => self.paid,
            "expired" => self.too_late,
            _ => self.not_paid,
        }
    }

    /// The delays of a slow buyer: in seconds, and in words.
    pub(super) fn delays(&self) -> impl Iterator<Item = (u16, &'static str)> {
        DELAYS.into_iter().zip([self.ten_seconds, self.one_minute, self.one_hour])
    }
}

/// The delays of a slow buyer, in seconds.
pub(super) const DELAYS: [u16; 3] = [10, 60, 3_600];

pub(super) const ENGLISH: Words = Words {
    title: "KakaoPay sandbox",
    badge: "Sandbox: no money moves",
    pay: "Pay {amount}",
    description: "Description",
    charge: "Charge ID",
    status: "Status",
    until: "Pay by",
    wallet: "This page stands in for the KakaoPay app on the buyer’s phone.",
    scan: "Scan the code with a phone that can reach this computer, or",
    open_phone: "open the phone page here",
    code: "QR code that opens the payment on a phone",
    look: "Check the payment status",
    choose: "Choose what the buyer does in this test.",
    approve: "Approve the payment",
    fail_with: "Failure code",
    fail: "Fail the payment",
    expire: "Expire it now",
    close: "You can close this page: the payment stays pending until it expires.",
    ended: "This payment has ended. Its result cannot be changed here.",
    back: "Back to the merchant",
    language: "Language",
    pending: "waiting for payment",
    successful: "successful",
    failed: "failed",
    expired: "expired",
    on_desktop: "On the buyer’s computer",
    on_phone: "On the buyer’s phone",
    wallet_title: "KakaoPay app",
    see: "View payment details",
    waiting: "Waiting for the phone. This page updates by itself.",
    decline: "Decline",
    panel: "Test panel",
    slow: "Approve after a delay of",
    approve_later: "Approve after this delay",
    approves_at: "The buyer approves at",
    at: "Date and time",
    paid: "Paid",
    not_paid: "Not paid",
    too_late: "Payment expired",
    ten_seconds: "10 seconds",
    one_minute: "1 minute",
    one_hour: "1 hour",
    no_payment: "This payment was not found.",
    other_site: "The form was sent from another site. Nothing was changed.",
    other_form: "This form does not belong to this page. Nothing was changed.",
    trouble: "Something went wrong in the sandbox. Check the payment’s status before you try again.",
};

pub(super) const THAI: Words = Words {
    title: "แซนด์บ็อกซ์ KakaoPay",
    badge: "แซนด์บ็อกซ์ (โหมดทดสอบ) ไม่มีการตัดเงินจริง",
    pay: "ชำระเงิน {amount}",
    description: "รายละเอียด",
    charge: "เลขที่รายการ",
    status: "สถานะ",
    until: "ชำระเงินภายใน",
    wallet: "หน้านี้จำลองแอปพลิเคชัน KakaoPay บนโทรศัพท์มือถือของผู้ซื้อ",
    scan: "สแกนคิวอาร์โค้ดด้วยโทรศัพท์มือถือที่เข้าถึงเครื่องนี้ได้ หรือ",
    open_phone: "เปิดหน้าสำหรับมือถือที่นี่",
    code: "คิวอาร์โค้ดสำหรับเปิดหน้าชำระเงินบนโทรศัพท์มือถือ",
    look: "ตรวจสอบสถานะรายการ",
    choose: "เลือกสิ่งที่ผู้ซื้อจะทำในการทดสอบนี้",
    approve: "ยืนยันการชำระเงิน",
    fail_with: "รหัสข้อขัดข้อง",
    fail: "ปรับสถานะเป็น “ไม่สำเร็จ”",
    expire: "ให้รายการหมดอายุทันที",
    close: "ปิดหน้านี้ได้โดยไม่กระทบรายการ รายการจะยังรอชำระเงินจนกว่าจะหมดอายุ",
    ended: "รายการชำระเงินนี้สิ้นสุดแล้ว ไม่สามารถเปลี่ยนผลจากหน้านี้ได้",
    back: "กลับไปยังร้านค้า",
    language: "ภาษา",
    pending: "รอชำระเงิน",
    successful: "สำเร็จ",
    failed: "ไม่สำเร็จ",
    expired: "หมดอายุ",
    on_desktop: "บนคอมพิวเตอร์ของผู้ซื้อ",
    on_phone: "บนโทรศัพท์มือถือของผู้ซื้อ",
    wallet_title: "แอปพลิเคชัน KakaoPay",
    see: "ดูรายละเอียดการชำระเงิน",
    waiting: "กำลังรอการยืนยันจากโทรศัพท์มือถือ หน้านี้จะอัปเดตโดยอัตโนมัติ",
    decline: "ไม่ชำระเงิน",
    panel: "เครื่องมือทดสอบ",
    slow: "ให้ผู้ซื้อยืนยันหลังผ่านไป",
    approve_later: "ยืนยันเมื่อครบเวลา",
    approves_at: "เวลาที่ผู้ซื้อจะยืนยัน",
    at: "วันที่และเวลา",
    paid: "ชำระเงินสำเร็จ",
    not_paid: "ชำระเงินไม่สำเร็จ",
    too_late: "หมดเวลาชำระเงิน",
    ten_seconds: "10 วินาที",
    one_minute: "1 นาที",
    one_hour: "1 ชั่วโมง",
    no_payment: "ไม่พบรายการชำระเงินนี้",
    other_site: "แบบฟอร์มนี้ส่งมาจากเว็บไซต์อื่น จึงไม่มีการเปลี่ยนแปลงข้อมูล",
    other_form: "แบบฟอร์มนี้ไม่ใช่ของหน้านี้ จึงไม่มีการเปลี่ยนแปลงข้อมูล",
    trouble: "เกิดข้อขัดข้องในแซนด์บ็อกซ์ กรุณาตรวจสอบสถานะรายการก่อนลองใหม่อีกครั้ง",
};

pub(super) const KOREAN: Words = Words {
    title: "카카오페이 샌드박스",
    badge: "샌드박스(테스트): 실제로 결제되지 않습니다",
    pay: "{amount} 결제",
    description: "주문 내용",
    charge: "결제 번호",
    status: "상태",
    until: "결제 기한",
    wallet: "이 화면은 구매자 휴대폰의 카카오페이 앱을 대신합니다.",
    scan: "이 컴퓨터에 접속할 수 있는 휴대폰으로 QR 코드를 스캔하거나",
    open_phone: "여기에서 휴대폰 화면을 열어 주세요",
    code: "휴대폰에서 결제 화면을 여는 QR 코드",
    look: "결제 상태 확인",
    choose: "이 테스트에서 구매자가 할 행동을 선택해 주세요.",
    approve: "결제하기",
    fail_with: "실패 코드",
    fail: "결제 실패 처리",
    expire: "바로 만료 처리",
    close: "이 화면을 닫아도 결제 상태는 바뀌지 않으며, 만료될 때까지 결제 대기로 남습니다.",
    ended: "처리가 끝난 결제입니다. 이 화면에서 결과를 바꿀 수 없습니다.",
    back: "가맹점으로 돌아가기",
    language: "언어",
    pending: "결제 대기",
    successful: "결제 완료",
    failed: "결제 실패",
    expired: "기한 만료",
    on_desktop: "구매자의 컴퓨터",
    on_phone: "구매자의 휴대폰",
    wallet_title: "카카오페이",
    see: "결제 정보 보기",
    waiting: "휴대폰에서 결제하기를 기다리고 있습니다. 결과가 나오면 이 화면이 자동으로 바뀝니다.",
    decline: "결제하지 않기",
    panel: "테스트 도구",
    slow: "다음 시간이 지난 뒤 결제",
    approve_later: "시간이 지나면 결제",
    approves_at: "구매자 결제 예정 시각",
    at: "일시",
    paid: "결제 완료",
    not_paid: "결제 실패",
    too_late: "결제 기한 만료",
    ten_seconds: "10초",
    one_minute: "1분",
    one_hour: "1시간",
    no_payment: "해당 결제를 찾을 수 없습니다.",
    other_site: "다른 사이트에서 보낸 요청입니다. 변경된 내용은 없습니다.",
    other_form: "이 화면에서 보낸 요청이 아닙니다. 변경된 내용은 없습니다.",
    trouble: "샌드박스에서 오류가 발생했습니다. 다시 시도하기 전에 결제 상태를 확인해 주세요.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_follow_the_rules_of_their_languages() {
        crate::texts::check([&ENGLISH, &THAI, &KOREAN].map(Words::all));
    }
}
