//! Credentials.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Who a credential or a flow belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Owner {
    /// The id of a person, machine identity, group or organisation.
    pub id: String,
    /// `USER`, `GROUP`, `TENANT`, or a word that gives access to nobody.
    #[serde(rename = "type")]
    pub kind: String,
}

/// A credential with the value of one environment, in one of the views of the contract.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Credential {
    /// Its id: 24 lower-case hex digits.
    #[serde(rename = "_id")]
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// `S_` and the type.
    #[serde(rename = "__t")]
    pub discriminator: String,
    /// The fields of the value, masked or in clear.
    pub value: Map<String, Value>,
    /// Its owners, in the order they were added.
    pub owners: Vec<Owner>,
    /// The organisation it was created in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// In the stored view the names of the sensitive fields, otherwise nothing.
    pub encrypted_fields: Vec<String>,
    /// When it was created.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
    /// Moves with every change; the entity tag.
    #[serde(rename = "__v")]
    pub tag: i64,
    /// The environment of this value.
    pub environment: String,
    /// The version of this value.
    pub version: i64,
    /// The state of that version.
    pub version_state: String,
    /// The environments that have a value.
    pub environments: Vec<String>,
    /// What it may be used with.
    pub bound_to: Value,
}

/// A credential in a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialEntry {
    /// Its id.
    #[serde(rename = "_id")]
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its owners.
    pub owners: Vec<Owner>,
    /// `S_` and the type.
    #[serde(rename = "__t")]
    pub discriminator: String,
    /// What is not secret of its value, if there is something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Map<String, Value>>,
    /// More, in the full view only.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub more: Option<CredentialEntryMore>,
}

/// What the full view of a list adds to an entry.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialEntryMore {
    /// When it was created.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
    /// Moves with every change.
    #[serde(rename = "__v")]
    pub tag: i64,
    /// The organisation it was created in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The environments that have a value.
    pub environments: Vec<String>,
    /// The newest version.
    pub version: i64,
    /// The state of the newest version.
    pub version_state: String,
    /// Why the caller sees it: `owner`.
    pub access: String,
}

/// What an execution gets of a credential.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HandedOut {
    /// The credential's id.
    #[serde(rename = "_id")]
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// `S_` and the type.
    #[serde(rename = "__t")]
    pub discriminator: String,
    /// The fields of the value in clear, without a refresh token.
    pub value: Map<String, Value>,
    /// The environment of the value.
    pub environment: String,
    /// The version of the value.
    pub version: i64,
}

/// A version of a credential, without its value.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// Its number, from 1.
    pub version: i64,
    /// The environment it is for.
    pub environment: String,
    /// `pending`, `current`, `retiring`, `disabled`, `revoked` or `destroyed`.
    pub state: String,
    /// When it was created.
    pub created_at: String,
    /// Who created it.
    pub created_by: String,
    /// How it came about.
    pub origin: String,
}

/// An environment.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Whether values are shown to executions only.
    pub protected: bool,
    /// When it was added.
    pub created_at: String,
}

/// A request to create a credential.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewCredential {
    /// What people will call it, 1 to 256 characters.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The fields of the value.
    pub value: Map<String, Value>,
    /// Owners besides the caller.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<Owner>,
    /// Free text, at most 256 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// The environment of the value; `default` if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// What it may be used with; anything if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound_to: Option<Value>,
}

/// A request to change a credential. What is not given stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CredentialPatch {
    /// What people will call it, 1 to 256 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its type, which never changes.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The fields of the value that change; `null` removes an optional one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Map<String, Value>>,
    /// The owners that replace those of before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owners: Option<Vec<Owner>>,
    /// Free text, at most 256 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// The environment of the value; `default` if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// What it may be used with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound_to: Option<Value>,
}

/// A request to add an owner.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewOwner {
    /// The id of a person, machine identity, group or organisation.
    pub id: String,
    /// `USER` if not given.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// A request to bring a deleted credential back.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Undeletion {
    /// Who is to own it from now on.
    pub owner: NewOwner,
}

/// A request to make a version.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewVersion {
    /// The environment of the value; `default` if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The fields of the value, all of them.
    pub value: Map<String, Value>,
    /// `current` if not given, or `pending`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// A request to add an environment.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewEnvironment {
    /// Its name: 1 to 32 of `a-z`, `0-9` and `-`, starting with a letter.
    pub name: String,
    /// Whether values are shown to executions only; not, if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protected: Option<bool>,
}
