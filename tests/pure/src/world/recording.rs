//! Choices read from bytes, so that a case can be written down, and shrinks to one without
//! faults.

/// Bytes that decide. Behind their end everything goes well.
#[derive(Debug, Clone)]
pub struct Recording<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl<'a> Recording<'a> {
    /// A recording with these decisions.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes: bytes.iter() }
    }

    /// The next decision; zero when nothing more goes wrong.
    pub fn draw(&mut self) -> u8 {
        self.bytes.next().copied().unwrap_or(0)
    }

    /// Whether nothing more goes wrong.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.bytes.len() == 0
    }

    /// The next decision, out of so many.
    pub fn choose(&mut self, of: u8) -> u8 {
        self.draw() % of.max(1)
    }
}
