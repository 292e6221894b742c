//! Texts of the dashboard in each language.

use kakaopay_sandbox::WebhookSchedule;

use crate::pages::Language;
use crate::texts::{fill, texts};

texts! {
    /// The texts of the dashboard. Backquotes enclose code.
    pub(super) struct DashboardWords {
        overview,
        about,
        public_key,
        secret_key,
        webhooks,
        webhook_secret,
        api_version,
        clock,
        faults,
        sent_to,
        as_they_happen,
        by_schedule,
        lost,
        host_not_allowed,
        not_sent,
        stopped,
        running,
        no_rules,
        one_rule,
        rules,
        charges,
        summary,
        one_charge,
        charge_count,
        one_event,
        event_count,
        no_charges,
        created,
        refunded,
        buyers_page,
        slip,
        events,
        event_not_sent,
        responded,
        resend,
        requests,
        other_requests,
        no_requests,
        secret_bodies,
        request,
        response,
        one_more_byte,
        more_bytes,
        live,
        no_response,
        elsewhere,
        no_event,
    }
}

impl DashboardWords {
    /// Returns the texts of a language.
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Thai => &THAI,
            Language::Korean => &KOREAN,
        }
    }

    /// The schedule of webhooks, when they are sent at all.
    pub(super) fn schedule(&self, schedule: WebhookSchedule) -> &'static str {
        if schedule == WebhookSchedule::ON {
            self.as_they_happen
        } else if schedule.is_lost() {
            self.lost
        } else {
            self.by_schedule
        }
    }

    /// The number of fault rules.
    pub(super) fn rule_count(&self, count: usize) -> String {
        if count == 0 { self.no_rules.to_owned() } else { counted(count, self.one_rule, self.rules) }
    }

    /// The number of charges.
    pub(super) fn charge_count(&self, count: usize) -> String {
        counted(count, self.one_charge, self.charge_count)
    }

    /// The number of events.
    pub(super) fn event_count(&self, count: usize) -> String {
        counted(count, self.one_event, self.event_count)
    }

    /// The number of bytes that are not shown.
    pub(super) fn more(&self, bytes: usize) -> String {
        counted(bytes, self.one_more_byte, self.more_bytes)
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    fill(if count == 1 { one } else { many }, "n", count)
}

const ENGLISH: DashboardWords = DashboardWords {
    overview: "Overview",
    about: "A stand-in for an Omise test account with KakaoPay. Point your shop’s client at {url} and use these keys. The script for your page is {script}.",
    public_key: "Public key",
    secret_key: "Secret key",
    webhooks: "Webhooks",
    webhook_secret: "Webhook secret",
    api_version: "API version",
    clock: "Clock",
    faults: "Faults",
    sent_to: "sent to {to}, {schedule}",
    as_they_happen: "as they happen",
    by_schedule: "by schedule",
    lost: "lost",
    host_not_allowed: "lost, as the host is not allowed: use --allow-webhook-host",
    not_sent: "not sent: use `--webhook-url`, or `PATCH /account` with `webhook_uri`",
    stopped: "stopped",
    running: "running",
    no_rules: "none",
    one_rule: "{n} rule",
    rules: "{n} rules",
    charges: "Charges",
    summary: "{charges}, {events}, at {time}.",
    one_charge: "{n} charge",
    charge_count: "{n} charges",
    one_event: "{n} event",
    event_count: "{n} events",
    no_charges: "None yet. Your shop’s first charge appears here by itself.",
    created: "created {time}",
    refunded: "{amount} refunded",
    buyers_page: "the buyer’s page",
    slip: "the slip",
    events: "Events",
    event_not_sent: "not sent",
    responded: "responded {status}",
    resend: "Resend webhook",
    requests: "Requests",
    other_requests: "Other requests",
    no_requests: "None.",
    secret_bodies: "The bodies contain secrets and are not shown.",
    request: "Request",
    response: "Response",
    one_more_byte: "{n} more byte",
    more_bytes: "{n} more bytes",
    live: "Live",
    no_response: "The sandbox does not respond. Trying again …",
    elsewhere: "The overview shows keys. It opens only on the sandbox’s own machine, by an address such as http://127.0.0.1.",
    no_event: "No event has this ID.",
};

