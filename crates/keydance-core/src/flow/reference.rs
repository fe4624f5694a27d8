//! Where a flow names a credential.

use serde_json::{Map, Value as Json};

use super::FlowError;
use crate::id::CredentialId;
use crate::problem::{NOT_A_LIST, NOT_AN_OBJECT, Problem};

/// One place of a flow that names a credential. Text at any other place is opaque and opens nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The place: `graph.nodes[0].credentials_id`.
    pub path: String,
    /// The credential named there; whether it exists is not known here.
    pub credential: CredentialId,
    /// The component of the node; none outside nodes.
    pub component_id: Option<String>,
    /// The destination the node declares (`nodeSettings.destination`).
    pub destination: Option<String>,
}

/// Finds every reference, in the order of the contract.
///
/// # Errors
/// What is no id where a credential is named, or a part of the wrong form.
pub(super) fn find(flow: &Map<String, Json>) -> Result<Vec<Reference>, FlowError> {
    let mut found = Vec::new();
    let graph = part(flow, "graph", "")?;
    for (path, node) in entries(graph, "nodes", "graph.")? {
        let settings = node.get("nodeSettings");
        let declared = settings.and_then(|settings| settings.get("destination"));
        let reference = read(&path, node, "credentials_id")?.map(|reference| Reference {
            component_id: text(node.get("componentId")),
            destination: text(declared),
            ..reference
        });
        found.extend(reference);
    }
    let settings = part(flow, "flowSettings", "")?;
    if let Some(settings) = settings {
        let path = "flowSettings.webhooks";
        if let Some(webhooks) = part(settings, "webhooks", "flowSettings.")? {
            found.extend(read(path, webhooks, "hmacAuthSecret")?);
        }
    }
    for (holder, prefix) in [(Some(flow), ""), (settings, "flowSettings.")] {
        for (path, application) in entries(holder, "applications", prefix)? {
            found.extend(read(&path, application, "secretId")?);
        }
    }
    Ok(found)
}

/// The object called `name`, none if absent or null.
pub(super) fn part<'a>(
    holder: &'a Map<String, Json>,
    name: &str,
    prefix: &str,
) -> Result<Option<&'a Map<String, Json>>, FlowError> {
    match holder.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::Object(part)) => Ok(Some(part)),
        Some(_) => Err(invalid(format!("{prefix}{name}"), NOT_AN_OBJECT)),
    }
}

/// An object of the flow with its path.
type Placed<'a> = (String, &'a Map<String, Json>);

/// The objects of the list called `name` with their paths.
pub(super) fn entries<'a>(
    holder: Option<&'a Map<String, Json>>,
    name: &str,
    prefix: &str,
) -> Result<Vec<Placed<'a>>, FlowError> {
    let list = match holder.and_then(|holder| holder.get(name)) {
        None | Some(Json::Null) => return Ok(Vec::new()),
        Some(Json::Array(list)) => list,
        Some(_) => return Err(invalid(format!("{prefix}{name}"), NOT_A_LIST)),
    };
    let objects = list.iter().enumerate().map(|(n, entry)| {
        let path = format!("{prefix}{name}[{n}]");
        match entry.as_object() {
            Some(object) => Ok((path, object)),
            None => Err(invalid(path, NOT_AN_OBJECT)),
        }
    });
    objects.collect()
}

pub(super) fn invalid(path: impl Into<String>, problem: &'static str) -> FlowError {
    FlowError::Invalid(vec![Problem::new(path, problem)])
}

fn read(
    path: &str,
    holder: &Map<String, Json>,
    name: &str,
) -> Result<Option<Reference>, FlowError> {
    let id = match holder.get(name) {
        None | Some(Json::Null) => return Ok(None),
        Some(id) => id,
    };
    let path = format!("{path}.{name}");
    let Some(credential) = id.as_str().and_then(|text| text.parse().ok()) else {
        return Err(FlowError::ReferenceNotAnId(path));
    };
    Ok(Some(Reference {
        path,
        credential,
        component_id: None,
        destination: None,
    }))
}

fn text(value: Option<&Json>) -> Option<String> {
    value.and_then(Json::as_str).map(str::to_owned)
}
