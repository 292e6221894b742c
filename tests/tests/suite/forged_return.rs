//! Returns of the buyer that claim an end which the charge does not have.

use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use kakaopay::Merchant;
use kakaopay::types::Reference;
use kakaopay_sandbox::WebhookSchedule;
use kakaopay_store_sqlite::SqliteStore;
use kakaopay_tests::{Shop, browser};
use tokio::net::TcpListener;

use crate::next_return::next_return;

/// Serves a shop's return page on loopback: it takes the order from the path, and shows the payment's state.
async fn return_page(merchant: Merchant<SqliteStore>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/orders", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let merchant = merchant.clone();
            let page = service_fn(move |request: http::Request<hyper::body::Incoming>| {
                let merchant = merchant.clone();
                async move {
                    let order = request.uri().path().trim_start_matches("/orders/").to_owned();
                    let _ = request.into_body().collect().await;
                    let reference = Reference::parse(&order).expect("a reference");
                    let status = merchant.buyer_returned(&reference).await.expect("read");
                    Ok::<_, std::convert::Infallible>(http::Response::new(Full::<bytes::Bytes>::from(
                        status.state.name(),
                    )))
                }
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), page),
            );
        }
    });
    url
}

/// Parameters, a body and headers of a return claim that the order is paid, or failed. The page shows only the charge
/// as the service has it, and only that releases goods.
#[tokio::test]
async fn f35_i4_a_forged_return_proves_nothing() {
    const CLAIMS: [&str; 6] = [
        "status=successful",
        "paid=true&status=successful&charge=chrg_test_1",
        "status=failed&failure_code=payment_rejected",
        "status=expired",
        "order=another&status%00=successful&status[]=successful",
        "resultCode=00&authorized=true#status=successful",
    ];
    let shop = Shop::builder().open().await;
    shop.sandbox.set_webhook_schedule(WebhookSchedule::LOST);
    let url = format!("{}/{}", return_page(shop.merchant.clone()).await, Shop::reference());
    let authorize = shop.check_out(Shop::order()).await;
    // Each of them has the charge read.
    let shown = async |claim: &str, post: bool| {
        next_return().await;
        let method = if post { "POST" } else { "GET" };
        let request =
            http::Request::builder().method(method).uri(format!("{url}?{}", claim.replace('#', "%23")));
        let request = request.header("referer", format!("{authorize}?{}", claim.replace('#', "%23")));
        let body = if post { claim.to_owned() } else { String::new() };
        browser::send(request.body(Full::from(body)).expect("a request")).await.1
    };
    for claim in CLAIMS {
        assert_eq!(
            (shown(claim, false).await, shown(claim, true).await),
            ("pending".into(), "pending".into())
        );
        // The service's own page is not taken in either.
        let page = http::Request::get(format!("{authorize}?{}", claim.replace('#', "%23")));
        browser::send(page.body(Full::default()).expect("a request")).await;
    }
    shop.settle_down().await;
    assert_eq!(shop.notifications.events(), []);
    browser::decide(&authorize, "outcome=failed&failure_code=payment_rejected").await;
    for claim in CLAIMS {
        assert_eq!(shown(claim, false).await, "failed");
    }
    shop.settle_down().await;
    let keys: Vec<_> = shop.notifications.events().into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["order-345678/1/failed"]);
}
