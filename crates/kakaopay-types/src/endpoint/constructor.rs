//! Constructors of endpoints and parameter groups: `new` with all required members, and a setter for
//! each optional one.

/// Defines `new` and the setters of a struct from its members, one by one.
///
/// A member is optional if it is an `Option`, a parameter group (`ListParams`, `SearchParams`,
/// `Filters`) or a `u32`; any other is an argument of `new`. The bracketed lists collect the
/// arguments, the members as `new` sets them, and the setters.
macro_rules! constructor {
    ([$name:ident] [$($arguments:tt)*] [$($members:tt)*] [$($setters:tt)*]) => {
        impl $name {
            /// Creates it from the required members. The API's defaults apply to the others.
            #[must_use]
            pub fn new($($arguments)*) -> Self {
                Self { $($members)* }
            }

            $($setters)*
        }
    };
    (
        [$name:ident] $arguments:tt [$($members:tt)*] [$($setters:tt)*]
        $(#[$doc:meta])* $vis:vis $member:ident: Option<$type:ty>, $($rest:tt)*
    ) => {
        $crate::endpoint::constructor::constructor! {
            [$name] $arguments [$($members)* $member: None,] [
                $($setters)*

                $(#[$doc])*
                #[must_use]
                pub fn $member(mut self, $member: impl Into<Option<$type>>) -> Self {
                    self.$member = $member.into();
                    self
                }
            ]
            $($rest)*
        }
    };
    ($name:tt $arguments:tt $members:tt $setters:tt $(#[$doc:meta])* $vis:vis $member:ident: ListParams, $($rest:tt)*) => {
        $crate::endpoint::constructor::defaulted!($name $arguments $members $setters $(#[$doc])* $member: ListParams, $($rest)*);
    };
    ($name:tt $arguments:tt $members:tt $setters:tt $(#[$doc:meta])* $vis:vis $member:ident: SearchParams, $($rest:tt)*) => {
        $crate::endpoint::constructor::defaulted!($name $arguments $members $setters $(#[$doc])* $member: SearchParams, $($rest)*);
    };
    ($name:tt $arguments:tt $members:tt $setters:tt $(#[$doc:meta])* $vis:vis $member:ident: Filters, $($rest:tt)*) => {
        $crate::endpoint::constructor::defaulted!($name $arguments $members $setters $(#[$doc])* $member: Filters, $($rest)*);
    };
    ($name:tt $arguments:tt $members:tt $setters:tt $(#[$doc:meta])* $vis:vis $member:ident: u32, $($rest:tt)*) => {
        $crate::endpoint::constructor::defaulted!($name $arguments $members $setters $(#[$doc])* $member: u32, $($rest)*);
    };
    (
        $name:tt [$($arguments:tt)*] [$($members:tt)*] $setters:tt
        $(#[$doc:meta])* $vis:vis $member:ident: $type:ty, $($rest:tt)*
    ) => {
        $crate::endpoint::constructor::constructor! {
            $name [$($arguments)* $member: impl Into<$type>,] [$($members)* $member: $member.into(),] $setters
            $($rest)*
        }
    };
}

/// A member that has a default.
macro_rules! defaulted {
    (
        $name:tt $arguments:tt [$($members:tt)*] [$($setters:tt)*]
        $(#[$doc:meta])* $member:ident: $type:ty, $($rest:tt)*
    ) => {
        $crate::endpoint::constructor::constructor! {
            $name $arguments [$($members)* $member: Default::default(),] [
                $($setters)*

                $(#[$doc])*
                #[must_use]
                pub fn $member(mut self, $member: $type) -> Self {
                    self.$member = $member;
                    self
                }
            ]
            $($rest)*
        }
    };
}

/// Defines a parameter group: a struct with its constructor.
macro_rules! parameters {
    ($(#[$meta:meta])* pub struct $name:ident { $($members:tt)* }) => {
        $(#[$meta])*
        #[non_exhaustive]
        pub struct $name { $($members)* }

        $crate::endpoint::constructor::constructor! { [$name] [] [] [] $($members)* }
    };
}

pub(crate) use {constructor, defaulted, parameters};
