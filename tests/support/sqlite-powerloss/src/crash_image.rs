//! The content of a disk after a power loss.

use std::collections::BTreeMap;

use fastrand::Rng;

use crate::file::put;
use crate::operation::Operation;

/// How a disk may fail when its power goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    /// The bytes that it writes at once.
    pub sector: usize,
    /// Whether a write that is cut off leaves the bytes beside it in its sector as they were.
    pub powersafe: bool,
}

/// The content of a disk after a power loss, and how it came about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CrashImage {
    /// The files.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Writes that had not been synced and are there.
    pub kept: u64,
    /// Such writes that are there in part.
    pub torn: u64,
    /// Such writes of which nothing is there; a change of size or of a name counts as a write.
    pub dropped: u64,
}

/// The fate of unsynced writes in the whole of an image: some losses take nearly everything, some next to
/// nothing, some tear whatever they can.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mood {
    drop: u8,
    tear: u8,
    shuffle: bool,
}

/// The fate of one write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    Dropped,
    Torn,
}

impl Mood {
    /// Any mood, the extreme ones among them.
    pub(crate) fn any(rng: &mut Rng) -> Self {
        // In percent: how much is dropped, and how much of the rest is torn.
        let (drop, tear) = match rng.u8(0..8) {
            0 => (100, 0),
            1 => (0, 0),
            2 => (0, 100),
            3 => (85, 30),
            4 => (5, 5),
            5 => (50, 0),
            _ => (rng.u8(0..=100), rng.u8(0..=100)),
        };
        Self { drop, tear, shuffle: rng.bool() }
    }

    fn fate(self, rng: &mut Rng) -> Fate {
        if rng.u8(0..100) < self.drop {
            Fate::Dropped
        } else if rng.u8(0..100) < self.tear {
            Fate::Torn
        } else {
            Fate::Kept
        }
    }
}

impl CrashImage {
    /// Applies to the durable bytes of a file those other changes that have reached the disk.
    pub(crate) fn lose(
        &mut self,
        mut bytes: Vec<u8>,
        waiting: &[Operation],
        (device, mood): (Device, Mood),
        rng: &mut Rng,
    ) -> Vec<u8> {
        let mut order: Vec<&Operation> = waiting.iter().collect();
        if mood.shuffle {
            rng.shuffle(&mut order);
        }
        for change in order {
            match (mood.fate(rng), change) {
                (Fate::Dropped, _) => self.dropped += 1,
                (Fate::Torn, Operation::Write { offset, bytes: new, .. }) => {
                    self.torn += 1;
                    tear(&mut bytes, *offset, new, device, rng);
                }
                (_, Operation::Write { offset, bytes: new, .. }) => {
                    self.kept += 1;
                    put(&mut bytes, *offset, new);
                }
                (_, Operation::Resize { size, .. }) => {
                    self.kept += 1;
                    bytes.resize(*size, 0);
                }
                _ => {}
            }
        }
        bytes
    }

    /// Whether a change of the folder has reached the disk.
    pub(crate) fn keeps(&mut self, mood: Mood, rng: &mut Rng) -> bool {
        let keeps = mood.fate(rng) != Fate::Dropped;
        *if keeps { &mut self.kept } else { &mut self.dropped } += 1;
        keeps
    }
}

/// Writes some sectors, leaves some as they are, and fills some with anything.
fn tear(into: &mut Vec<u8>, offset: usize, bytes: &[u8], device: Device, rng: &mut Rng) {
    let mut done = 0;
    while done < bytes.len() {
        let from = offset + done;
        let sector = from - from % device.sector;
        let length = (sector + device.sector - from).min(bytes.len() - done);
        match rng.u8(0..3) {
            0 => {}
            1 => put(into, from, &bytes[done..done + length]),
            _ => {
                put(into, from, &bytes[done..done + length]);
                let end = into.len();
                let spoilt = if device.powersafe {
                    from..from + length
                } else {
                    sector..end.min(sector + device.sector)
                };
                rng.fill(&mut into[spoilt]);
            }
        }
        done += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL_TORN: Mood = Mood { drop: 0, tear: 100, shuffle: false };

    /// The sectors of a write of twos over ones, torn many times: the content of each.
    fn torn(device: Device) -> Vec<Vec<u8>> {
        let write = Operation::Write { file: crate::FileId(0), offset: 256, bytes: [2; 768].into() };
        let mut rng = Rng::with_seed(7);
        let mut sectors = Vec::new();
        for _ in 0..50 {
            let bytes = CrashImage::default().lose(
                vec![1; 1536],
                std::slice::from_ref(&write),
                (device, ALL_TORN),
                &mut rng,
            );
            assert_eq!(bytes.len(), 1536);
            assert_eq!(bytes[1024..], [1; 512], "what was not written is as it was");
            sectors.extend(bytes[..1024].chunks(device.sector).map(<[u8]>::to_vec));
        }
        sectors
    }

    #[test]
    fn a_torn_sector_is_old_or_new_or_anything() {
        let sectors = torn(Device { sector: 512, powersafe: true });
        let whole = |byte: u8| sectors.iter().filter(|sector| sector[256..] == [byte; 256]).count();
        let (old, new) = (whole(1), whole(2));
        assert!(old > 10 && new > 10 && old + new < sectors.len() - 10, "{old} {new}");
        // The first half of the first sector was not written.
        assert!(sectors.iter().step_by(2).all(|sector| sector[..256] == [1; 256]));
    }

    #[test]
    fn what_lies_beside_a_torn_write_may_be_spoilt_on_a_lesser_device() {
        let sectors = torn(Device { sector: 512, powersafe: false });
        assert!(sectors.iter().step_by(2).any(|sector| sector[..256] != [1; 256]));
    }

    #[test]
    fn writes_are_kept_or_dropped_whole_and_in_any_order() {
        let write = |byte| Operation::Write { file: crate::FileId(0), offset: 0, bytes: [byte; 4].into() };
        let waiting = [write(1), write(2), Operation::Resize { file: crate::FileId(0), size: 2 }];
        let (mut rng, mut found) = (Rng::with_seed(1), std::collections::BTreeSet::new());
        for _ in 0..200 {
            let mood = Mood { drop: 50, tear: 0, shuffle: true };
            let device = Device { sector: 512, powersafe: true };
            found.insert(CrashImage::default().lose(Vec::new(), &waiting, (device, mood), &mut rng));
        }
        let expected: [&[u8]; 6] = [&[], &[0, 0], &[1, 1], &[1, 1, 1, 1], &[2, 2], &[2, 2, 2, 2]];
        assert_eq!(found.iter().map(Vec::as_slice).collect::<Vec<_>>(), expected);
    }
}
