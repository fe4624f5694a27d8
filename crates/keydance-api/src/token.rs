//! Access tokens.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An access token, without its secret.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessToken {
    /// Its id, the part of the token that is no secret.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What it permits.
    pub permissions: Vec<String>,
    /// The credentials it is limited to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<Vec<String>>,
    /// The environments it is limited to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environments: Option<Vec<String>>,
    /// When it was issued.
    pub created_at: String,
    /// When it ends by itself.
    pub expires_at: String,
    /// When it was ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
    /// The token itself, in the answer that issues it and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// An access token to be issued.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewAccessToken {
    /// What its owner calls it.
    pub name: String,
    /// What it is to permit.
    pub permissions: Vec<String>,
    /// How long it lives, `45s`, `30m`, `12h` or `90d`; 12 hours if it is not given, 90 days at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<String>,
    /// The credentials it is limited to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials: Option<Vec<String>>,
    /// The environments it is limited to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environments: Option<Vec<String>>,
}

/// A token somebody showed and asks about.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TokenQuestion {
    /// The whole token.
    pub token: String,
}
