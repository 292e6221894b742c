//! The bodies that go through a client.

use bytes::Bytes;

/// The body of a request: whole and in memory, so that its length is known and it can be recorded.
pub type RequestBody = http_body_util::Full<Bytes>;

/// A request as the layers and the wire see it.
pub type Request = http::Request<RequestBody>;

/// A response as the layers above the wire see it: read to its end.
pub type Response = http::Response<Bytes>;
