//! The source parameter of a charge.

use super::field::{Field, Single};
#[cfg(feature = "server")]
use super::field::{constant, text};
#[cfg(feature = "server")]
use super::receive::InvalidRequest;
use crate::id::SourceId;
#[cfg(feature = "server")]
use crate::params::Param;
use crate::params::Params;
use crate::platform::PlatformType;
use crate::source::SourceType;

/// The source parameter of a charge.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChargeSource {
    /// An existing source, created by the buyer's browser or by the merchant.
    Existing(SourceId),
    /// A new KakaoPay source, created in the same request.
    New {
        /// The platform the buyer pays on.
        platform_type: Option<PlatformType>,
    },
}

impl Field for ChargeSource {
    fn put(&self, name: &'static str, params: &mut Params) {
        let source = match self {
            Self::Existing(id) => id.as_str().into(),
            Self::New { platform_type } => Params::new()
                .with("type", SourceType::Kakaopay.as_str())
                .with_some("platform_type", platform_type.as_ref().map(Single::to_param))
                .into(),
        };
        params.set(name.to_owned(), source);
    }

    #[cfg(feature = "server")]
    fn take(name: &'static str, params: &Params) -> Result<Self, InvalidRequest> {
        if let Some(Param::Map(source)) = params.get(name) {
            constant("type", "kakaopay", source)?;
            return Field::take("platform_type", source).map(|platform_type| Self::New { platform_type });
        }
        let id = params.get(name).and_then(text).and_then(|text| SourceId::parse(text).ok());
        id.map(Self::Existing).ok_or(InvalidRequest::new(name, "the id of a source, or a new one"))
    }
}
