//! Records and notices of a refund, and its end after a rejection by the service.

use kakaopay_types::{ChargeId, Reference};

use crate::event::{PaymentEvent, RefundNotice};
use crate::journal::record::Record;
use crate::journal::refund_record::RefundRecord;
use crate::next_deadline::DeadlineChange;
use crate::refusal::Refusal;
use crate::state::late_charge::PaidCharge;
use crate::state::model::Model;
use crate::state::refund::RefundProcess;
use crate::transition::Transition;

/// Ends the refund after a rejection by the service.
pub(crate) fn refused(
    model: &Model,
    paid: &PaidCharge,
    (reference, refund): (&Reference, &RefundProcess),
    Refusal { code, message }: Refusal,
) -> Transition {
    let notice = notice(model, paid, reference, refund);
    let event = PaymentEvent::RefundRefused { notice, code: code.clone(), message: message.clone() };
    Transition {
        records: vec![record_of(reference, RefundRecord::Refused { code, message })],
        events: vec![event],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    }
}

/// Returns the reference of the refund of a charge's late money that was ordered beforehand.
pub(crate) fn late_reference(charge: &ChargeId) -> Option<Reference> {
    Reference::parse(&format!("late:{charge}")).ok()
}

pub(crate) fn record_of(reference: &Reference, change: RefundRecord) -> Record {
    Record::Refund { reference: reference.clone(), change }
}

pub(crate) fn notice(
    model: &Model,
    paid: &PaidCharge,
    reference: &Reference,
    refund: &RefundProcess,
) -> RefundNotice {
    RefundNotice {
        reference: model.intent.reference.clone(),
        refund_reference: reference.clone(),
        charge: paid.charge.clone(),
        amount: refund.amount(),
    }
}
