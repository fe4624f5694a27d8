//! The rule for owners who read a credential by its id.

use super::Allowed;
use super::denied::ReadDenied;
use super::facts::{CredentialFacts, ReadQuestion, Which};
use crate::credential::{VersionState, View};
use crate::owners;

/// Decides about a read by id (contract 2.2, 4.2, 4.4, 10.1). It is in clear for who holds the
/// permission by name and owns the credential, except in a protected environment.
///
/// # Errors
/// Why not. Whether there is such a credential is not told to a token that does not reach it.
pub fn decide_read(question: &ReadQuestion<'_>) -> Result<Allowed, ReadDenied> {
    let caller = question.caller;
    let limits = &caller.limits;
    if caller.is_execution()
        || !limits.admit_credential(question.credential)
        || !limits.admit_environment(question.environment)
    {
        return Err(ReadDenied::OutOfScope);
    }
    let facts = question.facts.ok_or(ReadDenied::NotFound)?;
    let owner = owners::ownership(&facts.owners, caller)
        .filter(|_| facts.organisation == caller.identity.organisation)
        .ok_or(ReadDenied::NotOwner)?;
    check_version(facts, question.which)?;
    let is_raw = caller.permissions.allow_raw() && !question.protected;
    Ok(Allowed {
        opens: Some((question.credential, question.environment.clone())),
        view: if is_raw { View::Raw } else { View::Masked },
        owners: vec![owner.clone()],
    })
}

fn check_version(facts: &CredentialFacts, which: Which) -> Result<(), ReadDenied> {
    let state = facts.version.ok_or(ReadDenied::NoValue)?;
    let is_readable = match which {
        Which::Current => state == VersionState::Current,
        Which::Numbered => state != VersionState::Destroyed,
    };
    if is_readable && facts.usable {
        Ok(())
    } else {
        Err(ReadDenied::NotUsable(state))
    }
}

#[cfg(test)]
mod tests;
