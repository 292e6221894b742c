//! The typed client.

use std::fmt;
use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::uri::InvalidUri;
use kakaopay_types::endpoint::{Endpoint, Method};
use kakaopay_types::{Authorizes, Key, Mode};
use sha2::{Digest, Sha256};

use crate::body::{HttpRequest, RequestBody};
use crate::builder::ClientBuilder;
use crate::encoding::Encoding;
use crate::error::{Delivery, Error, ErrorKind};
use crate::operation::Operation;
use crate::response;
use crate::send_by::SendBy;
use crate::stack::Stack;
use crate::timed::Timed;
use crate::transport::Transport;

/// A client that authenticates with one key and makes typed calls over any tower service.
///
/// It never sends a mutation twice and never follows a redirect; neither may a service of your own.
/// Clones share everything. Timeouts need a tokio runtime with its timer.
///
/// The type of the key decides which calls compile: a public key cannot create a charge,
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
    key: Arc<K>,
}

impl<K: Key> Client<K> {
    /// Creates a client of `https://api.omise.co` with default settings, over the default transport or
    /// a service of your own.
    pub fn new(transport: impl Transport, key: K) -> Self {
        Self::builder(transport, key).build()
    }

    /// Returns a builder with default settings.
    pub fn builder<S>(transport: S, key: K) -> ClientBuilder<S, K> {
        ClientBuilder::new(transport, key)
    }

    pub(crate) fn over(stack: Stack, key: K, encoding: Encoding) -> Self {
        Self { stack, mode: key.mode(), encoding, key: Arc::new(key) }
    }

    /// Mode of the key: test or live.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The SHA-256 of a salt and the key, to recognise the key later without keeping it. The salt must be random, so
    /// that the digests of one key in two places differ.
    #[must_use]
    pub fn key_digest(&self, salt: &str) -> [u8; 32] {
        let digest = Sha256::new_with_prefix(salt).chain_update([0]).chain_update(self.key.expose());
        digest.finalize().into()
    }

    /// Sends a request and decodes its response.
    ///
    /// Dropping the future does not cancel the request at the service: a mutation may still be carried out.
    ///
    /// # Errors
    /// [`Error`]; [`Error::outcome_unknown`] says whether a mutation may have been carried out.
    pub async fn send<E>(&self, endpoint: E) -> Result<E::Response, Error>
    where
        E: Endpoint,
        K: Authorizes<E::Access>,
    {
        self.send_timed(endpoint).await.map(|timed| timed.object)
    }

    /// Sends a request like [`send`](Self::send), and returns the service's time with the object. Instants by
    /// the service's clock can be compared, whatever the clocks of the callers show.
    ///
    /// ```
    /// # use kakaopay_transport::{Client, Error};
    /// # use kakaopay_types::{SecretKey, endpoint::ListCharges};
    /// async fn listed(client: &Client<SecretKey>) -> Result<String, Error> {
    ///     let page = client.send_timed(ListCharges::new()).await?;
    ///     let at = page.served_at.map_or_else(|| "an unknown time".to_owned(), |at| at.to_string());
    ///     Ok(format!("{} charges at {at}", page.object.total))
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error`]; see [`send`](Self::send).
    pub async fn send_timed<E>(&self, endpoint: E) -> Result<Timed<E::Response>, Error>
    where
        E: Endpoint,
        K: Authorizes<E::Access>,
    {
        self.call(endpoint, None).await
    }

    /// Sends a request like [`send`](Self::send), but not after its latest instant. This is for a mutation that counts
    /// as lost after a while: this process may have been suspended in between.
    ///
    /// # Errors
    /// [`Error`] of the kind [`ErrorKind::Overdue`], if it is too late; nothing was sent then. Otherwise see
    /// [`send`](Self::send).
    pub async fn send_by<E>(&self, endpoint: E, send_by: SendBy) -> Result<E::Response, Error>
    where
        E: Endpoint,
        K: Authorizes<E::Access>,
    {
        self.call(endpoint, Some(send_by)).await.map(|timed| timed.object)
    }

    async fn call<E>(&self, endpoint: E, send_by: Option<SendBy>) -> Result<Timed<E::Response>, Error>
    where
        E: Endpoint,
        K: Authorizes<E::Access>,
    {
        let operation = Operation::of::<E>();
        let idempotent = operation.is_idempotent();
        let result = match self.request(&endpoint, operation) {
            Ok(mut request) => {
                request.body_mut().set_send_by(send_by);
                self.stack.send(request).await
            }
            Err(error) => Err(Error::new(ErrorKind::Request, Delivery::NotSent).because(error)),
        };
        result
            .and_then(|response| {
                let served_at = response::served_at(response.headers());
                response::decode_response(&response).map(|object| Timed { object, served_at })
            })
            .map_err(|error| error.of_call(E::OPERATION, idempotent))
    }

    /// The layers and the transport below the typed calls, as a tower service.
    #[must_use]
    pub fn stack(&self) -> &Stack {
        &self.stack
    }

    fn request<E: Endpoint>(&self, endpoint: &E, operation: Operation) -> Result<HttpRequest, InvalidUri> {
        let (mut path, params) = (endpoint.path(), endpoint.params());
        let mut request = HttpRequest::new(RequestBody::default().of_call(operation));
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
        Self {
            stack: self.stack.clone(),
            mode: self.mode,
            encoding: self.encoding,
            key: Arc::clone(&self.key),
        }
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
