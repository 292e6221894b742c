//! Endpoints of the account.

use super::definition::endpoint;
use crate::account::Account;
use crate::capability::Capability;

endpoint! {
    /// `GET /capability`: reads the account's capabilities. Not available in API version 2017-11-02.
    #[derive(Default)]
    RetrieveCapability: "capability.retrieve" = Get "/capability", AnyKey, Read -> Capability;
}

endpoint! {
    /// `GET /account`: reads the account.
    #[derive(Default)]
    RetrieveAccount: "account.retrieve" = Get "/account", SecretOnly, Read -> Account;
}
