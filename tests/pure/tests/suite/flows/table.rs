//! Every effect of every input in every state. The tables below are the specification; the
//! documentation of the crate shows them, with a drawing made from them by [`Table`].

use std::path::Path;

use kakaopay_pure_tests::input_tables::{
    inputs, refund_inputs, refund_state_of, refund_states, state_of, states, table,
};
use kakaopay_pure_tests::table::Table;

/// Notation of a cell: the next state, if it is another, and the effects, joined by `+`.
const LEGEND: &str = "\
.        nothing
s c R    requests: a source, a charge, a refund
r l L    reads: the charge, the list of charges, the list of the charge's refunds
link     redirects the buyer to the charge's page
notify   notifies the merchant of the end
!        raises an alert
watch    a duplicate charge is watched until its end, or has reached it
wake     sets the deadline, and nothing else
";

const PAYMENT: &str = "                                         | Source              Charge              Charge2             NotSent             Searching           Blocked                   Pending             Watching            Successful     Refunded       Failed            Expired           Refused
timeout, early                           | s                   .                   .                   Charge+c            l                   r                         r                   r+r                 .              .              .                 .                 .
timeout                                  | s+!                 Searching+l         Searching+l         Charge+c+!          l                   r                         r                   r+r                 .              .              .                 .                 .
refresh                                  | .                   .                   .                   .                   l                   l+r                       r                   r+r                 r              r              r                 r                 .
resume                                   | s                   .                   .                   Charge+c            l                   Searching+l               r                   r+r                 r              r              r                 r                 .
the buyer has returned                   | .                   .                   .                   .                   .                   .                         r                   r                   .              .              .                 .                 .
source created                           | Charge+c            .                   .                   .                   .                   .                         .                   .                   .              .              .                 .                 .
source not sent                          | wake                .                   .                   .                   .                   .                         .                   .                   .              .              .                 .                 .
source: outcome unknown                  | wake                .                   .                   .                   .                   .                         .                   .                   .              .              .                 .                 .
source rejected                          | Refused+notify      .                   .                   .                   .                   .                         .                   .                   .              .              .                 .                 .
source rejected: key                     | !                   .                   .                   .                   .                   .                         .                   .                   .              .              .                 .                 .
charge created                           | Pending+link        Pending+link        Pending+link        Pending+link        Pending+link        Pending+link+watch        .                   .                   .              .              .                 .                 watch
charge created, and paid                 | Pending+r           Pending+r           Pending+r           Pending+r           Pending+r           Pending+r+watch           r                   r                   .              r              r                 r                 r+watch
charge created, and failed               | Pending+r           Pending+r           r+watch             Pending+r           Pending+r           Pending+r+watch           r                   r                   r              r              .                 r                 r+watch
charge created, not as asked             | Blocked+!+watch     Blocked+!+watch     Blocked+!+watch     Blocked+!+watch     Blocked+!+watch     .                         !                   !                   !              !              !                 !                 !+watch
charge not sent                          | .                   NotSent             .                   .                   .                   .                         .                   .                   .              .              .                 .                 .
charge: outcome unknown                  | .                   Searching+l         .                   .                   .                   .                         .                   .                   .              .              .                 .                 .
charge: outcome unknown, another attempt | .                   .                   Searching+l         .                   .                   .                         .                   .                   .              .              .                 .                 .
charge rejected                          | .                   Refused+notify      .                   .                   .                   .                         .                   .                   .              .              .                 .                 .
charge rejected, second attempt          | .                   .                   Searching+l         .                   .                   .                         .                   .                   .              .              .                 .                 .
charge rejected: key                     | .                   NotSent+!           .                   .                   .                   .                         .                   .                   .              .              .                 .                 .
charge rate-limited                      | .                   Searching+l         .                   .                   .                   .                         .                   .                   .              .              .                 .                 .
read: pending                            | Pending+link        Pending+link        Pending+link        Pending+link        Pending+link        Pending+link+watch        .                   .                   .              .              .                 .                 watch
read: successful                         | Successful+notify   Successful+notify   Successful+notify   Successful+notify   Successful+notify   Successful+notify+watch   Successful+notify   Successful+notify   .              !              notify            notify            notify+watch
read: successful, refunded in part       | Successful+L+notify Successful+L+notify Successful+L+notify Successful+L+notify Successful+L+notify Successful+L+notify+watch Successful+L+notify Successful+L+notify L              L+!            notify            notify            notify+watch
read: successful, refunded in full       | Refunded+L+notify   Refunded+L+notify   Refunded+L+notify   Refunded+L+notify   Refunded+L+notify   Refunded+L+notify+watch   Refunded+L+notify   Refunded+L+notify   L              L              notify            notify            notify+watch
read: successful, voided                 | Refunded+L+notify   Refunded+L+notify   Refunded+L+notify   Refunded+L+notify   Refunded+L+notify   Refunded+L+notify+watch   Refunded+L+notify   Refunded+L+notify   L              L              notify            notify            notify+watch
read: failed                             | Failed+notify       Failed+notify       watch               Failed+notify       Failed+notify       Failed+notify+watch       Failed+notify       Failed+r+notify     !              !              .                 !                 watch
read: failed as expired                  | Failed+notify       Failed+notify       watch               Failed+notify       Failed+notify       Failed+notify+watch       Failed+notify       Failed+r+notify     !              !              .                 !                 watch
read: expired                            | Expired+notify      Expired+notify      watch               Expired+notify      Expired+notify      Expired+notify+watch      Expired+notify      Expired+r+notify    !              !              !                 .                 watch
read: of an unknown status               | Pending+link        Pending+link        Pending+link        Pending+link        Pending+link        Pending+link+watch        .                   .                   .              .              .                 .                 watch
reconciled: successful                   | Successful+notify   Successful+notify   Successful+notify   Successful+notify   Successful+notify   Successful+notify+watch   Successful+notify   Successful+notify   .              !              notify            notify            notify+watch
read: another amount                     | Blocked+!+watch     Blocked+!+watch     Blocked+!+watch     Blocked+!+watch     Blocked+!+watch     watch                     !                   !                   !              !              !                 !                 !+notify+watch
read: another currency                   | Blocked+!+watch     Blocked+!+watch     Blocked+!+watch     Blocked+!+watch     Blocked+!+watch     !+watch                   !                   !                   !              !              !                 !                 !+notify+watch
read: another mode                       | Blocked+!+watch     Blocked+!+watch     Blocked+!+watch     Blocked+!+watch     Blocked+!+watch     !+watch                   !                   !                   !              !              !                 !                 !+notify+watch
read: another reference                  | .                   .                   .                   .                   .                   !                         !                   !                   !              !              !                 !                 .
read: another kind of source             | Blocked+!+watch     Blocked+!+watch     Blocked+!+watch     Blocked+!+watch     Blocked+!+watch     !+watch                   !                   !                   !              !              !                 !                 !+notify+watch
read: not found                          | .                   .                   .                   .                   .                   .                         !                   !                   .              .              .                 .                 .
read: key rejected                       | !                   !                   !                   !                   !                   !                         !                   !                   !              !              !                 !                 !
read: of another order, paid             | .                   .                   .                   .                   .                   .                         .                   Pending+watch       .              .              .                 .                 .
read: a duplicate charge                 | Pending+link        Pending+link        Pending+link        Pending+link        Pending+link        Watching+link             Watching+r+watch    !                   !+watch        !+watch        Searching+r+watch Searching+r+watch Searching+r
read: a duplicate charge, paid           | Successful+notify   Successful+notify   Successful+notify   Successful+notify   Successful+notify   Successful+notify         Watching+r+watch    Pending+!+watch     !+notify+watch !+notify+watch Searching+r+watch Searching+r+watch Searching+r
list: the charge                         | Pending+link        Pending+link        Pending+link        Pending+link        Pending+link        Pending+link+watch        .                   .                   .              .              .                 .                 watch
list: the charge, paid                   | Pending+r           Pending+r           Pending+r           Pending+r           Pending+r           Pending+r+watch           r                   r                   .              r              r                 r                 r+watch
list: the charge, and another            | Watching+link+watch Watching+link+watch Watching+link+watch Watching+link+watch Watching+link+watch Watching+link             Watching+r+watch    !                   !+watch        !+watch        r                 r                 r+watch
list: the charge, not as asked           | Blocked+!+watch     Blocked+!+watch     Blocked+!+watch     Blocked+!+watch     Blocked+!+watch     .                         !                   !                   !              !              !                 !                 !+watch
list: empty, asked for before            | .                   .                   .                   .                   .                   .                         .                   .                   .              .              .                 .                 .
list: empty, early                       | .                   .                   .                   .                   .                   .                         .                   .                   .              .              .                 .                 .
list: empty, late                        | .                   .                   .                   .                   Charge2+c           .                         .                   .                   .              .              .                 .                 .
list: empty, without a time              | .                   .                   .                   .                   !                   .                         .                   .                   .              .              .                 .                 .
list: unreadable elements                | .                   .                   .                   .                   Charge2+c+!         .                         .                   .                   .              .              .                 .                 .
list: outcome unknown                    | .                   .                   .                   .                   !                   .                         .                   .                   .              .              .                 .                 .
list: key rejected                       | !                   !                   !                   !                   !+!                 !                         !                   !                   !              !              !                 !                 !
webhook: charge.complete                 | r                   r                   r                   r                   r                   r                         r                   r                   .              .              r                 r                 r
webhook: charge.create                   | r                   .                   .                   r                   r                   r                         .                   .                   .              .              .                 .                 r
webhook: refund.create                   | r                   r                   r                   r                   r                   r                         r                   r                   L              L              r                 r                 r
webhook: of another charge               | r                   r                   r                   r                   r                   r                         r                   r                   r              r              r                 r                 r
refund made                              | .                   .                   .                   .                   .                   .                         .                   .                   .              .              .                 .                 .
list of refunds: empty                   | .                   .                   .                   .                   .                   .                         .                   .                   .              .              .                 .                 .
";

