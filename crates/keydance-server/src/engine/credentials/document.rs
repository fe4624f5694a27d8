//! How a credential is shown.

use keydance_api::credential::{Credential, CredentialEntry, CredentialEntryMore, Owner as Entry};
use keydance_core::credential::{CredentialType, Value, View};
use keydance_core::id::TenantName;
use keydance_core::owner::Owner;
use keydance_store::credentials::CredentialRow;
use keydance_store::versions::VersionRow;
use serde_json::{Value as Json, json};

/// What a document is made of.
pub(crate) struct Parts<'a> {
    pub(crate) credential: &'a CredentialRow,
    pub(crate) owners: &'a [Owner],
    pub(crate) version: &'a VersionRow,
    pub(crate) environments: Vec<String>,
    pub(crate) tenant: Option<&'a TenantName>,
    pub(crate) value: &'a Value,
    pub(crate) view: View,
}

/// The document of a credential with one of its values, in a view.
pub(crate) fn describe(parts: &Parts<'_>) -> Credential {
    let credential = parts.credential;
    let encrypted = match parts.view {
        View::Stored => parts.value.encrypted_fields(),
        View::Masked | View::Raw | View::Execution => Vec::new(),
    };
    Credential {
        id: credential.id.to_string(),
        name: credential.name.clone(),
        kind: credential.kind.clone(),
        discriminator: parts.value.kind().discriminator().to_owned(),
        value: parts.value.view(parts.view),
        owners: owners(parts.owners),
        tenant: parts.tenant.map(ToString::to_string),
        domain: credential.domain.clone(),
        encrypted_fields: encrypted.into_iter().map(str::to_owned).collect(),
        created_at: credential.created_at.to_string(),
        updated_at: credential.updated_at.to_string(),
        tag: credential.tag,
        environment: parts.version.environment.to_string(),
        version: parts.version.number,
        version_state: parts.version.state.clone(),
        environments: parts.environments.clone(),
        bound_to: bound_to(credential),
    }
}

/// The entry of a credential in a list.
pub(crate) fn entry(
    credential: &CredentialRow,
    owned_by: &[Owner],
    more: Option<CredentialEntryMore>,
) -> CredentialEntry {
    let kind: Option<CredentialType> = credential.kind.parse().ok();
    CredentialEntry {
        id: credential.id.to_string(),
        name: credential.name.clone(),
        kind: credential.kind.clone(),
        owners: owners(owned_by),
        discriminator: kind.map_or("", CredentialType::discriminator).to_owned(),
        value: None,
        more,
    }
}

/// Owners as the wire has them.
pub(crate) fn owners(owners: &[Owner]) -> Vec<Entry> {
    owners
        .iter()
        .map(|owner| Entry {
            id: owner.id.clone(),
            kind: owner.kind.as_wire().to_owned(),
        })
        .collect()
}

fn bound_to(credential: &CredentialRow) -> Json {
    let stored = credential
        .bound_to
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok());
    stored.unwrap_or_else(|| json!({ "componentIds": [], "destinations": [] }))
}
