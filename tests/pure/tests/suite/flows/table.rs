//! Everything a payment does: each state, told each input. The tables below are the specification; the
//! documentation of the crate shows them, with a drawing made from them by [`Table`].

use std::path::Path;

use kakaopay_pure_tests::input_tables::{
    inputs, refund_inputs, refund_state_of, refund_states, state_of, states, table,
};
use kakaopay_pure_tests::table::Table;

/// How a cell is written: the state it leads to, if that is another, and what comes out, by `+`.
const LEGEND: &str = "\
.        nothing
s c R    asks for: a source, a charge, a refund
r l L    reads: the charge, the list of charges, the list of the charge's refunds
link     sends the buyer to the charge's page
told     tells the merchant how it ended
!        asks a person to look
watch    another charge of the order is watched until its end, or has reached it
wake     sets the deadline, and nothing else
";

const PAYMENT: &str = "
                                      | Source                Charge                Charge2             Unsent                LookUp                Halted                Pending          Watching        Successful Failed    Expired   Refused
the deadline has come early           | s                     .                     .                   Charge+c              l                     r                     r                r+r             .          .         .         .
the deadline has come                 | s+!                   LookUp+l              LookUp+l            Charge+c+!            l                     r                     r                r+r             .          .         .         .
a person wants to know                | .                     .                     .                   .                     l                     l+r                   r                r+r             r          r         r         .
a person says to go on                | s                     .                     .                   Charge+c              l                     LookUp+l              r                r+r             r          r         r         .
the buyer has returned                | .                     .                     .                   .                     .                     .                     r                r               .          .         .         .
source created                        | Charge+c              .                     .                   .                     .                     .                     .                .               .          .         .         .
source not sent                       | wake                  .                     .                   .                     .                     .                     .                .               .          .         .         .
source unknown                        | wake                  .                     .                   .                     .                     .                     .                .               .          .         .         .
source refused                        | Refused+told          .                     .                   .                     .                     .                     .                .               .          .         .         .
source refused for the key            | !                     .                     .                   .                     .                     .                     .                .               .          .         .         .
charge created                        | Pending+link          Pending+link          Pending+link        Pending+link          Pending+link          Pending+link+watch    .                .               .          .         .         watch
charge created, and paid              | Pending+r             Pending+r             Pending+r           Pending+r             Pending+r             Pending+r+watch       r                r               .          r         r         r+watch
charge created, and failed            | Pending+r             Pending+r             r+watch             Pending+r             Pending+r             Pending+r+watch       r                r               r          .         r         r+watch
charge created, not as asked          | Halted+!+watch        Halted+!+watch        Halted+!+watch      Halted+!+watch        Halted+!+watch        .                     !                !               !          !         !         !+watch
charge not sent                       | .                     Unsent                .                   .                     .                     .                     .                .               .          .         .         .
charge unknown                        | .                     LookUp+l              .                   .                     .                     .                     .                .               .          .         .         .
charge unknown, of another attempt    | .                     .                     LookUp+l            .                     .                     .                     .                .               .          .         .         .
charge refused                        | .                     Refused+told          .                   .                     .                     .                     .                .               .          .         .         .
charge refused, of the second attempt | .                     .                     LookUp+l            .                     .                     .                     .                .               .          .         .         .
charge refused for the key            | .                     Unsent+!              .                   .                     .                     .                     .                .               .          .         .         .
charge refused for the hour           | .                     LookUp+l              .                   .                     .                     .                     .                .               .          .         .         .
read: pending                         | Pending+link          Pending+link          Pending+link        Pending+link          Pending+link          Pending+link+watch    .                .               .          .         .         watch
read: successful                      | Successful+told       Successful+told       Successful+told     Successful+told       Successful+told       Successful+told+watch Successful+told  Successful+told .          !         !         !+watch
read: failed                          | Failed+told           Failed+told           watch               Failed+told           Failed+told           Failed+told+watch     Failed+told      Failed+told     !          .         !         watch
read: failed, as expired              | Failed+told           Failed+told           watch               Failed+told           Failed+told           Failed+told+watch     Failed+told      Failed+told     !          .         !         watch
read: expired                         | Expired+told          Expired+told          watch               Expired+told          Expired+told          Expired+told+watch    Expired+told     Expired+told    !          !         .         watch
read: of a status nobody knows        | Pending+link          Pending+link          Pending+link        Pending+link          Pending+link          Pending+link+watch    .                .               .          .         .         watch
swept: successful                     | Successful+told       Successful+told       Successful+told     Successful+told       Successful+told       Successful+told+watch Successful+told  Successful+told .          !         !         !+watch
read: another amount                  | Halted+!+watch        Halted+!+watch        Halted+!+watch      Halted+!+watch        Halted+!+watch        watch                 !                !               !          !         !         !+!+watch
read: another currency                | Halted+!+watch        Halted+!+watch        Halted+!+watch      Halted+!+watch        Halted+!+watch        !+watch               !                !               !          !         !         !+!+watch
read: another mode                    | Halted+!+watch        Halted+!+watch        Halted+!+watch      Halted+!+watch        Halted+!+watch        !+watch               !                !               !          !         !         !+!+watch
read: another reference               | .                     .                     .                   .                     .                     .                     !                !               !          !         !         .
read: another kind of source          | Halted+!+watch        Halted+!+watch        Halted+!+watch      Halted+!+watch        Halted+!+watch        !+watch               !                !               !          !         !         !+!+watch
read: not found                       | .                     .                     .                   .                     .                     .                     !                !               .          .         .         .
read: refused for the key             | !                     !                     !                   !                     !                     !                     !                !               !          !         !         !
read: somebody else's, paid           | .                     .                     .                   .                     .                     .                     .                .               .          .         .         .
read: the order's other charge        | !+watch               !+watch               Pending+link        !+watch               !+watch               !+watch               Watching+!+watch .               !+watch    !+watch   !+watch   !+watch
read: the order's other charge, paid  | !+watch               !+watch               Successful+told     !+watch               !+watch               !+watch               !+!+watch        Pending+!+watch !+!+watch  !+!+watch !+!+watch !+!+watch
list: the charge                      | Pending+link          Pending+link          Pending+link        Pending+link          Pending+link          Pending+link+watch    .                .               .          .         .         watch
list: the charge, paid                | Pending+r             Pending+r             Pending+r           Pending+r             Pending+r             Pending+r+watch       r                r               .          r         r         r+watch
list: the charge, and another         | Watching+link+!+watch Watching+link+!+watch Watching+link+watch Watching+link+!+watch Watching+link+!+watch Watching+link+!+watch Watching+!+watch .               !+watch    !+watch   !+watch   !+watch
list: the charge, not as asked        | Halted+!+watch        Halted+!+watch        Halted+!+watch      Halted+!+watch        Halted+!+watch        .                     !                !               !          !         !         !+watch
list: nothing, and it is early        | .                     .                     .                   .                     .                     .                     .                .               .          .         .         .
list: nothing, and it is late         | .                     .                     .                   .                     Charge2+c             .                     .                .               .          .         .         .
list: what cannot be read             | .                     .                     .                   .                     Charge2+c+!           .                     .                .               .          .         .         .
list: unknown                         | .                     .                     .                   .                     !                     .                     .                .               .          .         .         .
list: refused for the key             | !                     !                     !                   !                     !+!                   !                     !                !               !          !         !         !
webhook: charge.complete              | .                     r                     r                   r                     r                     r                     r                r               .          r         r         r
webhook: charge.create                | .                     .                     .                   r                     r                     r                     .                .               .          .         .         r
webhook: refund.create                | .                     r                     r                   r                     r                     r                     r                r               L          r         r         r
webhook: of another charge            | .                     r                     r                   r                     r                     r                     r                r               r          r         r         r
refund made                           | .                     .                     .                   .                     .                     .                     .                .               .          .         .         .
list of refunds: nothing              | .                     .                     .                   .                     .                     .                     .                .               .          .         .         .
";

