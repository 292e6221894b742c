//! Refunds from end to end, over loopback HTTP, with many asking at once.

use kakaopay::types::endpoint::{CreateRefund, ListRefunds};
use kakaopay::types::{Currency, Money, Reference, Refund, RefundAmount};
use kakaopay::{Error, LateRefund, RefundError, RefundRequest, RefundState, RefundSummary};
use kakaopay_tests::{Shop, browser};
use kakaopay_transport::Client;
use kakaopay_transport::testing::LoseResponse;

fn order(reference: &str, amount: i64) -> RefundRequest {
    RefundRequest::new(
        Reference::parse(reference).expect("a reference"),
        RefundAmount::new(amount).expect("more than nothing"),
    )
}

/// A shop whose order of SGD 1,500.00 is paid.
async fn paid() -> Shop {
    pay(Shop::builder().open().await).await
}

async fn pay(shop: Shop) -> Shop {
    let page = shop.check_out(Shop::order()).await;
    browser::decide(&page, "outcome=successful").await;
    shop.wait_for_webhook().await;
    shop
}

/// The refunds that the service has.
async fn made(shop: &Shop) -> Vec<Refund> {
    let client = Client::builder(shop.sandbox.service(), shop.sandbox.secret_key().clone()).build();
    let page = kakaopay::types::endpoint::ListParams::new().limit(100);
    client.send(ListRefunds::new().page(page)).await.expect("a list").data.items
}

fn money(minor_units: i64) -> Money {
    Money::new(minor_units, Currency::SGD)
}

fn sum(refunds: &[Refund]) -> i64 {
    refunds.iter().map(|refund| refund.amount).sum()
}

#[tokio::test]
async fn money_goes_back_in_parts_until_nothing_is_left() {
    let shop = paid().await;
    let reference = Shop::reference();
    for (name, amount) in [("refund-1", 50_000), ("refund-2", 100_000)] {
        let refund = shop.merchant.refund(&reference, order(name, amount)).await.expect("a refund");
        assert_eq!((refund.amount, refund.is_completed()), (money(amount), true), "{refund:?}");
        // The same again is the same.
        let again = shop.merchant.refund(&reference, order(name, amount)).await.expect("the same");
        assert_eq!(again, refund);
    }
    let error = shop.merchant.refund(&reference, order("refund-3", 1)).await.expect_err("nothing is left");
    assert!(matches!(error, Error::Refund(RefundError::Exceeds { left }) if left == money(0)), "{error:?}");
    let error = shop.merchant.refund(&reference, order("refund-1", 1)).await.expect_err("another refund");
    assert!(matches!(error, Error::Refund(RefundError::ReferenceConflict)), "{error:?}");
    shop.settle_down().await;
    let keys: Vec<_> = shop.notifications.events().into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["order-345678/paid", "order-345678/refund/refund-1", "order-345678/refund/refund-2"]);
    assert_eq!((made(&shop).await.len(), sum(&made(&shop).await)), (2, 150_000));
    // Money that went back does not unmake the payment.
    let status = shop.status().await;
    assert!(status.is_paid() && status.refunds.iter().all(RefundSummary::is_completed));
}

#[tokio::test]
async fn a_payment_that_is_not_paid_gives_nothing_back() {
    let shop = Shop::builder().open().await;
    shop.check_out(Shop::order()).await;
    let error = shop.merchant.refund(&Shop::reference(), order("refund-1", 1)).await.expect_err("not paid");
    assert!(matches!(error, Error::Refund(RefundError::NotPaid)), "{error:?}");
    let other = Reference::parse("order-1").expect("a reference");
    let error = shop.merchant.refund(&other, order("refund-1", 1)).await.expect_err("no payment");
    assert!(matches!(error, Error::NotFound(_)), "{error:?}");
    assert!(made(&shop).await.is_empty());
}

