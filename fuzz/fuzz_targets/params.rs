//! Any body is the parameters of a call or a typed error; parsed parameters are written alike.

#![no_main]

use kakaopay_types::Params;
use kakaopay_types::endpoint::{
    CreateCharge, CreateRefund, CreateSource, FromRequest, ListCharges, Method, SearchCharges,
};

libfuzzer_sys::fuzz_target!(|input: (&str, &[u8])| {
    let (path, body) = input;
    for params in [Params::from_form(body), Params::from_json(body)].into_iter().flatten() {
        again::<CreateSource>(Method::Post, "/sources", &params);
        again::<CreateCharge>(Method::Post, "/charges", &params);
        again::<CreateRefund>(Method::Post, "/charges/chrg_test_1/refunds", &params);
        again::<CreateRefund>(Method::Post, path, &params);
        again::<ListCharges>(Method::Get, "/charges", &params);
        again::<SearchCharges>(Method::Get, "/search", &params);
    }
});

fn again<E: FromRequest + PartialEq + std::fmt::Debug>(method: Method, path: &str, params: &Params) {
    let Ok(Some(call)) = E::from_request(method, path, params) else { return };
    let sent = Params::from_json(call.params().to_json().as_bytes()).expect("what is sent can be read");
    assert_eq!(E::from_request(E::METHOD, &call.path(), &sent), Ok(Some(call)));
}
