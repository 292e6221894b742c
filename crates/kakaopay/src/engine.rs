//! One step of one payment: load, tell, store, and only then let its requests go.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use kakaopay_flows::{
    Answer, Deadline, Event, Input, LEAVE_WITHIN_SECONDS, Output, Payment, Record, Request, Trouble,
};
use kakaopay_ledger::{Commit, DeadlineChange, Message, Seq, Store};
use kakaopay_types::{ErrorCode, Mode, Reference, Timestamp};
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::counts::Counting;
use crate::error::Error;
use crate::load::SNAPSHOT_EVERY;
use crate::order::Order;
use crate::wire::Clients;

/// How often a step is tried again because somebody else was faster.
const MAX_TRIES: usize = 32;

/// What every handle of a merchant shares.
pub(crate) struct Engine<S> {
    pub(crate) store: S,
    pub(crate) clients: Clients,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) mode: Mode,
    /// Spreads the polls of different payments; never a source of secrets.
    pub(crate) jitter: Mutex<fastrand::Rng>,
    pub(crate) bells: Bells,
    pub(crate) counts: Counting,
}

/// Rung when there may be something to do sooner than was thought.
#[derive(Debug, Default)]
pub(crate) struct Bells {
    /// For whoever moves payments on.
    pub(crate) work: Notify,
    /// For whoever tells the merchant.
    pub(crate) tell: Notify,
}

/// A payment after a step, and what it asks for.
pub(crate) struct Told {
    pub(crate) payment: Payment,
    pub(crate) requests: Vec<Released>,
    /// Its last entry before the step.
    before: u64,
}

/// A request that may leave, since its entry is durable.
pub(crate) struct Released {
    request: Request,
    /// When its entry was made. What only reads may have none.
    at: Option<Timestamp>,
}

impl Released {
    /// Whether it must not leave any more: its payment may be about to take it for lost.
    fn is_stale(&self, now: Timestamp) -> bool {
        let is_late = |at: Timestamp| now > at.saturating_add_seconds(LEAVE_WITHIN_SECONDS);
        self.request.is_mutation() && self.at.is_none_or(is_late)
    }
}

/// A payment after all that it asked for was carried out.
pub(crate) struct Pursued {
    pub(crate) payment: Payment,
    /// Whether something it wanted to read could not be read.
    pub(crate) unread: bool,
    /// Whether anything became known by it.
    pub(crate) moved: bool,
}

