//! Macro that defines an object's members, its serialization and both decoders.

/// Defines an API object: the struct, and from the same list of members its serialization, its serde
/// decoder and its in-order decoder.
///
/// Members are listed in the service's own order. `as "name"` sets a member's JSON name. The type
/// defines the value of an absent member ([`InOrder::absent`]): `None` for `Option`; most other types
/// are required. `[unless is_none]` omits a member that is `None`, for members that depend on the
/// account or the API version; any other `None` is written as `null`.
///
/// Unlike serde's derive, the decoder rejects a JSON array in place of an object.
///
/// [`InOrder::absent`]: crate::decode::InOrder::absent
macro_rules! object {
    (
        $(#[$doc:meta])*
        $name:ident $(<$element:ident>)? {$(
            $(#[$member_doc:meta])*
            $vis:vis $member:ident $(as $json:literal)?: $type:ty $([unless $none:ident])?,
        )*}
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $name $(<$element>)? {
            $($(#[$member_doc])* $vis $member: $type,)*
        }

        impl $(<$element>)? $name $(<$element>)? {
            /// The names of the known members, in the service's order.
            pub const MEMBERS: &'static [&'static str] =
                &[$($crate::object::json_name!($member $($json)?)),*];
        }

        impl $(<$element: serde::Serialize>)? serde::Serialize for $name $(<$element>)? {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                $(
                    let left_out = false $(|| self.$member.$none())?;
                    if !left_out {
                        let name = $crate::object::json_name!($member $($json)?);
                        serde::ser::SerializeMap::serialize_entry(&mut map, name, &self.$member)?;
                    }
                )*
                serde::ser::SerializeMap::end(map)
            }
        }

        const _: () = {
            use std::fmt;
            use std::marker::PhantomData;

            use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

            use $crate::decode::{FromText, InOrder, Reader, TextVisitor};

            #[allow(non_camel_case_types)]
            enum Name { $($member,)* Unknown_ }

            impl FromText for Name {
                const EXPECTED: &'static str = "the name of a member";

                fn from_text(text: &str) -> Option<Self> {
                    Some(match text {
                        $($crate::object::json_name!($member $($json)?) => Self::$member,)*
                        _ => Self::Unknown_,
                    })
                }
            }

            impl<'de> Deserialize<'de> for Name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    deserializer.deserialize_identifier(TextVisitor::new())
                }
            }

            struct Object<T>(PhantomData<T>);

            impl<'de $(, $element: $crate::decode::Decode)?> Visitor<'de> for Object<$name $(<$element>)?> {
                type Value = $name $(<$element>)?;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("an object")
                }

                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                    $(let mut $member: Option<$type> = None;)*
                    while let Some(which) = map.next_key()? {
                        match which {
                            $(Name::$member => {
                                let name = $crate::object::json_name!($member $($json)?);
                                if $member.replace(map.next_value()?).is_some() {
                                    return Err(A::Error::duplicate_field(name));
                                }
                            })*
                            Name::Unknown_ => drop(map.next_value::<IgnoredAny>()?),
                        }
                    }
                    Ok($name {$(
                        $member: match $member.or_else(<$type as InOrder>::absent) {
                            Some(value) => value,
                            None => {
                                let name = $crate::object::json_name!($member $($json)?);
                                return Err(A::Error::missing_field(name));
                            }
                        },
                    )*})
                }
            }

            impl<'de $(, $element: $crate::decode::Decode)?> Deserialize<'de> for $name $(<$element>)? {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    deserializer.deserialize_map(Object(PhantomData))
                }
            }

            impl $(<$element: InOrder>)? InOrder for $name $(<$element>)? {
                fn in_order(reader: &mut Reader<'_>) -> Option<Self> {
                    reader.open_object()?;
                    $(let $member = reader.member::<$type>(
                        concat!("\"", $crate::object::json_name!($member $($json)?), "\":")
                    )?;)*
                    reader.close_object()?;
                    Some(Self { $($member,)* })
                }
            }
        };
    };
}

/// Returns a member's JSON name: the given one, or the field's name.
macro_rules! json_name {
    ($member:ident) => {
        stringify!($member)
    };
    ($member:ident $json:literal) => {
        $json
    };
}

pub(crate) use {json_name, object};