const REFUND: &str = "                                        | Preparing               Requested        Searching               Blocked          Pending          Completed Failed Refused Cancelled
timeout, early                          | L                       .                L                       .                L                .         .      .       .
timeout                                 | L+!                     Searching+L+!    L+!                     .                L                .         .      .       .
refresh                                 | L+r+!                   Searching+L+r+!  L+r+!                   L+r              L+r              r         r      r       r
resume                                  | L+r+!                   Searching+L+r+!  L+r+!                   Searching+L+r    L+r              r         r      r       r
made                                    | Completed+notify        Completed+notify Completed+notify        Completed+notify Completed+notify .         !      !       !
made, and pending                       | Pending                 Pending          Pending                 Pending          .                .         .      !       !
made, and failed                        | Failed+notify           Failed+notify    Failed+notify           Failed+notify    Failed+notify    !         .      .       .
made, of an unknown status              | Pending                 Pending          Pending                 Pending          .                .         .      !       !
made, and voided                        | Completed+notify        Completed+notify Completed+notify        Completed+notify Completed+notify .         !      !       !
made, without a status                  | Completed+notify        Completed+notify Completed+notify        Completed+notify Completed+notify .         .      !       !
made, not as asked                      | Blocked+!               Blocked+!        Blocked+!               .                !                !         !      !       !
made, of another currency               | Blocked+!               Blocked+!        Blocked+!               .                !                !         !      !       !
made, in another mode                   | Blocked+!               Blocked+!        Blocked+!               .                !                !         !      !       !
made, of another charge                 | Blocked+!               Blocked+!        Blocked+!               .                !                !         !      !       !
made, without its reference             | Completed+notify        Completed+notify Completed+notify        Completed+notify Completed+notify .         !      !       !
made, with another reference            | Blocked+!               Blocked+!        Blocked+!               .                !                !         !      !       !
made, of another store                  | Blocked+!               Blocked+!        Blocked+!               .                !                !         !      !       !
not sent                                | .                       Preparing        .                       .                .                .         .      .       .
outcome unknown                         | .                       Searching+L      .                       .                .                .         .      .       .
rejected                                | .                       Refused+notify   .                       .                .                .         .      .       .
rejected: key                           | .                       Preparing+!      .                       .                .                .         .      .       .
rate-limited                            | .                       Searching+L      .                       .                .                .         .      .       .
list: the refund                        | Completed+notify        Completed+notify Completed+notify        Completed+notify Completed+notify .         !      !       !
list: the refund, pending               | Pending                 Pending          Pending                 Pending          .                .         .      !       !
list: the refund, failed                | Failed+notify           Failed+notify    Failed+notify           Failed+notify    Failed+notify    !         .      .       .
list: another refund with its reference | Completed+notify        Completed+notify Completed+notify        Completed+notify !                !         !      !       !
list: the refund, failed, and again     | Completed+notify        Completed+notify Completed+notify        Completed+notify Completed+notify !+!       !      !       !
list: the refund, without its reference | Requested+R+notify      .                !                       .                Completed+notify .         !      notify  notify
list: the refund, not as asked          | Blocked+!               Blocked+!        Blocked+!               .                !                !         !      !       !
list: empty, asked for before           | .                       .                .                       .                .                .         .      .       .
list: empty, early                      | Requested+R             .                .                       .                .                .         .      .       .
list: empty, late                       | Requested+R             .                Requested+R             .                .                .         .      .       .
list: empty, without a time             | Requested+R             .                !                       .                .                .         .      .       .
list: other refunds, enough left        | Requested+R+notify      notify           Requested+R+notify      notify           notify           notify    notify notify  .
list: other refunds, too little left    | Cancelled+notify+notify notify           Cancelled+notify+notify notify           notify           notify    notify notify  .
list: other refunds, failed             | Requested+R             .                Requested+R             .                .                .         .      .       .
list: unreadable elements               | !                       .                !                       .                .                .         .      .       .
list: outcome unknown                   | .                       .                .                       .                .                .         .      .       .
list: key rejected                      | !                       !                !                       !                !                !         !      !       !
webhook: refund.create                  | L                       L                L                       L                L                L         L      L       L
";

