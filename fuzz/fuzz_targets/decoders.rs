//! `decode::from_slice` and serde agree on any bytes.

#![no_main]

use kakaopay_fuzz::agree;
use kakaopay_types::{
    Account, ApiError, Capability, Charge, Event, List, Raw, Refund, SearchResult, Source, WebhookDelivery,
};
use serde_json::Value;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    agree::<Charge>(bytes);
    agree::<Source>(bytes);
    agree::<Refund>(bytes);
    agree::<Event>(bytes);
    agree::<WebhookDelivery>(bytes);
    agree::<List<Charge>>(bytes);
    agree::<List<Raw<Refund>>>(bytes);
    agree::<SearchResult<Charge>>(bytes);
    agree::<Capability>(bytes);
    agree::<Account>(bytes);
    agree::<ApiError>(bytes);
    agree::<Value>(bytes);
});
