//! The `object` member, which says what kind a JSON object is.

/// Defines a type that reads and writes one fixed text and refuses every other, so that an error
/// body or another kind of object is never taken for the one asked for.
macro_rules! object_tag {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct $name;

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($text)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl serde::de::Visitor<'_> for Visitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(concat!("the text \"", $text, "\""))
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        if text == $text {
                            Ok($name)
                        } else {
                            Err(E::custom(concat!("not a ", $text)))
                        }
                    }
                }
                deserializer.deserialize_str(Visitor)
            }
        }
    )*};
}

pub(crate) use object_tag;
