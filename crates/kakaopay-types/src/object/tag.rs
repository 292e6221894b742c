//! The `object` member, which identifies the kind of a JSON object.

/// Defines a type for one fixed text that rejects every other text, so that an error body or another
/// kind of object is never mistaken for the expected one.
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
