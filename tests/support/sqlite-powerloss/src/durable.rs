//! The durable and the pending writes of a disk.

use std::collections::BTreeMap;

use fastrand::Rng;

use crate::crash_image::{CrashImage, Device, Mood};
use crate::file::put;
use crate::operation::{FileId, Operation, Record};

/// The durable and the pending writes of a disk, at a place of its record.
#[derive(Debug, Clone)]
pub struct DurableState {
    /// The names that are durable.
    folder: BTreeMap<String, FileId>,
    /// Changes of names since.
    names: Vec<Operation>,
    files: BTreeMap<FileId, Contents>,
}

#[derive(Debug, Clone, Default)]
struct Contents {
    /// The durable bytes.
    bytes: Vec<u8>,
    /// Writes since the last sync.
    waiting: Vec<Operation>,
}

impl DurableState {
    /// As it was when the record begins.
    #[must_use]
    pub fn at_start(record: &Record) -> Self {
        let mut durable = Self { folder: BTreeMap::new(), names: Vec::new(), files: BTreeMap::new() };
        for (name, (file, bytes)) in &record.start {
            durable.folder.insert(name.clone(), *file);
            durable.files.insert(*file, Contents { bytes: bytes.clone(), waiting: Vec::new() });
        }
        durable
    }

    /// Does the next thing of the record.
    pub fn apply(&mut self, op: &Operation) {
        match op {
            Operation::Create { .. } | Operation::Remove { .. } => self.names.push(op.clone()),
            Operation::Write { file, .. } | Operation::Resize { file, .. } => {
                self.files.entry(*file).or_default().waiting.push(op.clone());
            }
            Operation::Sync { file } => self.files.entry(*file).or_default().settle(),
            Operation::Forget { file } => self.files.entry(*file).or_default().waiting.clear(),
            Operation::SyncFolder => {
                for change in std::mem::take(&mut self.names) {
                    rename(&mut self.folder, &change);
                }
            }
        }
    }

    /// Whether everything is durable, so that a loss of power takes nothing.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.names.is_empty() && self.files.values().all(|file| file.waiting.is_empty())
    }

    /// A possible content of the disk after a power loss now. The same seed gives the same.
    ///
    /// Everything that was synced is there. Of the rest any part is, in any order, and torn between the device's
    /// sectors; a torn sector has its old bytes, its new bytes, or any others. A size or a name that
    /// was not synced may have changed or not. A file without a durable name is not found.
    #[must_use]
    pub fn lose_power(&self, seed: u64, device: Device) -> CrashImage {
        let mut rng = Rng::with_seed(seed);
        let mood = Mood::any(&mut rng);
        let (mut image, mut folder) = (CrashImage::default(), self.folder.clone());
        for change in &self.names {
            if image.keeps(mood, &mut rng) {
                rename(&mut folder, change);
            }
        }
        for (name, file) in folder {
            let contents = self.files.get(&file).cloned().unwrap_or_default();
            let found = image.lose(contents.bytes, &contents.waiting, (device, mood), &mut rng);
            image.files.insert(name, found);
        }
        image
    }
}

impl Contents {
    fn settle(&mut self) {
        for change in self.waiting.drain(..) {
            match change {
                Operation::Write { offset, bytes, .. } => put(&mut self.bytes, offset, &bytes),
                Operation::Resize { size, .. } => self.bytes.resize(size, 0),
                _ => {}
            }
        }
    }
}

fn rename(folder: &mut BTreeMap<String, FileId>, change: &Operation) {
    match change {
        Operation::Create { name, file } => {
            folder.insert(name.clone(), *file);
        }
        Operation::Remove { name } => {
            folder.remove(name);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Disk;

    const DEVICE: Device = Device { sector: 512, powersafe: true };

    /// The content that can be found on a disk after these operations.
    fn found(disk: &Disk) -> Vec<BTreeMap<String, Vec<u8>>> {
        let record = disk.record();
        let mut durable = DurableState::at_start(&record);
        record.ops().iter().for_each(|op| durable.apply(op));
        let mut found: Vec<_> = (0..100).map(|seed| durable.lose_power(seed, DEVICE).files).collect();
        found.sort();
        found.dedup();
        assert_eq!(found.len() == 1, durable.is_settled());
        found
    }

    fn one(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
        BTreeMap::from([("a".to_owned(), bytes.to_vec())])
    }

    #[test]
    fn what_is_synced_with_its_name_is_there() {
        let disk = Disk::new();
        let file = disk.inner.open("a", true, false).unwrap();
        disk.inner.write(file, 0, b"one").unwrap();
        assert!(found(&disk).contains(&BTreeMap::new()));
        disk.inner.sync(file, 1, false).unwrap();
        assert_eq!(found(&disk), [BTreeMap::new(), one(b"one")], "the name was not synced");
        disk.inner.sync(file, 1, true).unwrap();
        assert_eq!(found(&disk), [one(b"one")]);
        disk.inner.remove("a", false).unwrap();
        assert_eq!(found(&disk), [BTreeMap::new(), one(b"one")], "nor was that it is gone");
    }

    #[test]
    fn what_is_not_synced_may_be_there() {
        let disk = Disk::with(one(b"one"), crate::Honesty::Honest, true);
        let file = disk.inner.open("a", false, false).unwrap();
        disk.inner.write(file, 1, b"xyz").unwrap();
        let found_now = found(&disk);
        assert!(found_now.contains(&one(b"one")) && found_now.contains(&one(b"oxyz")), "{found_now:?}");
    }

    #[test]
    fn what_a_failed_sync_forgot_is_in_the_cache_and_never_on_the_disk() {
        let disk = Disk::with(one(b"one"), crate::Honesty::Honest, true);
        let file = disk.inner.open("a", false, false).unwrap();
        disk.inner.write(file, 0, b"two").unwrap();
        disk.inner.with_file(file, |file| file.open.extend([1, 2]));
        disk.inject(crate::Fault { kind: crate::FaultKind::SyncForgets, after: 0, times: 1 });
        disk.inner.sync(file, 1, false).unwrap_err();
        disk.inner.sync(file, 1, false).unwrap();
        assert_eq!((disk.files(), found(&disk)), (one(b"two"), vec![one(b"one")]));
        // Somebody else who had it open is told when they ask.
        disk.inner.sync(file, 2, false).unwrap_err();
        disk.inner.sync(file, 2, false).unwrap();
    }

    #[test]
    fn a_disk_that_lies_keeps_nothing() {
        let disk = Disk::with(one(b"one"), crate::Honesty::Liar, true);
        let file = disk.inner.open("a", false, false).unwrap();
        disk.inner.write(file, 0, b"two").unwrap();
        disk.inner.sync(file, 1, true).unwrap();
        assert!(found(&disk).contains(&one(b"one")));
    }
}
