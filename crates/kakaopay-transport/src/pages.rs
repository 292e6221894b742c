//! Reads lists page by page, as a stream of elements.

use std::collections::{HashSet, VecDeque};

use futures_util::stream::{self, Stream};
use kakaopay_types::endpoint::{
    Endpoint, ListChargeEvents, ListChargeRefunds, ListCharges, ListEvents, ListParams, ListRefunds,
};
use kakaopay_types::{Authorizes, Charge, Decode, Event, List, Refund, decode};

use crate::client::Client;
use crate::error::{Delivery, Error, ErrorKind};
use crate::timed::Timed;

/// An endpoint that reads one page of a list.
pub trait Paginated: Endpoint<Response = List<Self::Element>> + Clone {
    /// Type of the elements.
    type Element;

    /// Returns the page's parameters.
    fn page_mut(&mut self) -> &mut ListParams;

    /// Returns the unique id of an element.
    fn id(element: &Self::Element) -> &str;
}

macro_rules! paged {
    ($($call:ty => $element:ty;)*) => {$(
        impl Paginated for $call {
            type Element = $element;

            fn page_mut(&mut self) -> &mut ListParams {
                &mut self.page
            }

            fn id(element: &$element) -> &str {
                element.id.as_str()
            }
        }
    )*};
}

paged! {
    ListCharges => Charge;
    ListChargeEvents => Event;
    ListChargeRefunds => Refund;
    ListEvents => Event;
    ListRefunds => Refund;
}

/// State of a paginated read.
struct Pages<E: Paginated> {
    endpoint: E,
    /// Offset of the next page.
    offset: u32,
    /// Number of elements that may still be requested; `None` until the first page was read.
    remaining: Option<u64>,
    /// Limit of a page, if none is too large.
    limit: u32,
    /// Total of the list, as the first page claims it, or a later one if that is lower.
    total: u64,
    /// Number of consecutive pages without a new element.
    stale_pages: u32,
    /// Number of consecutive elements that are too large.
    too_large: u32,
    /// Elements that were read and not yet returned.
    buffer: VecDeque<Result<E::Element, Error>>,
    seen: HashSet<String>,
}

/// Maximum number of consecutive pages without a new element. A growing list shifts elements into the next
/// page; this limit ends a list that repeats itself forever, whatever total it claims.
const MAX_STALE_PAGES: u32 = 3;

/// Maximum number of consecutive elements that are too large. Beyond it, something else is too large than elements,
/// such as the page of a proxy.
const MAX_TOO_LARGE: u32 = 10;

impl<K> Client<K> {
    /// Returns a stream of the elements of a list, each once, from its first page to its last.
    ///
    /// A page has 100 elements unless the endpoint sets a limit. The first page fixes the end of the time
    /// range, and the number of elements: at most one page more than the total, whatever later pages claim. The
    /// stream also ends after three consecutive pages without a new element. A list that ends before its total, such
    /// as one whose page was cut, is a last error item of [`ErrorKind::Decode`].
    ///
    /// A page larger than [the maximum](crate::ClientBuilder::max_response_bytes) is requested again with half its
    /// limit. An element that cannot be decoded, or is larger than the maximum by itself, is an error item of
    /// [`ErrorKind::Element`], and the stream goes on, unless ten in a row are too large. After a failed request the
    /// stream ends.
    ///
    /// ```
    /// use futures_util::{StreamExt, pin_mut};
    /// # use kakaopay_transport::{Client, Error};
    /// # use kakaopay_types::{SecretKey, endpoint::ListCharges};
    /// async fn sum(client: &Client<SecretKey>) -> Result<i64, Error> {
    ///     let charges = client.paginate(ListCharges::default());
    ///     pin_mut!(charges);
    ///     let mut sum = 0;
    ///     while let Some(charge) = charges.next().await {
    ///         sum += charge?.amount;
    ///     }
    ///     Ok(sum)
    /// }
    /// ```
    pub fn paginate<E>(&self, mut endpoint: E) -> impl Stream<Item = Result<E::Element, Error>> + use<E, K>
    where
        E: Paginated,
        K: Authorizes<E::Access>,
    {
        let client = self.clone();
        let page = endpoint.page_mut();
        let limit = limit_of(page);
        page.limit = Some(limit);
        let offset = page.offset;
        let pages = Pages {
            endpoint,
            offset,
            remaining: None,
            limit,
            total: u64::MAX,
            stale_pages: 0,
            too_large: 0,
            buffer: VecDeque::new(),
            seen: HashSet::new(),
        };
        stream::unfold(pages, move |mut pages| {
            let client = client.clone();
            async move {
                loop {
                    if let Some(element) = pages.buffer.pop_front() {
                        return Some((element, pages));
                    }
                    if pages.remaining == Some(0) {
                        let end = pages.missing_end()?;
                        return Some((Err(end), pages));
                    }
                    pages.endpoint.page_mut().offset = pages.offset;
                    match client.read_page(&mut pages.endpoint).await {
                        Ok(Page::Read(list)) => pages.add_page(list.object),
                        Ok(Page::TooLarge(error)) => pages.add_too_large(error),
                        Err(error) => {
                            pages.end();
                            return Some((Err(error), pages));
                        }
                    }
                }
            }
        })
    }
}