#[track_caller]
fn check(written: &str, found: &Table) {
    let written = Table::parse(written);
    assert!(written == *found, "expected:\n{}\nfound:\n{}", written.render(), found.render());
}

#[test]
fn every_state_of_a_payment_handles_every_input() {
    check(PAYMENT, &table(&states(), inputs(), state_of));
}

#[test]
fn every_state_of_a_refund_handles_every_input() {
    check(REFUND, &table(&refund_states(), refund_inputs(), refund_state_of));
}
/// The page of the crate's documentation that shows the tables.
fn page() -> String {
    let section = |name: &str, table: &Table| {
        format!(
            "\n# The states of a {name}\n\n```text\n{}```\n\nEvery input in every state:\n\n```text\n{}```\n",
            table.diagram(),
            table.render(),
        )
    };
    let legend = format!(
        "\n`Refunded` is the state `Successful` of a charge whose money had gone back in full by its first reading as \
         paid. A cell holds the next state, if it is another, and the effects:\n\n```text\n{LEGEND}```\n"
    );
    let head = "<!-- Drawn by tests/pure/tests/suite/flows/table.rs from the tables that it checks. -->\n";
    let payment = section("payment", &Table::parse(PAYMENT));
    let refund = section("refund", &Table::parse(REFUND));
    format!("{head}{payment}{legend}{refund}")
}

#[test]
fn the_documentation_shows_these_tables() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/kakaopay-flows/TABLES.md");
    let drawn = Path::new(env!("CARGO_TARGET_TMPDIR")).join("TABLES.md");
    std::fs::write(&drawn, page()).expect("a file");
    let shown = std::fs::read_to_string(&file).expect("a file");
    assert!(shown == page(), "copy {} to {}", drawn.display(), file.display());
}
