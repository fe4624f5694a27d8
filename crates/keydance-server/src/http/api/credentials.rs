//! `/credentials`, and `/secrets` for clients of the Open Integration Hub.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod read;
