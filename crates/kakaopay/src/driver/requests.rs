//! Sends a payment's requests to the API and classifies their failures.

use kakaopay_flows::{Request, RequestFailure, Response};
use kakaopay_transport::{Client, Delivery, Error};
use kakaopay_types::{PublicKey, SecretKey};

/// The API clients of one account.
#[derive(Debug, Clone)]
pub(crate) struct Clients {
    /// Creates separate sources.
    pub(crate) public: Option<Client<PublicKey>>,
    /// Sends every other request.
    pub(crate) secret: Client<SecretKey>,
}

impl Clients {
    /// Sends a request and returns its response or failure.
    pub(crate) async fn execute(&self, request: Request) -> Response {
        match request {
            Request::CreateSource(create) => Response::Source(match &self.public {
                Some(public) => boxed(public.send(create).await),
                None => boxed(self.secret.send(create).await),
            }),
            Request::CreateCharge(create) => {
                let attempt = create.metadata.reference.number();
                Response::Charge { attempt, result: boxed(self.secret.send(create).await) }
            }
            Request::RetrieveCharge(retrieve) => {
                let charge = retrieve.id.clone();
                Response::Read { charge, result: boxed(self.secret.send(retrieve).await) }
            }
            Request::FindCharge(request) => {
                let result = boxed(self.secret.send(request.list.clone()).await);
                Response::FindCharge { request, result }
            }
            Request::CreateRefund { number, create } => {
                let reference = create.metadata.reference.clone();
                Response::Refund { reference, number, result: boxed(self.secret.send(create).await) }
            }
            Request::ListRefunds(request) => {
                let result = boxed(self.secret.send(request.list.clone()).await);
                Response::Refunds { request, result }
            }
        }
    }
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
