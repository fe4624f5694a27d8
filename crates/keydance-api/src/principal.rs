//! Persons, machine identities, and who is asking.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A person.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// The id that owner entries use.
    pub id: String,
    /// What people call them.
    pub name: String,
    /// An address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// `active`, `frozen` or `left`.
    pub status: String,
    /// The groups they are in now, directly or through others.
    pub groups: Vec<String>,
    /// What they may do beyond owning things.
    pub permissions: Vec<String>,
}

/// A machine identity.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MachineIdentity {
    /// The id that owner entries use.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// `service`, `node` or `pipeline`.
    pub kind: String,
    /// `active`, `frozen` or `closed`.
    pub status: String,
    /// Who added it.
    pub created_by: String,
    /// What it may do beyond owning things.
    pub permissions: Vec<String>,
}

/// Who is asking.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// The principal.
    pub id: String,
    /// `person` or `machine`.
    pub kind: String,
    /// The organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The groups the caller is in now.
    pub groups: Vec<String>,
    /// What the access token permits.
    pub permissions: Vec<String>,
}

/// A one-time code with which a person gets an access token.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Enrolment {
    /// The code, shown once.
    pub code: String,
    /// When it ends.
    pub expires_at: String,
}
