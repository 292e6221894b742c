//! Power losses at many places of many records, and their counts.

use fastrand::Rng;
use kakaopay_sqlite_powerloss::{CrashImage, Device, Disk, DurableState, Fault, FaultKind, Honesty, install};
use kakaopay_store_sqlite::SqliteStore;
use tokio::runtime::{Builder, Runtime};

use crate::check::{Lost, check};
use crate::history::History;
use crate::plan::Plan;
use crate::workload::{self, STORE_FILE};

/// Counts of a campaign.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counts {
    pub(crate) images: u64,
    pub(crate) points: u64,
    /// Images of a loss of power during the recovery from another.
    pub(crate) twice: u64,
    pub(crate) kept: u64,
    pub(crate) torn: u64,
    pub(crate) dropped: u64,
    /// Acknowledged steps that images were held to, all together.
    pub(crate) steps: u64,
    /// Failures, each with its place and how to reproduce it.
    pub(crate) lost: Vec<String>,
}

impl Counts {
    pub(crate) fn add(&mut self, other: Self) {
        self.images += other.images;
        self.points += other.points;
        self.twice += other.twice;
        self.kept += other.kept;
        self.torn += other.torn;
        self.dropped += other.dropped;
        self.steps += other.steps;
        self.lost.extend(other.lost);
    }

    fn count(&mut self, image: &CrashImage) {
        self.images += 1;
        self.kept += image.kept;
        self.torn += image.torn;
        self.dropped += image.dropped;
    }
}

/// A workload that has run on a disk, to be cut off anywhere.
pub(crate) struct Campaign {
    pub(crate) runtime: Runtime,
    pub(crate) plan: Plan,
    pub(crate) device: Device,
    pub(crate) history: History,
    pub(crate) disk: Disk,
}

impl Campaign {
    /// Runs a workload on a new disk.
    pub(crate) fn run(seed: u64, honesty: Honesty) -> Self {
        Self::start(seed, honesty, None)
    }

    /// Runs a workload on a new disk that will fail.
    pub(crate) fn run_into(seed: u64, fault: Fault) -> Self {
        Self::start(seed, Honesty::Honest, Some(fault))
    }

    fn start(seed: u64, honesty: Honesty, fault: Option<Fault>) -> Self {
        install();
        let mut rng = Rng::with_seed(seed);
        // One device in four is a lesser one than SQLite takes for granted, and says so. On those SQLite syncs the
        // log up to a sector and leaves the rest to the next sync, which a system that forgets never does.
        let forgets = fault.is_some_and(|fault| fault.kind == FaultKind::SyncForgets);
        let device =
            Device { sector: if rng.bool() { 512 } else { 4096 }, powersafe: forgets || rng.u8(0..4) > 0 };
        let disk = Disk::with([].into(), honesty, device.powersafe);
        if let Some(fault) = fault {
            disk.inject(fault);
        }
        let (runtime, plan) = (runtime(), Plan { seed });
        let history = runtime.block_on(workload::run(&disk, plan));
        Self { runtime, plan, device, history, disk }
    }

    /// Loses power about so often, at places that are spread over the whole record.
    pub(crate) fn lose_power(&self, images: u64) -> Counts {
        let (mut counts, mut rng) = (Counts::default(), Rng::with_seed(self.plan.seed ^ 0x70_6f77_6572));
        let record = self.disk.record();
        let mut durable = DurableState::at_start(&record);
        let last = record.ops().len() as u64;
        let mut due = rng.u64(0..=last);
        for point in 0..=last {
            let before = counts.images;
            // What a place is due grows by the same at each, and is spent when it is whole.
            due += images;
            while due > last {
                due -= last + 1;
                let twice = rng.u8(0..8) == 0;
                self.lose_power_at(
                    &durable,
                    usize::try_from(point).expect("few"),
                    (rng.u64(..), twice),
                    &mut counts,
                );
                if durable.is_settled() {
                    // There is nothing to be lost: every image is the same.
                    due %= last + 1;
                }
            }
            counts.points += u64::from(counts.images > before);
            if let Some(op) = record.ops().get(usize::try_from(point).expect("few")) {
                durable.apply(op);
            }
        }
        counts
    }

    fn lose_power_at(
        &self,
        durable: &DurableState,
        point: usize,
        (seed, twice): (u64, bool),
        counts: &mut Counts,
    ) {
        let mut image = durable.lose_power(seed, self.device);
        counts.count(&image);
        if twice {
            image = self.lose_power_again(&image, seed);
            counts.count(&image);
            counts.twice += 1;
        }
        match self.check(image, point) {
            Ok(steps) => counts.steps += steps,
            Err(Lost(what)) => counts.lost.push(format!(
                "workload {}, place {point} of {}, seed {seed}, twice {twice}: {what}",
                self.plan.seed,
                self.disk.position()
            )),
        }
    }

    /// Opens an image, and loses power during its recovery or after.
    fn lose_power_again(&self, image: &CrashImage, seed: u64) -> CrashImage {
        let disk = Disk::with(image.files.clone(), Honesty::Honest, self.device.powersafe);
        // What cannot be opened is found by the check.
        if let Ok(store) = SqliteStore::open(disk.path(STORE_FILE)) {
            let _ = self.runtime.block_on(store.close());
        }
        let record = disk.record();
        let mut durable = DurableState::at_start(&record);
        let point = Rng::with_seed(seed).usize(0..=record.ops().len());
        record.ops()[..point].iter().for_each(|op| durable.apply(op));
        durable.lose_power(seed, self.device)
    }

    /// Compares an image with the acknowledgements up to that place.
    pub(crate) fn check(&self, image: CrashImage, point: usize) -> Result<u64, Lost> {
        let disk = Disk::with(image.files, Honesty::Honest, self.device.powersafe);
        self.runtime.block_on(check(&disk, self.plan, &self.history, point))
    }
}

/// Several possible images of a power loss at each place of a disk's record.
pub(crate) fn everywhere(disk: &Disk, each: u64) -> Vec<(usize, CrashImage)> {
    let (record, mut images) = (disk.record(), Vec::new());
    let mut durable = DurableState::at_start(&record);
    for place in 0..=record.ops().len() {
        for seed in 0..each {
            let sector = if seed % 2 == 0 { 512 } else { 4096 };
            let seed = seed << 32 | place as u64;
            images.push((place, durable.lose_power(seed, Device { sector, powersafe: true })));
        }
        if let Some(op) = record.ops().get(place) {
            durable.apply(op);
        }
    }
    images
}

fn runtime() -> Runtime {
    Builder::new_current_thread().build().expect("a runtime")
}
