//! Lists of owners as requests may give them, and who counts as one (contract 4.1 to 4.3).

use std::collections::HashSet;

use serde_json::Value as Json;

use crate::caller::{Caller, Identity};
use crate::owner::{Owner, OwnerKind};
use crate::problem::{NOT_A_LIST, NOT_TEXT, Problem, REQUIRED};

/// How many owners anything may have.
pub const MAX_OWNERS: usize = 100;

/// Why owners of a request are refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnersError {
    /// Not a list of owner entries, or too long (`validation_failed`).
    #[error("not a list of owners")]
    Invalid(Vec<Problem>),
    /// Nobody we know would be left (`last_owner`).
    #[error("no owner would be left")]
    Nobody,
    /// An organisation that is not the caller's (`owner_not_allowed`).
    #[error("another organisation as owner")]
    NotAllowed,
    /// A type of owner that a flow may not have (`owner_not_allowed`).
    #[error("unknown type of owner")]
    TypeUnknown,
}

/// The owners of something new: the caller, then the given ones.
///
/// # Errors
/// The list is malformed, too long, or names another organisation.
pub fn of_new(given: Option<&Json>, creator: &Identity) -> Result<Vec<Owner>, OwnersError> {
    let mut owners = vec![Owner::person(creator.subject.as_str())];
    owners.extend(parse_list(given)?);
    finish(owners, creator)
}

/// The owners that replace the ones before. The caller is not added.
///
/// # Errors
/// The list is malformed, too long, names another organisation, or nobody we know.
pub fn replacing(given: &Json, caller: &Identity) -> Result<Vec<Owner>, OwnersError> {
    let owners = finish(parse_list(Some(given))?, caller)?;
    ensure_somebody(&owners)?;
    Ok(owners)
}

/// The owners of a flow: as given, the actor if none are given.
///
/// # Errors
/// The list is malformed, too long, names another organisation or an unknown type.
pub fn of_flow(given: Option<&Json>, actor: &Identity) -> Result<Vec<Owner>, OwnersError> {
    let owners = parse_list(given)?;
    if owners.is_empty() {
        return Ok(vec![Owner::person(actor.subject.as_str())]);
    }
    ensure_known_types(&owners)?;
    finish(owners, actor)
}

/// The owners of a flow as they are stored.
///
/// # Errors
/// There are none, or of a type a flow may not have.
pub fn of_stored_flow(stored: Option<&Json>) -> Result<Vec<Owner>, OwnersError> {
    let owners = parse_list(stored)?;
    ensure_somebody(&owners)?;
    ensure_known_types(&owners)?;
    Ok(owners)
}

/// One entry to add: `{"id", "type"?}`, the type `USER` if not given.
///
/// # Errors
/// It has no id, or is another organisation.
pub fn entry(given: &Json, caller: &Identity) -> Result<Owner, OwnersError> {
    let owner = parse_entry(given, "").map_err(|problem| OwnersError::Invalid(vec![problem]))?;
    ensure_own_organisation(&owner, caller)?;
    Ok(owner)
}

/// Whether one of `owners` is somebody we know.
///
/// # Errors
/// None is: [`OwnersError::Nobody`].
pub fn ensure_somebody(owners: &[Owner]) -> Result<(), OwnersError> {
    let is_somebody = owners.iter().any(Owner::is_recognised);
    is_somebody.then_some(()).ok_or(OwnersError::Nobody)
}

/// The entry through which `caller` is an owner of something of its own organisation, if any.
pub fn ownership<'a>(owners: &'a [Owner], caller: &Caller) -> Option<&'a Owner> {
    owners.iter().find(|owner| caller.is(owner))
}

/// Whether `caller` is an owner (contract 4.2).
pub fn owns(owners: &[Owner], caller: &Caller) -> bool {
    ownership(owners, caller).is_some()
}

/// Reads entries of any type, in order.
fn parse_list(given: Option<&Json>) -> Result<Vec<Owner>, OwnersError> {
    let entries = match given {
        None | Some(Json::Null) => return Ok(Vec::new()),
        Some(Json::Array(entries)) if entries.len() <= MAX_OWNERS => entries,
        Some(Json::Array(_)) => return Err(invalid("at most 100 owners")),
        Some(_) => return Err(invalid(NOT_A_LIST)),
    };
    let mut owners = Vec::with_capacity(entries.len());
    let mut problems = Vec::new();
    for (n, entry) in entries.iter().enumerate() {
        match parse_entry(entry, &format!("owners[{n}].")) {
            Ok(owner) => owners.push(owner),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(owners)
    } else {
        Err(OwnersError::Invalid(problems))
    }
}

fn parse_entry(entry: &Json, path: &str) -> Result<Owner, Problem> {
    let text = |name: &str| match entry.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(Problem::new(format!("{path}{name}"), NOT_TEXT)),
    };
    let id = text("id")?.ok_or_else(|| Problem::new(format!("{path}id"), REQUIRED))?;
    let kind = text("type")?.unwrap_or("USER");
    for (name, value) in [("id", id), ("type", kind)] {
        let length = value.chars().count();
        if !(1..=256).contains(&length) || value.chars().any(char::is_control) {
            let problem = "must be 1 to 256 characters";
            return Err(Problem::new(format!("{path}{name}"), problem));
        }
    }
    let kind = OwnerKind::from_wire(kind);
    let id = id.to_owned();
    Ok(Owner { kind, id })
}

/// Drops what is listed twice and checks what is left.
fn finish(mut owners: Vec<Owner>, caller: &Identity) -> Result<Vec<Owner>, OwnersError> {
    let mut seen = HashSet::with_capacity(owners.len());
    owners.retain(|owner| seen.insert(owner.clone()));
    for owner in &owners {
        ensure_own_organisation(owner, caller)?;
    }
    if owners.len() > MAX_OWNERS {
        return Err(invalid("at most 100 owners"));
    }
    Ok(owners)
}

fn ensure_known_types(owners: &[Owner]) -> Result<(), OwnersError> {
    let all_known = owners.iter().all(Owner::is_recognised);
    all_known.then_some(()).ok_or(OwnersError::TypeUnknown)
}

fn ensure_own_organisation(owner: &Owner, caller: &Identity) -> Result<(), OwnersError> {
    if owner.kind == OwnerKind::Organisation && !caller.is_tenant(&owner.id) {
        return Err(OwnersError::NotAllowed);
    }
    Ok(())
}

fn invalid(problem: &'static str) -> OwnersError {
    OwnersError::Invalid(vec![Problem::new("owners", problem)])
}

#[cfg(test)]
mod tests;