const THAI: DashboardWords = DashboardWords {
    overview: "ภาพรวม",
    about: "ระบบจำลองบัญชีทดสอบของ Omise ที่เปิดใช้ KakaoPay ตั้งค่าระบบร้านค้าให้เรียก {url} และใช้ key ต่อไปนี้ สคริปต์สำหรับหน้าเว็บคือ {script}",
    public_key: "public key",
    secret_key: "secret key",
    webhooks: "Webhook",
    webhook_secret: "webhook secret",
    api_version: "เวอร์ชัน API",
    clock: "เวลาในระบบ",
    faults: "ข้อขัดข้องจำลอง",
    sent_to: "ส่งไปที่ {to} ({schedule})",
    as_they_happen: "ทันทีที่เกิดขึ้น",
    by_schedule: "ตามกำหนดที่ตั้งไว้",
    lost: "สูญหาย",
    host_not_allowed: "สูญหาย เพราะไม่อนุญาตโฮสต์นี้ กรุณาใช้ --allow-webhook-host",
    not_sent: "ไม่ได้ส่ง: ใช้ `--webhook-url` หรือ `PATCH /account` พร้อม `webhook_uri`",
    stopped: "หยุด",
    running: "กำลังเดิน",
    no_rules: "ไม่มี",
    one_rule: "{n} กฎ",
    rules: "{n} กฎ",
    charges: "รายการรับชำระเงิน",
    summary: "{charges} · {events} · ข้อมูล ณ {time}",
    one_charge: "รายการ {n} รายการ",
    charge_count: "รายการ {n} รายการ",
    one_event: "event {n} รายการ",
    event_count: "event {n} รายการ",
    no_charges: "ยังไม่มีรายการ เมื่อระบบร้านค้าสร้างรายการแรก จะแสดงที่นี่โดยอัตโนมัติ",
    created: "สร้างเมื่อ {time}",
    refunded: "คืนเงินแล้ว {amount}",
    buyers_page: "หน้าของผู้ซื้อ",
    slip: "สลิป",
    events: "Event",
    event_not_sent: "ไม่ได้ส่ง",
    responded: "ตอบกลับ {status}",
    resend: "ส่ง webhook อีกครั้ง",
    requests: "คำสั่ง API",
    other_requests: "คำสั่ง API อื่น",
    no_requests: "ไม่มี",
    secret_bodies: "ไม่แสดงเนื้อหา เพราะมีข้อมูลลับ",
    request: "คำขอ",
    response: "การตอบกลับ",
    one_more_byte: "และอีก {n} ไบต์",
    more_bytes: "และอีก {n} ไบต์",
    live: "อัปเดตอัตโนมัติ",
    no_response: "แซนด์บ็อกซ์ไม่ตอบสนอง กำลังลองใหม่",
    elsewhere: "หน้าภาพรวมแสดง key จึงเปิดได้เฉพาะบนเครื่องของแซนด์บ็อกซ์ ด้วยที่อยู่ เช่น http://127.0.0.1",
    no_event: "ไม่พบ event ที่มีรหัสนี้",
};

const KOREAN: DashboardWords = DashboardWords {
    overview: "개요",
    about: "카카오페이를 사용하는 Omise 테스트 계정을 대신합니다. 쇼핑몰에서 아래 주소와 키를 사용해 주세요. API 주소: {url} · 웹페이지용 스크립트: {script}",
    public_key: "퍼블릭 키",
    secret_key: "시크릿 키",
    webhooks: "웹훅",
    webhook_secret: "웹훅 시크릿",
    api_version: "API 버전",
    clock: "시계",
    faults: "장애 시뮬레이션",
    sent_to: "전송 주소: {to}({schedule})",
    as_they_happen: "발생 즉시",
    by_schedule: "설정한 일정에 따라",
    lost: "유실",
    host_not_allowed: "유실, 허용되지 않은 호스트: --allow-webhook-host 옵션을 사용해 주세요",
    not_sent: "전송 안 함: `--webhook-url` 옵션을 쓰거나 `PATCH /account`에 `webhook_uri`를 보내 주세요",
    stopped: "정지",
    running: "작동 중",
    no_rules: "없음",
    one_rule: "규칙 {n}개",
    rules: "규칙 {n}개",
    charges: "결제 목록",
    summary: "{charges} · {events} · {time} 기준",
    one_charge: "결제 {n}건",
    charge_count: "결제 {n}건",
    one_event: "이벤트 {n}건",
    event_count: "이벤트 {n}건",
    no_charges: "아직 없습니다. 쇼핑몰의 첫 결제가 생성되면 여기에 자동으로 표시됩니다.",
    created: "생성: {time}",
    refunded: "환불: {amount}",
    buyers_page: "구매자 화면",
    slip: "결제 결과",
    events: "이벤트",
    event_not_sent: "전송 안 됨",
    responded: "응답 {status}",
    resend: "웹훅 다시 보내기",
    requests: "API 요청",
    other_requests: "기타 API 요청",
    no_requests: "없음",
    secret_bodies: "비밀 정보가 있어 본문을 표시하지 않습니다.",
    request: "요청",
    response: "응답",
    one_more_byte: "그 외 {n}바이트",
    more_bytes: "그 외 {n}바이트",
    live: "실시간",
    no_response: "샌드박스가 응답하지 않습니다. 다시 연결하고 있습니다.",
    elsewhere: "개요에는 키가 표시되므로 샌드박스가 실행되는 컴퓨터에서만 열 수 있습니다. 주소 예: http://127.0.0.1",
    no_event: "이 ID의 이벤트를 찾을 수 없습니다.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_follow_the_rules_of_their_languages() {
        crate::texts::check([&ENGLISH, &THAI, &KOREAN].map(DashboardWords::all));
    }

    #[test]
    fn numbers_have_their_own_plural() {
        for (count, english, korean) in
            [(0, "none", "없음"), (1, "1 rule", "규칙 1개"), (2, "2 rules", "규칙 2개")]
        {
            assert_eq!(
                (ENGLISH.rule_count(count), KOREAN.rule_count(count)),
                (english.into(), korean.into())
            );
        }
        assert_eq!(ENGLISH.charge_count(1), "1 charge");
        assert_eq!(ENGLISH.event_count(0), "0 events");
        assert_eq!(THAI.more(1), "และอีก 1 ไบต์");
    }

    #[test]
    fn a_schedule_has_its_name() {
        let on = WebhookSchedule::ON;
        assert_eq!(ENGLISH.schedule(on), "as they happen");
        assert_eq!(ENGLISH.schedule(on.delayed_seconds(1)), "by schedule");
        assert_eq!(ENGLISH.schedule("delay=1,lost".parse().expect("a schedule")), "lost");
    }
}