/// A page that was read.
enum Page<T> {
    Read(Timed<List<T>>),
    /// Its only element is larger than the maximum.
    TooLarge(Error),
}

impl<K> Client<K> {
    /// Reads one page of a list, like [`send_timed`](Self::send_timed). A page larger than
    /// [the maximum](crate::ClientBuilder::max_response_bytes) is requested again with half its limit, and so has
    /// fewer elements. An element that is larger by itself is returned among the
    /// [invalid ones](kakaopay_types::Elements::invalid), so that the list can be read on behind it.
    ///
    /// # Errors
    /// [`Error`]; see [`send`](Self::send).
    pub async fn send_page<E>(&self, mut endpoint: E) -> Result<Timed<List<E::Element>>, Error>
    where
        E: Paginated<Element: Decode>,
        K: Authorizes<E::Access>,
    {
        match self.read_page(&mut endpoint).await? {
            Page::Read(list) => Ok(list),
            Page::TooLarge(error) => {
                let offset = u64::from(endpoint.page_mut().offset);
                // The total is not known, and another page may follow. Nothing in the place of an element is invalid.
                let list = format!(
                    r#"{{"object":"list","data":[null],"limit":1,"offset":{offset},"total":{}}}"#,
                    offset.saturating_add(2)
                );
                match decode::from_slice(list.as_bytes()) {
                    Ok(object) => Ok(Timed { object, served_at: None }),
                    Err(_) => Err(error),
                }
            }
        }
    }

    /// Reads a page, with a smaller limit for as long as it is too large. Leaves the last limit in the endpoint.
    async fn read_page<E>(&self, endpoint: &mut E) -> Result<Page<E::Element>, Error>
    where
        E: Paginated,
        K: Authorizes<E::Access>,
    {
        loop {
            let error = match self.send_timed(endpoint.clone()).await {
                // An error of the service, however large, says nothing about the page.
                Err(error) if error.kind() == ErrorKind::TooLarge && is_success(&error) => error,
                result => return result.map(Page::Read),
            };
            let page = endpoint.page_mut();
            let limit = limit_of(page);
            if limit == 1 {
                return Ok(Page::TooLarge(error));
            }
            page.limit = Some(limit / 2);
        }
    }
}

/// The error of a list whose pages do not cover it.
fn incomplete<E: Paginated>(text: String) -> Error {
    Error::new(ErrorKind::Decode, Delivery::Answered).because(text).of_call(E::OPERATION, true)
}

fn is_success(error: &Error) -> bool {
    error.status().is_some_and(|status| status.is_success())
}