impl<S: Store> Engine<S> {
    /// Opens the payment of an order, or finds the one that was opened before.
    pub(crate) async fn open(&self, order: Order) -> Result<Told, Error> {
        for _ in 0..MAX_TRIES {
            if let Some(payment) = self.load(order.reference()).await? {
                if !order.is_same(payment.intent()) {
                    let intent = payment.intent();
                    return Err(Error::ReferenceTaken {
                        reference: intent.reference.clone(),
                        amount: intent.amount,
                    });
                }
                return Ok(Told { before: payment.seq(), payment, requests: Vec::new() });
            }
            let seed = self.jitter.lock().unwrap_or_else(PoisonError::into_inner).u64(..);
            let intent = order.clone().into_intent(self.mode, seed);
            let mut payment = Payment::open(intent, self.clock.now());
            match self.store_and_release(&mut payment).await {
                Ok(requests) => return Ok(Told { payment, requests, before: 0 }),
                Err(Error::Store(error)) if error.is_conflict() => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::Contended(order.reference().clone()))
    }

    /// Tells a payment something.
    pub(crate) async fn tell(&self, reference: &Reference, input: &Input) -> Result<Told, Error> {
        self.change(reference, |payment, now| Ok(payment.handle(input.clone(), now)?)).await
    }

    /// Changes a payment. When somebody else moves it meanwhile, it is loaded and changed again.
    pub(crate) async fn change(
        &self,
        reference: &Reference,
        change: impl Fn(&mut Payment, Timestamp) -> Result<(), Error> + Send,
    ) -> Result<Told, Error> {
        for _ in 0..MAX_TRIES {
            let Some(mut payment) = self.load(reference).await? else {
                return Err(Error::Unknown(reference.clone()));
            };
            let before = payment.seq();
            change(&mut payment, self.clock.now())?;
            match self.store_and_release(&mut payment).await {
                Ok(requests) => return Ok(Told { payment, requests, before }),
                Err(Error::Store(error)) if error.is_conflict() => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::Contended(reference.clone()))
    }

    /// Carries out what a payment asks for, and what it asks for then, until it asks no more.
    pub(crate) async fn pursue(&self, told: Told) -> Result<Pursued, Error> {
        let Told { mut payment, requests, before } = told;
        let mut waiting = VecDeque::from(requests);
        let mut unread = false;
        while let Some(released) = waiting.pop_front() {
            let answer = if released.is_stale(self.clock.now()) {
                // Another request took long, or this process did not run for a while.
                released.request.without_answer(Trouble::NotSent)
            } else {
                self.clients.carry_out(released.request).await
            };
            unread |= is_unread(&answer);
            let reference = payment.intent().reference.clone();
            let told = self.tell(&reference, &Input::Answered(answer)).await?;
            payment = told.payment;
            waiting.extend(told.requests);
        }
        let moved = payment.seq() > before;
        Ok(Pursued { payment, unread, moved })
    }

    /// Takes a payment's outputs: stores what belongs together in one transaction, and gives the
    /// requests that come out once it is durable.
    async fn store_and_release(&self, payment: &mut Payment) -> Result<Vec<Released>, Error> {
        let mut requests = Vec::new();
        let mut at = None;
        loop {
            let mut commit =
                Commit::new(payment.intent().reference.clone(), Seq::new(payment.seq()), self.clock.now());
            let mut entry = None;
            while let Some(output) = payment.poll_output() {
                match output {
                    Output::Persist(stored) => entry = Some(stored),
                    Output::Transmit(request) => requests.push(Released { request, at }),
                    Output::Deadline(Deadline::At(at)) => commit.deadline = DeadlineChange::Set(at),
                    Output::Deadline(Deadline::Never) => commit.deadline = DeadlineChange::Clear,
                    Output::Event(event) => commit.messages.push(message_of(&event)),
                    // Whoever checks out takes the link from the payment itself.
                    Output::Redirect(_) => {}
                }
            }
            let Some(entry) = entry else {
                if at.is_some() && payment.seq().is_multiple_of(SNAPSHOT_EVERY) {
                    commit.snapshot = Some(payment.snapshot()?.into());
                }
                if commit.deadline != DeadlineChange::Keep || commit.snapshot.is_some() {
                    self.commit(commit).await?;
                }
                return Ok(requests);
            };
            at = Some(entry.at);
            commit.expected = Seq::new(entry.seq.saturating_sub(1));
            commit.entry = Some(entry.to_bytes().into());
            commit.charge = entry.records.iter().find_map(|record| match record {
                Record::ChargeFound { charge, .. } => Some(charge.clone()),
                _ => None,
            });
            for record in &entry.records {
                if matches!(record, Record::OutcomeUnknown) {
                    self.counts.unknown_outcome();
                }
                tracing::info!(
                    reference = payment.intent().reference.as_str(),
                    seq = entry.seq,
                    record = record.name(),
                    "payment",
                );
            }
            self.commit(commit).await?;
            payment.handle(Input::Persisted(entry.seq), entry.at)?;
        }
    }

    async fn commit(&self, commit: Commit) -> Result<(), Error> {
        let tells = !commit.messages.is_empty();
        self.store.commit(commit).await?;
        self.bells.work.notify_one();
        if tells {
            self.bells.tell.notify_one();
        }
        Ok(())
    }
}

fn message_of(event: &Event) -> Message {
    // An event is plain data with text keys, which JSON can always express.
    let body = serde_json::to_vec(event).unwrap_or_default();
    Message { key: event.key(), body: body.into() }
}

fn is_unread(answer: &Answer) -> bool {
    // That there is no such charge is an answer; that the key may not ask is none.
    let troubled = |trouble: &Trouble| match trouble {
        Trouble::Refused(error) => error.code != ErrorCode::NotFound,
        Trouble::NotSent | Trouble::RateLimited | Trouble::Unknown => true,
    };
    match answer {
        Answer::Read { result: Err(trouble), .. }
        | Answer::LookUp { result: Err(trouble), .. }
        | Answer::Refunds { result: Err(trouble), .. } => troubled(trouble),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use kakaopay_types::endpoint::{CreateSource, RetrieveCharge};
    use kakaopay_types::{ApiError, ChargeId, Currency, Money, PaymentAmount};

    use super::*;

    #[test]
    fn f40_what_changes_something_leaves_soon_or_not_at_all() {
        let at = Timestamp::UNIX_EPOCH;
        let amount = PaymentAmount::new(Money::new(150_000, Currency::SGD)).expect("an amount");
        let create = CreateSource::new(amount);
        let create = Released { request: Request::CreateSource(create), at: Some(at) };
        let id = ChargeId::parse("chrg_test_1").expect("an id");
        let read = Released { request: Request::RetrieveCharge(RetrieveCharge::new(id)), at: Some(at) };
        for (seconds, stale) in [(-86_400, false), (0, false), (15, false), (16, true), (86_400, true)] {
            let now = at.saturating_add_seconds(seconds);
            assert_eq!((create.is_stale(now), read.is_stale(now)), (stale, false), "{seconds}");
        }
    }

    #[test]
    fn only_the_words_that_there_is_no_such_charge_count_as_read() {
        let refused = |code| Trouble::Refused(ApiError::new(code, "no"));
        let charge = ChargeId::parse("chrg_test_1").expect("an id");
        for (trouble, unread) in [
            (refused(ErrorCode::NotFound), false),
            (refused(ErrorCode::AuthenticationFailure), true),
            (refused(ErrorCode::KeyExpired), true),
            (Trouble::NotSent, true),
            (Trouble::RateLimited, true),
            (Trouble::Unknown, true),
        ] {
            let read = Answer::Read { charge: charge.clone(), result: Err(trouble.clone()) };
            assert_eq!(is_unread(&read), unread, "{trouble:?}");
            // What was to change something is not read again.
            assert!(!is_unread(&Answer::Source(Err(trouble))));
        }
    }
}
