//! What the fuzz targets have in common.

mod agree;
mod round;

pub use agree::agree;
pub use round::round;
