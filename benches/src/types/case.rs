//! Objects to decode, in the bytes that the service sends.

use kakaopay_types::{Charge, List};

use super::contestant::{Contestant, contestants};

/// The charge of Omise's guide, in the service's own bytes.
const CHARGE: &str = include_str!("../../../tests/pure/data/guide_charge.json");
/// The most charges that the service puts on a page.
const PAGE: usize = 100;

/// One object, and those who decode it.
pub struct Case {
    /// First part of a benchmark's name.
    pub name: &'static str,
    /// The object in JSON.
    pub bytes: Vec<u8>,
    /// All who decode it.
    pub contestants: [Contestant; 6],
}

/// All the cases.
#[must_use]
pub fn cases() -> [Case; 2] {
    let charge = Case { name: "charge", bytes: CHARGE.into(), contestants: contestants::<Charge>() };
    let list = Case { name: "list", bytes: page().into_bytes(), contestants: contestants::<List<Charge>>() };
    [charge, list]
}

/// A full page of the guide's charge, indented as the service does it.
fn page() -> String {
    let charge: Vec<_> = CHARGE.lines().map(|line| format!("    {line}")).collect();
    let charges = vec![charge.join("\n"); PAGE].join(",\n");
    format!(
        r#"{{
  "object": "list",
  "data": [
{charges}
  ],
  "limit": {PAGE},
  "offset": 0,
  "total": {PAGE},
  "location": "/charges",
  "order": "chronological",
  "from": "1970-01-01T00:00:00Z",
  "to": "2023-06-15T02:25:15Z"
}}"#
    )
}
