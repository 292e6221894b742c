//! Recovery, and the invariants that must hold afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter};
use std::ops::AddAssign;
use std::time::Duration;

use kakaopay::flows::Payment;
use kakaopay::store::Store;
use kakaopay::types::{Charge, ChargeStatus, Reference};
use kakaopay_tests::kill_shop::ShopDatabase;

use crate::scene::Scene;

/// How long it may take to heal. Seconds do, but the clock is so fast that a busy machine falls behind its own leases.
const PATIENCE: Duration = Duration::from_secs(300);

/// Waits until every order is at its end and all that was paid is shipped.
pub(crate) async fn heal<B: ShopDatabase>(scene: &mut Scene) {
    let books = B::open(&scene.books, scene.clock()).await.expect("books");
    let mut open: Vec<_> = scene.opened.keys().copied().collect();
    let mut shipped = 0;
    let healed = async {
        while !open.is_empty() || shipped < scene.paid {
            scene.tick();
            tokio::time::sleep(Duration::from_millis(20)).await;
            // What is open in front is not closed by looking at all that is behind it.
            while let Some(order) = open.last() {
                if !payment(&books, *order).await.is_some_and(|payment| payment.state().is_final()) {
                    break;
                }
                open.pop();
            }
            if open.is_empty() {
                shipped = books.shipped().await.expect("read").len();
            }
        }
    };
    let healed = tokio::time::timeout(PATIENCE, healed).await;
    if healed.is_err() {
        let shipped = books.shipped().await.expect("read");
        let mut left = Vec::new();
        for charge in scene.charges().await {
            let order = charge.metadata.attempt().expect("an attempt").order().to_string();
            if charge.status == ChargeStatus::Successful && !shipped.iter().any(|(other, _)| *other == order)
            {
                let said = scene.shipped.get(&order);
                left.push(format!(
                    "{order} is paid by {}, and the shops said that they shipped {said:?}",
                    charge.id
                ));
            }
        }
        let shipped = shipped.len();
        for order in open {
            match payment(&books, order).await {
                None => left.push(format!("order-{order} is unknown")),
                Some(payment) if payment.state().is_final() => {}
                Some(payment) => left.push(format!("order-{order} {:?}", payment.state())),
            }
        }
        let (backlog, now) = (books.store().backlog().await.expect("read"), scene.now());
        let (paid, open, left) = (scene.paid, left.len(), left.join("\n"));
        panic!("{shipped} of {paid} are shipped, {open} are open at {now:?} with {backlog:?}:\n{left}");
    }
}

/// Counts of a run.
#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) orders: usize,
    charges: usize,
    paid: usize,
    shipped: usize,
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.orders += other.orders;
        self.charges += other.charges;
        self.paid += other.paid;
        self.shipped += other.shipped;
    }
}

impl Display for Figures {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { orders, charges, paid, shipped } = self;
        write!(f, "{orders} orders, {charges} charges, {paid} paid, {shipped} shipped, 0 lost, 0 twice")
    }
}

/// Checks the invariants after recovery. Returns the counts.
pub(crate) async fn check<B: ShopDatabase>(scene: &Scene) -> Figures {
    let books = B::open(&scene.books, scene.clock()).await.expect("books");
    books.check().await.expect("sound books");
    let mut by_order: BTreeMap<String, Vec<Charge>> = BTreeMap::new();
    let all = scene.charges().await;
    let charges = all.len();
    for charge in all {
        let order = charge.metadata.attempt().expect("an attempt").order().to_string();
        by_order.entry(order).or_default().push(charge);
    }
    let shipped = books.shipped().await.expect("read");
    let distinct: BTreeSet<_> = shipped.iter().map(|(order, _)| order).collect();
    assert_eq!((shipped.len(), distinct.len()), (scene.paid, scene.paid), "shipped once");
    for (order, charge) in &shipped {
        let paid: Vec<_> =
            by_order[order].iter().filter(|one| one.status == ChargeStatus::Successful).collect();
        assert_eq!(paid.len(), 1, "{order}");
        assert_eq!(paid[0].id.as_str(), charge);
    }
    for (order, opened) in &scene.opened {
        assert_eq!(opened.charges.len(), 1, "order {order} had one page");
        let payment = payment(&books, *order).await.expect("a payment");
        let own = payment.state().charge().map(|own| own.charge.to_string());
        assert_eq!(own.as_ref(), opened.charges.first(), "order {order}");
        assert!(payment.state().is_final(), "order {order}: {:?}", payment.state());
    }
    Figures { orders: scene.opened.len(), charges, paid: scene.paid, shipped: shipped.len() }
}

/// A payment as its journal has it; `None` if it has none.
async fn payment<B: ShopDatabase>(books: &B, order: u64) -> Option<Payment> {
    let reference = Reference::parse(&format!("order-{order}")).expect("a reference");
    let journal = books.store().read_journal(&reference).await.expect("read");
    let entries = journal.iter().map(|entry| (entry.seq.get(), &*entry.bytes));
    Payment::replay(entries).expect("a journal")
}
