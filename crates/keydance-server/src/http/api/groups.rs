//! `/groups`: groups and who is in them.

pub(crate) mod add_member;
pub(crate) mod close;
pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod list_members;
pub(crate) mod read;
pub(crate) mod remove_member;
pub(crate) mod update;
