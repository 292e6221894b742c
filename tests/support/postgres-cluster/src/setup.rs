//! Settings and files of a server, in addition to the common ones.

/// Settings and files of a server, in addition to the common ones.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) files: Vec<(String, Vec<u8>)>,
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

    /// A file that only the server may read, and the setting that is to hold its path.
    #[must_use]
    pub fn file(mut self, setting: &str, bytes: &[u8]) -> Self {
        self.files.push((setting.to_owned(), bytes.to_owned()));
        self
    }
}
