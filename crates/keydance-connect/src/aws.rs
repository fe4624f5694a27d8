//! AWS, as far as several of its services have it in common: who calls, where to, and how requests
//! are signed.

pub(crate) mod calls;
pub(crate) mod credentials;
pub(crate) mod region;
pub(crate) mod sts;

// Where credentials are found.
mod profiles;
mod providers;
mod sso;