/// The limit of a page, as the service applies it.
fn limit_of(page: &ListParams) -> u32 {
    page.limit.unwrap_or(ListParams::MAX_LIMIT).clamp(1, ListParams::MAX_LIMIT)
}

impl<E: Paginated> Pages<E> {
    /// Buffers the error of an element that is too large, and goes on behind it.
    fn add_too_large(&mut self, error: Error) {
        self.too_large = self.too_large.saturating_add(1);
        if self.too_large > MAX_TOO_LARGE {
            self.end();
            self.buffer.push_back(Err(error));
            return;
        }
        let element = Error::new(ErrorKind::Element, Delivery::Answered).because(error);
        self.buffer.push_back(Err(element.of_call(E::OPERATION, true)));
        self.offset = self.offset.saturating_add(1);
        self.remaining = self.remaining.map(|elements| elements.saturating_sub(1));
        self.stale_pages = 0;
        self.raise_limit();
    }

    /// Ends the list, without a further error.
    fn end(&mut self) {
        self.remaining = Some(0);
        self.total = 0;
    }

    /// The error of a list that has ended before its total, once.
    fn missing_end(&mut self) -> Option<Error> {
        let read = u64::from(self.offset);
        if read >= self.total {
            return None;
        }
        let text = format!("the list ended after {read} of {} elements", self.total);
        self.total = 0;
        Some(incomplete::<E>(text))
    }

    /// Doubles the limit after a page that was not too large.
    fn raise_limit(&mut self) {
        let limit = self.limit;
        let page = self.endpoint.page_mut();
        page.limit = Some(limit_of(page).saturating_mul(2).min(limit));
    }

    /// Buffers the new elements of a page and decides whether to read another.
    fn add_page(&mut self, list: List<E::Element>) {
        // A service that does not say where its page begins says 0.
        if list.offset != 0 && list.offset != u64::from(self.offset) {
            let text = format!("the page begins at {} instead of {}", list.offset, self.offset);
            self.end();
            self.buffer.push_back(Err(incomplete::<E>(text)));
            return;
        }
        let count = list.data.items.len() + list.data.invalid.len();
        let page = self.endpoint.page_mut();
        // A page never has more elements than requested, whatever limit the response claims.
        let max = u64::from(ListParams::MAX_LIMIT);
        let limit = list.limit.min(page.limit.map_or(max, |limit| max.min(u64::from(limit)))).max(1);
        if self.remaining.is_none() {
            // A fixed end keeps new elements from shifting pages. The service rounds it down to seconds.
            page.to = page.to.or(list.to.map(|to| to.saturating_add_seconds(1)));
            let ahead = list.total.saturating_sub(u64::from(self.offset));
            // A page more than the total needs.
            self.remaining = Some(ahead.div_ceil(limit).saturating_add(1).saturating_mul(limit));
        }
        self.total = self.total.min(list.total);
        self.too_large = 0;
        // A page may have fewer elements than its limit, and is no reason to end before the total.
        let remaining = self.remaining.map_or(0, |elements| elements.saturating_sub(count as u64));
        self.offset = self.offset.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        // Another page may follow a full one, whatever total the response claims.
        let full = count as u64 >= limit;
        let before = self.seen.len();
        for element in list.data.items {
            if self.seen.insert(E::id(&element).to_owned()) {
                self.buffer.push_back(Ok(element));
            }
        }
        let fresh = self.seen.len() > before || !list.data.invalid.is_empty();
        for (_, unreadable) in list.data.invalid {
            let error = Error::new(ErrorKind::Element, Delivery::Answered).with_decode_error(unreadable);
            self.buffer.push_back(Err(error.of_call(E::OPERATION, true)));
        }
        self.stale_pages = if fresh { 0 } else { self.stale_pages.saturating_add(1) };
        let at_end = count == 0 || (!full && u64::from(self.offset) >= list.total);
        let over = at_end || self.stale_pages >= MAX_STALE_PAGES;
        self.remaining = Some(if over { 0 } else { remaining });
        self.raise_limit();
    }
}
