//! Settings and files of a server, in addition to the common ones.

/// Settings and files of a server, in addition to the common ones.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) files: Vec<(String, Vec<u8>)>,
    pub(crate) small_disk: Option<u32>,
}

impl Setup {
    /// Nothing special.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A setting of the server, as in `postgresql.conf`.
    #[must_use]
    pub fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Beside its data, the server has a file system of this many megabytes, for a tablespace that can be full: see
    /// [`Cluster::small_disk`](crate::Cluster::small_disk).
    #[must_use]
    pub fn small_disk(mut self, megabytes: u32) -> Self {
        self.small_disk = Some(megabytes);
        self
    }

    /// A file that only the server may read, and the setting that is to hold its path.
    #[must_use]
    pub fn file(mut self, setting: &str, bytes: &[u8]) -> Self {
        self.files.push((setting.to_owned(), bytes.to_owned()));
        self
    }
}
