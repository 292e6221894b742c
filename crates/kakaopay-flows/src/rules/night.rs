//! Reads before the refund window closes.

use kakaopay_types::Timestamp;

use crate::input::Input;
use crate::night_watch;
use crate::schedule::is_night;
use crate::state::model::Model;
use crate::transition::{Transition, read};

/// Reads each ended charge whose late money is to be refunded. Polls of the others read them at any time.
pub(crate) fn reads(model: &Model, input: &Input, now: Timestamp) -> Transition {
    if !matches!(input, Input::Timeout) || !is_night(now) {
        return Transition::default();
    }
    night_watch::ended(model, now).fold(Transition::default(), |step, charge| step.and(read(charge)))
}
