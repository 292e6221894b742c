//! Who decodes: this library, and the parsers it is held against.

use std::fmt::Debug;
use std::hint::black_box;

use kakaopay_types::{Decode, decode};
use serde::de::IgnoredAny;
use serde_json::Value;

/// A way to decode one type.
pub struct Contestant {
    /// Second part of a benchmark's name.
    pub name: &'static str,
    /// Decodes the bytes.
    pub way: Way,
}

/// Decodes the bytes, and drops the result.
#[derive(Clone, Copy)]
pub enum Way {
    /// It only reads them.
    Shared(fn(&[u8])),
    /// It writes over them, so that each time needs a fresh copy.
    InPlace(fn(&mut [u8])),
}

impl Contestant {
    /// Decodes once. `bytes` may be spoilt afterwards.
    pub fn decode(&self, bytes: &mut [u8]) {
        match self.way {
            Way::Shared(decode) => decode(bytes),
            Way::InPlace(decode) => decode(bytes),
        }
    }
}

/// All who decode `T`. The first two make the same value by different ways, the next two know no
/// types, and the last two are other parsers under the serde implementation of the second.
pub(super) fn contestants<T: Decode>() -> [Contestant; 6] {
    let shared = |name, decode| Contestant { name, way: Way::Shared(decode) };
    let in_place = |name, decode| Contestant { name, way: Way::InPlace(decode) };
    [
        shared("kakaopay_types", |bytes| used(decode::from_slice::<T>(bytes))),
        shared("kakaopay_types_general", |bytes| used(serde_json::from_slice::<T>(bytes))),
        shared("ignored_any", |bytes| used(serde_json::from_slice::<IgnoredAny>(bytes))),
        shared("value", |bytes| used(serde_json::from_slice::<Value>(bytes))),
        shared("sonic_rs", |bytes| used(sonic_rs::from_slice::<T>(bytes))),
        in_place("simd_json", |bytes| used(simd_json::serde::from_slice::<T>(bytes))),
    ]
}

/// Takes a value so that the compiler cannot leave out the making of it.
fn used<T, E: Debug>(decoded: Result<T, E>) {
    black_box(decoded.expect("every contestant decodes every case"));
}
