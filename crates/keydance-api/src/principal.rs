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

/// A person to be made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewPerson {
    /// The id for ever, 1 to 256 characters; made up if it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What people call them.
    pub name: String,
    /// An address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What they may do beyond owning things.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
}

/// What can change of a person.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonChange {
    /// What people call them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// An address; null takes it away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What they may do beyond owning things.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
}

/// A machine identity to be made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewMachineIdentity {
    /// The id for ever, 1 to 256 characters; made up if it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What people call it.
    pub name: String,
    /// `service`, `node` or `pipeline`.
    pub kind: String,
    /// The most its access tokens can permit; what the caller may do if it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
}

/// What can change of a machine identity.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MachineIdentityChange {
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The most its access tokens can permit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
}

/// An enrolment to be started.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewEnrolment {
    /// Whether the access tokens the person has are to end.
    #[serde(default)]
    pub reset: bool,
    /// Why, if they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// An enrolment code to be turned into an access token.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EnrolmentCode {
    /// The code.
    pub code: String,
    /// What the access token is to be called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What an enrolment code was good for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Enrolled {
    /// The person.
    pub person: String,
    /// The access token.
    #[serde(flatten)]
    pub token: crate::token::AccessToken,
    /// What the person has to know: that earlier access tokens were ended, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}
