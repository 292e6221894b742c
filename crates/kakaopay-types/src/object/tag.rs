//! The `object` member, which says what kind a JSON object is.

/// Defines a type that reads and writes one fixed text and refuses every other, so that an error
/// body or another kind of object is never taken for the one asked for.
macro_rules! object_tag {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        #[allow(clippy::exhaustive_structs, reason = "one fixed text is all there is")]
        pub struct $name;

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($text)
            }
        }

        $crate::decode::reads_text! {
            $name: concat!("the text \"", $text, "\""), |text| (text == $text).then_some(Self);
        }
    )*};
}

pub(crate) use object_tag;