const REFUND: &str = "
                                     | Checking         Requested    LookUp           Halted      Pending     Closed Failed Refused Withdrawn
the deadline has come early          | L                .            L                .           L           .      .      .       .
the deadline has come                | L+!              LookUp+L+!   L+!              .           L           .      .      .       .
a person wants to know               | L+r+!            LookUp+L+r+! L+r+!            L+r         L+r         r      r      r       r
a person says to go on               | L+r+!            LookUp+L+r+! L+r+!            LookUp+L+r  L+r         r      r      r       r
made                                 | Closed+told      Closed+told  Closed+told      Closed+told Closed+told .      !      !       !
made, and pending                    | Pending          Pending      Pending          Pending     .           .      .      !       !
made, and failed                     | Failed+told      Failed+told  Failed+told      Failed+told Failed+told !      .      .       .
made, of a status nobody knows       | Pending          Pending      Pending          Pending     .           .      .      !       !
made, and voided                     | Closed+told      Closed+told  Closed+told      Closed+told Closed+told .      !      !       !
made, without a status               | Closed+told      Closed+told  Closed+told      Closed+told Closed+told .      .      !       !
made, not as asked                   | Halted+!         Halted+!     Halted+!         .           !           !      !      !       !
made, of another currency            | Halted+!         Halted+!     Halted+!         .           !           !      !      !       !
made, in another mode                | Halted+!         Halted+!     Halted+!         .           !           !      !      !       !
made, of another charge              | Halted+!         Halted+!     Halted+!         .           !           !      !      !       !
made, under another name             | Halted+!         Halted+!     Halted+!         .           Closed+told .      !      !       !
not sent                             | .                Checking     .                .           .           .      .      .       .
unknown                              | .                LookUp+L     .                .           .           .      .      .       .
refused                              | .                Refused+told .                .           .           .      .      .       .
refused for the key                  | .                Checking+!   .                .           .           .      .      .       .
refused for the hour                 | .                LookUp+L     .                .           .           .      .      .       .
list: it                             | Closed+told      Closed+told  Closed+told      Closed+told Closed+told .      !      !       !
list: it, pending                    | Pending          Pending      Pending          Pending     .           .      .      !       !
list: it, failed                     | Failed+told      Failed+told  Failed+told      Failed+told Failed+told !      .      .       .
list: another of its name            | Closed+told      Closed+told  Closed+told      Closed+told !           !      !      !       !
list: it, failed, and it again       | Closed+told      Closed+told  Closed+told      Closed+told Closed+told !+!    !      !       !
list: it, which lost its name        | Requested+R+!    !            !+!              .           Closed+told .      !      !       !
list: it, not as asked               | Halted+!         Halted+!     Halted+!         .           !           !      !      !       !
list: nothing, and it is early       | Requested+R      .            wake             .           .           .      .      .       .
list: nothing, and it is late        | Requested+R      .            Requested+R      .           .           .      .      .       .
list: others, which leave enough     | Requested+R+!    !            Requested+R+!    !           !           !      !      !       .
list: others, which leave too little | Withdrawn+!+told !            Withdrawn+!+told !           !           !      !      !       .
list: others, which have failed      | Requested+R      .            Requested+R      .           .           .      .      .       .
list: what cannot be read            | !                .            !                .           .           .      .      .       .
list: unknown                        | .                .            .                .           .           .      .      .       .
list: refused for the key            | !                !            !                !           !           !      !      !       !
webhook: refund.create               | L                L            L                L           L           L      L      L       L
";

