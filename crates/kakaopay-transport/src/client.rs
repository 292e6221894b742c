//! The typed client.

use std::fmt;
use std::marker::PhantomData;

use http::header::CONTENT_TYPE;
use http::uri::InvalidUri;
use kakaopay_types::endpoint::{Endpoint, Method};
use kakaopay_types::{Authorizes, Key, Mode};

use crate::body::{Request, RequestBody};
use crate::builder::ClientBuilder;
use crate::encoding::Encoding;
use crate::error::{Delivery, Error, ErrorKind};
use crate::operation::Operation;
use crate::response;
use crate::stack::Stack;
use crate::transport::Transport;

/// A client that signs in with one key and makes typed calls over any tower service.
///
/// It never sends a request twice and never follows a redirect, and a service of your own must do
/// neither as well. Clones share everything. The deadline needs a tokio runtime with its timer.
///
/// The key decides which calls there are; a public key cannot create a charge:
///
/// ```compile_fail
/// # use kakaopay_transport::Client;
/// # use kakaopay_types::{PublicKey, endpoint::CreateCharge};
/// async fn pay(client: Client<PublicKey>, charge: CreateCharge) {
///     let _ = client.send(charge).await;
/// }
/// ```
///
/// and a secret key can:
///
/// ```
/// # use kakaopay_transport::Client;
/// # use kakaopay_types::{SecretKey, endpoint::CreateCharge};
/// async fn pay(client: Client<SecretKey>, charge: CreateCharge) {
///     let _ = client.send(charge).await;
/// }
/// ```
pub struct Client<K> {
    stack: Stack,
    mode: Mode,
    encoding: Encoding,
    key: PhantomData<fn() -> K>,
}

impl<K: Key> Client<K> {
    /// A client of `https://api.omise.co` over a service: the default wire, or any stack of your
    /// own.
    pub fn new(wire: impl Transport, key: K) -> Self {
        Self::builder(wire, key).build()
    }

    /// Sets a client up in another way.
    pub fn builder<S>(wire: S, key: K) -> ClientBuilder<S, K> {
        ClientBuilder::new(wire, key)
    }

    pub(crate) fn over(stack: Stack, mode: Mode, encoding: Encoding) -> Self {
        Self { stack, mode, encoding, key: PhantomData }
    }

    /// The world of the key: test or live.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Makes a call.
    ///
    /// Dropping the future does not take the request back: what it asked for may be done.
    ///
    /// # Errors
    /// [`Error`], which says whether the call may have been carried out all the same.
    pub async fn send<E>(&self, endpoint: E) -> Result<E::Response, Error>
    where
        E: Endpoint,
        K: Authorizes<E::Access>,
    {
        let operation = Operation::of::<E>();
        let repeatable = operation.is_idempotent();
        let result = match self.request(&endpoint, operation) {
            Ok(request) => self.stack.send(request).await,
            Err(error) => Err(Error::new(ErrorKind::Request, Delivery::NotSent).because(error)),
        };
        result
            .and_then(|response| response::read(&response))
            .map_err(|error| error.of_call(E::OPERATION, repeatable))
    }

    /// What lies below the typed calls, as a tower service of its own.
    #[must_use]
    pub fn stack(&self) -> &Stack {
        &self.stack
    }

    fn request<E: Endpoint>(&self, endpoint: &E, operation: Operation) -> Result<Request, InvalidUri> {
        let (mut path, params) = (endpoint.path(), endpoint.params());
        let mut request = Request::new(RequestBody::default().of_call(operation));
        *request.method_mut() = match E::METHOD {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Patch => http::Method::PATCH,
        };
        if E::METHOD == Method::Get {
            if !params.is_empty() {
                path.push('?');
                path.push_str(&params.to_form());
            }
        } else {
            request.headers_mut().insert(CONTENT_TYPE, self.encoding.content_type());
            request.body_mut().set_bytes(self.encoding.encode(&params));
        }
        *request.uri_mut() = path.try_into()?;
        Ok(request)
    }
}

impl<K> Clone for Client<K> {
    fn clone(&self) -> Self {
        Self { stack: self.stack.clone(), mode: self.mode, encoding: self.encoding, key: PhantomData }
    }
}

impl<K> fmt::Debug for Client<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("mode", &self.mode)
            .field("encoding", &self.encoding)
            .finish_non_exhaustive()
    }
}
