//! The end of the refund window, held against a table that another calendar made.

use kakaopay_types::{RefundWindow, Timestamp};

/// Made with Python's `datetime`: ends of months and years, leap days, zones with summer time, and
/// moments at random, all from 1970 to 2400.
const TABLE: &str = include_str!("../../data/refund_window.csv");

#[test]
fn f16_every_moment_of_the_table_agrees() {
    let mut rows = 0;
    for row in TABLE.lines().skip(1) {
        let (paid_at, closes_at) = row.split_once(',').expect("two columns");
        let moment = |text| Timestamp::parse(text).expect("a moment");
        assert_eq!(RefundWindow::closes_at(moment(paid_at)), moment(closes_at), "{row}");
        rows += 1;
    }
    assert!(rows >= 200, "{rows} moments");
}