#[track_caller]
fn check(written: &str, found: &Table) {
    let written = Table::parse(written);
    assert!(written == *found, "what is written:\n{}\nwhat happens:\n{}", written.render(), found.render());
}

#[test]
fn every_state_of_a_payment_is_told_everything() {
    check(PAYMENT, &table(&states(), inputs(), state_of));
}

#[test]
fn every_state_of_a_refund_is_told_everything() {
    check(REFUND, &table(&refund_states(), refund_inputs(), refund_state_of));
}
/// The page of the crate's documentation that shows the tables.
fn page() -> String {
    let section = |name: &str, table: &Table| {
        format!(
            "\n# The states of a {name}\n\n```text\n{}```\n\nEvery state, told everything:\n\n```text\n{}```\n",
            table.diagram(),
            table.render(),
        )
    };
    let legend = format!(
        "\nIn each cell stands the state that follows, if it is another, and what comes out:\n\n```text\n{LEGEND}```\n"
    );
    let head = "<!-- Drawn by tests/pure/tests/suite/flows/table.rs from the tables that it checks. -->\n";
    let payment = section("payment", &Table::parse(PAYMENT));
    let refund = section("refund", &Table::parse(REFUND));
    format!("{head}{payment}{legend}{refund}")
}

#[test]
fn the_documentation_shows_what_is_checked() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/kakaopay-flows/TABLES.md");
    let drawn = Path::new(env!("CARGO_TARGET_TMPDIR")).join("TABLES.md");
    std::fs::write(&drawn, page()).expect("a file");
    let shown = std::fs::read_to_string(&file).expect("a file");
    assert!(shown == page(), "copy {} to {}", drawn.display(), file.display());
}
