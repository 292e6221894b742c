//! Enumerations of the API, which may gain values without notice.

/// Defines an enumeration over the API's text values, with a variant that keeps unknown values.
///
/// New values appear in the API without a version bump, so an unknown value must neither fail nor be
/// lost: it is kept and written back unchanged.
macro_rules! open_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
            /// A value this version does not know, unchanged.
            Unknown(Box<str>),
        }

        impl $name {
            /// All known values, in the order of the documentation.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant,)*];

            /// The text the API writes.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unknown(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    _ => Self::Unknown(text.into()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        $crate::decode::reads_text! {
            $name: "text", |text| Some(Self::from(text));
        }
    };
}

pub(crate) use open_enum;
