//! Carrying out what a payment asks for at the service.

use kakaopay_flows::{Answer, Request, Trouble};
use kakaopay_transport::{Client, Delivery, Error};
use kakaopay_types::{PublicKey, SecretKey};

/// The clients of one account.
#[derive(Debug, Clone)]
pub(crate) struct Clients {
    /// For sources of their own.
    pub(crate) public: Option<Client<PublicKey>>,
    /// For everything else.
    pub(crate) secret: Client<SecretKey>,
}

impl Clients {
    /// Carries out a request and tells what became of it.
    pub(crate) async fn carry_out(&self, request: Request) -> Answer {
        match request {
            Request::CreateSource(create) => Answer::Source(match &self.public {
                Some(public) => boxed(public.send(create).await),
                None => boxed(self.secret.send(create).await),
            }),
            Request::CreateCharge(create) => {
                let attempt = create.metadata.reference.number();
                Answer::Charge { attempt, result: boxed(self.secret.send(create).await) }
            }
            Request::RetrieveCharge(retrieve) => {
                let charge = retrieve.id.clone();
                Answer::Read { charge, result: boxed(self.secret.send(retrieve).await) }
            }
            Request::LookUp(request) => {
                let result = boxed(self.secret.send(request.list.clone()).await);
                Answer::LookUp { request, result }
            }
            Request::CreateRefund { number, create } => {
                let reference = create.metadata.reference.clone();
                Answer::Refund { reference, number, result: boxed(self.secret.send(create).await) }
            }
            Request::ListRefunds(request) => {
                let result = boxed(self.secret.send(request.list.clone()).await);
                Answer::Refunds { request, result }
            }
        }
    }
}

fn boxed<T>(result: Result<T, Error>) -> Result<Box<T>, Trouble> {
    result.map(Box::new).map_err(|error| {
        tracing::warn!(
            operation = error.operation(),
            kind = ?error.kind(),
            delivery = ?error.delivery(),
            status = error.status().map(|status| status.as_u16()),
            request_id = error.request_id(),
            "a request has no good answer: {error}",
        );
        trouble_of(&error)
    })
}

/// What an error means for the payment. Anything that is not surely nothing is unknown.
fn trouble_of(error: &Error) -> Trouble {
    if let Some(refusal) = error.refused() {
        return Trouble::Refused(refusal.clone());
    }
    if error.status().is_some_and(|status| status.as_u16() == 429) {
        return Trouble::RateLimited;
    }
    match error.delivery() {
        Delivery::NotSent => Trouble::NotSent,
        _ => Trouble::Unknown,
    }
}
