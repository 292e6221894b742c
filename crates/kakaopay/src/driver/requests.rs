//! Sends a payment's requests to the API and classifies their failures.

use kakaopay_flows::{Request, RequestFailure, Response};
use kakaopay_transport::{Client, Delivery, Error, SendBy, Timed};
use kakaopay_types::endpoint::{Endpoint, RetrieveCharge};
use kakaopay_types::{Authorizes, Key, PublicKey, SecretKey, Timestamp};

use super::pending_request::PendingRequest;

/// The API clients of one account.
#[derive(Debug, Clone)]
pub(crate) struct Clients {
    /// Creates separate sources.
    pub(crate) public: Option<Client<PublicKey>>,
    /// Sends every other request.
    pub(crate) secret: Client<SecretKey>,
}

impl Clients {
    /// Sends a request and returns its response or failure. A mutation that is too late is not sent.
    pub(crate) async fn execute(&self, PendingRequest { request, send_by }: PendingRequest) -> Response {
        match request {
            Request::CreateSource(create) => Response::Source(match &self.public {
                Some(public) => mutate(public, create, send_by).await,
                None => mutate(&self.secret, create, send_by).await,
            }),
            Request::CreateCharge(create) => {
                let attempt = create.metadata.reference.number();
                Response::Charge { attempt, result: mutate(&self.secret, create, send_by).await }
            }
            Request::RetrieveCharge(retrieve) => {
                let (charge, after_seq) = (retrieve.id.clone(), retrieve.after_seq);
                let sent = self.secret.send_timed(RetrieveCharge::new(retrieve.id)).await;
                let (served_at, result) = timed(sent);
                Response::Read { charge, after_seq, served_at, result }
            }
            Request::ExpireCharge(expire) => {
                let charge = expire.id.clone();
                Response::Expire { charge, result: mutate(&self.secret, expire, send_by).await }
            }
            Request::FindCharge(request) => {
                let (served_at, result) = timed(self.secret.send_page(request.list.clone()).await);
                Response::FindCharge { request, served_at, result }
            }
            Request::CreateRefund { number, create } => {
                let reference = create.metadata.reference.clone();
                Response::Refund { reference, number, result: mutate(&self.secret, create, send_by).await }
            }
            Request::ListRefunds(request) => {
                let (served_at, result) = timed(self.secret.send_page(request.list.clone()).await);
                Response::Refunds { request, served_at, result }
            }
        }
    }
}

/// Sends a mutation, unless it is too late.
async fn mutate<E, K>(
    client: &Client<K>,
    endpoint: E,
    send_by: Option<SendBy>,
) -> Result<Box<E::Response>, RequestFailure>
where
    E: Endpoint,
    K: Authorizes<E::Access> + Key,
{
    match send_by {
        Some(send_by) => boxed(client.send_by(endpoint, send_by).await),
        // Without a recorded entry.
        None => Err(RequestFailure::NotSent),
    }
}

/// Separates the service's time from the result.
fn timed<T>(result: Result<Timed<T>, Error>) -> (Option<Timestamp>, Result<Box<T>, RequestFailure>) {
    let served_at = result.as_ref().ok().and_then(|timed| timed.served_at);
    (served_at, boxed(result.map(|timed| timed.object)))
}

fn boxed<T>(result: Result<T, Error>) -> Result<Box<T>, RequestFailure> {
    result.map(Box::new).map_err(|error| {
        tracing::warn!(
            operation = error.operation(),
            kind = ?error.kind(),
            delivery = ?error.delivery(),
            status = error.status().map(|status| status.as_u16()),
            request_id = error.request_id(),
            "request failed: {error}",
        );
        classify(&error)
    })
}

