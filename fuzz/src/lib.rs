//! Shared code of the fuzz targets.

mod agree;
mod round;

pub use agree::agree;
pub use round::round;
