//! What a decision is made from: plain facts, read in the transaction that acts on the answer.

use std::collections::HashMap;

use crate::caller::{Caller, Identity, Limits};
use crate::credential::{BoundTo, VersionState};
use crate::environment::EnvironmentName;
use crate::execution::EndReason;
use crate::flow::{BlockReason, Reference};
use crate::id::{CredentialId, OrganisationId};
use crate::owner::Owner;
use crate::time::Timestamp;

/// May this flow be persisted, be started, or open a credential?
#[derive(Debug)]
pub struct FlowQuestion<'a> {
    /// The organisation of the flow.
    pub organisation: OrganisationId,
    /// The owners of the flow as it is, or as it is to be stored.
    pub owners: &'a [Owner],
    /// Every reference of the flow; to redeem, those to the credential asked for suffice.
    pub references: &'a [Reference],
    /// What they lead to. A credential that is deleted, or that there never was, is not in it.
    pub credentials: &'a HashMap<CredentialId, CredentialFacts>,
    /// Who acts.
    pub actor: Actor<'a>,
    /// What the access token used is limited to.
    pub limits: &'a Limits,
    /// What is to happen.
    pub operation: Operation<'a>,
    /// The time of the decision.
    pub now: Timestamp,
}

/// What is known of a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialFacts {
    /// Its organisation.
    pub organisation: OrganisationId,
    /// Its live owner rows.
    pub owners: Vec<Owner>,
    /// Whether it is neither suspended nor destroyed.
    pub usable: bool,
    /// What it may be used with.
    pub bound_to: BoundTo,
    /// The version in question: of the environment its current one, else the newest; to persist a
    /// flow, a current one of any environment, else the newest. None if there is no value.
    pub version: Option<VersionState>,
}

/// Who acts on a flow.
#[derive(Clone, Copy, Debug)]
pub enum Actor<'a> {
    /// The owners themselves (schedule, webhook): how each of them stands, in the order of the flow's
    /// owners.
    Owners(&'a [Standing]),
    /// A person or machine identity: who asks, whom it asks for, or who started the execution.
    Principal(&'a Identity, Standing),
}

/// Whether somebody still counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Present and active.
    Active,
    /// Frozen, left, closed or unknown.
    Gone,
}

/// What is to happen with a flow.
#[derive(Clone, Copy, Debug)]
pub enum Operation<'a> {
    /// Starting an execution.
    Execute {
        /// The stored flow.
        flow: StoredFlow<'a>,
        /// The revision that is expected, if any.
        revision: Option<i64>,
        /// Where it is to run.
        environment: &'a EnvironmentName,
    },
    /// Storing it, enabling it, or taking a block away.
    Persist {
        /// The owners it had before, if it was stored already; the actor must be one of them too.
        before: Option<&'a [Owner]>,
    },
    /// Opening a credential by an execution token.
    Redeem {
        /// The stored flow.
        flow: StoredFlow<'a>,
        /// The execution the token belongs to.
        execution: ExecutionFacts<'a>,
        /// The credential asked for.
        credential: CredentialId,
        /// The environment asked for.
        environment: &'a EnvironmentName,
    },
}

/// The state of a stored flow.
#[derive(Clone, Copy, Debug)]
pub struct StoredFlow<'a> {
    /// Whether it may run.
    pub state: FlowState,
    /// Its current revision.
    pub revision: i64,
    /// The digest of that revision (`sha256:<hex>`).
    pub digest: &'a str,
}

/// Whether a flow may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowState {
    /// The guard stopped it.
    Blocked(BlockReason),
    /// Its owners switched it off.
    Disabled,
    /// It may.
    Enabled,
}

/// What an execution token is bound to.
#[derive(Clone, Copy, Debug)]
pub struct ExecutionFacts<'a> {
    /// The revision that was started.
    pub revision: i64,
    /// Its digest.
    pub digest: &'a str,
    /// The environment it runs in.
    pub environment: &'a EnvironmentName,
    /// The credentials it was started with.
    pub credentials: &'a [CredentialId],
    /// The first moment the token is no good any more.
    pub expires_at: Timestamp,
    /// Why it is over, if it is.
    pub ended: Option<EndReason>,
}

/// May this caller read a credential by its id, and how much of it?
#[derive(Debug)]
pub struct ReadQuestion<'a> {
    /// Who asks.
    pub caller: &'a Caller,
    /// The credential asked for.
    pub credential: CredentialId,
    /// What is known of it, none if there is none or it is deleted.
    pub facts: Option<&'a CredentialFacts>,
    /// The environment asked for, or that of the version asked for.
    pub environment: &'a EnvironmentName,
    /// Whether values of that environment are shown in clear to executions only.
    pub protected: bool,
    /// Which version is asked for; `facts.version` is its state.
    pub which: Which,
}

/// Which version of a credential is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one in use.
    Current,
    /// One by its number, in use or not.
    Numbered,
}
