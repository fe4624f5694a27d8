//! The rule for flows: every owner of a flow owns each credential it uses.

use std::collections::HashSet;

use super::Allowed;
use super::denied::{Denied, Reason, Violation};
use super::facts::{
    Actor, CredentialFacts, ExecutionFacts, FlowQuestion, FlowState, Operation, Standing,
    StoredFlow,
};
use crate::credential::{NotBound, VersionState, View};
use crate::execution::EndReason;
use crate::flow::Reference;
use crate::owner::Owner;

/// Decides about a flow (security contract 5.1, D1 to D6; contract 10.4, 10.6).
///
/// # Errors
/// Why not. For credentials that are absent, foreign, or not owned by any owner of the flow the
/// answer is the same, and so is the work done.
pub fn decide_flow(question: &FlowQuestion<'_>) -> Result<Allowed, Denied> {
    check_token(question)?;
    check_owners(question)?;
    check_actor(question)?;
    check_state(question)?;
    let violations: Vec<_> = asked_for(question)
        .filter_map(|reference| violation(question, reference))
        .collect();
    if !violations.is_empty() {
        return Err(Denied::Guard(violations));
    }
    let (opens, view) = match question.operation {
        Operation::Persist { .. } | Operation::Execute { .. } => (None, View::Stored),
        Operation::Redeem {
            credential,
            environment,
            ..
        } => (Some((credential, environment.clone())), View::Execution),
    };
    Ok(Allowed {
        opens,
        view,
        owners: question.owners.to_vec(),
    })
}

/// D6: the token reaches the credentials and the environment, and its execution is not over.
fn check_token(question: &FlowQuestion<'_>) -> Result<(), Denied> {
    let limits = question.limits;
    let environment = match &question.operation {
        Operation::Persist { .. } => None,
        Operation::Execute { environment, .. } | Operation::Redeem { environment, .. } => {
            Some(*environment)
        }
    };
    let mut ids = asked_for(question).map(|reference| reference.credential);
    if !ids.all(|id| limits.admit_credential(id))
        || !environment.is_none_or(|name| limits.admit_environment(name))
    {
        return Err(Denied::OutOfScope);
    }
    let Operation::Redeem {
        execution,
        credential,
        environment,
        ..
    } = &question.operation
    else {
        return Ok(());
    };
    if let Some(reason) = execution.ended {
        return Err(Denied::Ended(reason));
    }
    if execution.expires_at <= question.now {
        return Err(Denied::Ended(EndReason::Expired));
    }
    let is_recorded = asked_for(question).next().is_some();
    if !is_recorded
        || !execution.credentials.contains(credential)
        || execution.environment != *environment
    {
        return Err(Denied::OutOfScope);
    }
    Ok(())
}

/// D3, first half: the flow has owners, all of them of a type that counts.
fn check_owners(question: &FlowQuestion<'_>) -> Result<(), Denied> {
    if question.owners.is_empty() {
        return Err(of_flow(Reason::NoOwner));
    }
    if !question.owners.iter().all(Owner::is_recognised) {
        return Err(of_flow(Reason::OwnerTypeUnknown));
    }
    Ok(())
}

/// D2: who acts is an active owner of the flow, before and after; without anybody, all owners are.
fn check_actor(question: &FlowQuestion<'_>) -> Result<(), Denied> {
    let may_act = match question.actor {
        Actor::Principal(actor, standing) => {
            let is_owner = |owners: &[Owner]| owners.iter().any(|owner| actor.is(owner));
            let before = match question.operation {
                Operation::Persist { before } => before,
                Operation::Execute { .. } | Operation::Redeem { .. } => None,
            };
            standing == Standing::Active
                && actor.organisation == question.organisation
                && is_owner(question.owners)
                && before.is_none_or(is_owner)
        }
        Actor::Owners(standings) => {
            let is_run = !matches!(question.operation, Operation::Persist { .. });
            is_run
                && standings.len() == question.owners.len()
                && standings
                    .iter()
                    .all(|standing| *standing == Standing::Active)
        }
    };
    may_act
        .then_some(())
        .ok_or_else(|| of_flow(Reason::ActorNotFlowOwner))
}

