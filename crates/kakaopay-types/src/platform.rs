//! The platform the buyer pays on.

use crate::open_enum::open_enum;

open_enum! {
    /// The `platform_type` of a source. The guide prints the first value as `iOS`; the API and the
    /// official mobile clients use `IOS`, and so does this crate.
    PlatformType {
        /// An iPhone or iPad.
        Ios = "IOS",
        /// An Android device.
        Android = "ANDROID",
        /// A web browser.
        Web = "WEB",
    }
}
