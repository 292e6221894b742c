//! Arguments of `kakaopay demo`.

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use kakaopay::types::{Currency, FailureCode, Money, PaymentAmount};

use super::value::parsed;
use crate::demo::Plan;
use crate::failure::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct DemoOptions {
    /// Print one JSON object per line, with the field `step`.
    #[arg(long)]
    json: bool,
    /// Amount in minor units: 150000 is SGD 1500.00.
    #[arg(long, default_value_t = 150_000, allow_negative_numbers = true)]
    amount: i64,
    /// Currency: SGD or THB.
    #[arg(long, default_value = "SGD", value_parser = parsed::<Currency>)]
    currency: Currency,
    /// Outcome of the payment.
    #[arg(long, value_enum, default_value_t = Outcome::Successful)]
    outcome: Outcome,
    /// Failure code for --outcome failed [default: payment_rejected].
    #[arg(long, value_name = "CODE", value_parser = failure_codes())]
    failure_code: Option<FailureCode>,
    /// Drop all webhooks, so that polling finishes the payment.
    #[arg(long)]
    no_webhook: bool,
    /// Create the source together with the charge, in one request.
    #[arg(long)]
    inline_source: bool,
}

/// Outcome of a demo's payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Outcome {
    /// The buyer approves the payment.
    Successful,
    /// The payment fails.
    Failed,
    /// The buyer never opens the page, and the charge expires.
    Expired,
}

impl DemoOptions {
    /// Validates the options that depend on each other.
    ///
    /// # Errors
    /// [`Failure::Usage`] names the invalid option.
    pub(crate) fn plan(self) -> Result<Plan, Failure> {
        let amount = PaymentAmount::new(Money::new(self.amount, self.currency)).map_err(|error| {
            Failure::Usage(format!("invalid value '{}' for '--amount <AMOUNT>': {error}", self.amount))
        })?;
        if self.failure_code.is_some() && self.outcome != Outcome::Failed {
            let problem = "the argument '--failure-code <CODE>' requires '--outcome failed'";
            return Err(Failure::Usage(problem.to_owned()));
        }
        Ok(Plan {
            failure_code: self.failure_code.unwrap_or(FailureCode::PaymentRejected),
            amount,
            outcome: self.outcome,
            webhook: !self.no_webhook,
            inline_source: self.inline_source,
            json: self.json,
        })
    }
}

fn failure_codes() -> impl TypedValueParser<Value = FailureCode> {
    let codes = FailureCode::KNOWN.iter().map(FailureCode::as_str);
    PossibleValuesParser::new(codes).map(|code| FailureCode::from(code.as_str()))
}
