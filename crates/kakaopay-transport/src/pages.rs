//! Reads lists page by page, as a stream of elements.

use std::collections::{HashSet, VecDeque};

use futures_util::stream::{self, Stream};
use kakaopay_types::endpoint::{
    Endpoint, ListChargeEvents, ListChargeRefunds, ListCharges, ListEvents, ListParams, ListRefunds,
};
use kakaopay_types::{Authorizes, Charge, Event, List, Refund};

use crate::client::Client;
use crate::error::{Delivery, Error, ErrorKind};

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
    /// Number of pages that may still be read; `None` until the first was read.
    remaining_pages: Option<u64>,
    /// Number of consecutive pages without a new element.
    stale_pages: u32,
    /// Elements that were read and not yet returned.
    buffer: VecDeque<Result<E::Element, Error>>,
    seen: HashSet<String>,
}

/// Maximum number of consecutive pages without a new element. A growing list shifts elements into the next
/// page; this limit ends a list that repeats itself forever, whatever total it claims.
const MAX_STALE_PAGES: u32 = 3;

impl<K> Client<K> {
    /// Returns a stream of the elements of a list, each once, from its first page to its last.
    ///
    /// A page has 100 elements unless the endpoint sets a limit. The first page fixes the end of the time
    /// range, and the number of requests: at most ⌈total ÷ limit⌉ + 1, whatever later pages claim. The stream
    /// also ends after three consecutive pages without a new element.
    ///
    /// An element that cannot be decoded is an error item, and the stream goes on. After a failed request
    /// the stream ends.
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
        page.limit = page.limit.or(Some(ListParams::MAX_LIMIT));
        let offset = page.offset;
        let pages = Pages {
            endpoint,
            offset,
            remaining_pages: None,
            stale_pages: 0,
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
                    if pages.remaining_pages == Some(0) {
                        return None;
                    }
                    pages.endpoint.page_mut().offset = pages.offset;
                    match client.send(pages.endpoint.clone()).await {
                        Ok(list) => pages.add_page(list),
                        Err(error) => {
                            pages.remaining_pages = Some(0);
                            return Some((Err(error), pages));
                        }
                    }
                }
            }
        })
    }
}

impl<E: Paginated> Pages<E> {
    /// Buffers the new elements of a page and decides whether to read another.
    fn add_page(&mut self, list: List<E::Element>) {
        let count = list.data.items.len() + list.data.invalid.len();
        let page = self.endpoint.page_mut();
        // A page never has more elements than requested, whatever limit the response claims.
        let max = u64::from(ListParams::MAX_LIMIT);
        let limit = list.limit.min(page.limit.map_or(max, |limit| max.min(u64::from(limit)))).max(1);
        if self.remaining_pages.is_none() {
            // A fixed end keeps new elements from shifting pages. The service rounds it down to seconds.
            page.to = page.to.or(list.to.map(|to| to.saturating_add_seconds(1)));
            let ahead = list.total.saturating_sub(u64::from(self.offset));
            self.remaining_pages = Some(ahead.div_ceil(limit).saturating_add(1));
        }
        let remaining = self.remaining_pages.map_or(0, |pages| pages.saturating_sub(1));
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
            let error = Error::new(ErrorKind::Decode, Delivery::Answered).with_decode_error(unreadable);
            self.buffer.push_back(Err(error.of_call(E::OPERATION, true)));
        }
        self.stale_pages = if fresh { 0 } else { self.stale_pages.saturating_add(1) };
        let at_end = count == 0 || (!full && u64::from(self.offset) >= list.total);
        let over = at_end || self.stale_pages >= MAX_STALE_PAGES;
        self.remaining_pages = Some(if over { 0 } else { remaining });
    }
}
