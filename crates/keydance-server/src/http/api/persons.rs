//! `/persons`: persons, their freezing and their enrolment.

pub(crate) mod create;
pub(crate) mod enrolment;
pub(crate) mod freeze;
pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod unfreeze;
pub(crate) mod update;
