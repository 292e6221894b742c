//! F13: a disk that fails while it has power.
