//! What is written down: one event per change, hand-out and denial, as canonical JSON.
//!
//! The bytes are stored and hashed as they are written here and never written again (security
//! contract 3.1; fields of contract 10.12). An event holds no value, mask, token or body.

mod action;
mod rows;
mod summary;
mod write;

pub use action::Action;
pub use rows::{RowDigest, recorded_rows};
pub use summary::Summary;

use crate::environment::EnvironmentName;
use crate::id::{FlowId, OrganisationId};
use crate::owner::Owner;
use crate::time::Timestamp;

/// What happened, complete but for its place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    context: Context,
    action: Action,
    outcome: Outcome,
    actor: Actor,
    object: Object,
    version: Option<u64>,
    environment: Option<EnvironmentName>,
    flow: Option<FlowId>,
    step: Option<String>,
    owner_rows: Vec<Owner>,
    rows: Vec<RowDigest>,
    envelope: Option<[u8; 32]>,
    details: Vec<(&'static str, Detail)>,
}

/// What all events of one request have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// Whose log it goes into.
    pub organisation: OrganisationId,
    /// When.
    pub at: Timestamp,
    /// The request's id, as told to the caller.
    pub request_id: String,
    /// The address it came from, if it came from somewhere.
    pub source: Option<String>,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Allowed,
    /// It was refused.
    Denied,
    /// It was allowed and did not work.
    Failed,
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    kind: ActorKind,
    id: String,
    on_behalf_of: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ActorKind {
    Anonymous,
    Execution,
    Principal,
    System,
}

/// What it was done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// What kind of thing.
    pub kind: ObjectKind,
    /// Its id.
    pub id: String,
}

/// The kinds of things events are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// A credential.
    Credential,
    /// The deployment as a whole.
    Deployment,
    /// An environment.
    Environment,
    /// An execution.
    Execution,
    /// A flow.
    Flow,
    /// A group.
    Group,
    /// A machine identity.
    MachineIdentity,
    /// An organisation.
    Organisation,
    /// A person.
    Person,
    /// A route or resource that does not exist or has no id.
    Resource,
    /// An access or enrolment token, by its id.
    Token,
}

/// One further fact, of our choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detail {
    /// A count or a number; beyond 2^53 it is written as 2^53 − 1.
    Number(i64),
    /// A word of ours, an id, a name or a time.
    Text(String),
}

impl Event {
    /// What was done, allowed so far.
    pub fn new(context: Context, action: Action, actor: Actor, object: Object) -> Self {
        Self {
            context,
            action,
            outcome: Outcome::Allowed,
            actor,
            object,
            version: None,
            environment: None,
            flow: None,
            step: None,
            owner_rows: Vec::new(),
            rows: Vec::new(),
            envelope: None,
            details: Vec::new(),
        }
    }

    /// How it ended.
    #[must_use]
    pub fn outcome(self, outcome: Outcome) -> Self {
        Self { outcome, ..self }
    }

    /// The version of the credential.
    #[must_use]
    pub fn version(mut self, number: u64) -> Self {
        self.version = Some(number);
        self
    }

    /// The environment.
    #[must_use]
    pub fn environment(mut self, name: EnvironmentName) -> Self {
        self.environment = Some(name);
        self
    }

    /// The flow on whose behalf.
    #[must_use]
    pub fn flow(mut self, id: FlowId) -> Self {
        self.flow = Some(id);
        self
    }

    /// The step of the flow, as the client calls it.
    #[must_use]
    pub fn step(mut self, step: impl Into<String>) -> Self {
        self.step = Some(step.into());
        self
    }

    /// The owner rows the decision rests on.
    #[must_use]
    pub fn owner_rows(mut self, owners: &[Owner]) -> Self {
        self.owner_rows = owners.to_vec();
        self
    }

    /// What the rows it changed hold now.
    #[must_use]
    pub fn rows(self, rows: Vec<RowDigest>) -> Self {
        Self { rows, ..self }
    }

    /// SHA-256 of the new envelope.
    #[must_use]
    pub fn envelope(mut self, digest: [u8; 32]) -> Self {
        self.envelope = Some(digest);
        self
    }

    /// One further fact. A name given twice keeps the last value.
    #[must_use]
    pub fn detail(mut self, name: &'static str, value: impl Into<Detail>) -> Self {
        self.details.retain(|(known, _)| *known != name);
        self.details.push((name, value.into()));
        self
    }

    /// What was done.
    pub fn action(&self) -> Action {
        self.action
    }

    /// Whose log it goes into.
    pub fn organisation(&self) -> OrganisationId {
        self.context.organisation
    }
}

impl Actor {
    /// A person or machine identity.
    pub fn principal(id: impl Into<String>) -> Self {
        Self::new(ActorKind::Principal, id.into())
    }

    /// An execution, which acts for who started it ([`on_behalf_of`](Self::on_behalf_of)).
    pub fn execution(id: impl Into<String>) -> Self {
        Self::new(ActorKind::Execution, id.into())
    }

    /// The server itself; `part` says which part of it.
    pub fn system(part: &'static str) -> Self {
        Self::new(ActorKind::System, part.to_owned())
    }

    /// Nobody we know.
    pub fn anonymous() -> Self {
        Self::new(ActorKind::Anonymous, String::new())
    }

    /// The person or machine identity for whom it acts.
    #[must_use]
    pub fn on_behalf_of(mut self, id: impl Into<String>) -> Self {
        self.on_behalf_of = Some(id.into());
        self
    }

    /// Its id; nothing for nobody.
    pub fn id(&self) -> &str {
        &self.id
    }

    fn new(kind: ActorKind, id: String) -> Self {
        let on_behalf_of = None;
        Self {
            kind,
            id,
            on_behalf_of,
        }
    }
}

impl Object {
    /// The thing with that id.
    pub fn new(kind: ObjectKind, id: impl Into<String>) -> Self {
        let id = id.into();
        Self { kind, id }
    }
}

impl ObjectKind {
    /// The word of the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Credential => "credential",
            Self::Deployment => "deployment",
            Self::Environment => "environment",
            Self::Execution => "execution",
            Self::Flow => "flow",
            Self::Group => "group",
            Self::MachineIdentity => "machine_identity",
            Self::Organisation => "organisation",
            Self::Person => "person",
            Self::Resource => "resource",
            Self::Token => "token",
        }
    }
}

impl Outcome {
    /// The word of the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }
}

impl From<i64> for Detail {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Detail {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Detail {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

#[cfg(test)]
mod tests;
