//! `/machine-identities`: machine identities and their access tokens.

pub(crate) mod close;
pub(crate) mod create;
pub(crate) mod issue_token;
pub(crate) mod list;
pub(crate) mod update;
