//! Why it may not.

use serde::Serialize;

use crate::credential::VersionState;
use crate::execution::EndReason;
use crate::flow::BlockReason;
use crate::id::CredentialId;
use crate::owner::Owner;

/// Why a flow may not be persisted, be started, or open a credential.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The flow is blocked (`flow_blocked`).
    #[error("the flow is blocked: {0}")]
    Blocked(BlockReason),
    /// The flow is disabled.
    #[error("the flow is disabled")]
    Disabled,
    /// The execution is over (`flow_blocked` if the guard ended it, else the token is invalid).
    #[error("the execution has ended: {0}")]
    Ended(EndReason),
    /// The rule does not hold (`flow_guard_denied`); never empty.
    #[error("the flow may not use this credential")]
    Guard(Vec<Violation>),
    /// The token used does not reach that far (`token_scope`).
    #[error("beyond what the token is for")]
    OutOfScope,
    /// The flow has another revision by now (`precondition_failed`).
    #[error("not the current revision")]
    Stale,
}

impl Denied {
    /// What is wrong with the flow, empty if it is something else.
    pub fn violations(&self) -> &[Violation] {
        match self {
            Self::Guard(violations) => violations,
            Self::Blocked(_) | Self::Disabled | Self::Ended(_) | Self::OutOfScope | Self::Stale => {
                &[]
            }
        }
    }

    /// Whether it stays like this until owners or the flow are changed, so that a flow that met it
    /// while running is to be blocked.
    pub fn is_permanent(&self) -> bool {
        let mut reasons = self.violations().iter().map(|violation| violation.reason);
        reasons.any(|reason| match reason {
            Reason::GrantExpired
            | Reason::NoOwner
            | Reason::NotOwnedByFlowOwner
            | Reason::OwnerTypeUnknown => true,
            Reason::ActorNotFlowOwner
            | Reason::EnvironmentValueMissing
            | Reason::NotBoundToComponent
            | Reason::NotBoundToDestination
            | Reason::VersionNotUsable => false,
        })
    }

    /// If nothing is wrong but that values are missing or not in use: the first such reason. At a
    /// start this is a conflict, not a refusal.
    pub fn only_unavailable(&self) -> Option<Reason> {
        let is_value = |reason| {
            matches!(
                reason,
                Reason::EnvironmentValueMissing | Reason::VersionNotUsable
            )
        };
        let violations = self.violations();
        let all = violations
            .iter()
            .all(|violation| is_value(violation.reason));
        violations
            .first()
            .filter(|_| all)
            .map(|violation| violation.reason)
    }
}

/// One thing wrong with a flow; the `details` of a denial (contract 10.4). The same for a credential
/// that is absent, foreign or owned by somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Violation {
    /// The place in the flow.
    pub path: String,
    /// The id that was asked for, if it is about a credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_id: Option<CredentialId>,
    /// What is wrong.
    pub reason: Reason,
    /// The owners of the flow that do not own the credential.
    pub missing_owners: Vec<Owner>,
}

/// What is wrong with a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Who acts is no owner of the flow, or not active.
    ActorNotFlowOwner,
    /// The credential has no value in that environment.
    EnvironmentValueMissing,
    /// The grant it rests on has run out.
    GrantExpired,
    /// The flow has no owner.
    NoOwner,
    /// The credential is bound to other components.
    NotBoundToComponent,
    /// The credential is bound to other destinations, or none is declared.
    NotBoundToDestination,
    /// An owner of the flow does not own the credential, or there is no such credential.
    NotOwnedByFlowOwner,
    /// An owner of the flow is of a type we do not know.
    OwnerTypeUnknown,
    /// The credential or its version is not in use.
    VersionNotUsable,
}

impl Reason {
    /// The word of the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ActorNotFlowOwner => "actor_not_flow_owner",
            Self::EnvironmentValueMissing => "environment_value_missing",
            Self::GrantExpired => "grant_expired",
            Self::NoOwner => "no_owner",
            Self::NotBoundToComponent => "not_bound_to_component",
            Self::NotBoundToDestination => "not_bound_to_destination",
            Self::NotOwnedByFlowOwner => "not_owned_by_flow_owner",
            Self::OwnerTypeUnknown => "owner_type_unknown",
            Self::VersionNotUsable => "version_not_usable",
        }
    }
}

/// Why a caller may not read a credential by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadDenied {
    /// There is none (`not_found`).
    #[error("no such credential")]
    NotFound,
    /// The caller does not own it (`not_owner`).
    #[error("not an owner of the credential")]
    NotOwner,
    /// The version is not in use, or the credential is suspended (`version_state`).
    #[error("the version is {0}")]
    NotUsable(VersionState),
    /// It has no value in that environment (`environment_value_missing`).
    #[error("no value in this environment")]
    NoValue,
    /// The token used does not reach that far (`token_scope`).
    #[error("beyond what the token is for")]
    OutOfScope,
}
