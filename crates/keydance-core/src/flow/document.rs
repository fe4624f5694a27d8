//! The flow document: stored as given, apart from what decides about credentials.

use std::collections::HashSet;

use serde_json::{Map, Value as Json};

use super::reference::{self, Reference};
use crate::caller::Identity;
use crate::json;
use crate::owner::Owner;
use crate::owners::{self, OwnersError};
use crate::problem::{NOT_AN_OBJECT, NOT_TEXT, Problem, REQUIRED};

/// How many nodes a graph may have.
pub const MAX_NODES: usize = 1000;

/// A flow that is well-formed: owners known and normalised, nodes named, references found. Whether
/// it may use what it references is for [`decision`](crate::decision) to say.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowDocument {
    fields: Map<String, Json>,
    owners: Vec<Owner>,
    references: Vec<Reference>,
    enabled: bool,
}

/// Why a document is no flow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    /// A part of the wrong form (`validation_failed`).
    #[error("not a valid flow")]
    Invalid(Vec<Problem>),
    /// Its owners are refused.
    #[error(transparent)]
    Owners(OwnersError),
    /// Something other than a credential's id at this path (`reference_not_an_id`).
    #[error("not the id of a credential at {0}")]
    ReferenceNotAnId(String),
}

impl FlowDocument {
    /// Reads a document of a request. What the server itself says about a flow is dropped; without
    /// owners it belongs to the actor.
    ///
    /// # Errors
    /// What keeps it from being a flow.
    pub fn parse(document: Json, actor: &Identity) -> Result<Self, FlowError> {
        Self::read(document, |owners| owners::of_flow(owners, actor))
    }

    /// Reads a document that was stored before.
    ///
    /// # Errors
    /// It is no flow; what was stored has been tampered with.
    pub fn restore(stored: Json) -> Result<Self, FlowError> {
        Self::read(stored, owners::of_stored_flow)
    }

    fn read(
        document: Json,
        owners: impl FnOnce(Option<&Json>) -> Result<Vec<Owner>, OwnersError>,
    ) -> Result<Self, FlowError> {
        let Json::Object(mut fields) = document else {
            return Err(reference::invalid("flow", NOT_AN_OBJECT));
        };
        fields.retain(|name, _| !SERVER_OWNED.contains(&name.as_str()));
        let owners = owners(fields.get("owners")).map_err(|e| match e {
            OwnersError::Invalid(problems) => FlowError::Invalid(problems),
            other => FlowError::Owners(other),
        })?;
        let enabled = match fields.get("enabled") {
            None | Some(Json::Null) => true,
            Some(Json::Bool(enabled)) => *enabled,
            Some(_) => return Err(reference::invalid("enabled", "must be true or false")),
        };
        check_name(fields.get("name"))?;
        check_nodes(&fields)?;
        let references = reference::find(&fields)?;
        fields.insert("owners".to_owned(), owners_json(&owners));
        fields.insert("enabled".to_owned(), Json::Bool(enabled));
        Ok(Self {
            fields,
            owners,
            references,
            enabled,
        })
    }

    /// The owners, normalised, none twice.
    pub fn owners(&self) -> &[Owner] {
        &self.owners
    }

    /// Whether it may start.
    pub fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// Its name, if it has one.
    pub fn name(&self) -> Option<&str> {
        self.fields.get("name").and_then(Json::as_str)
    }

    /// Every place that names a credential.
    pub fn references(&self) -> &[Reference] {
        &self.references
    }

    /// What its digest is taken of: the RFC 8785 form of owners, graph and flow settings. Hash it
    /// with SHA-256 and write `sha256:` and the lower-case hex digits.
    pub fn digest_input(&self) -> Vec<u8> {
        let parts = ["flowSettings", "graph", "owners"].into_iter();
        let parts = parts.filter_map(|name| {
            let part = self.fields.get(name)?;
            Some((name.to_owned(), part.clone()))
        });
        json::canonical(&Json::Object(parts.collect()))
    }

    /// The document to store and to answer with, without what the server says about it.
    pub fn fields(&self) -> &Map<String, Json> {
        &self.fields
    }
}

/// Lays the top-level fields of `change` over a stored document; `null` removes one. The result is
/// to be parsed like a new document.
pub fn patch(mut stored: Map<String, Json>, change: Map<String, Json>) -> Json {
    for (name, value) in change {
        if value.is_null() {
            stored.shift_remove(&name);
        } else {
            stored.insert(name, value);
        }
    }
    Json::Object(stored)
}

fn check_name(name: Option<&Json>) -> Result<(), FlowError> {
    match name {
        None | Some(Json::Null) => Ok(()),
        Some(Json::String(name)) if name.chars().any(char::is_control) => {
            Err(reference::invalid("name", "no control characters"))
        }
        Some(Json::String(name)) if name.chars().count() <= 256 => Ok(()),
        Some(Json::String(_)) => Err(reference::invalid("name", "at most 256 characters")),
        Some(_) => Err(reference::invalid("name", NOT_TEXT)),
    }
}

/// A flow has at least one node, and each has an id of its own.
fn check_nodes(flow: &Map<String, Json>) -> Result<(), FlowError> {
    let graph = reference::part(flow, "graph", "")?;
    let nodes = reference::entries(graph, "nodes", "graph.")?;
    if nodes.is_empty() {
        return Err(reference::invalid("graph.nodes", REQUIRED));
    }
    if nodes.len() > MAX_NODES {
        return Err(reference::invalid("graph.nodes", "at most 1000 nodes"));
    }
    let mut seen = HashSet::with_capacity(nodes.len());
    let problems = nodes.into_iter().filter_map(|(path, node)| {
        let problem = match node.get("id").and_then(Json::as_str) {
            None | Some("") => REQUIRED,
            Some(id) if !seen.insert(id) => "used twice",
            Some(_) => return None,
        };
        Some(Problem::new(format!("{path}.id"), problem))
    });
    let problems: Vec<_> = problems.collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(FlowError::Invalid(problems))
    }
}

fn owners_json(owners: &[Owner]) -> Json {
    let entry = |owner: &Owner| {
        let fields = [("id", owner.id.as_str()), ("type", owner.kind.as_wire())];
        Json::from_iter(fields)
    };
    owners.iter().map(entry).collect()
}

/// Fields that are the server's to say, or mean nothing here; they never take effect.
const SERVER_OWNED: [&str; 11] = [
    "__v",
    "_id",
    "createdAt",
    "digest",
    "guard",
    "id",
    "revision",
    "startedBy",
    "status",
    "tenant",
    "updatedAt",
];

#[cfg(test)]
mod tests;
