//! The services that can carry a client's requests.

use http_body::Body;
use tower_service::Service;

use crate::body::HttpRequest;
use crate::error::BoxError;

/// A tower service that carries requests to the API: the default transport, or one of your own.
///
/// Implemented for every `tower::Service` from [`HttpRequest`] to [`http::Response`] that is
/// `Clone + Send + Sync`. It must send each request at most once, and follow no redirect.
pub trait Transport:
    Service<
        HttpRequest,
        Response = http::Response<<Self as Transport>::Body>,
        Error: Into<BoxError>,
        Future: Send + 'static,
    > + Clone
    + Send
    + Sync
    + 'static
{
    /// The body of a response.
    type Body: Body<Data: Send, Error: Into<BoxError>> + Send + 'static;
}

impl<S, B> Transport for S
where
    S: Service<HttpRequest, Response = http::Response<B>, Error: Into<BoxError>, Future: Send + 'static>
        + Clone
        + Send
        + Sync
        + 'static,
    B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    type Body = B;
}
