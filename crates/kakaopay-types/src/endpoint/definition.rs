//! Macros that define an endpoint.

/// Defines an endpoint: a struct of its path and parameters, its request encoding, and `new` with
/// setters. With the feature `server`, the same definition parses requests.
///
/// Each `{}` in the path stands for a member below `path`, in order. Parameters are sent in the order
/// of the definition: `params`, then the constant ones (`always`), then the others (`then`).
macro_rules! endpoint {
    (
        $(#[$meta:meta])*
        $name:ident: $operation:literal = $method:ident $template:literal, $access:ident, $effect:ident -> $response:ty;
        $(path { $($path:tt)* })?
        $(params { $($params:tt)* })?
        $(always { $($always:tt)* })?
        $(then { $($then:tt)* })?
    ) => {
        $crate::endpoint::definition::definition! {
            $(#[$meta])*
            $name: $operation = $method $template, $access, $effect -> $response;
            $(path { $($path)* })?
            $(params { $($params)* })?
            $(always { $($always)* })?
            $(then { $($then)* })?
        }

        $crate::endpoint::constructor::constructor! {
            [$name] [] [] [] $($($path)*)? $($($params)*)? $($($then)*)?
        }
    };
}

/// Defines all of an endpoint except its constructor.
macro_rules! definition {
    (
        $(#[$meta:meta])*
        $name:ident: $operation:literal = $method:ident $path:literal, $access:ident, $effect:ident -> $response:ty;
        $(path { $($(#[$segment_meta:meta])* $segment:ident: $segment_type:ty,)* })?
        $(params { $($(#[$param_meta:meta])* $param:ident: $param_type:ty,)* })?
        $(always { $($constant:ident $(as $json:literal)? = $text:literal,)* })?
        $(then { $($(#[$later_meta:meta])* $later:ident: $later_type:ty,)* })?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $name {
            $($($(#[$segment_meta])* pub $segment: $segment_type,)*)?
            $($($(#[$param_meta])* pub $param: $param_type,)*)?
            $($($(#[$later_meta])* pub $later: $later_type,)*)?
        }

        impl $crate::endpoint::Endpoint for $name {
            type Access = $crate::key::$access;
            type Effect = $crate::endpoint::$effect;
            type Response = $response;

            const OPERATION: &'static str = $operation;
            const METHOD: $crate::endpoint::Method = $crate::endpoint::Method::$method;
            const PATH: &'static str = $path;

            fn path(&self) -> String {
                $crate::endpoint::path::filled($path, &[$($(self.$segment.as_str(),)*)?])
            }

            #[allow(unused_mut)]
            fn params(&self) -> $crate::params::Params {
                let mut params = $crate::params::Params::new();
                $($($crate::endpoint::field::Field::put(&self.$param, stringify!($param), &mut params);)*)?
                $($(params = params.with($crate::object::json_name!($constant $($json)?), $text);)*)?
                $($($crate::endpoint::field::Field::put(&self.$later, stringify!($later), &mut params);)*)?
                params
            }
        }

        #[cfg(feature = "server")]
        impl $crate::endpoint::FromRequest for $name {
            #[allow(unused_mut, unused_variables)]
            fn from_request(
                method: $crate::endpoint::Method,
                path: &str,
                params: &$crate::params::Params,
            ) -> Result<Option<Self>, $crate::endpoint::InvalidRequest> {
                use $crate::endpoint::{Endpoint, path as template};

                if method != Self::METHOD {
                    return Ok(None);
                }
                let Some(segments) = template::segments(Self::PATH, path) else { return Ok(None) };
                let mut segments = segments.into_iter();
                $($($crate::endpoint::field::constant(
                    $crate::object::json_name!($constant $($json)?),
                    $text,
                    params,
                )?;)*)?
                Ok(Some(Self {
                    $($($segment: template::segment(stringify!($segment), segments.next())?,)*)?
                    $($($param: $crate::endpoint::field::Field::take(stringify!($param), params)?,)*)?
                    $($($later: $crate::endpoint::field::Field::take(stringify!($later), params)?,)*)?
                }))
            }
        }
    };
}

pub(crate) use {definition, endpoint};
