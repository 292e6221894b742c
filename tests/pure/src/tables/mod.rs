//! Tables of the API's objects and exchanges: the members of each body, their order, type and nullness. Bodies are
//! made from them, and responses are checked against them.

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
pub use exchange::{Exchange, Expected};
pub use json_type::JsonType;
pub use member::{Difference, Form, Member, Nullness, ValueType};
pub use object_type::ObjectType;
