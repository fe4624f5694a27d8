//! Groups.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::credential::Owner;

/// A group.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Group {
    /// The id that owner entries use.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whether an identity provider maintains it.
    pub external: bool,
}

/// A membership.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Membership {
    /// Who is in the group.
    pub member: Owner,
    /// From when.
    pub from: String,
    /// Until when, not included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Who opened it.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// A group to be made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewGroup {
    /// Its id for ever, 1 to 256 characters; made up if it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What people call it.
    pub name: String,
}

/// What can change of a group.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct GroupChange {
    /// What people call it.
    pub name: String,
}

/// A membership to be opened.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewMembership {
    /// Until when, not included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Why.
    pub reason: String,
}
