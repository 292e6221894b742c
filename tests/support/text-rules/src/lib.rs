//! Rules for texts that people read in English, Thai and Korean. Tests hold every text to them.

mod check;
mod placeholders;
mod rules;

pub use check::check;