/// The failure as the payment sees it. The outcome is unknown unless the error proves otherwise.
fn classify(error: &Error) -> RequestFailure {
    if let Some(rejection) = error.api_rejection() {
        return RequestFailure::Rejected(rejection.clone());
    }
    if error.status().is_some_and(|status| status.as_u16() == 429) {
        return RequestFailure::RateLimited;
    }
    match error.delivery() {
        Delivery::NotSent => RequestFailure::NotSent,
        _ => RequestFailure::OutcomeUnknown,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kakaopay_flows::ChargeRead;
    use kakaopay_transport::testing::Scripted;
    use kakaopay_transport::{BoxError, NotSent};
    use kakaopay_types::endpoint::CreateRefund;
    use kakaopay_types::{ChargeId, Reference, RefundAmount};
    use tokio::time::Instant;

    use super::*;

    type Scripts = Result<(u16, &'static str), BoxError>;

    /// Sends a refund or a read to a service that responds once as scripted.
    async fn failure(is_mutation: bool, script: Scripts) -> RequestFailure {
        let service = match script {
            Ok((status, body)) => Scripted::new().json(status, body),
            Err(error) => Scripted::new().then(Err(error)),
        };
        let send_by = SendBy::new(Duration::MAX, Instant::now(), || Duration::ZERO);
        failure_over(service, is_mutation, Some(send_by)).await
    }

    async fn failure_over(service: Scripted, is_mutation: bool, send_by: Option<SendBy>) -> RequestFailure {
        let key = SecretKey::parse("skey_test_1").expect("a key");
        let policy = kakaopay_transport::layer::RetryPolicy::never();
        let secret = Client::builder(service, key).retry(policy).build();
        let clients = Clients { public: None, secret };
        let charge = ChargeId::parse("chrg_test_1").expect("an id");
        let request = if is_mutation {
            let reference = Reference::parse("refund-1").expect("a reference");
            let amount = RefundAmount::new(1).expect("an amount");
            Request::CreateRefund { number: 1, create: CreateRefund::new(charge, amount, reference) }
        } else {
            Request::RetrieveCharge(ChargeRead::new(charge))
        };
        match clients.execute(PendingRequest { request, send_by }).await {
            Response::Refund { result, .. } => result.expect_err("a failure"),
            Response::Read { result, .. } => result.expect_err("a failure"),
            other => panic!("another response: {other:?}"),
        }
    }

    /// F21, F10: a rate limit, a rejection and a lost response are different failures, for a mutation and a read.
    #[tokio::test]
    async fn f21_f10_each_failure_has_its_class() {
        let rejection = r#"{"object":"error","code":"failed_refund","message":"no"}"#;
        let rejected = RequestFailure::Rejected(serde_json::from_str(rejection).expect("an error"));
        for is_mutation in [true, false] {
            let cases: [(Scripts, RequestFailure); 8] = [
                (Ok((429, "{}")), RequestFailure::RateLimited),
                (Ok((429, "no JSON")), RequestFailure::RateLimited),
                (Ok((400, rejection)), rejected.clone()),
                (Ok((400, "{}")), RequestFailure::OutcomeUnknown),
                (Ok((500, "{}")), RequestFailure::OutcomeUnknown),
                (Ok((200, "{}")), RequestFailure::OutcomeUnknown),
                (Err(NotSent("no connection".into()).into()), RequestFailure::NotSent),
                (Err("the connection was reset".into()), RequestFailure::OutcomeUnknown),
            ];
            for (script, expected) in cases {
                let shown = format!("{script:?}");
                assert_eq!(failure(is_mutation, script).await, expected, "{is_mutation} {shown}");
            }
        }
    }

    /// F56, F40: an overdue mutation, and one without a recorded entry, never reach the transport, which would panic.
    #[tokio::test]
    async fn f56_f40_an_overdue_mutation_is_not_sent() {
        let overdue = SendBy::new(Duration::from_secs(15), Instant::now(), || Duration::from_secs(16));
        for send_by in [Some(overdue), None] {
            assert_eq!(failure_over(Scripted::new(), true, send_by).await, RequestFailure::NotSent);
        }
    }
}
