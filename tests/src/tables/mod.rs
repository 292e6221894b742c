//! Tables of the API's objects and exchanges: what stands in a body, in which order, of which type, and what can
//! be `null`. Bodies are made from them, and answers are checked against them.

mod body;
mod check;
mod edition;
mod exchange;
mod json_type;
mod member;
mod object_type;

pub use body::Variation;
pub use check::check;
pub use edition::Edition;
pub use exchange::{Answer, Exchange};
pub use json_type::JsonType;
pub use member::{Difference, Form, Member, Nullness, ValueType};
pub use object_type::ObjectType;
