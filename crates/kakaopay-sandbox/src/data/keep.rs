//! A sandbox that a file keeps.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::error::DataError;
use super::file::{DataFile, Kept};
use super::given::Given;
use crate::sandbox::{Inner, Sandbox, SandboxBuilder};
use crate::snapshot::Snapshot;

impl SandboxBuilder {
    /// The sandbox that a file keeps, or a new one that it will keep from now on.
    ///
    /// What each request changes is in the file before it is answered: a process that is killed has lost nothing
    /// that it answered. So is what became of each webhook; one that was under way at that moment may come again,
    /// or not at all. A call that cannot be written is answered with 500, and so is every one after it until all
    /// that there is could be written.
    ///
    /// Kept are the keys, the secrets, the account, the clock and all that was made. What this builder was told
    /// comes before what was kept; the seed is only for a new file. Faults, the plan of webhooks, which return
    /// addresses are taken and which hosts webhooks may go to are this builder's alone. [`Sandbox::reset`] goes back
    /// to when the file was made.
    ///
    /// Keys are in the file, so that on Unix it is made for its owner alone. It is one sandbox's while that is
    /// open. It is read and written where requests are answered, without another thread: this is for tests.
    ///
    /// # Errors
    /// [`DataError`] says why. A file that holds something else is left as it is.
    pub fn open(self, path: impl AsRef<Path>) -> Result<Sandbox, DataError> {
        let file = DataFile::open(path.as_ref())?;
        let kept = file.read()?;
        let given = Given::of(&self);
        let mut inner = self.assemble();
        if let Some(kept) = kept {
            resume(&mut inner, kept, &given)?;
        }
        inner.data = Some(Mutex::new(file));
        let sandbox = Sandbox(Arc::new(inner));
        sandbox
            .write_down(|sandbox, file| file.begin(&sandbox.0.keys, sandbox.first(), &sandbox.changes()))?;
        Ok(sandbox)
    }
}

impl Sandbox {
    /// Writes what has changed to the file that keeps this sandbox, if one does.
    ///
    /// Requests and webhooks do it themselves; what is changed by other means, as by [`Sandbox::clock`], is
    /// written with the next of them, or by this.
    ///
    /// # Errors
    /// [`DataError`] when it could not be written. The next time all that there is will be.
    pub fn keep(&self) -> Result<(), DataError> {
        self.write_down(|sandbox, file| file.write(&sandbox.changes()))
    }

    /// The file is held first and the changes are taken then, so that they are written in the order they were
    /// made in.
    fn write_down(
        &self,
        write: impl FnOnce(&Self, &mut DataFile) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let Some(data) = &self.0.data else { return Ok(()) };
        let mut file = data.lock().unwrap_or_else(PoisonError::into_inner);
        write(self, &mut file).inspect_err(|error| {
            self.world().journal.forget();
            tracing::error!(?error, "the sandbox's file was not written");
        })
    }
}

/// Becomes what was kept, with what is given anew.
fn resume(inner: &mut Inner, kept: Kept, given: &Given) -> Result<(), DataError> {
    inner.keys = given.keys(kept.keys);
    let (mut first, mut first_clock) = kept.first.read()?;
    let (mut world, clock) = kept.now.read()?;
    if given.clock {
        first_clock = inner.clock.setting();
    } else {
        inner.clock.set_to(clock);
    }
    let now = inner.clock.now();
    given.tell(&mut first, now);
    given.tell(&mut world, now);
    inner.first = Snapshot::of(&first, first_clock);
    inner.world.get_mut().unwrap_or_else(PoisonError::into_inner).take_over(world);
    Ok(())
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use bytes::Bytes;
    use http::Request;
    use kakaopay_types::Key;

    use super::*;

    fn call(sandbox: &Sandbox, method: &str, path: &str, form: &'static str) -> (u16, Bytes) {
        let user = STANDARD.encode(format!("{}:", sandbox.secret_key().expose()));
        let request =
            Request::builder().method(method).uri(path).header("authorization", format!("Basic {user}"));
        let answer = sandbox.respond(request.body(Bytes::from_static(form.as_bytes())).unwrap());
        (answer.status().as_u16(), answer.into_body())
    }

    #[test]
    fn f14_while_the_disk_is_full_nothing_is_acknowledged_and_afterwards_all_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sandbox.db");
        let sandbox = Sandbox::builder().open(&path).unwrap();
        // What a list tells of the time must not differ.
        sandbox.clock().freeze();
        let create = || {
            let form = "amount=150000&currency=SGD&return_uri=https://a.example&source[type]=kakaopay";
            call(&sandbox, "POST", "/charges", form)
        };
        let grow = |pages| sandbox.0.data.as_ref().unwrap().lock().unwrap().grow_to(pages);
        grow(1);
        let refused = (0..1_000).map(|_| create()).find(|(status, _)| *status != 200).unwrap();
        assert_eq!(refused.0, 500);
        assert!(String::from_utf8_lossy(&refused.1).contains("the disk is full"), "{refused:?}");
        // What the lost call made is not shown either.
        assert_eq!(call(&sandbox, "GET", "/charges", "").0, 500);
        assert!(!sandbox.hold());
        grow(u32::MAX);
        let (status, before) = call(&sandbox, "GET", "/charges?limit=100", "");
        assert_eq!(status, 200);
        drop(sandbox);
        let again = Sandbox::builder().open(&path).unwrap();
        assert_eq!(call(&again, "GET", "/charges?limit=100", ""), (200, before));
    }
}
