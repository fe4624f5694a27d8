//! `/tokens`: access tokens of the caller, and what tokens of others stand for.

pub(crate) mod create;
pub(crate) mod introspect;
pub(crate) mod list;
pub(crate) mod revoke;