/// D6: a flow that runs is enabled, and it is the revision that was checked.
fn check_state(question: &FlowQuestion<'_>) -> Result<(), Denied> {
    match &question.operation {
        Operation::Persist { .. } => Ok(()),
        Operation::Execute { flow, revision, .. } => {
            check_enabled(flow)?;
            let is_current = revision.is_none_or(|expected| expected == flow.revision);
            is_current.then_some(()).ok_or(Denied::Stale)
        }
        Operation::Redeem {
            flow, execution, ..
        } => {
            check_enabled(flow)?;
            is_same(flow, execution)
                .then_some(())
                .ok_or(Denied::Ended(EndReason::FlowChanged))
        }
    }
}

fn check_enabled(flow: &StoredFlow<'_>) -> Result<(), Denied> {
    match flow.state {
        FlowState::Blocked(reason) => Err(Denied::Blocked(reason)),
        FlowState::Disabled => Err(Denied::Disabled),
        FlowState::Enabled => Ok(()),
    }
}

fn is_same(flow: &StoredFlow<'_>, execution: &ExecutionFacts<'_>) -> bool {
    flow.revision == execution.revision && flow.digest == execution.digest
}

/// The references the question is about: all, or those to the credential to redeem.
fn asked_for<'a>(question: &'a FlowQuestion<'a>) -> impl Iterator<Item = &'a Reference> + 'a {
    let only = match question.operation {
        Operation::Redeem { credential, .. } => Some(credential),
        Operation::Persist { .. } | Operation::Execute { .. } => None,
    };
    let references = question.references.iter();
    references.filter(move |reference| only.is_none_or(|id| id == reference.credential))
}

/// D1, D3, D4, D5 for one reference. Nothing about the credential is told unless every owner of the
/// flow owns it.
fn violation(question: &FlowQuestion<'_>, reference: &Reference) -> Option<Violation> {
    let credential = question
        .credentials
        .get(&reference.credential)
        .filter(|credential| credential.organisation == question.organisation);
    let held: HashSet<&Owner> = credential.iter().flat_map(|c| &c.owners).collect();
    let owners = question.owners.iter();
    let missing: Vec<_> = owners
        .filter(|owner| !held.contains(owner))
        .cloned()
        .collect();
    let (reason, missing_owners) = match credential {
        Some(credential) if missing.is_empty() => (not_usable(credential, reference)?, missing),
        Some(credential) if may_know_owners(question, credential) => {
            (Reason::NotOwnedByFlowOwner, missing)
        }
        // The same answer as for an id that nobody has.
        _ => (Reason::NotOwnedByFlowOwner, question.owners.to_vec()),
    };
    Some(Violation {
        path: reference.path.clone(),
        credential_id: Some(reference.credential),
        reason,
        missing_owners,
    })
}

/// Whether whoever acts owns the credential, and so knows who else does.
fn may_know_owners(question: &FlowQuestion<'_>, credential: &CredentialFacts) -> bool {
    match question.actor {
        Actor::Principal(actor, _) => credential.owners.iter().any(|owner| actor.is(owner)),
        Actor::Owners(_) => false,
    }
}

/// D4, D5: what keeps a credential that is owned from being used there.
fn not_usable(credential: &CredentialFacts, reference: &Reference) -> Option<Reason> {
    match credential.version {
        None => return Some(Reason::EnvironmentValueMissing),
        Some(VersionState::Current) if credential.usable => {}
        Some(_) => return Some(Reason::VersionNotUsable),
    }
    let component = reference.component_id.as_deref();
    let destination = reference.destination.as_deref();
    match credential.bound_to.admits(component, destination) {
        Ok(()) => None,
        Err(NotBound::Component) => Some(Reason::NotBoundToComponent),
        Err(NotBound::Destination) => Some(Reason::NotBoundToDestination),
    }
}

fn of_flow(reason: Reason) -> Denied {
    Denied::Guard(vec![Violation {
        path: "owners".to_owned(),
        credential_id: None,
        reason,
        missing_owners: Vec::new(),
    }])
}
