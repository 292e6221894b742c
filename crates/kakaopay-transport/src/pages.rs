//! Lists, element by element.

use std::collections::{HashSet, VecDeque};

use futures_util::stream::{self, Stream};
use kakaopay_types::endpoint::{
    Endpoint, ListChargeEvents, ListChargeRefunds, ListCharges, ListEvents, ListParams, ListRefunds,
};
use kakaopay_types::{Authorizes, Charge, Event, List, Refund};

use crate::client::Client;
use crate::error::{Delivery, Error, ErrorKind};

/// A call that reads a page of a list.
pub trait Paginated: Endpoint<Response = List<Self::Element>> + Clone {
    /// What the list is of.
    type Element;

    /// Which part of the list it reads.
    fn page_mut(&mut self) -> &mut ListParams;

    /// By what an element is told from the others.
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

/// Where the reading of a list stands.
struct Reading<E: Paginated> {
    call: E,
    /// How many elements lie before the next page.
    offset: u32,
    /// How many pages may still be read; unknown until the first was.
    left: Option<u64>,
    /// How many pages in a row have had nothing new.
    stale: u32,
    read: VecDeque<Result<E::Element, Error>>,
    seen: HashSet<String>,
}

/// How many pages in a row may have nothing new. A list that grows may push what was read behind the next
/// page; one that goes round and round has an end here, whatever total it claims.
const MOST_STALE: u32 = 3;

impl<K> Client<K> {
    /// The elements of a list, each once, from its first page to its last.
    ///
    /// Pages of 100 are read unless the call says otherwise, and the list is taken as it was when the
    /// first page came: its end in time is fixed then, and no more than ⌈total ÷ limit⌉ + 1 requests are
    /// made, whatever the service says later. Three pages in a row without anything new are the end as well.
    /// An element that cannot be read is an error in its place, and the next one follows; after the error of
    /// a request nothing follows.
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
    pub fn paginate<E>(&self, mut call: E) -> impl Stream<Item = Result<E::Element, Error>> + use<E, K>
    where
        E: Paginated,
        K: Authorizes<E::Access>,
    {
        let client = self.clone();
        let page = call.page_mut();
        page.limit = page.limit.or(Some(ListParams::MAX_LIMIT));
        let offset = page.offset;
        let reading =
            Reading { call, offset, left: None, stale: 0, read: VecDeque::new(), seen: HashSet::new() };
        stream::unfold(reading, move |mut reading| {
            let client = client.clone();
            async move {
                loop {
                    if let Some(element) = reading.read.pop_front() {
                        return Some((element, reading));
                    }
                    if reading.left == Some(0) {
                        return None;
                    }
                    reading.call.page_mut().offset = reading.offset;
                    match client.send(reading.call.clone()).await {
                        Ok(list) => reading.take(list),
                        Err(error) => {
                            reading.left = Some(0);
                            return Some((Err(error), reading));
                        }
                    }
                }
            }
        })
    }
}

impl<E: Paginated> Reading<E> {
    /// Takes a page in.
    fn take(&mut self, list: List<E::Element>) {
        let count = list.data.items.len() + list.data.invalid.len();
        let page = self.call.page_mut();
        // A page has no more than were asked for, whatever it says.
        let most = u64::from(ListParams::MAX_LIMIT);
        let limit = list.limit.min(page.limit.map_or(most, |asked| most.min(u64::from(asked)))).max(1);
        if self.left.is_none() {
            // What comes to be meanwhile shifts no page then. The service says whole seconds.
            page.to = page.to.or(list.to.map(|to| to.saturating_add_seconds(1)));
            let ahead = list.total.saturating_sub(u64::from(self.offset));
            self.left = Some(ahead.div_ceil(limit).saturating_add(1));
        }
        let left = self.left.map_or(0, |left| left.saturating_sub(1));
        self.offset = self.offset.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        // A full page may have another behind it, whatever the total says.
        let full = count as u64 >= limit;
        let before = self.seen.len();
        for element in list.data.items {
            if self.seen.insert(E::id(&element).to_owned()) {
                self.read.push_back(Ok(element));
            }
        }
        let fresh = self.seen.len() > before || !list.data.invalid.is_empty();
        for (_, unreadable) in list.data.invalid {
            let error = Error::new(ErrorKind::Decode, Delivery::Answered).from_decode_error(unreadable);
            self.read.push_back(Err(error.of_call(E::OPERATION, true)));
        }
        self.stale = if fresh { 0 } else { self.stale.saturating_add(1) };
        let over = count == 0 || (!full && u64::from(self.offset) >= list.total) || self.stale >= MOST_STALE;
        self.left = Some(if over { 0 } else { left });
    }
}