/// F16: not a moment after the window has closed, and the service decides when it is to.
#[tokio::test]
async fn f16_after_its_time_nothing_goes_back() {
    let shop = paid().await;
    // Paid at 20:00 at UTC+8: until a quarter past midnight.
    shop.sandbox.clock().advance_seconds(4 * 3_600 + 15 * 60);
    let reference = Shop::reference();
    let error = shop.merchant.refund(&reference, order("refund-1", 1)).await.expect_err("too late");
    assert!(matches!(error, Error::Refund(RefundError::WindowClosed { .. })), "{error:?}");
    let late = order("refund-1", 1).late_refund(LateRefund::Forward);
    let refund = shop.merchant.refund(&reference, late).await.expect("asked for");
    assert!(
        matches!(&refund.state, RefundState::Refused { code, .. } if code == "failed_refund"),
        "{refund:?}"
    );
    assert!(made(&shop).await.is_empty());
}

/// F17, I5: sixty-four ask for the same refund at once, and one is made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f17_i5_one_refund_requested_by_many_is_made_once() {
    let shop = paid().await;
    let asking: Vec<_> = (0..64)
        .map(|_| {
            let merchant = shop.merchant.clone();
            tokio::spawn(async move { merchant.refund(&Shop::reference(), order("refund-1", 150_000)).await })
        })
        .collect();
    for asked in asking {
        match asked.await.expect("no panic") {
            Ok(refund) => assert_eq!(refund.amount, money(150_000)),
            // It is begun, and somebody else is at it.
            Err(Error::TooMuchContention(_)) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    shop.settle_down().await;
    let made = made(&shop).await;
    assert_eq!((made.len(), sum(&made)), (1, 150_000));
    assert!(shop.status().await.refunds[0].is_completed());
}

/// F17, I5: sixty-four refunds at once, of which three are all there is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f17_i5_many_refunds_at_once_give_back_no_more_than_was_paid() {
    let shop = paid().await;
    let asking: Vec<_> = (0..64)
        .map(|number| {
            let merchant = shop.merchant.clone();
            let order = order(&format!("refund-{number}"), 50_000);
            tokio::spawn(async move {
                for _ in 0..1_000 {
                    match merchant.refund(&Shop::reference(), order.clone()).await {
                        Err(Error::TooMuchContention(_)) => {}
                        other => return other,
                    }
                }
                panic!("contention without end")
            })
        })
        .collect();
    let mut taken = 0;
    for asked in asking {
        match asked.await.expect("no panic") {
            Ok(_) => taken += 1,
            Err(Error::Refund(RefundError::Exceeds { .. })) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!(taken, 3);
    shop.settle_down().await;
    let made = made(&shop).await;
    assert_eq!((made.len(), sum(&made)), (3, 150_000));
    assert!(shop.status().await.refunds.iter().all(RefundSummary::is_completed));
}

/// F18: the answer is lost, and nothing goes back twice.
#[tokio::test]
async fn f18_a_refund_whose_response_was_lost_is_found() {
    let mut lose = None;
    let lossy =
        |wire| lose.insert(LoseResponse::new(wire, 1).only(http::Method::POST).at("/refunds")).clone();
    let shop = pay(Shop::builder().open_over(lossy).await).await;
    let refund = shop.merchant.refund(&Shop::reference(), order("refund-1", 50_000)).await.expect("begun");
    assert!(refund.is_completed(), "{refund:?}");
    assert_eq!(made(&shop).await.len(), 1);
    assert_eq!(lose.expect("a transport").remaining(), 0);
}

/// I5: a refund at the dashboard counts, and raises an alert.
#[tokio::test]
async fn i5_what_went_back_elsewhere_is_counted() {
    let shop = paid().await;
    let client = Client::builder(shop.sandbox.service(), shop.sandbox.secret_key().clone()).build();
    let charge = shop.status().await.charge().expect("a charge").clone();
    let elsewhere = CreateRefund::new(
        charge,
        RefundAmount::new(100_000).expect("an amount"),
        Reference::parse("by-hand").expect("a reference"),
    );
    client.send(elsewhere).await.expect("made");
    let refund = shop.merchant.refund(&Shop::reference(), order("refund-1", 100_000)).await.expect("begun");
    assert!(matches!(refund.state, RefundState::Cancelled { .. }), "{refund:?}");
    let refund = shop.merchant.refund(&Shop::reference(), order("refund-2", 50_000)).await.expect("begun");
    assert!(refund.is_completed(), "{refund:?}");
    assert_eq!(sum(&made(&shop).await), 150_000);
}
